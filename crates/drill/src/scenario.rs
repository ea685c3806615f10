//! A drill as a readable file: what is broken, when, how it is put back, and what is expected.
//!
//! [`Scenario::parse`] reads a file; [`lint()`] says what is wrong with one that can be read.

mod action;
mod builtin;
mod lasting;
mod lint;

pub use action::{Action, ModuleFault, Need, Process, Target, Undo};
pub use builtin::{builtin, named};
pub use lasting::Lasting;
pub use lint::{LintFinding, lint};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use toml::Spanned;

/// Where a scenario may be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    /// Nobody who works loses anything by it.
    SafeInProduction,
    /// It breaks something; refused where the installation says that it is production.
    RehearsalOnly,
}

impl Safety {
    /// Its name in files and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SafeInProduction => "safe-in-production",
            Self::RehearsalOnly => "rehearsal-only",
        }
    }
}

/// A text in up to four languages, by language tag; English is always there.
pub type Texts = BTreeMap<String, String>;

/// Languages a text may be in.
pub const LANGUAGES: [&str; 4] = ["en", "id", "zh-Hans", "zh-Hant"];

/// A scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name: small letters, digits and hyphens.
    pub name: String,
    /// What it is called.
    pub title: Texts,
    /// What it does, in a sentence or two.
    #[serde(default)]
    pub description: Texts,
    /// Where it may be run.
    pub safety: Safety,
    /// What has to be there.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Who answers for its findings; whoever ran the drill where absent.
    #[serde(default)]
    pub owner: Option<String>,
    /// What goes on meanwhile.
    #[serde(default)]
    pub load: Load,
    /// What is done.
    pub steps: Vec<Spanned<Step>>,
    /// What must be seen for it to pass.
    #[serde(default)]
    pub expect: Option<Expect>,
}

/// What people do during the drill.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Load {
    /// What the messages and documents are about.
    pub workload: Workload,
    /// Messages a second over both sites.
    pub rate: f64,
    /// Seconds of load after the first step.
    pub seconds: u64,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            workload: Workload::Orders,
            rate: 50.0,
            seconds: 20,
        }
    }
}

/// The business that goes on: records are filed as messages, and as documents once a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Workload {
    /// Orders of customers.
    Orders,
    /// Shipments that leave or arrive.
    Shipments,
    /// Changes to a timetable.
    Timetable,
    /// Notes about patients.
    PatientNotes,
}

impl Workload {
    /// Its name in files and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Shipments => "shipments",
            Self::Timetable => "timetable",
            Self::PatientNotes => "patient-notes",
        }
    }

    /// How one record of it is called in a text.
    #[must_use]
    pub const fn record(self) -> &'static str {
        match self {
            Self::Orders => "Order",
            Self::Shipments => "Shipment",
            Self::Timetable => "Timetable change",
            Self::PatientNotes => "Patient note",
        }
    }
}

/// One thing that is done.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When, from the first moment of load that counts.
    #[serde(default)]
    pub at: Lasting,
    /// What: the name of an action.
    #[serde(rename = "do")]
    pub action: String,
    /// To what.
    #[serde(default)]
    pub target: Option<String>,
    /// How it is put back at the end, also after a failure.
    #[serde(default)]
    pub undo: Option<String>,
    /// Which process of the node.
    #[serde(default)]
    pub process: Option<String>,
    /// Which module.
    #[serde(default)]
    pub module: Option<String>,
    /// How a module misbehaves.
    #[serde(default)]
    pub fault: Option<String>,
    /// How long it lasts by itself.
    #[serde(default, rename = "for")]
    pub lasts: Option<Lasting>,
    /// Delay of each packet.
    #[serde(default)]
    pub delay: Option<Lasting>,
    /// Packets lost of a hundred.
    #[serde(default)]
    pub loss_pct: Option<f64>,
}

