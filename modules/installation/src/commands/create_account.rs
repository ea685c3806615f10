//! Create an account.

use super::{Wish, conflict, id_taken};
use crate::acting::{Asked, On};
use crate::events::{AccountCreated, Fact};
use crate::{fields, rows};
use kernel::{AccountId, DecideError, Decision};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Creates an account that signs in with a password.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAccount {
    /// The account's id, made by the client.
    pub account_id: AccountId,
    /// Login name, unique ignoring case: 1 to 64 letters, digits and '._-+@'.
    pub user: String,
    /// Display name, 1 to 100 characters.
    pub name: String,
    /// Password, 10 to 256 characters.
    pub password: String,
    /// Whether it runs the installation.
    #[serde(default)]
    pub operator: bool,
}

/// What is decided of a new account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// The account's id.
    pub account_id: AccountId,
    /// Login name.
    pub user: String,
    /// Display name.
    pub name: String,
    /// Argon2id hash of the password.
    pub password_hash: String,
}

/// What is decided of `create-account`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CreateAccountPrepared {
    /// The account.
    pub account: NewAccount,
    /// Whether it runs the installation.
    pub operator: bool,
}

impl Wish for CreateAccountPrepared {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("create-account", On::Installation)?;
        match created(asked.rows, self.account, self.operator)? {
            Some(fact) => Ok(Decision::accepted(vec![fact.event()])),
            None => Ok(Decision::unchanged()),
        }
    }
}

/// The fact of a new account; `None` where it is there just so (the password aside, of which there
/// are only hashes).
pub fn created(
    rows: &Connection,
    account: NewAccount,
    operator: bool,
) -> Result<Option<AccountCreated>, DecideError> {
    let fact = AccountCreated {
        account_id: account.account_id,
        user: fields::user("command.user", &account.user)?,
        name: fields::name("command.name", &account.name)?,
        password_hash: account.password_hash,
        operator,
    };
    if let Some(present) = rows::account(rows, fact.account_id)? {
        let is_same = (&present.user, &present.name, present.is_operator)
            == (&fact.user, &fact.name, fact.operator);
        return if is_same {
            Ok(None)
        } else {
            Err(id_taken("command.account_id").into())
        };
    }
    if rows::account_by_user(rows, &fact.user)?.is_some() {
        let detail = "Another account has this login name.";
        return Err(conflict("command.user", "user_taken", detail).into());
    }
    Ok(Some(fact))
}

#[cfg(test)]
mod tests {
    use crate::queries::account_for_sign_in;
    use crate::tests::{Sent, founded, id};
    use serde_json::{Value, json};

    fn ann() -> Value {
        json!({"account_id": id(50), "user": "Ann@sea.example", "name": "Ann", "password": "correct horse"})
    }

    #[test]
    fn an_account_signs_in_ignoring_the_case_of_its_name() {
        let mut given = founded();
        given
            .send("create-account", ann())
            .accepted("account-created");
        let found = account_for_sign_in(given.rows(), " ann@SEA.example ")
            .unwrap()
            .unwrap();
        assert_eq!((found.account_id.0, found.is_operator), (id(50), false));
        assert!(
            given
                .passwords()
                .verify(Some(&found.password_hash), "correct horse")
        );
    }

    #[test]
    fn the_same_again_changes_nothing_and_names_and_ids_are_taken_once() {
        let mut given = founded();
        given
            .send("create-account", ann())
            .accepted("account-created");
        given.send("create-account", ann()).unchanged();
        let mut other = ann();
        other["user"] = json!("bob");
        given.send("create-account", other).refused("id_taken");
        let mut other = ann();
        other["account_id"] = json!(id(51));
        other["user"] = json!("ANN@sea.example");
        let refusal = given.send("create-account", other).refused("user_taken");
        assert_eq!(refusal.field.as_deref(), Some("command.user"));
    }

    #[test]
    fn no_password_reaches_what_is_decided() {
        let mut given = founded();
        let body = given.prepared("create-account", ann()).unwrap();
        assert!(!body.to_string().contains("correct horse"));
        assert!(body.to_string().contains("$argon2id$"));
    }

    #[test]
    fn fields_are_checked_before_anything_is_hashed() {
        let mut given = founded();
        for (key, value, code) in [
            ("user", "a b", "bad_user"),
            ("user", "", "too_short"),
            ("name", "", "too_short"),
            ("name", "a\u{202e}b", "control_character"),
            ("password", "short", "password_too_short"),
            ("password", "ann@sea.EXAMPLE", "password_is_user"),
        ] {
            let mut body = ann();
            body[key] = json!(value);
            let refusal = given.send("create-account", body).refused(code);
            assert_eq!(refusal.field, Some(format!("command.{key}")));
        }
    }

    #[test]
    fn a_client_cannot_bring_a_hash() {
        let mut given = founded();
        let mut body = ann();
        body["password_hash"] = json!("$argon2id$");
        given.send("create-account", body).refused("malformed");
    }
}
