//! What a drill found wanting, as something that somebody has to see to.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Work was lost or doubled, or what was broken could not be put back.
    High,
    /// An objective was missed.
    Medium,
    /// Something could not be seen or measured.
    Low,
}

impl Severity {
    /// Within how many days it must be closed.
    const fn days(self) -> i64 {
        match self {
            Self::High => 7,
            Self::Medium => 30,
            Self::Low => 90,
        }
    }
}

/// Something that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its id: the drill's and its number in it.
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a rule that is the same in every drill.
    pub title: String,
    /// What was seen, in one sentence.
    pub detail: String,
    /// The function concerned: `messaging / post message`.
    pub function: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// By when it must be closed.
    pub due: Option<Timestamp>,
}

/// A finding before it has an id, an owner and a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub title: &'static str,
    /// What was seen.
    pub detail: String,
    /// The function concerned.
    pub function: Option<String>,
}

impl Miss {
    /// One that concerns no single function.
    pub fn new(severity: Severity, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            severity,
            title,
            detail: detail.into(),
            function: None,
        }
    }

    /// From a sentence that a procedure wrote into its shortfalls.
    #[must_use]
    pub fn of_shortfall(detail: &str) -> Self {
        Self::new(Severity::High, "Not as expected", detail)
    }
}

/// Gives each miss its id, owner and date.
#[must_use]
pub fn findings(
    drill: kernel::id::Uuid,
    misses: &[Miss],
    owner: Option<&str>,
    now: Timestamp,
) -> Vec<Finding> {
    let day_ms = 24 * 60 * 60 * 1_000;
    let numbered = misses.iter().enumerate();
    numbered
        .map(|(number, miss)| Finding {
            id: format!("{drill}-{}", number + 1),
            severity: miss.severity,
            title: miss.title.into(),
            detail: miss.detail.clone(),
            function: miss.function.clone(),
            owner: owner.map(String::from),
            due: Some(now.plus_ms(miss.severity.days() * day_ms)),
        })
        .collect()
}
