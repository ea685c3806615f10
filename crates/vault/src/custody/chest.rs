//! The *chest*: the identities of all earlier trusts, sealed for the newest recipient, so that
//! whoever holds the newest shares opens old segments too. One object per trust that has earlier ones.
//!
//! # Form
//! `SKCHEST1`, then an age file (X25519) of the identities' text forms, one a line. Anyone can make
//! one for a recipient: that its identities are those of the earlier trusts is for the reader to see
//! ([`super::open_all`]).

use super::{IdentityError, RecoveryIdentity};
use crate::store::ObjectName;
use age::x25519::Recipient;
use kernel::Hash;
use std::io::{Read, Write};
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"SKCHEST1";

/// The most identities in one chest.
pub const IDENTITIES_MAX: usize = 1_000;

/// Bytes of one line: an identity has 74 characters.
const LINE_MAX: usize = 80;
const PLAIN_MAX: usize = IDENTITIES_MAX * LINE_MAX;

/// Why a chest cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum ChestError {
    /// The bytes do not begin as a chest does.
    #[error("these bytes are not a chest")]
    NotAChest,
    /// It was sealed for others.
    #[error("the chest was not sealed for this identity")]
    WrongIdentity,
    /// It is damaged.
    #[error("the chest was altered or cut short: {0}")]
    Altered(String),
    /// More than fits.
    #[error("the chest holds more than {IDENTITIES_MAX} identities")]
    TooMany,
    /// A line is no identity.
    #[error("line {line} of the chest: {cause}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// Why.
        cause: IdentityError,
    },
    /// The encryption failed for a reason of its own.
    #[error("the chest could not be sealed: {0}")]
    Sealing(String),
}

/// Name of the chest that belongs to a trust.
#[must_use]
pub fn chest_name(trust: &Hash) -> ObjectName {
    ObjectName::new(format!("identities/{trust}")).expect("hexadecimal digits can stand in a name")
}

/// Seals identities for a recipient.
///
/// # Errors
/// When there are too many.
pub fn seal(identities: &[RecoveryIdentity], recipient: &Recipient) -> Result<Vec<u8>, ChestError> {
    if identities.len() > IDENTITIES_MAX {
        return Err(ChestError::TooMany);
    }
    let sealing = |e: std::io::Error| ChestError::Sealing(e.to_string());
    let mut age = age::Encryptor::with_recipients(std::iter::once(recipient as _))
        .map_err(|e| ChestError::Sealing(e.to_string()))?
        .wrap_output(MAGIC.to_vec())
        .map_err(sealing)?;
    for identity in identities {
        age.write_all(identity.to_text().as_bytes())
            .and_then(|()| age.write_all(b"\n"))
            .map_err(sealing)?;
    }
    age.finish().map_err(sealing)
}

/// Opens a chest.
///
/// # Errors
/// What is wrong with it.
pub fn open(
    bytes: &[u8],
    identity: &RecoveryIdentity,
) -> Result<Vec<RecoveryIdentity>, ChestError> {
    let sealed = bytes.strip_prefix(MAGIC).ok_or(ChestError::NotAChest)?;
    let identity = identity.to_age();
    let reader = age::Decryptor::new_buffered(sealed)
        .and_then(|age| age.decrypt(std::iter::once(&identity as _)))
        .map_err(|e| match e {
            age::DecryptError::NoMatchingKeys => ChestError::WrongIdentity,
            other => ChestError::Altered(other.to_string()),
        })?;
    // All its room at once, so that nothing secret is left behind by a vector that grew.
    let mut plain = Zeroizing::new(Vec::with_capacity(PLAIN_MAX + 1));
    reader
        .take(PLAIN_MAX as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|e| ChestError::Altered(e.to_string()))?;
    if plain.len() > PLAIN_MAX {
        return Err(ChestError::TooMany);
    }
    let text = str::from_utf8(&plain).map_err(|e| ChestError::Altered(e.to_string()))?;
    let lines = text.lines().enumerate();
    let identities = lines.map(|(at, line)| {
        RecoveryIdentity::from_text(line).map_err(|cause| ChestError::Line {
            line: at + 1,
            cause,
        })
    });
    let identities = identities.collect::<Result<Vec<_>, _>>()?;
    if identities.len() > IDENTITIES_MAX {
        return Err(ChestError::TooMany);
    }
    Ok(identities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::SeededRandom;

    fn identities(count: u64) -> Vec<RecoveryIdentity> {
        let random = (1..=count).map(SeededRandom::new);
        random
            .map(|random| RecoveryIdentity::make(&random))
            .collect()
    }

    fn holder() -> RecoveryIdentity {
        RecoveryIdentity::make(&SeededRandom::new(0))
    }

    #[test]
    fn only_the_newest_identity_opens_it() {
        let inside = identities(3);
        let bytes = seal(&inside, &holder().recipient()).unwrap();
        assert_eq!(open(&bytes, &holder()).unwrap(), inside);
        let other = open(&bytes, &inside[0]).unwrap_err();
        assert!(matches!(other, ChestError::WrongIdentity), "{other}");
    }

    #[test]
    fn damage_is_noticed() {
        let bytes = seal(&identities(3), &holder().recipient()).unwrap();
        for at in (0..bytes.len()).step_by(7) {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            assert!(open(&altered, &holder()).is_err(), "byte {at}");
            assert!(open(&bytes[..at], &holder()).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn there_is_a_most_of_identities() {
        let many = vec![holder(); IDENTITIES_MAX];
        let bytes = seal(&many, &holder().recipient()).unwrap();
        assert_eq!(open(&bytes, &holder()).unwrap().len(), IDENTITIES_MAX);
        let more = vec![holder(); IDENTITIES_MAX + 1];
        let refused = seal(&more, &holder().recipient()).unwrap_err();
        assert!(matches!(refused, ChestError::TooMany), "{refused}");
    }
}
