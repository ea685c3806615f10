//! The published list of the keys with which the sites of an installation sign.

use crate::{PublicKey, Unusable, read};
use kernel::{Hash, SiteName, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The list, as `sekoci report trust` writes it. It has to come to whoever verifies by another way than the
/// reports do: it is what they are believed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// The installation: the hash of the first entry of its own chain.
    pub installation: Hash,
    /// When it was asked for.
    pub published_at: Timestamp,
    /// Every key that ever signed.
    pub keys: Vec<TrustedKey>,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedKey {
    /// The public key.
    pub key: PublicKey,
    /// The site that has the private half.
    pub site: SiteName,
    /// Since when it signs.
    pub since: Timestamp,
    /// When it stopped.
    #[serde(default)]
    pub retired_at: Option<Timestamp>,
    /// Whether somebody else may have it: then nothing it signed is believed any more, whenever it says it
    /// was signed.
    #[serde(default)]
    pub revoked: bool,
}

impl Trust {
    /// Reads the list.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unusable> {
        let fields = read(bytes)?;
        serde_json::from_value(Value::Object(fields)).map_err(|error| {
            Unusable::malformed("the list of evidence keys", format!("is none: {error}"))
        })
    }

    pub(crate) fn key(&self, key: PublicKey) -> Option<&TrustedKey> {
        self.keys.iter().find(|one| one.key == key)
    }
}
