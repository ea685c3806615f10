//! Shut an account out.

use super::{Wish, set_operator::keep_an_operator};
use crate::acting::Asked;
use crate::events::{AccountDeactivated, Fact};
use kernel::{AccountId, DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Deactivates an account: it cannot sign in, and all its sessions are over, at either site. The
/// sessions stay over when it is let back in.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeactivateAccount {
    /// The account.
    pub account_id: AccountId,
}

impl Wish for DeactivateAccount {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let account = asked.may_on("deactivate-account", self.account_id)?;
        if !account.is_active {
            return Ok(Decision::unchanged());
        }
        keep_an_operator(asked, &account)?;
        let account_id = self.account_id;
        Ok(Decision::accepted(vec![
            AccountDeactivated { account_id }.event(),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::{account_for_sign_in, is_session_ended};
    use crate::tests::{ANN, OPERATOR, Sent, as_ann, founded, session};
    use kernel::Actor;
    use serde_json::json;

    #[test]
    fn it_is_out_at_once_and_its_sessions_stay_over() {
        let mut given = founded();
        let seq = account_for_sign_in(given.rows(), "ann")
            .unwrap()
            .unwrap()
            .seq;
        let body = json!({"account_id": ANN});
        given
            .send("deactivate-account", body.clone())
            .accepted("account-deactivated");
        given.send("deactivate-account", body.clone()).unchanged();
        assert!(
            !account_for_sign_in(given.rows(), "ann")
                .unwrap()
                .unwrap()
                .is_active
        );
        assert!(is_session_ended(given.rows(), ANN, session(1), u64::MAX).unwrap());
        given
            .by(Actor::Account(ANN))
            .send("end-sessions", json!({}))
            .refused("not_permitted");
        given
            .by(Actor::Account(OPERATOR))
            .send("reactivate-account", body)
            .accepted("account-reactivated");
        assert!(is_session_ended(given.rows(), ANN, session(1), seq).unwrap());
        let now = account_for_sign_in(given.rows(), "ann")
            .unwrap()
            .unwrap()
            .seq;
        assert!(!is_session_ended(given.rows(), ANN, session(2), now).unwrap());
    }

    #[test]
    fn the_last_operator_stays() {
        founded()
            .send("deactivate-account", json!({"account_id": OPERATOR}))
            .refused("last_operator");
        as_ann()
            .send("deactivate-account", json!({"account_id": ANN}))
            .refused("not_permitted");
    }
}
