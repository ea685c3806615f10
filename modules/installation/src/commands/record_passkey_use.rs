//! Keep a passkey's new counter.

use super::{Wish, add_passkey::checked_credential, remove_passkey::owned};
use crate::acting::Asked;
use crate::events::{Fact, PasskeyUsed};
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Keeps what signing in with a passkey changed of it; the gateway issues it for the account that
/// signed in, where the library says that the credential changed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPasskeyUse {
    /// The credential's id, base64url.
    pub credential_id: String,
    /// The credential as the WebAuthn library serialises it now.
    pub credential: String,
}

impl Wish for RecordPasskeyUse {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let present = owned(asked, "record-passkey-use", &self.credential_id)?;
        let credential = checked_credential(&self.credential)?;
        if present == credential {
            return Ok(Decision::unchanged());
        }
        let fact = PasskeyUsed {
            credential_id: self.credential_id,
            credential,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::passkey_owner;
    use crate::tests::{OPERATOR, Sent, as_ann};
    use kernel::Actor;
    use serde_json::json;

    #[test]
    fn a_use_changes_the_credential_of_its_owner() {
        let mut given = as_ann();
        given
            .send(
                "add-passkey",
                json!({"credential_id": "k1", "label": "Phone", "credential": "1"}),
            )
            .accepted("passkey-added");
        let used = json!({"credential_id": "k1", "credential": "2"});
        given
            .send("record-passkey-use", used.clone())
            .accepted("passkey-used");
        given.send("record-passkey-use", used.clone()).unchanged();
        assert_eq!(
            passkey_owner(given.rows(), "k1")
                .unwrap()
                .unwrap()
                .credential,
            "2"
        );
        given
            .by(Actor::Account(OPERATOR))
            .send("record-passkey-use", used)
            .refused("passkey_not_found");
    }
}
