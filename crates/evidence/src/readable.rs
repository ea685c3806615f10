//! A report for people: what is on the pages, in one of the four languages, before it is laid out.
//!
//! Everything a report holds is on a page: what has no place of its own goes into the annex. Texts of the
//! report are data here and stay data; nothing of them is ever read as markup.

mod clause_map;
mod closing;
mod drill;
mod figures;
mod format;
mod period;
mod source;

use crate::Language;
use crate::language::Words;
use serde::Serialize;
use serde_json::{Map, Value};
use source::Source;

/// A document, ready to be laid out.
#[derive(Debug, Serialize)]
pub struct Document {
    /// Its language (BCP 47).
    pub lang: &'static str,
    /// The title.
    pub title: String,
    /// What it is about, below the title.
    pub subtitle: String,
    /// The verdict, and how it is coloured.
    pub verdict: Cell,
    /// The first facts: name and value.
    pub facts: Vec<[String; 2]>,
    /// The chapters.
    pub sections: Vec<Section>,
    /// The word for a page.
    pub page: &'static str,
}

/// A chapter.
#[derive(Debug, Serialize)]
pub struct Section {
    /// Its heading.
    pub heading: &'static str,
    /// What is in it.
    pub blocks: Vec<Block>,
}

/// A part of a chapter.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Text {
        /// Its text.
        text: String,
    },
    /// A list.
    List {
        /// Its items.
        items: Vec<String>,
    },
    /// A table.
    Table {
        /// Headings of its columns.
        columns: Vec<&'static str>,
        /// How wide they are, in parts of the whole.
        widths: Vec<u8>,
        /// The rows.
        rows: Vec<Vec<Cell>>,
        /// Whether the first column repeats until it changes and is set as a heading.
        is_grouped: bool,
    },
    /// Bars side by side.
    Bars {
        /// What it shows.
        title: String,
        /// The names of the bars of a group.
        legend: Vec<&'static str>,
        /// The groups.
        groups: Vec<Bars>,
    },
}

/// Bars of one thing.
#[derive(Debug, Serialize)]
pub struct Bars {
    /// What.
    pub name: String,
    /// Each bar: its share of the longest, and what is written beside it.
    pub bars: Vec<Bar>,
    /// Where the objective is, as a share of the longest bar.
    pub mark: Option<f64>,
}

/// One bar.
#[derive(Debug, Serialize)]
pub struct Bar {
    /// 0 to 1.
    pub share: f64,
    /// The value in words.
    pub label: String,
}

/// How something is coloured. The text says it as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Like everything else.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// As it should not be.
    Bad,
    /// Not known.
    Open,
    /// Of less interest.
    Quiet,
}

/// A text in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

impl Cell {
    fn new(text: impl Into<String>, tone: Tone) -> Self {
        let text = text.into();
        Self { text, tone }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Tone::Plain)
    }
}

impl Block {
    fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    fn table(columns: &[(&'static str, u8)], rows: Vec<Vec<Cell>>) -> Self {
        Self::Table {
            columns: columns.iter().map(|(name, _)| *name).collect(),
            widths: columns.iter().map(|(_, width)| *width).collect(),
            rows,
            is_grouped: false,
        }
    }
}

impl Section {
    const fn new(heading: &'static str, blocks: Vec<Block>) -> Self {
        Self { heading, blocks }
    }
}

/// The document of some evidence.
#[must_use]
pub fn document(evidence: &Map<String, Value>, language: Language) -> Document {
    let words = Words(language);
    let source = Source::new(evidence);
    match source.text("/kind").as_deref() {
        Some("annual" | "quarterly") => period::document(&source, words),
        _ => drill::document(&source, words),
    }
}

#[cfg(test)]
pub(crate) mod tests;
