//! Remove a passkey.

use super::Wish;
use crate::acting::{Asked, On};
use crate::events::{Fact, PasskeyRemoved};
use crate::rows;
use kernel::{DecideError, Decision, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Removes a passkey of oneself or (operators) of another account.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovePasskey {
    /// The credential's id.
    pub credential_id: String,
}

impl Wish for RemovePasskey {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        owned(asked, "remove-passkey", &self.credential_id)?;
        let credential_id = self.credential_id;
        Ok(Decision::accepted(vec![
            PasskeyRemoved { credential_id }.event(),
        ]))
    }
}

/// The credential of a passkey whose owner's the one who asks may do `action` to; whether others'
/// passkeys exist is not told.
pub fn owned(asked: &Asked<'_>, action: &str, credential_id: &str) -> Result<String, DecideError> {
    let none = || {
        let field = "command.credential_id";
        Refusal::not_found(field, "passkey_not_found", "There is no such passkey.")
    };
    let (owner, credential) = rows::passkey(asked.rows, credential_id)?.ok_or_else(none)?;
    asked.may(action, On::Account(owner)).map_err(|_| none())?;
    Ok(credential)
}

#[cfg(test)]
mod tests {
    use crate::tests::{ANN, OPERATOR, Sent, as_ann};
    use kernel::Actor;
    use serde_json::json;

    #[test]
    fn owners_and_operators_remove_it() {
        for remover in [ANN, OPERATOR] {
            let mut given = as_ann();
            given
                .send(
                    "add-passkey",
                    json!({"credential_id": "k1", "label": "P", "credential": "1"}),
                )
                .accepted("passkey-added");
            given.by(Actor::Account(remover));
            given
                .send("remove-passkey", json!({"credential_id": "k1"}))
                .accepted("passkey-removed");
            given
                .send("remove-passkey", json!({"credential_id": "k1"}))
                .refused("passkey_not_found");
        }
    }

    #[test]
    fn others_do_not_learn_of_it() {
        let mut given = as_ann();
        given
            .by(Actor::Account(OPERATOR))
            .send(
                "add-passkey",
                json!({"credential_id": "k1", "label": "P", "credential": "1"}),
            )
            .accepted("passkey-added");
        given
            .by(Actor::Account(ANN))
            .send("remove-passkey", json!({"credential_id": "k1"}))
            .refused("passkey_not_found");
    }
}
