//! The scenarios that come with the product.

use super::Scenario;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../scenarios/", $name, ".toml")))),+]
    };
}

const FILES: &[(&str, &str)] = files!(
    "site-loss",
    "both-sites-lost",
    "ransomware",
    "site-frozen",
    "site-cut-off",
    "grey-link",
    "database-primary-lost",
    "database-manager-lost",
    "database-manager-frozen",
    "witness-lost",
    "application-lost",
    "planned-switchover",
    "bad-configuration",
    "module-panic",
    "module-hang",
    "module-flood",
    "module-leak",
    "crash-in-mid-write",
    "vault-gone",
    "vault-credentials-stolen",
    "administrators-absent",
);

/// All of them with their texts, in the order in which they are listed.
pub fn builtin() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied()
}

/// The text of the one of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static str> {
    builtin()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| text)
}

impl Scenario {
    /// The one of that name that comes with the product.
    #[must_use]
    pub fn builtin(name: &str) -> Option<Self> {
        // A test reads every one of them.
        Self::parse(named(name)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{LANGUAGES, lint};

    #[test]
    fn every_one_is_clean_and_told_in_four_languages() {
        for (name, text) in builtin() {
            let findings = lint(text).unwrap();
            assert!(findings.is_empty(), "{name}: {findings:?}");
            let scenario = Scenario::builtin(name).unwrap();
            assert_eq!(scenario.name, name);
            for language in LANGUAGES {
                assert!(scenario.title.contains_key(language), "{name}: {language}");
                assert!(
                    scenario.description.contains_key(language),
                    "{name}: {language}"
                );
            }
        }
    }
}
