//! End one session.

use super::Wish;
use crate::acting::Asked;
use crate::events::{Fact, SessionEnded, SessionId};
use crate::rows;
use kernel::{AccountId, DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Ends one session of oneself or (operators) of another account. Signing out is this.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSession {
    /// The session.
    pub session_id: SessionId,
    /// The account; oneself where none is named.
    #[serde(default)]
    pub account_id: Option<AccountId>,
}

impl Wish for EndSession {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let account_id = self.account_id.map_or_else(|| asked.account(), Ok)?;
        asked.may_on("end-session", account_id)?;
        if rows::is_ended_alone(asked.rows, account_id, self.session_id)? {
            return Ok(Decision::unchanged());
        }
        let fact = SessionEnded {
            account_id,
            session_id: self.session_id,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::is_session_ended;
    use crate::tests::{ANN, OPERATOR, Sent, as_ann, founded, session};
    use serde_json::json;

    #[test]
    fn one_session_ends_and_the_others_go_on() {
        let mut given = as_ann();
        given
            .send("end-session", json!({"session_id": session(1)}))
            .accepted("session-ended");
        given
            .send("end-session", json!({"session_id": session(1)}))
            .unchanged();
        let ended = |account, n| is_session_ended(given.rows(), account, session(n), 99).unwrap();
        assert_eq!(
            (ended(ANN, 1), ended(ANN, 2), ended(OPERATOR, 1)),
            (true, false, false)
        );
    }

    #[test]
    fn operators_end_anybodys() {
        founded()
            .send(
                "end-session",
                json!({"session_id": session(1), "account_id": ANN}),
            )
            .accepted("session-ended");
        as_ann()
            .send(
                "end-session",
                json!({"session_id": session(1), "account_id": OPERATOR}),
            )
            .refused("not_permitted");
    }
}
