//! What is wrong with a scenario, before anything is broken by it.

mod expectations;
mod order;
mod steps;

use super::action::Need;
use super::{LANGUAGES, ParseError, Scenario, Step, line_at};
use serde::Serialize;

/// Something wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LintFinding {
    /// In which line, from 1.
    pub line: usize,
    /// Which field: `steps[0].undo`.
    pub field: String,
    /// Which rule.
    pub rule: &'static str,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Findings while they are collected.
struct Findings<'a> {
    text: &'a str,
    found: Vec<LintFinding>,
}

impl Findings<'_> {
    /// About a field at the top or in a table at the top, like `load.rate`.
    fn field(&mut self, field: &str, rule: &'static str, message: impl Into<String>) {
        let line = line_of(self.text, field);
        self.found.push(LintFinding {
            line,
            field: field.into(),
            rule,
            message: message.into(),
        });
    }

    /// About a field of a step.
    fn step(&mut self, at: &At<'_>, field: &str, rule: &'static str, message: impl Into<String>) {
        self.found.push(LintFinding {
            line: at.line_of(self.text, field),
            field: format!("steps[{}].{field}", at.index),
            rule,
            message: message.into(),
        });
    }
}

/// A step and where it stands.
struct At<'a> {
    index: usize,
    byte: usize,
    step: &'a Step,
}

impl At<'_> {
    /// The line of a field of this step, or of the step.
    fn line_of(&self, text: &str, field: &str) -> usize {
        let first = line_at(text, self.byte);
        let own = text.lines().enumerate().skip(first - 1);
        let own = own.take_while(|(number, line)| *number < first || !line.starts_with('['));
        own.into_iter()
            .find(|(_, line)| is_field(line, field))
            .map_or(first, |(number, _)| number + 1)
    }
}

fn is_field(line: &str, field: &str) -> bool {
    line.trim_start()
        .strip_prefix(field)
        .is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// The line of a field at the top or in a table.
fn line_of(text: &str, field: &str) -> usize {
    let (table, name) = field.rsplit_once('.').unwrap_or(("", field));
    let mut inside = table.is_empty();
    let mut header = 1;
    for (number, line) in text.lines().enumerate() {
        if let Some(opened) = line.trim().strip_prefix('[') {
            let opened = opened.trim_matches(|c| c == '[' || c == ']');
            inside = opened == table;
            if inside || opened == field {
                header = number + 1;
            }
        } else if inside && is_field(line, name) {
            return number + 1;
        }
    }
    header
}

/// What is wrong with a scenario's text; nothing where it can be run.
///
/// # Errors
/// When it is not TOML, so that nothing can be said of it.
pub fn lint(text: &str) -> Result<Vec<LintFinding>, ParseError> {
    let scenario = match Scenario::parse(text) {
        Ok(scenario) => scenario,
        Err(error @ ParseError::NotToml { .. }) => return Err(error),
        Err(ParseError::NotScenario { line, cause }) => {
            return Ok(vec![LintFinding {
                line,
                field: quoted(&cause).unwrap_or_default().into(),
                rule: "shape",
                message: cause,
            }]);
        }
    };
    let mut findings = Findings {
        text,
        found: Vec::new(),
    };
    head(&scenario, &mut findings);
    let steps: Vec<At<'_>> = scenario
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| At {
            index,
            byte: step.span().start,
            step: step.as_ref(),
        })
        .collect();
    for at in &steps {
        steps::check(&scenario, at, &mut findings);
    }
    order::check(&scenario, &steps, &mut findings);
    expectations::check(&scenario, &mut findings);
    findings.found.sort_by_key(|finding| finding.line);
    Ok(findings.found)
}

/// The first word between backquotes, as the reader's messages name a field.
fn quoted(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

fn head(scenario: &Scenario, findings: &mut Findings<'_>) {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let name = &scenario.name;
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
        let message = "1 to 64 small letters, digits and hyphens";
        findings.field("name", "name", message);
    }
    for (field, texts) in [
        ("title", &scenario.title),
        ("description", &scenario.description),
    ] {
        for (language, text) in texts {
            let named = format!("{field}.{language}");
            if !LANGUAGES.contains(&language.as_str()) {
                let message = format!("no such language; there are {}", LANGUAGES.join(", "));
                findings.field(&named, "language", message);
            } else if text.trim().is_empty() {
                findings.field(&named, "empty", "is empty");
            }
        }
    }
    if !scenario.title.contains_key("en") {
        findings.field("title", "title", "an English title is needed: title.en");
    }
    for need in &scenario.needs {
        if Need::named(need).is_none() {
            let message = format!("{need:?} is not known; there are {}", Need::names());
            findings.field("needs", "unknown-need", message);
        }
    }
    if !(1.0..=2_000.0).contains(&scenario.load.rate) {
        findings.field("load.rate", "bounds", "1 to 2000 messages a second");
    }
    if !(5..=3_600).contains(&scenario.load.seconds) {
        findings.field("load.seconds", "bounds", "5 to 3600 seconds");
    }
    if scenario.steps.is_empty() {
        findings.field("steps", "no-step", "nothing is done");
    }
}

#[cfg(test)]
mod tests;