/// What must be seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The loss is noticed by two of three within this time.
    #[serde(default)]
    pub detected_within: Option<Lasting>,
    /// People can write again within this time.
    #[serde(default)]
    pub rto_within: Option<Lasting>,
    /// Everything is back, in step and protected within this time after it is put back.
    #[serde(default)]
    pub back_within: Option<Lasting>,
    /// The most acknowledged writes that may be missing.
    #[serde(default)]
    pub lost: Option<u64>,
    /// The most writes that may be there twice.
    #[serde(default)]
    pub duplicated: Option<u64>,
    /// The least number of writes that have to be under way when something is broken; with fewer the
    /// drill shows nothing.
    #[serde(default)]
    pub in_flight: Option<u64>,
    /// The share of functions that must work again within their objective.
    #[serde(default)]
    pub functions_available_pct: Option<f64>,
    /// The rows are the same at both sites.
    #[serde(default)]
    pub views_equal: Option<bool>,
    /// Every chain is whole.
    #[serde(default)]
    pub chains_valid: Option<bool>,
    /// Objectives of single functions.
    #[serde(default)]
    pub functions: Vec<ExpectedFunction>,
}

/// The objective of one function, or of all functions of a module where no name is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFunction {
    /// Its module.
    pub module: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// It works again within this time.
    #[serde(default)]
    pub rto_within: Option<Lasting>,
    /// The least share of the seconds of the fault in which it worked.
    #[serde(default)]
    pub available_pct: Option<f64>,
}

/// A file that cannot be read as a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// It is not TOML.
    #[error("line {line}: not TOML: {cause}")]
    NotToml {
        /// Where.
        line: usize,
        /// Why.
        cause: String,
    },
    /// It is TOML, but a field is missing, unknown or of another type.
    #[error("line {line}: {cause}")]
    NotScenario {
        /// Where.
        line: usize,
        /// Which field and why.
        cause: String,
    },
}

impl Scenario {
    /// Reads a file's text.
    ///
    /// # Errors
    /// With the line, and the field that is missing, unknown or of another type.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let table: Result<toml::Table, _> = toml::from_str(text);
        if let Err(error) = table {
            return Err(ParseError::NotToml {
                line: line_at(text, error.span().map_or(0, |span| span.start)),
                cause: error.message().to_owned(),
            });
        }
        toml::from_str(text).map_err(|error: toml::de::Error| ParseError::NotScenario {
            line: line_at(text, error.span().map_or(0, |span| span.start)),
            cause: error.message().to_owned(),
        })
    }

    /// Its title in a language, or in English.
    #[must_use]
    pub fn title_in(&self, language: &str) -> &str {
        let found = self.title.get(language).or_else(|| self.title.get("en"));
        found.map_or(self.name.as_str(), String::as_str)
    }

    /// Whether it runs a procedure of its own instead of steps under load.
    #[must_use]
    pub fn procedure(&self) -> Option<Action> {
        let actions = self.steps.iter().filter_map(|step| step.as_ref().known());
        actions.into_iter().find(|action| action.is_procedure())
    }
}

impl Step {
    /// Its action, where there is one of that name.
    #[must_use]
    pub fn known(&self) -> Option<Action> {
        Action::named(&self.action)
    }
}

/// The line, from 1, in which a byte lies.
fn line_at(text: &str, byte: usize) -> usize {
    let before = text.get(..byte.min(text.len())).unwrap_or(text);
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_line_and_the_field() {
        let unknown = "name = \"x\"\nsafety = \"rehearsal-only\"\nsteps = []\ncolour = 1\n\
                       [title]\nen = \"X\"\n";
        let error = Scenario::parse(unknown).unwrap_err();
        assert!(
            matches!(error, ParseError::NotScenario { line: 4, .. }),
            "{error}"
        );
        assert!(error.to_string().contains("colour"), "{error}");
        let broken = Scenario::parse("name = \"x\"\nsafety =\n").unwrap_err();
        assert!(
            matches!(broken, ParseError::NotToml { line: 2, .. }),
            "{broken}"
        );
        let wrong = "name = \"x\"\nsafety = \"fine\"\nsteps = []\n[title]\nen = \"X\"\n";
        let wrong = Scenario::parse(wrong).unwrap_err().to_string();
        assert!(
            wrong.contains("line 2") && wrong.contains("fine"),
            "{wrong}"
        );
    }
}
