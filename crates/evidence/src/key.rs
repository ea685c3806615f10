//! The key pairs with which sites sign evidence: Ed25519.

use ed25519_compact::{KeyPair, Seed};
use kernel::hex;
use zeroize::Zeroizing;

/// A public key; as text, and as a key id in envelopes, 64 hexadecimal digits.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct PublicKey(#[serde(with = "kernel::hex::array32")] pub [u8; 32]);

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl std::str::FromStr for PublicKey {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        hex::decode32(text).map(Self).ok_or(KeyError)
    }
}

/// Text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is 64 hexadecimal digits")]
pub struct KeyError;

impl PublicKey {
    /// Whether this key signed these bytes.
    #[must_use]
    pub fn has_signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let key = ed25519_compact::PublicKey::new(self.0);
        ed25519_compact::Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify(bytes, &signature).is_ok())
    }
}

/// A site's key pair. The private half is shown nowhere.
#[derive(Clone)]
pub struct EvidenceKey {
    pair: KeyPair,
    seed: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for EvidenceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EvidenceKey({})", self.public())
    }
}

impl EvidenceKey {
    /// The pair that follows from a seed.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self {
            pair: KeyPair::from_seed(Seed::new(seed)),
            seed: Zeroizing::new(seed),
        }
    }

    /// The pair as [`EvidenceKey::to_text`] wrote it.
    ///
    /// # Errors
    /// For any other text.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        hex::decode32(text.trim())
            .map(Self::from_seed)
            .ok_or(KeyError)
    }

    /// The seed as text, for the file in the site's folder.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(&*self.seed))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(*self.pair.pk)
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sk.sign(bytes, None).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_half_is_not_printed() {
        let key = EvidenceKey::from_seed([0xab; 32]);
        assert!(!format!("{key:?}").contains("abab"));
        assert_eq!(
            EvidenceKey::from_text(&key.to_text()).unwrap().public(),
            key.public()
        );
        assert_eq!(EvidenceKey::from_text("abc").unwrap_err(), KeyError);
        assert!(key.public().has_signed(b"x", &key.sign(b"x")));
        assert!(!key.public().has_signed(b"y", &key.sign(b"x")));
    }
}
