//! With which keys sites sign evidence. A site makes its key pair itself and publishes the public half;
//! operators retire a key, and the site makes another.

use super::{Wish, conflict};
use crate::acting::{Asked, On};
use crate::events::{EvidenceKeyPublished, EvidenceKeyRetired, Fact};
use crate::rows;
use kernel::{DecideError, Decision, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Say with which key the site that asks signs evidence from now on. The one before is retired.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishEvidenceKey {
    /// The Ed25519 public key, 64 hexadecimal digits.
    #[schema(value_type = String)]
    #[serde(with = "kernel::hex::array32")]
    pub key: [u8; 32],
}

/// Retire the key with which a site signs evidence; the site makes a new one.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireEvidenceKey {
    /// The Ed25519 public key, 64 hexadecimal digits.
    #[schema(value_type = String)]
    #[serde(with = "kernel::hex::array32")]
    pub key: [u8; 32],
    /// Whether somebody else may have the private half: then nothing that it signed is believed any more.
    #[serde(default)]
    pub revoked: bool,
}

impl Wish for PublishEvidenceKey {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("publish-evidence-key", On::Installation)?;
        let site = asked.site()?;
        match rows::evidence_key(asked.rows, self.key)? {
            Some(known) if known.site == site.as_str() && !known.is_retired => {
                return Ok(Decision::unchanged());
            }
            Some(_) => {
                let detail = "This key is another site's, or it was retired.";
                return Err(conflict("command.key", "evidence_key_used", detail).into());
            }
            None => {}
        }
        let before = rows::evidence_keys_in_use(asked.rows, site.as_str())?;
        let retired = before.into_iter().map(|key| {
            let revoked = false;
            EvidenceKeyRetired { key, revoked }.event()
        });
        let published = EvidenceKeyPublished {
            site: site.clone(),
            key: self.key,
        };
        let events = retired.chain([published.event()]).collect();
        Ok(Decision::accepted(events))
    }
}

impl Wish for RetireEvidenceKey {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("retire-evidence-key", On::Installation)?;
        let Some(known) = rows::evidence_key(asked.rows, self.key)? else {
            let detail = "No site signs, or ever signed, with this key.";
            return Err(Refusal::not_found("command.key", "evidence_key_not_found", detail).into());
        };
        let is_so = known.is_retired && (known.is_revoked || !self.revoked);
        if is_so {
            return Ok(Decision::unchanged());
        }
        let fact = EvidenceKeyRetired {
            key: self.key,
            revoked: self.revoked,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::queries::evidence_keys;
    use crate::tests::{OPERATOR, Sent, TestInstallation, as_ann, founded, site};
    use kernel::{Actor, SiteName};
    use serde_json::{Value, json};

    fn key(n: u8) -> Value {
        json!({"key": format!("{n:02x}").repeat(32)})
    }

    fn published(n: u8) -> TestInstallation {
        let mut given = founded();
        given
            .by(site())
            .send("publish-evidence-key", key(n))
            .accepted("evidence-key-published");
        given
    }

    fn in_use(given: &TestInstallation) -> Vec<u8> {
        let keys = evidence_keys(given.rows()).unwrap();
        let keys = keys.into_iter().filter(|key| key.retired_at.is_none());
        keys.map(|key| key.key[0]).collect()
    }

    #[test]
    fn a_new_key_retires_the_one_before() {
        let mut given = published(1);
        given.send("publish-evidence-key", key(1)).unchanged();
        given
            .send("publish-evidence-key", key(2))
            .accepted("evidence-key-retired evidence-key-published");
        assert_eq!(in_use(&given), [2]);
        given
            .send("publish-evidence-key", key(1))
            .refused("evidence_key_used");
        let other = Actor::Site(SiteName::new("elsewhere").unwrap());
        given.by(other);
        given
            .send("publish-evidence-key", key(2))
            .refused("evidence_key_used");
        given
            .send("publish-evidence-key", key(3))
            .accepted("evidence-key-published");
        assert_eq!(in_use(&given), [2, 3]);
        given.given.assert_replays();
    }

    #[test]
    fn operators_retire_and_revoke_and_nobody_else() {
        let mut given = published(1);
        given.by(Actor::Account(OPERATOR));
        given
            .send("retire-evidence-key", key(9))
            .refused("evidence_key_not_found");
        given
            .send("retire-evidence-key", key(1))
            .accepted("evidence-key-retired");
        given.send("retire-evidence-key", key(1)).unchanged();
        let mut revoked = key(1);
        revoked["revoked"] = json!(true);
        given
            .send("retire-evidence-key", revoked.clone())
            .accepted("evidence-key-retired");
        given.send("retire-evidence-key", revoked).unchanged();
        let keys = evidence_keys(given.rows()).unwrap();
        assert!(keys[0].is_revoked && keys[0].retired_at.is_some());
        given
            .send("publish-evidence-key", key(2))
            .refused("not_permitted");
        as_ann()
            .send("retire-evidence-key", key(1))
            .refused("not_permitted");
    }
}
