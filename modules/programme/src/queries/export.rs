//! The register and its dependencies as CSV (RFC 4180), in parts.

use super::reader;
use crate::cells::guarded;
use kernel::page::{after, cursor};
use kernel::{Actor, DecideError, Refusal};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Lines of a part.
const LINES_MAX: u32 = 2_000;

/// Which part.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportParams {
    /// Where the part begins.
    pub cursor: Option<String>,
    /// How many lines; 2,000 unless asked for, which is the most.
    pub limit: Option<u32>,
}

/// A part of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// The part; the first one begins with the header line.
    pub csv: String,
    /// How many lines it has besides the header.
    pub lines: u64,
    /// Where the next part begins; none: this was the last.
    pub next: Option<String>,
}

/// Answers with a part of the register.
///
/// # Errors
/// Those who may not see the programme.
pub fn assets(
    rows: &Connection,
    actor: &Actor,
    asked: ExportParams,
) -> Result<Export, DecideError> {
    reader(rows, actor)?;
    let limit = limit(asked.limit)?;
    let last: Option<String> = after(asked.cursor.as_deref())?;
    let header = [
        "key",
        "kind",
        "name",
        "owner",
        "description",
        "review_days",
        "measured_by",
    ];
    let mut part = Part::new(&header, last.is_none());
    let mut find = rows.prepare_cached(
        "SELECT a.key, a.kind, a.name, coalesce(p.handle, ''), a.description, a.review_days,
                coalesce(a.measured_by, '')
         FROM asset a LEFT JOIN person p ON p.id = a.owner
         WHERE a.retired_at IS NULL AND (?1 IS NULL OR a.key > ?1) ORDER BY a.key LIMIT ?2",
    )?;
    let mut found = find.query(params![last, limit + 1])?;
    while let Some(row) = found.next()? {
        let days: u32 = row.get(5)?;
        let line: [String; 7] = [
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            days.to_string(),
            row.get(6)?,
        ];
        let key = line[0].clone();
        part.add(&line, limit, key)?;
    }
    part.finish()
}

/// Answers with a part of the dependencies.
///
/// # Errors
/// Those who may not see the programme.
pub fn dependencies(
    rows: &Connection,
    actor: &Actor,
    asked: ExportParams,
) -> Result<Export, DecideError> {
    reader(rows, actor)?;
    let limit = limit(asked.limit)?;
    let last: Option<(i64, i64)> = after(asked.cursor.as_deref())?;
    let mut part = Part::new(&["key", "depends_on"], last.is_none());
    let (asset, on) = last.unwrap_or((0, 0));
    let mut find = rows.prepare_cached(
        "SELECT a.key, b.key, d.asset, d.depends_on FROM dependency d
         JOIN asset a ON a.number = d.asset JOIN asset b ON b.number = d.depends_on
         WHERE (d.asset, d.depends_on) > (?1, ?2)
           AND a.retired_at IS NULL AND b.retired_at IS NULL
         ORDER BY d.asset, d.depends_on LIMIT ?3",
    )?;
    let mut found = find.query(params![asset, on, limit + 1])?;
    while let Some(row) = found.next()? {
        let line: [String; 2] = [row.get(0)?, row.get(1)?];
        let place: (i64, i64) = (row.get(2)?, row.get(3)?);
        part.add(&line, limit, place)?;
    }
    part.finish()
}

fn limit(asked: Option<u32>) -> Result<u32, Refusal> {
    match asked.unwrap_or(LINES_MAX) {
        limit @ 1..=LINES_MAX => Ok(limit),
        _ => {
            let detail = format!("A part has 1 to {LINES_MAX} lines.");
            Err(Refusal::invalid("limit", "out_of_range", detail))
        }
    }
}

struct Part<K> {
    writer: csv::Writer<Vec<u8>>,
    lines: u32,
    last: Option<K>,
    has_more: bool,
    header: Option<Vec<&'static str>>,
}

impl<K: Serialize> Part<K> {
    fn new(header: &[&'static str], is_first: bool) -> Self {
        let writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        Self {
            writer,
            lines: 0,
            last: None,
            has_more: false,
            header: is_first.then(|| header.to_vec()),
        }
    }

    fn add(&mut self, line: &[String], limit: u32, place: K) -> Result<(), Refusal> {
        self.begin()?;
        if self.lines == limit {
            self.has_more = true;
            return Ok(());
        }
        let cells = line.iter().map(|cell| guarded(cell).into_owned());
        self.writer.write_record(cells).map_err(failed)?;
        self.lines += 1;
        self.last = Some(place);
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Refusal> {
        match self.header.take() {
            Some(header) => self.writer.write_record(header).map_err(failed),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Export, DecideError> {
        self.begin()?;
        let bytes = self.writer.into_inner().map_err(failed)?;
        Ok(Export {
            csv: String::from_utf8(bytes).map_err(failed)?,
            lines: u64::from(self.lines),
            next: self
                .last
                .filter(|_| self.has_more)
                .map(|last| cursor(&last)),
        })
    }
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::failed("export_failed", error.to_string())
}
