//! The [`RecoveryIdentity`]: the secret that opens the vault.

use age::x25519::{Identity, Recipient};
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use ed25519_compact::{KeyPair, Seed};
use kernel::Random;
use zeroize::Zeroizing;

const HRP: Hrp = Hrp::parse_unchecked("age-secret-key-");

/// Bytes of an identity's secret.
pub const SECRET_LEN: usize = 32;

/// An age identity (X25519) that is made from our own randomness, split and combined. Its memory is
/// wiped when it is dropped, and it shows itself nowhere but in [`RecoveryIdentity::to_text`].
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryIdentity(Zeroizing<[u8; SECRET_LEN]>);

/// Why a text is no identity. It never repeats the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The checksum or a character is wrong, or it is something else.
    #[error("it is not an age identity (AGE-SECRET-KEY-1…) or was altered")]
    Form,
    /// It has another length than an X25519 secret.
    #[error("it has {0} bytes; an age identity has {SECRET_LEN}")]
    Length(usize),
}

impl RecoveryIdentity {
    /// A new identity.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        random.fill(&mut *secret);
        Self(secret)
    }

    pub(super) const fn from_secret(secret: Zeroizing<[u8; SECRET_LEN]>) -> Self {
        Self(secret)
    }

    pub(super) fn secret(&self) -> &[u8; SECRET_LEN] {
        &self.0
    }

    /// An identity from its text form.
    ///
    /// # Errors
    /// When the text is not an age X25519 identity.
    pub fn from_text(text: &str) -> Result<Self, IdentityError> {
        let decoded =
            CheckedHrpstring::new::<Bech32>(text.trim()).map_err(|_| IdentityError::Form)?;
        if decoded.hrp() != HRP {
            return Err(IdentityError::Form);
        }
        let bytes = Zeroizing::new(decoded.byte_iter().collect::<Vec<_>>());
        let secret = <[u8; SECRET_LEN]>::try_from(bytes.as_slice())
            .map_err(|_| IdentityError::Length(bytes.len()))?;
        Ok(Self(Zeroizing::new(secret)))
    }

    /// The text form that every age tool takes: `AGE-SECRET-KEY-1…`.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let text = bech32::encode_upper::<Bech32>(HRP, &*self.0);
        Zeroizing::new(text.expect("32 bytes are within the length that bech32 takes"))
    }

    /// The identity as age uses it.
    #[must_use]
    pub fn to_age(&self) -> Identity {
        let identity = self.to_text().parse();
        identity.expect("the text form of an identity is what age reads")
    }

    /// For whom segments are sealed, so that this identity opens them.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        self.to_age().to_public()
    }

    /// The Ed25519 key that signs records of recoveries and verifications: it follows from the secret,
    /// so that a signature shows that whoever wrote the record could open the vault.
    #[must_use]
    pub fn record_key(&self) -> KeyPair {
        let seed = Zeroizing::new(blake3::derive_key("sekoci recovery record v1", &*self.0));
        KeyPair::from_seed(Seed::new(*seed))
    }
}

impl std::fmt::Debug for RecoveryIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecoveryIdentity(of {})", self.recipient())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::SeededRandom;

    #[test]
    fn the_text_form_is_the_one_that_age_writes() {
        let ours = RecoveryIdentity::make(&SeededRandom::new(1));
        let text = ours.to_text();
        let theirs = ours.to_age();
        assert_eq!(RecoveryIdentity::from_text(&text), Ok(ours.clone()));
        assert!(text.starts_with("AGE-SECRET-KEY-1"));
        assert_eq!(ours.recipient().to_string(), theirs.to_public().to_string());
        let lower = text.to_lowercase();
        assert_eq!(RecoveryIdentity::from_text(&lower), Ok(ours));
    }

    #[test]
    fn other_texts_are_refused_without_being_repeated() {
        let identity = RecoveryIdentity::make(&SeededRandom::new(2));
        let text = identity.to_text().to_string();
        let altered = text.replacen('Q', "P", 1);
        let recipient = identity.recipient().to_string();
        let m = bech32::encode::<bech32::Bech32m>(HRP, identity.secret()).unwrap();
        for bad in ["", "AGE-SECRET-KEY-1", &altered, &recipient, &text[1..], &m] {
            let error = RecoveryIdentity::from_text(bad).unwrap_err();
            assert_eq!(error, IdentityError::Form, "{bad}");
        }
        let short = bech32::encode::<Bech32>(HRP, &[1; 31]).unwrap();
        let error = RecoveryIdentity::from_text(&short).unwrap_err();
        assert_eq!(error, IdentityError::Length(31));
    }

    #[test]
    fn it_does_not_show_its_secret() {
        let identity = RecoveryIdentity::make(&SeededRandom::new(3));
        let shown = format!("{identity:?}");
        assert!(shown.contains("age1"), "{shown}");
        assert!(!shown.contains(&kernel::hex::encode(identity.secret())));
        assert!(!shown.to_uppercase().contains("SECRET"));
    }
}
