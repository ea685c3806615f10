//! The file in which a combined identity is handed on: one that every age tool takes, with the trust
//! it belongs to in a comment.

use super::{IdentityError, RecoveryIdentity};
use kernel::Hash;
use zeroize::Zeroizing;

const TRUST: &str = "# trust: ";

/// What stands in an identity file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityFile {
    /// The identity.
    pub identity: RecoveryIdentity,
    /// Digest of the trust that was made with it.
    pub trust: Hash,
}

/// Why a text is no identity file. It never repeats the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFileError {
    /// The line with the trust is missing or no digest.
    #[error("its line `# trust: <64 hexadecimal digits>` is missing or damaged")]
    Trust,
    /// Not one identity.
    #[error("it holds {0} identities; one is expected")]
    Count(usize),
    /// The identity is damaged.
    #[error("the identity: {0}")]
    Identity(#[from] IdentityError),
}

impl IdentityFile {
    /// The file's text.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let identity = self.identity.to_text();
        Zeroizing::new(format!(
            "# Sekoci recovery identity: whoever has this file can read everything in the vault.\n\
             # Destroy it once it has been used.\n\
             {TRUST}{}\n\
             # public key: {}\n\
             {}\n",
            self.trust,
            self.identity.recipient(),
            identity.as_str(),
        ))
    }

    /// Reads what [`IdentityFile::to_text`] wrote.
    ///
    /// # Errors
    /// What is missing or damaged.
    pub fn from_text(text: &str) -> Result<Self, IdentityFileError> {
        let trust = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(TRUST.trim_end()))
            .and_then(|digest| kernel::hex::decode32(digest.trim()))
            .map(Hash)
            .ok_or(IdentityFileError::Trust)?;
        let mut identities = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        match (identities.next(), identities.count()) {
            (Some(one), 0) => Ok(Self {
                identity: RecoveryIdentity::from_text(one)?,
                trust,
            }),
            (None, _) => Err(IdentityFileError::Count(0)),
            (Some(_), more) => Err(IdentityFileError::Count(more + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::SeededRandom;

    #[test]
    fn it_comes_back_and_what_is_missing_is_named() {
        let file = IdentityFile {
            identity: RecoveryIdentity::make(&SeededRandom::new(1)),
            trust: Hash([7; 32]),
        };
        let text = file.to_text();
        assert_eq!(IdentityFile::from_text(&text), Ok(file.clone()));
        let secret = file.identity.to_text();
        let fails = |text: &str| IdentityFile::from_text(text).unwrap_err();
        assert_eq!(fails(&secret), IdentityFileError::Trust);
        assert_eq!(fails(&text.replace("0707", "07")), IdentityFileError::Trust);
        let none = text.replace(secret.as_str(), "");
        assert_eq!(fails(&none), IdentityFileError::Count(0));
        let two = format!("{}{}", text.as_str(), secret.as_str());
        assert_eq!(fails(&two), IdentityFileError::Count(2));
        let altered = text.replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1Q");
        let form = IdentityFileError::Identity(IdentityError::Form);
        assert_eq!(fails(&altered), form);
    }
}
