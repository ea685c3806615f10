//! Set the password of an account.

use super::Wish;
use crate::acting::Asked;
use crate::events::{Fact, PasswordChanged};
use kernel::{AccountId, DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Sets the password of an account whose owner has lost it, and ends its sessions.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// The account.
    pub account_id: AccountId,
    /// The new password, 10 to 256 characters.
    pub password: String,
}

/// What is decided of `set-password`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SetPasswordPrepared {
    /// The account.
    pub account_id: AccountId,
    /// Argon2id hash of the new password.
    pub password_hash: String,
}

impl Wish for SetPasswordPrepared {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may_on("set-password", self.account_id)?;
        let fact = PasswordChanged {
            account_id: self.account_id,
            password_hash: self.password_hash,
            spared: None,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::{account_for_sign_in, is_session_ended};
    use crate::tests::{ANN, OPERATOR, Sent, as_ann, founded, id, session};
    use serde_json::json;

    #[test]
    fn an_operator_sets_it_and_all_sessions_are_over() {
        let mut given = founded();
        let seq = account_for_sign_in(given.rows(), "ann")
            .unwrap()
            .unwrap()
            .seq;
        given
            .send(
                "set-password",
                json!({"account_id": ANN, "password": "battery staple"}),
            )
            .accepted("password-changed");
        assert!(is_session_ended(given.rows(), ANN, session(1), seq).unwrap());
        let hash = account_for_sign_in(given.rows(), "ann")
            .unwrap()
            .unwrap()
            .password_hash;
        assert!(given.passwords().verify(Some(&hash), "battery staple"));
    }

    #[test]
    fn the_rules_hold_and_others_may_not() {
        let mut given = founded();
        for (account, password, code) in [
            (ANN.0, "short", "password_too_short"),
            (id(99), "battery staple", "account_not_found"),
        ] {
            given
                .send(
                    "set-password",
                    json!({"account_id": account, "password": password}),
                )
                .refused(code);
        }
        as_ann()
            .send(
                "set-password",
                json!({"account_id": OPERATOR, "password": "battery staple"}),
            )
            .refused("not_permitted");
    }
}
