//! Names of sites.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The name of a site: 1 to 16 of `a-z`, `0-9` and `-`, starting with a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteName(Arc<str>);

/// A site name that breaks the rules.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("site name {0:?} must be 1 to 16 of a-z, 0-9 and '-', starting with a letter")]
pub struct SiteNameError(String);

impl SiteName {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// When the name breaks the rules.
    pub fn new(name: &str) -> Result<Self, SiteNameError> {
        let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
        let all_well = name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if name.len() <= 16 && starts_well && all_well {
            Ok(Self(name.into()))
        } else {
            Err(SiteNameError(name.into()))
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SiteName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for SiteName {
    type Err = SiteNameError;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

impl TryFrom<String> for SiteName {
    type Error = SiteNameError;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(&name)
    }
}

impl From<SiteName> for String {
    fn from(name: SiteName) -> Self {
        name.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert!(SiteName::new("a").is_ok());
        for bad in ["", "A", "1a", "a b", "a/b", "abcdefghijklmnopq"] {
            assert!(SiteName::new(bad).is_err(), "{bad:?}");
        }
    }
}
