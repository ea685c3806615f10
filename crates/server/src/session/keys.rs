//! The installation's signing keys as this site holds them: one signs, older ones still verify.

use super::token::LIFETIME_MS;
use installation::queries::SigningKey;
use kernel::Timestamp;
use pasetors::keys::{AsymmetricPublicKey, AsymmetricSecretKey};
use pasetors::version4::V4;
use std::collections::BTreeMap;

/// A public key and until when tokens it verifies are good; `None`: no end is set.
struct Verifying {
    key: AsymmetricPublicKey<V4>,
    until: Option<Timestamp>,
}

/// The keys that sign and verify session tokens.
#[derive(Default)]
pub struct SessionKeys {
    active: Option<(u32, AsymmetricSecretKey<V4>)>,
    verifying: BTreeMap<u32, Verifying>,
}

/// A signing key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signing key {0} is not an Ed25519 key pair")]
pub struct KeyError(u32);

impl SessionKeys {
    /// The keys as the installation's view has them. A retired key verifies as long as a token it
    /// signed may live.
    ///
    /// # Errors
    /// When one of them is no key.
    pub fn of(keys: &[SigningKey]) -> Result<Self, KeyError> {
        let mut all = Self::default();
        for key in keys {
            let until = key.retired_at.map(|at| at.plus_ms(LIFETIME_MS));
            all.add(key.key_id, &key.seed.0, until)?;
        }
        Ok(all)
    }

    /// Adds a key pair by the seed of an Ed25519 key. Of those without an end, the newest signs.
    ///
    /// # Errors
    /// When the bytes are no key.
    pub fn add(
        &mut self,
        id: u32,
        seed: &[u8; 32],
        until: Option<Timestamp>,
    ) -> Result<(), KeyError> {
        let pair = ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new(*seed));
        let secret = AsymmetricSecretKey::<V4>::from(&pair.sk[..]).map_err(|_| KeyError(id))?;
        let key = AsymmetricPublicKey::<V4>::from(&pair.pk[..]).map_err(|_| KeyError(id))?;
        self.verifying.insert(id, Verifying { key, until });
        let is_newest = self.active.as_ref().is_none_or(|(active, _)| id > *active);
        if until.is_none() && is_newest {
            self.active = Some((id, secret));
        }
        Ok(())
    }

    /// The key that signs, with its id.
    #[must_use]
    pub fn active(&self) -> Option<(u32, &AsymmetricSecretKey<V4>)> {
        self.active.as_ref().map(|(id, key)| (*id, key))
    }

    /// The id of the newest key.
    #[must_use]
    pub fn newest(&self) -> Option<u32> {
        self.verifying.last_key_value().map(|(id, _)| *id)
    }

    /// The key that verifies what `id` signed, while it is valid.
    #[must_use]
    pub fn public(&self, id: u32, now: Timestamp) -> Option<&AsymmetricPublicKey<V4>> {
        let found = self.verifying.get(&id)?;
        let is_valid = found.until.is_none_or(|until| now < until);
        is_valid.then_some(&found.key)
    }
}

impl std::fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids: Vec<_> = self.verifying.keys().collect();
        f.debug_struct("SessionKeys")
            .field("ids", &ids)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// Key 1 made from `seed`.
    pub fn keys(seed: u8) -> SessionKeys {
        let mut keys = SessionKeys::default();
        keys.add(1, &[seed; 32], None).unwrap();
        keys
    }

    /// `keys` rotated: a newer key signs, key 1 verifies until `until`.
    pub fn with_key(
        mut keys: SessionKeys,
        id: u32,
        seed: u8,
        until: Option<Timestamp>,
    ) -> SessionKeys {
        if let Some(old) = keys.verifying.get_mut(&1) {
            old.until = until;
        }
        keys.add(id, &[seed; 32], None).unwrap();
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use installation::KeyBytes;

    #[test]
    fn debug_output_has_no_key() {
        let text = format!("{:?}", testing::keys(0xab));
        assert_eq!(text, "SessionKeys { ids: [1], .. }");
    }

    #[test]
    fn a_retired_key_verifies_as_long_as_its_tokens_may_live() {
        let key = |key_id, retired_at| SigningKey {
            key_id,
            seed: KeyBytes([7; 32]),
            created_at: Timestamp(0),
            retired_at,
        };
        let retired = Timestamp(1_000);
        let keys = SessionKeys::of(&[key(2, None), key(1, Some(retired))]).unwrap();
        assert_eq!(keys.active().unwrap().0, 2);
        let end = retired.plus_ms(LIFETIME_MS);
        assert!(keys.public(1, end.plus_ms(-1)).is_some());
        assert!(keys.public(1, end).is_none());
        assert!(keys.public(2, end).is_some());
    }
}
