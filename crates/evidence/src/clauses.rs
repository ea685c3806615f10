//! Which figure of a report speaks to which clause, and which clauses no figure answers.
//!
//! The map is `data/clauses.toml`. It never says that a clause is complied with: that is for the
//! organisation and whoever supervises it.

use crate::Language;
use crate::language::{Texts, of};
use serde::Deserialize;
use std::sync::LazyLock;

/// What of a clause was read when the map was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Its text.
    Read,
    /// Not its text: what it asks for is known from others.
    Unread,
}

/// A clause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// The rule it belongs to, with its own title.
    pub framework: String,
    /// The clause.
    pub clause: String,
    /// Whether its text was available.
    pub source: Source,
    asks: Texts,
    /// JSON pointers into the report of a drill that speak to it.
    #[serde(default)]
    pub drill: Vec<String>,
    /// JSON pointers into the report of a year or quarter that speak to it.
    #[serde(default)]
    pub period: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    clause: Vec<Clause>,
}

static CLAUSES: LazyLock<Vec<Clause>> = LazyLock::new(|| {
    let file: File =
        toml::from_str(include_str!("../data/clauses.toml")).expect("a test reads the clauses");
    file.clause
});

/// Every clause of the map.
#[must_use]
pub fn all() -> &'static [Clause] {
    &CLAUSES
}

impl Clause {
    /// What it asks for, in a few words.
    #[must_use]
    pub fn asks(&self, language: Language) -> &str {
        of(&self.asks, language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_of_the_issue_is_there_with_its_right_title() {
        let frameworks: BTreeSet<&str> = all().iter().map(|one| one.framework.as_str()).collect();
        for expected in [
            "HKMA TM-G-1 (General Principles for Technology Risk Management)",
            "HKMA TM-G-2 (Business Continuity Planning)",
            "HKMA OR-1 (Operational Risk Management)",
            "HKMA OR-2 (Operational Resilience)",
            "HKMA TM-E-1 (Risk Management of E-banking)",
            "HIPAA 45 CFR 164.308(a)(7)",
            "PDPO (Cap. 486)",
            "ISO 22301:2019",
            "DORA (EU) 2022/2554",
            "DORA RTS (EU) 2024/1774",
            "NIST SP 800-34 Rev. 1",
        ] {
            assert!(
                frameworks.contains(expected),
                "{expected} is missing: {frameworks:?}"
            );
        }
    }

    #[test]
    fn every_row_says_what_is_asked_in_four_languages_and_points_into_reports() {
        let mut seen = BTreeSet::new();
        for one in all() {
            assert!(
                seen.insert((&one.framework, &one.clause)),
                "{one:?} is there twice"
            );
            for language in Language::ALL {
                assert!(
                    !one.asks(language).is_empty(),
                    "{} {}",
                    one.framework,
                    one.clause
                );
            }
            for pointer in one.drill.iter().chain(&one.period) {
                assert!(pointer.starts_with('/'), "{pointer}");
            }
        }
        let unread = all().iter().filter(|one| one.source == Source::Unread);
        let unread: BTreeSet<&str> = unread.map(|one| one.framework.as_str()).collect();
        assert!(
            unread.iter().any(|name| name.contains("TM-G-2")),
            "its text was not available"
        );
        assert!(
            unread.iter().any(|name| name.contains("OR-2")),
            "its text was not available"
        );
        let unanswered = all()
            .iter()
            .filter(|one| one.drill.is_empty() && one.period.is_empty());
        assert!(
            unanswered.count() > 3,
            "what no figure answers is listed as well"
        );
    }

    /// No report claims that a rule is complied with.
    #[test]
    fn nothing_claims_compliance() {
        let sources = [
            include_str!("../data/words.toml"),
            include_str!("../data/clauses.toml"),
            include_str!("../data/report.typ"),
        ];
        let claims = [
            "complian",
            "complies",
            "comply",
            "conforms to",
            "certified",
            "satisfies the",
            "fulfils the",
            "memenuhi syarat",
            "patuh",
            "kepatuhan",
            "mematuhi",
            "sesuai dengan peraturan",
            "合规",
            "合規",
            "符合",
            "遵守",
            "遵從",
            "满足要求",
            "滿足要求",
        ];
        for source in sources {
            let lower = source.to_lowercase();
            for claim in claims {
                assert!(
                    !lower.contains(claim),
                    "{claim:?} claims more than a figure can"
                );
            }
        }
    }
}
