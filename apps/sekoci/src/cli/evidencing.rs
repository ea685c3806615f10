//! `--json FILE`, `--pdf FILE`, `--lang L` of subcommands whose report is evidence: signed by a site that has
//! it on record, and readable.

use super::{Connection, Failure, Reporting};
use client::Client;
use evidence::{SIGNATURE, UNSIGNED_BECAUSE};
use kernel::id::Uuid;
use serde::Serialize;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Where the evidence goes.
#[derive(clap::Args, Clone, Debug)]
pub struct Evidencing {
    #[command(flatten)]
    pub reporting: Reporting,
    #[command(flatten)]
    pub readable: Readable,
}

/// The report for people.
#[derive(clap::Args, Clone, Debug)]
pub struct Readable {
    /// Write the report as PDF/A, with the signed JSON attached
    #[arg(long, value_name = "FILE")]
    pub pdf: Option<PathBuf>,
    /// The language of the PDF: en, id, zh-Hans, zh-Hant
    #[arg(long, value_name = "L", default_value = "en", value_parser = language)]
    pub lang: evidence::Language,
}

fn language(text: &str) -> Result<evidence::Language, String> {
    text.parse()
        .map_err(|()| "one of en, id, zh-Hans, zh-Hant".into())
}

impl Readable {
    /// Finds out before the work starts whether the PDF can be made and written after it.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check(&self) -> Result<(), Failure> {
        let Some(file) = &self.pdf else { return Ok(()) };
        if file == Path::new("-") {
            return Err(Failure::argument("--pdf", "is written into a file only"));
        }
        can_be_made(self.lang)?;
        Reporting {
            json: Some(file.clone()),
        }
        .check()
        .map_err(|failure| Failure::refused(failure.to_string().replacen("--json", "--pdf", 1)))
    }

    /// Writes the PDF of evidence.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn write(&self, evidence: &Value) -> Result<(), Failure> {
        let Some(file) = &self.pdf else { return Ok(()) };
        let pdf = pdf(evidence, self.lang)?;
        super::reporting::write_whole(file, &pdf)
            .map_err(|error| Failure::failed(format!("--pdf: {}: {error}", file.display())))
    }
}

impl Evidencing {
    /// Whether the JSON takes standard output, so that nothing else may be printed there.
    #[must_use]
    pub fn is_stdout(&self) -> bool {
        self.reporting.is_stdout()
    }

    /// Finds out before the work starts whether the report can be written after it.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check(&self) -> Result<(), Failure> {
        self.reporting.check()?;
        self.readable.check()
    }

    /// Writes the report of a drill: as a site signs it, where it is on record, and otherwise unsigned, with
    /// the reason. Not from inside a runtime.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, connection: &Connection, report: &impl Serialize) -> Result<(), Failure> {
        if self.reporting.json.is_none() && self.readable.pdf.is_none() {
            return Ok(());
        }
        let report = serde_json::to_value(report)
            .map_err(|error| Failure::failed(format!("the report: {error}")))?;
        let evidence = match signed(connection, &report) {
            Ok(evidence) => {
                tell_difference(&report, &evidence);
                evidence
            }
            Err(cause) => {
                eprintln!("sekoci: the report is not signed: {cause}");
                unsigned(report, &cause)
            }
        };
        self.write_evidence(&evidence)
    }

    /// Writes evidence as it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_evidence(&self, evidence: &Value) -> Result<(), Failure> {
        self.reporting.write(evidence)?;
        self.readable.write(evidence)
    }
}

/// The report as a site has it on record, signed by it.
fn signed(connection: &Connection, report: &Value) -> Result<Value, String> {
    let drill = report["drill_id"].as_str().and_then(|id| id.parse().ok());
    let Some(drill) = drill else {
        return Err("the drill ended before it was on record".into());
    };
    let client = connection.client().map_err(|failure| failure.to_string())?;
    let asking = async { Ok(of_drill(&client, drill).await) };
    super::block_on(asking)
        .map_err(|failure| failure.to_string())?
        .map_err(|error| format!("no site signed it: {error}"))
}

async fn of_drill(client: &Client, drill: Uuid) -> Result<Value, client::Error> {
    let asked = [("drill_id", drill.to_string())];
    client
        .query("continuity", "drill-evidence", None, &asked)
        .await
}

/// What is on record counts; where this process measured otherwise, it says so.
fn tell_difference(report: &Value, evidence: &Value) {
    let (Some(report), Some(evidence)) = (report.as_object(), evidence.as_object()) else {
        return;
    };
    let differs = |(name, value): &(&String, &Value)| evidence.get(*name) != Some(*value);
    let names: Vec<&str> = report
        .iter()
        .filter(differs)
        .map(|(name, _)| name.as_str())
        .collect();
    if !names.is_empty() {
        let names = names.join(", ");
        eprintln!(
            "sekoci: the record has other values than were measured here, and was signed: {names}"
        );
    }
}

fn unsigned(report: Value, cause: &str) -> Value {
    let mut fields = match report {
        Value::Object(fields) => fields,
        other => Map::from_iter([("report".to_owned(), other)]),
    };
    fields.insert(SIGNATURE.into(), Value::Null);
    fields.insert(UNSIGNED_BECAUSE.into(), cause.into());
    Value::Object(fields)
}

#[cfg(feature = "pdf")]
fn can_be_made(lang: evidence::Language) -> Result<(), Failure> {
    evidence::pdf::check(lang).map_err(|error| Failure::argument("--pdf", error))
}

#[cfg(feature = "pdf")]
fn pdf(evidence: &Value, lang: evidence::Language) -> Result<Vec<u8>, Failure> {
    evidence::pdf::render(evidence, lang)
        .map_err(|error| Failure::failed(format!("--pdf: {error}")))
}

#[cfg(not(feature = "pdf"))]
fn can_be_made(_: evidence::Language) -> Result<(), Failure> {
    Err(Failure::argument(
        "--pdf",
        "this sekoci was built without the feature pdf",
    ))
}

#[cfg(not(feature = "pdf"))]
fn pdf(_: &Value, lang: evidence::Language) -> Result<Vec<u8>, Failure> {
    can_be_made(lang).map(|()| Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_no_site_signed_says_so() {
        let file = unsigned(
            json!({"passed": false, "aborted": "refused"}),
            "no site answered",
        );
        assert_eq!(file["aborted"], "refused", "the report stays flat");
        assert_eq!(file["signature"], Value::Null);
        assert_eq!(file["unsigned_because"], "no site answered");
        let bytes = serde_json::to_vec(&file).unwrap();
        let found = evidence::verify(&bytes, &evidence::Asked::default()).unwrap();
        assert!(!found.is_upheld());
    }

    #[test]
    fn languages_are_the_four_of_the_product() {
        for tag in ["en", "id", "zh-Hans", "zh-Hant"] {
            assert_eq!(language(tag).unwrap().tag(), tag);
        }
        assert!(language("fr").is_err());
    }
}
