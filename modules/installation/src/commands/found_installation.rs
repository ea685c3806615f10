//! Begin the installation.

use super::{NewAccount, Wish, create_account::created};
use crate::acting::{Asked, On};
use crate::events::{Fact, KeyBytes, SigningKeyAdded};
use crate::rows;
use kernel::{AccountId, DecideError, Decision, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The first command of an installation: its first operator and signing key.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundInstallation {
    /// The account's id.
    pub account_id: AccountId,
    /// Login name.
    pub user: String,
    /// Display name.
    pub name: String,
    /// Password, 10 to 256 characters.
    pub password: String,
}

/// What is decided of `found-installation`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FoundInstallationPrepared {
    /// The first operator.
    pub account: NewAccount,
    /// Ed25519 seed of the first signing key.
    pub seed: KeyBytes,
}

impl Wish for FoundInstallationPrepared {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("found-installation", On::Installation)?;
        if rows::is_founded(asked.rows)? {
            let detail = "This installation was founded before.";
            return Err(Refusal::conflict("already_founded", detail).into());
        }
        let key = SigningKeyAdded {
            key_id: 1,
            seed: self.seed,
        };
        let account = created(asked.rows, self.account, true)?;
        let events = account.iter().map(Fact::event).chain([key.event()]);
        Ok(Decision::accepted(events.collect()))
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::signing_keys;
    use crate::tests::{Sent, empty, founded, id, site};
    use kernel::{AccountId, Actor, Timestamp};
    use serde_json::{Value, json};

    fn body() -> Value {
        json!({"account_id": id(1), "user": "operator", "name": "Operator", "password": "correct horse"})
    }

    #[test]
    fn it_begins_once_and_by_a_site() {
        let mut given = empty();
        given
            .send("found-installation", body())
            .accepted("account-created signing-key-added");
        given
            .send("found-installation", body())
            .refused("already_founded");
        assert_eq!(signing_keys(given.rows(), Timestamp(0)).unwrap().len(), 1);
        founded()
            .send("found-installation", body())
            .refused("not_permitted");
        founded()
            .by(site())
            .send("found-installation", body())
            .refused("already_founded");
    }

    #[test]
    fn nobody_else_does_anything_before() {
        let mut given = empty();
        given
            .by(Actor::Account(AccountId(id(1))))
            .send("create-account", body())
            .refused("not_permitted");
    }
}
