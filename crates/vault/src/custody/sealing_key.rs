//! The [`SealingKey`]: with it a site signs what it seals into the vault. It opens nothing.

use ed25519_compact::{KeyPair, PublicKey, SecretKey, Seed};
use kernel::Random;
use zeroize::Zeroizing;

const SEED_LEN: usize = 32;

/// An Ed25519 key of one site, kept as its seed.
#[derive(Clone)]
pub struct SealingKey(KeyPair);

/// Why a text is no sealing key. It never repeats the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealing key is 64 hexadecimal digits, not all zero")]
pub struct SealingKeyError;

impl SealingKey {
    /// A new key.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        let mut seed = Zeroizing::new([0; SEED_LEN]);
        random.fill(&mut *seed);
        let pair = KeyPair::try_from_seed(Seed::new(*seed));
        Self(pair.expect("32 random bytes are not all zero"))
    }

    /// A key from its text form.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_text(text: &str) -> Result<Self, SealingKeyError> {
        let bytes = kernel::hex::decode(text.trim()).map(Zeroizing::new);
        let seed = bytes
            .and_then(|bytes| <[u8; SEED_LEN]>::try_from(bytes.as_slice()).ok())
            .map(Zeroizing::new)
            .ok_or(SealingKeyError)?;
        let pair = KeyPair::try_from_seed(Seed::new(*seed));
        pair.map(Self).map_err(|_| SealingKeyError)
    }

    /// Its seed as hexadecimal text.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(kernel::hex::encode(&*self.0.sk.seed()))
    }

    /// What signs.
    #[must_use]
    pub fn secret(&self) -> SecretKey {
        self.0.sk.clone()
    }

    /// What everybody may know.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.0.pk
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealingKey(of {})", kernel::hex::encode(&*self.0.pk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::SeededRandom;

    #[test]
    fn it_comes_back_from_its_text_and_shows_it_nowhere_else() {
        let key = SealingKey::make(&SeededRandom::new(1));
        let text = key.to_text();
        let back = SealingKey::from_text(&format!("{}\n", text.as_str())).unwrap();
        let signature = back.secret().sign(b"link", None);
        assert!(key.public().verify(b"link", &signature).is_ok());
        assert!(!format!("{key:?}").contains(text.as_str()));
    }

    #[test]
    fn other_texts_are_refused() {
        let zero = "00".repeat(32);
        for bad in ["", "ab", &zero, &"zz".repeat(32), &"ab".repeat(33)] {
            assert!(SealingKey::from_text(bad).is_err(), "{bad}");
        }
    }
}
