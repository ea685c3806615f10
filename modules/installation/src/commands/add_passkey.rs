//! Keep a passkey that was registered.

use super::{Wish, id_taken};
use crate::acting::{Asked, On};
use crate::events::{Fact, PasskeyAdded};
use crate::{fields, rows};
use kernel::{DecideError, Decision, Refusal, check};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most passkeys of one account.
const PASSKEYS_MAX: u32 = 20;
/// Most characters of a credential as the library serialises it.
const CREDENTIAL_MAX: usize = 16_384;

/// Adds a passkey to the account that asks; the gateway issues it after the registration ceremony.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPasskey {
    /// The credential's id, base64url.
    pub credential_id: String,
    /// What its owner calls it, 1 to 60 characters.
    pub label: String,
    /// The credential as the WebAuthn library serialises it.
    pub credential: String,
}

impl Wish for AddPasskey {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let account_id = asked.account()?;
        asked.may("add-passkey", On::Account(account_id))?;
        let label = fields::label("command.label", &self.label)?;
        let field = "command.credential_id";
        let credential_id = check::line(field, &self.credential_id, 1..=1400)?;
        let credential = checked_credential(&self.credential)?;
        match rows::passkey(asked.rows, &credential_id)? {
            Some((owner, present)) if owner == account_id && present == credential => {
                return Ok(Decision::unchanged());
            }
            Some(_) => return Err(id_taken(field).into()),
            None => {}
        }
        if rows::passkey_count(asked.rows, account_id)? >= PASSKEYS_MAX {
            let detail = format!("An account has at most {PASSKEYS_MAX} passkeys.");
            return Err(Refusal::conflict("too_many_passkeys", detail).into());
        }
        let fact = PasskeyAdded {
            account_id,
            credential_id,
            label,
            credential,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

/// A credential of a sensible size.
pub fn checked_credential(text: &str) -> Result<String, Refusal> {
    check::text("command.credential", text, 1..=CREDENTIAL_MAX)
}

#[cfg(test)]
mod tests {
    use crate::queries::{passkey_owner, passkeys_of};
    use crate::tests::{ANN, OPERATOR, Sent, as_ann};
    use kernel::Actor;
    use serde_json::{Value, json};

    fn key(id: &str) -> Value {
        json!({"credential_id": id, "label": "Phone", "credential": "{\"counter\":1}"})
    }

    #[test]
    fn a_passkey_belongs_to_one_account() {
        let mut given = as_ann();
        given
            .send("add-passkey", key("k1"))
            .accepted("passkey-added");
        given.send("add-passkey", key("k1")).unchanged();
        let owner = passkey_owner(given.rows(), "k1").unwrap().unwrap();
        assert_eq!(
            (owner.account_id, owner.credential.as_str()),
            (ANN, "{\"counter\":1}")
        );
        assert_eq!(passkeys_of(given.rows(), ANN).unwrap().len(), 1);
        given
            .by(Actor::Account(OPERATOR))
            .send("add-passkey", key("k1"))
            .refused("id_taken");
    }

    #[test]
    fn there_is_a_limit() {
        let mut given = as_ann();
        for n in 0..20 {
            given
                .send("add-passkey", key(&format!("k{n}")))
                .accepted("passkey-added");
        }
        given
            .send("add-passkey", key("one more"))
            .refused("too_many_passkeys");
    }

    #[test]
    fn fields_are_checked() {
        let mut given = as_ann();
        for (field, value, code) in [
            ("label", String::new(), "too_short"),
            ("label", "x".repeat(61), "too_long"),
            ("credential_id", String::new(), "too_short"),
            ("credential", "x".repeat(16_385), "too_long"),
        ] {
            let mut body = key("k1");
            body[field] = json!(value);
            given.send("add-passkey", body).refused(code);
        }
    }
}
