//! Sealing: an entry's payload is encrypted with the workspace's data key before it leaves the
//! site, with the header as associated data.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha). The 24-byte nonce is a keyed hash of header and
//! plaintext under a key derived from the data key, so that no two different payloads can share
//! one, no randomness is needed, and an append that is retried after a conflict never reuses it.
//! Stored form: one version byte (1), the nonce, the ciphertext with its tag.

use crate::chain::header_bytes;
use chacha20poly1305::aead::{Aead, KeyInit, Payload as AeadPayload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use kernel::{Header, KeyId, Payload, Random};
use std::collections::BTreeMap;

const VERSION: u8 = 1;
const NONCE_LEN: usize = 24;

/// A workspace's data key. Never logged, never in an entry that is not itself sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey([u8; 32]);

impl DataKey {
    /// A new key.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// A key from its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key's bytes, to be sealed or written to a key file.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for another purpose, that follows from this one and does not give it away.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        blake3::derive_key(purpose, &self.0)
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// The data keys of one workspace: the newest seals, all of them open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRing(BTreeMap<KeyId, DataKey>);

/// The written form of a key ring, for a process beside this one and nothing else: it holds the keys.
pub mod beside {
    use super::{DataKey, KeyRing};
    use kernel::KeyId;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    /// Writes the keys.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(keys: &KeyRing, to: S) -> Result<S::Ok, S::Error> {
        let keys: BTreeMap<KeyId, &[u8; 32]> =
            keys.0.iter().map(|(id, key)| (*id, &key.0)).collect();
        keys.serialize(to)
    }

    /// Reads what [`serialize`] wrote.
    ///
    /// # Errors
    /// The deserializer's.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<KeyRing, D::Error> {
        let keys = BTreeMap::<KeyId, [u8; 32]>::deserialize(from)?;
        let keys = keys.into_iter().map(|(id, key)| (id, DataKey(key)));
        Ok(KeyRing(keys.collect()))
    }
}

/// Why a payload cannot be opened or sealed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// The ring has no such key.
    #[error("data key {} is not in this site's key ring", .0.0)]
    UnknownKey(KeyId),
    /// The ring is empty.
    #[error("this site has no data key for the workspace")]
    NoKey,
    /// The payload was altered, or the key is not the one that sealed it.
    #[error("the payload does not open with data key {}: altered, or another key", .0.0)]
    DoesNotOpen(KeyId),
    /// The payload opened but is not one this release can read.
    #[error("the payload has a form this release cannot read: {0}")]
    Form(String),
}

impl KeyRing {
    /// Adds a key.
    pub fn insert(&mut self, id: KeyId, key: DataKey) {
        self.0.insert(id, key);
    }

    /// Every key with its id.
    pub fn iter(&self) -> impl Iterator<Item = (KeyId, DataKey)> + '_ {
        self.0.iter().map(|(id, key)| (*id, key.clone()))
    }

    /// The key that seals from now on.
    ///
    /// # Errors
    /// [`SealError::NoKey`] when there is none.
    pub fn newest(&self) -> Result<(KeyId, &DataKey), SealError> {
        self.0
            .last_key_value()
            .map(|(id, key)| (*id, key))
            .ok_or(SealError::NoKey)
    }

    /// Seals a payload with the key that the header names.
    ///
    /// # Errors
    /// [`SealError::UnknownKey`] when the ring does not have it.
    pub fn seal(&self, header: &Header, payload: &Payload) -> Result<Vec<u8>, SealError> {
        let key = self
            .0
            .get(&header.key)
            .ok_or(SealError::UnknownKey(header.key))?;
        let plain = serde_json::to_vec(payload).map_err(|e| SealError::Form(e.to_string()))?;
        let aad = header_bytes(header);
        let nonce = nonce(key, &aad, &plain);
        let sealed = cipher(key)
            .encrypt(
                XNonce::from_slice(&nonce),
                AeadPayload {
                    msg: &plain,
                    aad: &aad,
                },
            )
            .map_err(|_| SealError::Form("payload too large to seal".into()))?;
        Ok([&[VERSION][..], &nonce, &sealed].concat())
    }

    /// Opens a sealed payload with the key that the header names.
    ///
    /// # Errors
    /// When the key is missing, the payload was altered, or its form is unknown.
    pub fn open(&self, header: &Header, sealed: &[u8]) -> Result<Payload, SealError> {
        let key = self
            .0
            .get(&header.key)
            .ok_or(SealError::UnknownKey(header.key))?;
        let (version, rest) = sealed
            .split_first()
            .filter(|(_, rest)| rest.len() >= NONCE_LEN)
            .ok_or(SealError::DoesNotOpen(header.key))?;
        if *version != VERSION {
            return Err(SealError::Form(format!("seal version {version}")));
        }
        let (nonce, sealed) = rest.split_at(NONCE_LEN);
        let plain = cipher(key)
            .decrypt(
                XNonce::from_slice(nonce),
                AeadPayload {
                    msg: sealed,
                    aad: &header_bytes(header),
                },
            )
            .map_err(|_| SealError::DoesNotOpen(header.key))?;
        serde_json::from_slice(&plain).map_err(|e| SealError::Form(e.to_string()))
    }
}

fn cipher(key: &DataKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(Key::from_slice(&key.0))
}

fn nonce(key: &DataKey, aad: &[u8], plain: &[u8]) -> [u8; NONCE_LEN] {
    let mut hasher = blake3::Hasher::new_keyed(&key.derive("sekoci 2026 payload nonce v1"));
    hasher.update(&(aad.len() as u64).to_le_bytes());
    hasher.update(aad);
    hasher.update(plain);
    let mut nonce = [0; NONCE_LEN];
    hasher.finalize_xof().fill(&mut nonce);
    nonce
}
