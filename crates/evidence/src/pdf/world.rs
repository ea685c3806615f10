//! What Typst sees: one template, the data, the faces; no files, no packages, no clock.

use super::fonts::Fonts;
use crate::Language;
use serde_json::Value;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration, IntoValue};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

const TEMPLATE: &str = include_str!("../../data/report.typ");

/// The world of one report.
pub struct ReportWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
    main: Source,
}

impl ReportWorld {
    /// With these pages, and the evidence to attach.
    pub fn new(fonts: &Fonts, pages: &Value, attached: &str, language: Language) -> Self {
        let (lang, region) = match language {
            Language::En => ("en", "GB"),
            Language::Id => ("id", "ID"),
            Language::ZhHans => ("zh", "CN"),
            Language::ZhHant => ("zh", "TW"),
        };
        let families = Value::from(fonts.families.clone());
        let mut inputs = Dict::new();
        let mut give = |name: &str, text: String| inputs.insert(name.into(), text.into_value());
        give("document", pages.to_string());
        give("evidence", attached.to_owned());
        give("fonts", families.to_string());
        give("lang", lang.to_owned());
        give("region", region.to_owned());
        Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            book: LazyHash::new(FontBook::from_fonts(&fonts.faces)),
            faces: fonts.faces.clone(),
            main: Source::detached(TEMPLATE),
        }
    }
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            return Ok(self.main.clone());
        }
        Err(FileError::AccessDenied)
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.faces.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
