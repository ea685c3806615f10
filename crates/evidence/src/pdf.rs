//! A report as PDF/A-3, with the signed JSON inside.
//!
//! The pages are laid out by Typst from `data/report.typ`; what is written on them comes in as data. Faces
//! are embedded, as far as they are used.

mod fonts;
mod legible;
mod world;

use crate::Language;
use crate::readable::document;
use fonts::Fonts;
use serde_json::{Map, Value};
use typst::foundations::{Datetime, Smart};
use typst::layout::PageRanges;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::ReportWorld;

/// Why there is no PDF.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// No face covers what has to be written.
    #[error(
        "no face on this machine covers Chinese, which the report is or holds: install the Debian package {}",
        fonts::PACKAGE
    )]
    NoFace,
    /// It is no report.
    #[error("a report is a JSON object")]
    NotAnObject,
    /// The pages cannot be laid out or written.
    #[error("the pages cannot be made: {0}")]
    Pages(String),
}

/// Whether reports in a language can be made on this machine.
///
/// # Errors
/// When a face is missing.
pub fn check(language: Language) -> Result<(), PdfError> {
    let is_chinese = matches!(language, Language::ZhHans | Language::ZhHant);
    if is_chinese && !fonts::has_chinese() {
        return Err(PdfError::NoFace);
    }
    Ok(())
}

/// The PDF of some evidence, as it is in a file. The same evidence gives the same bytes.
///
/// # Errors
/// When a face is missing or the pages cannot be made.
pub fn render(evidence: &Value, language: Language) -> Result<Vec<u8>, PdfError> {
    let Value::Object(fields) = evidence else {
        return Err(PdfError::NotAnObject);
    };
    let readable = document(fields, language);
    let pages = serde_json::to_value(&readable).map_err(|e| PdfError::Pages(e.to_string()))?;
    let fonts = Fonts::load(language, &pages)?;
    let attached =
        serde_json::to_string_pretty(evidence).map_err(|e| PdfError::Pages(e.to_string()))?;
    // A mark that no face has together with its letter is written as its number.
    let all = |c: char| fonts.covers(c);
    let plain = |c: char| fonts.covers(c) && legible::is_plain(c);
    let lay_out = |pages: Value| export(&fonts, &pages, &attached, language, made_at(fields));
    lay_out(legible::written(pages.clone(), &all))
        .or_else(|_| lay_out(legible::written(pages, &plain)))
}

fn export(
    fonts: &Fonts,
    pages: &Value,
    attached: &str,
    language: Language,
    made_at: Option<i64>,
) -> Result<Vec<u8>, PdfError> {
    let world = ReportWorld::new(fonts, pages, attached, language);
    let broken = |errors: &[typst::diag::SourceDiagnostic]| {
        let first = errors.first().map(|error| error.message.to_string());
        PdfError::Pages(first.unwrap_or_default())
    };
    let laid_out: PagedDocument = typst::compile(&world).output.map_err(|e| broken(&e))?;
    let standards = PdfStandards::new(&[PdfStandard::A_3a])
        .map_err(|error| PdfError::Pages(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Auto,
        creator: Smart::Custom(Some("Sekoci".into())),
        // PDF/A wants a date; of what does not say when it was made, the first there is.
        timestamp: timestamp(made_at.unwrap_or(0)),
        page_ranges: None::<PageRanges>,
        standards,
        tagged: true,
        pretty: false,
    };
    typst_pdf::pdf(&laid_out, &options).map_err(|e| broken(&e))
}

/// When the report was made: what it says itself, so that the same report gives the same PDF.
fn made_at(report: &Map<String, Value>) -> Option<i64> {
    ["/on_record/ended_at", "/until", "/started_at"]
        .into_iter()
        .find_map(|at| {
            let (name, rest) = at[1..].split_once('/').unwrap_or((&at[1..], ""));
            let value = report.get(name)?;
            let value = if rest.is_empty() {
                Some(value)
            } else {
                value.get(rest)
            };
            value?.as_i64()
        })
}

fn timestamp(ms: i64) -> Option<Timestamp> {
    let at = jiff::Timestamp::from_millisecond(ms).ok()?;
    let at = jiff::tz::Offset::UTC.to_datetime(at);
    let part = |number: i8| u8::try_from(number).ok();
    let datetime = Datetime::from_ymd_hms(
        i32::from(at.year()),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )?;
    Some(Timestamp::new_utc(datetime))
}

#[cfg(test)]
mod tests;
