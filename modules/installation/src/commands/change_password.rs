//! Change one's own password.

use super::{Wish, conflict};
use crate::acting::{Asked, On};
use crate::events::{Fact, PasswordChanged, SessionId};
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Changes the password of the account that asks, and ends its other sessions.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The present password.
    pub current: String,
    /// The new one, 10 to 256 characters.
    pub new: String,
}

/// What is decided of `change-password`: the gateway verified the present password.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordPrepared {
    /// The hash the present password was verified against.
    pub verified_hash: String,
    /// Argon2id hash of the new password.
    pub password_hash: String,
    /// The session it was changed from.
    pub spared: Option<SessionId>,
}

impl Wish for ChangePasswordPrepared {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let account_id = asked.account()?;
        asked.may("change-password", On::Account(account_id))?;
        let account = asked.may_on("change-password", account_id)?;
        if account.password_hash != self.verified_hash {
            let detail = "The password was changed in the meantime.";
            return Err(conflict("command.current", "password_changed", detail).into());
        }
        let fact = PasswordChanged {
            account_id,
            password_hash: self.password_hash,
            spared: self.spared,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::{account_for_sign_in, is_session_ended};
    use crate::tests::{ANN, Sent, as_ann, session};
    use serde_json::json;

    #[test]
    fn the_new_password_is_the_right_one_and_other_sessions_are_over() {
        let mut given = as_ann();
        let seq = account_for_sign_in(given.rows(), "ann")
            .unwrap()
            .unwrap()
            .seq;
        given.session = Some(session(1));
        given
            .send(
                "change-password",
                json!({"current": "correct horse", "new": "battery staple"}),
            )
            .accepted("password-changed");
        let ended = |n| is_session_ended(given.rows(), ANN, session(n), seq).unwrap();
        assert_eq!((ended(1), ended(2)), (false, true));
        let hash = account_for_sign_in(given.rows(), "ann")
            .unwrap()
            .unwrap()
            .password_hash;
        assert!(given.passwords().verify(Some(&hash), "battery staple"));
        assert!(!given.passwords().verify(Some(&hash), "correct horse"));
    }

    #[test]
    fn the_present_password_must_be_known_and_the_new_one_good() {
        let mut given = as_ann();
        for (current, new, code) in [
            ("wrong horse", "battery staple", "wrong_password"),
            ("correct horse", "short", "password_too_short"),
        ] {
            given
                .send("change-password", json!({"current": current, "new": new}))
                .refused(code);
        }
    }

    #[test]
    fn of_two_changes_at_once_the_second_is_refused() {
        let mut given = as_ann();
        let first = json!({"current": "correct horse", "new": "battery staple"});
        let prepared = given.prepared("change-password", first.clone()).unwrap();
        given
            .send("change-password", first)
            .accepted("password-changed");
        given
            .given
            .when("change-password", prepared)
            .refused("password_changed");
    }
}
