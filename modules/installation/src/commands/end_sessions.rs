//! End all sessions of an account.

use super::Wish;
use crate::acting::Asked;
use crate::events::{Fact, SessionId, SessionsEnded};
use kernel::{AccountId, DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Ends all sessions an account has, of oneself or (operators) of another.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSessions {
    /// The account; oneself where none is named.
    #[serde(default)]
    pub account_id: Option<AccountId>,
    /// Whether the session this is sent from goes on.
    #[serde(default)]
    pub except_this: bool,
}

/// What is decided of `end-sessions`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EndSessionsPrepared {
    /// The account; oneself where none is named.
    pub account_id: Option<AccountId>,
    /// The session that goes on.
    pub spared: Option<SessionId>,
}

impl Wish for EndSessionsPrepared {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let account_id = self.account_id.map_or_else(|| asked.account(), Ok)?;
        asked.may_on("end-sessions", account_id)?;
        let fact = SessionsEnded {
            account_id,
            spared: self.spared,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::{account_for_sign_in, is_session_ended};
    use crate::tests::{ANN, OPERATOR, Sent, as_ann, founded, session};
    use serde_json::json;

    #[test]
    fn sessions_begun_before_are_over_and_later_ones_are_not() {
        let mut given = as_ann();
        let before = account_for_sign_in(given.rows(), "ann")
            .unwrap()
            .unwrap()
            .seq;
        given.session = Some(session(1));
        given
            .send("end-sessions", json!({"except_this": true}))
            .accepted("sessions-ended");
        let after = account_for_sign_in(given.rows(), "ann")
            .unwrap()
            .unwrap()
            .seq;
        let ended = |n, seq| is_session_ended(given.rows(), ANN, session(n), seq).unwrap();
        assert_eq!(
            (ended(1, before), ended(2, before), ended(3, after)),
            (false, true, false)
        );
        given
            .send("end-sessions", json!({}))
            .accepted("sessions-ended");
        let ended = |n, seq| is_session_ended(given.rows(), ANN, session(n), seq).unwrap();
        assert_eq!((ended(1, before), ended(3, after)), (true, true));
    }

    #[test]
    fn operators_end_anybodys_and_others_their_own() {
        founded()
            .send("end-sessions", json!({"account_id": ANN}))
            .accepted("sessions-ended");
        as_ann()
            .send("end-sessions", json!({"account_id": OPERATOR}))
            .refused("not_permitted");
    }
}
