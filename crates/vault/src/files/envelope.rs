//! Bytes sealed by themselves: `SKVCHUNK`, version, algorithm, then zstd in age.

use age::x25519::{Identity, Recipient};
use std::io::{Read, Write};

const MAGIC: &[u8; 8] = b"SKVCHUNK";
const VERSION: u8 = 1;
const AGE_X25519_ZSTD: u8 = 1;
const LEVEL: i32 = 3;
/// age and zstd make at most this much more of bytes that do not compress.
const OVERHEAD_MAX: usize = 64 << 10;

/// Why bytes were not sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// They do not begin as sealed bytes do.
    #[error("it does not begin as sealed bytes do")]
    Form,
    /// Of another release.
    #[error("version {0} with algorithm {1} is unknown to this release")]
    Version(u8, u8),
    /// No identity fits.
    #[error("it is sealed for another identity")]
    WrongIdentity,
    /// Altered, or cut short.
    #[error("it is altered or cut short: {0}")]
    Altered(String),
    /// More than was ever sealed.
    #[error("it has more than {0} bytes")]
    Large(usize),
    /// Sealing failed for a reason of its own.
    #[error("sealing failed: {0}")]
    Sealing(String),
}

/// Seals bytes for recipients.
///
/// # Errors
/// When there is no recipient.
pub fn seal(bytes: &[u8], recipients: &[Recipient]) -> Result<Vec<u8>, EnvelopeError> {
    let failed = |e: &dyn std::fmt::Display| EnvelopeError::Sealing(e.to_string());
    let mut out = MAGIC.to_vec();
    out.extend([VERSION, AGE_X25519_ZSTD]);
    let age = age::Encryptor::with_recipients(recipients.iter().map(|r| r as _))
        .map_err(|e| failed(&e))?
        .wrap_output(out)
        .map_err(|e| failed(&e))?;
    let mut zstd = zstd::Encoder::new(age, LEVEL).map_err(|e| failed(&e))?;
    zstd.write_all(bytes).map_err(|e| failed(&e))?;
    zstd.finish()
        .and_then(age::stream::StreamWriter::finish)
        .map_err(|e| failed(&e))
}

/// Opens sealed bytes of which there are at most `max`.
///
/// # Errors
/// What is wrong with them.
pub fn open(sealed: &[u8], identities: &[Identity], max: usize) -> Result<Vec<u8>, EnvelopeError> {
    if sealed.len() > max.saturating_add(OVERHEAD_MAX) {
        return Err(EnvelopeError::Large(max));
    }
    let rest = sealed.strip_prefix(MAGIC).ok_or(EnvelopeError::Form)?;
    let (head, rest) = rest.split_at_checked(2).ok_or(EnvelopeError::Form)?;
    if head != [VERSION, AGE_X25519_ZSTD] {
        return Err(EnvelopeError::Version(head[0], head[1]));
    }
    let altered = |e: &dyn std::fmt::Display| EnvelopeError::Altered(e.to_string());
    let age = age::Decryptor::new_buffered(rest)
        .and_then(|age| age.decrypt(identities.iter().map(|identity| identity as _)))
        .map_err(|e| match e {
            age::DecryptError::NoMatchingKeys => EnvelopeError::WrongIdentity,
            other => altered(&other),
        })?;
    let zstd = zstd::Decoder::new(age).map_err(|e| altered(&e))?;
    let mut bytes = Vec::new();
    let limit = max as u64 + 1;
    zstd.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|e| altered(&e))?;
    if bytes.len() > max {
        return Err(EnvelopeError::Large(max));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(bytes: &[u8]) -> (Vec<u8>, Identity) {
        let identity = Identity::generate();
        let sealed = seal(bytes, &[identity.to_public()]).unwrap();
        (sealed, identity)
    }

    #[test]
    fn what_was_sealed_is_opened_and_nothing_else_is() {
        let (sealed, identity) = sealed(b"some bytes");
        let open = |bytes: &[u8]| open(bytes, std::slice::from_ref(&identity), 10);
        assert_eq!(open(&sealed).unwrap(), b"some bytes");
        for cut in 0..sealed.len() {
            assert!(open(&sealed[..cut]).is_err(), "{cut}");
        }
        for byte in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[byte] ^= 1;
            assert!(open(&altered).is_err(), "{byte}");
        }
        let other = [Identity::generate()];
        let error = super::open(&sealed, &other, 10).unwrap_err();
        assert!(matches!(error, EnvelopeError::WrongIdentity), "{error}");
    }

    #[test]
    fn bombs_are_refused() {
        let (sealed, identity) = sealed(&vec![0; 50 << 20]);
        assert!(sealed.len() < 100 << 10);
        let error = open(&sealed, &[identity], 4 << 20).unwrap_err();
        assert!(matches!(error, EnvelopeError::Large(_)), "{error}");
    }
}
