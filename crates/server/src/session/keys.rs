//! The installation's signing keys as this site holds them: one signs, older ones still verify.

use kernel::Timestamp;
use pasetors::keys::{AsymmetricPublicKey, AsymmetricSecretKey};
use pasetors::version4::V4;
use std::collections::HashMap;

/// A public key and until when tokens it verifies are good; `None`: no end is set.
struct Verifying {
    key: AsymmetricPublicKey<V4>,
    until: Option<Timestamp>,
}

/// The keys that sign and verify session tokens.
#[derive(Default)]
pub struct SessionKeys {
    active: Option<(String, AsymmetricSecretKey<V4>)>,
    verifying: HashMap<String, Verifying>,
}

/// A signing key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signing key {0} is not an Ed25519 key pair")]
pub struct KeyError(String);

impl SessionKeys {
    /// Adds a key pair: the seed of an Ed25519 key. The key added last signs.
    ///
    /// # Errors
    /// When the bytes are no key.
    pub fn add(
        &mut self,
        id: &str,
        seed: &[u8; 32],
        until: Option<Timestamp>,
    ) -> Result<(), KeyError> {
        let bad = || KeyError(id.to_owned());
        let pair = ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new(*seed));
        let secret = AsymmetricSecretKey::<V4>::from(&pair.sk[..]).map_err(|_| bad())?;
        let key = AsymmetricPublicKey::<V4>::from(&pair.pk[..]).map_err(|_| bad())?;
        self.verifying
            .insert(id.to_owned(), Verifying { key, until });
        self.active = Some((id.to_owned(), secret));
        Ok(())
    }

    /// The key that signs, with its id.
    #[must_use]
    pub fn active(&self) -> Option<(&str, &AsymmetricSecretKey<V4>)> {
        self.active.as_ref().map(|(id, key)| (id.as_str(), key))
    }

    /// The key that verifies what `id` signed, while it is valid.
    #[must_use]
    pub fn public(&self, id: &str, now: Timestamp) -> Option<&AsymmetricPublicKey<V4>> {
        let found = self.verifying.get(id)?;
        let is_valid = found.until.is_none_or(|until| now < until);
        is_valid.then_some(&found.key)
    }
}

impl std::fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut ids: Vec<_> = self.verifying.keys().collect();
        ids.sort();
        f.debug_struct("SessionKeys")
            .field("ids", &ids)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// One key made from `seed`.
    pub fn keys(seed: u8) -> SessionKeys {
        let mut keys = SessionKeys::default();
        keys.add("k1", &[seed; 32], None).unwrap();
        keys
    }

    /// `keys` rotated: a newer key signs, `k1` verifies until `until`.
    pub fn with_key(
        mut keys: SessionKeys,
        id: &str,
        seed: u8,
        until: Option<Timestamp>,
    ) -> SessionKeys {
        if let Some(old) = keys.verifying.get_mut("k1") {
            old.until = until;
        }
        keys.add(id, &[seed; 32], None).unwrap();
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_has_no_key() {
        let text = format!("{:?}", testing::keys(0xab));
        assert_eq!(text, "SessionKeys { ids: [\"k1\"], .. }");
    }
}
