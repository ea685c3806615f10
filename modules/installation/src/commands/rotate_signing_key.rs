//! Sign new session tokens with a new key.

use super::{Keyed, Wish};
use crate::acting::{Asked, On};
use crate::events::{Fact, SigningKeyAdded, SigningKeyRetired};
use crate::rows;
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Adds a signing key and retires the one in use. Tokens signed with a retired key stay good until
/// they expire, unless it is revoked: then all sessions it signed are over.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateSigningKey {
    /// Whether the retired key may be known to others.
    #[serde(default)]
    pub revoke_old: bool,
}

impl Wish for Keyed<RotateSigningKey> {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("rotate-signing-key", On::Installation)?;
        let in_use = rows::signing_key_in_use(asked.rows)?;
        let retired = in_use.map(|key_id| SigningKeyRetired {
            key_id,
            revoked: self.wish.revoke_old,
        });
        let added = SigningKeyAdded {
            key_id: in_use.unwrap_or(0) + 1,
            seed: self.bytes,
        };
        let events = [added.event()].into_iter();
        Ok(Decision::Accepted {
            events: events.chain(retired.iter().map(Fact::event)).collect(),
            answer: json!({"key_id": added.key_id}),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::signing_keys;
    use crate::tests::{Sent, TestInstallation, as_ann, founded};
    use kernel::Timestamp;
    use serde_json::json;

    fn ids(given: &TestInstallation, retired_after: Timestamp) -> Vec<u32> {
        let keys = signing_keys(given.rows(), retired_after).unwrap();
        keys.into_iter().map(|key| key.key_id).collect()
    }

    #[test]
    fn a_retired_key_verifies_until_its_tokens_have_expired() {
        let mut given = founded();
        let answer = given
            .send("rotate-signing-key", json!({}))
            .accepted("signing-key-added signing-key-retired");
        assert_eq!(answer["key_id"], json!(2));
        let now = given.now();
        assert_eq!(
            ids(&given, now.plus_ms(-1)),
            [2, 1],
            "the key in use comes first"
        );
        assert_eq!(ids(&given, now), [2]);
    }

    #[test]
    fn a_revoked_key_verifies_nothing() {
        let mut given = founded();
        let _ = given
            .send("rotate-signing-key", json!({"revoke_old": true}))
            .accepted_events();
        assert_eq!(ids(&given, Timestamp(0)), [2]);
        as_ann()
            .send("rotate-signing-key", json!({}))
            .refused("not_permitted");
    }
}
