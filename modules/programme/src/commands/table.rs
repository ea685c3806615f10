//! Reading CSV (RFC 4180) so that every bad line is told, with its column.

use crate::cells::plain;
use crate::limits::{BAD_LINES_TOLD_MAX, CSV_BYTES_MAX};
use kernel::{Decision, Refusal};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// How many bad lines a refusal names; a dry run tells more.
const NAMED_IN_REFUSAL: usize = 20;

/// A line that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BadLine {
    /// Its number in the file; the header is line 1.
    pub line: u64,
    /// The column's name; empty: the line as a whole.
    pub column: String,
    /// The column's number, from 1; 0: the line as a whole.
    pub column_number: usize,
    /// A stable code.
    pub code: String,
    /// What is wrong.
    pub cause: String,
}

/// Records under a header.
pub struct Table {
    columns: Vec<String>,
    /// The records that have as many cells as there are columns.
    pub lines: Vec<Line>,
    /// The others, and what the caller adds.
    pub bad: Vec<BadLine>,
}

/// A record.
pub struct Line {
    /// Where it begins in the file.
    pub number: u64,
    cells: Vec<String>,
}

/// Which columns there are, and how much is taken at once.
pub struct Shape {
    /// Columns that must be there.
    pub required: &'static [&'static str],
    /// Columns that may be.
    pub optional: &'static [&'static str],
    /// The most records.
    pub records_max: usize,
}

impl Table {
    /// Reads a text whose first record lies at line `first_line` of its file.
    ///
    /// # Errors
    /// `bad_csv` where there is no table, `too_many_lines`, `too_long`.
    pub fn read(csv: &str, first_line: u64, shape: &Shape) -> Result<Self, Refusal> {
        let refused = |code, detail: String| Err(Refusal::invalid("command.csv", code, detail));
        if csv.len() > CSV_BYTES_MAX {
            let detail = format!("At most {CSV_BYTES_MAX} bytes are taken at once; send parts.");
            return refused("too_long", detail);
        }
        let csv = csv.strip_prefix('\u{feff}').unwrap_or(csv);
        if csv.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
            return refused("bad_csv", "A quotation mark is not closed.".into());
        }
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(csv.as_bytes());
        let mut records = reader.records();
        let bad = |error: csv::Error| Refusal::invalid("command.csv", "bad_csv", error.to_string());
        let Some(header) = records.next() else {
            return refused("bad_csv", "There is no header line.".into());
        };
        let header = header.map_err(bad)?;
        let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        check_header(&columns, shape)?;
        let mut table = Self {
            columns,
            lines: Vec::new(),
            bad: Vec::new(),
        };
        let mut place = Place {
            csv: csv.as_bytes(),
            at: 0,
            line: 1,
        };
        for record in records {
            let record = record.map_err(bad)?;
            let begins = record.position().map_or(0, csv::Position::byte);
            let in_text = place.line_at(begins);
            let number = (in_text + first_line).saturating_sub(2);
            table.take(number, &record);
            if table.lines.len() + table.bad.len() > shape.records_max {
                let detail = format!("At most {} lines are taken at once.", shape.records_max);
                return refused("too_many_lines", detail);
            }
        }
        Ok(table)
    }

    fn take(&mut self, number: u64, record: &csv::StringRecord) {
        if record.len() == self.columns.len() {
            let cells = record.iter().map(|cell| plain(cell.trim()).to_owned());
            let cells = cells.collect();
            self.lines.push(Line { number, cells });
            return;
        }
        self.bad.push(BadLine {
            line: number,
            column: String::new(),
            column_number: 0,
            code: "bad_csv".into(),
            cause: format!(
                "The line has {} cells; the header has {}.",
                record.len(),
                self.columns.len()
            ),
        });
    }

    /// A cell of a line; none where there is no such column.
    #[must_use]
    pub fn cell<'a>(&self, line: &'a Line, column: &str) -> Option<&'a str> {
        let index = self.columns.iter().position(|name| name == column)?;
        line.cells.get(index).map(String::as_str)
    }

    /// What is wrong with a cell, told in the way of a refusal.
    #[must_use]
    pub fn bad_cell(&self, line: u64, column: &str, refusal: &Refusal) -> BadLine {
        let index = self.columns.iter().position(|name| name == column);
        BadLine {
            line,
            column: column.to_owned(),
            column_number: index.map_or(0, |index| index + 1),
            code: refusal.code.clone(),
            cause: refusal.detail.clone(),
        }
    }
}

/// Line ends are counted by hand: the reader says where a record begins before it has passed the
/// line end before it.
struct Place<'a> {
    csv: &'a [u8],
    at: usize,
    line: u64,
}

impl Place<'_> {
    fn line_at(&mut self, byte: u64) -> u64 {
        let mut to = usize::try_from(byte).unwrap_or(usize::MAX);
        while matches!(self.csv.get(to), Some(b'\r' | b'\n')) {
            to += 1;
        }
        let to = to.min(self.csv.len());
        let passed = self.csv.get(self.at..to).unwrap_or_default();
        let ends = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += ends as u64;
        self.at = self.at.max(to);
        self.line
    }
}

fn check_header(columns: &[String], shape: &Shape) -> Result<(), Refusal> {
    let known = |name: &str| shape.required.contains(&name) || shape.optional.contains(&name);
    let refused = |detail: String| Err(Refusal::invalid("command.csv", "bad_csv", detail));
    for (n, column) in columns.iter().enumerate() {
        if !known(column) {
            let all = [shape.required, shape.optional].concat().join(", ");
            return refused(format!(
                "line 1, column {}: {column:?} is none of {all}.",
                n + 1
            ));
        }
        if columns.iter().take(n).any(|other| other == column) {
            return refused(format!(
                "line 1, column {}: {column:?} is there twice.",
                n + 1
            ));
        }
    }
    let missing = shape
        .required
        .iter()
        .find(|name| !columns.iter().any(|column| column == *name));
    match missing {
        Some(name) => refused(format!("line 1: the column {name:?} is missing.")),
        None => Ok(()),
    }
}

/// What an import comes to, besides its facts.
#[derive(Debug, Default, Serialize)]
pub struct Counts {
    /// Lines that add something.
    pub added: u64,
    /// Lines that change something.
    pub changed: u64,
    /// Lines that say what is known.
    pub unchanged: u64,
}

/// The answer of an import: the counts and the bad lines, in the order of the file.
#[must_use]
pub fn answer(counts: &Counts, bad: &mut [BadLine]) -> Value {
    bad.sort_by_key(|line| (line.line, line.column_number));
    json!({
        "added": counts.added,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "bad": bad.iter().take(BAD_LINES_TOLD_MAX).collect::<Vec<_>>(),
        "bad_count": bad.len(),
    })
}

/// A dry run's decision, or the refusal where a line is bad; none: go on.
///
/// # Errors
/// `bad_lines`, naming the first of them.
pub fn settled(
    is_dry: bool,
    counts: &Counts,
    bad: &mut [BadLine],
) -> Result<Option<Decision>, Refusal> {
    let answer = answer(counts, bad);
    if is_dry {
        return Ok(Some(Decision::Unchanged { answer }));
    }
    if !bad.is_empty() {
        let named = bad.iter().take(NAMED_IN_REFUSAL).map(|bad| {
            let (line, column, cause) = (bad.line, &bad.column, &bad.cause);
            match column.as_str() {
                "" => format!("line {line}: {cause}"),
                _ => format!(
                    "line {line}, column {} ({column}): {cause}",
                    bad.column_number
                ),
            }
        });
        let named: Vec<String> = named.collect();
        let detail = format!(
            "{} bad lines; nothing was changed. {}",
            bad.len(),
            named.join(" ")
        );
        return Err(Refusal::invalid("command.csv", "bad_lines", detail));
    }
    if counts.added + counts.changed == 0 {
        return Ok(Some(Decision::Unchanged { answer }));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape {
        required: &["key", "name"],
        optional: &["owner"],
        records_max: 5,
    };

    fn read(csv: &str) -> Table {
        Table::read(csv, 2, &SHAPE).unwrap()
    }

    #[test]
    fn quoted_cells_line_ends_and_marks_are_read() {
        let table =
            read("\u{feff}name,key\r\n\"Mail, \"\"all\"\"\r\nof it\",a\r\n\r\nB,'=b\r\nx\r\n");
        let cells: Vec<_> = table
            .lines
            .iter()
            .map(|line| (line.number, table.cell(line, "name").unwrap()))
            .collect();
        assert_eq!(cells, [(2, "Mail, \"all\"\r\nof it"), (5, "B")]);
        assert_eq!(table.cell(&table.lines[1], "key"), Some("=b"));
        assert_eq!(table.cell(&table.lines[1], "owner"), None);
        assert_eq!((table.bad[0].line, table.bad[0].column_number), (6, 0));
        let part = Table::read("key,name\na,b\nc\n", 1_000, &SHAPE).unwrap();
        assert_eq!((part.lines[0].number, part.bad[0].line), (1_000, 1_001));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let code = |csv: &str| Table::read(csv, 2, &SHAPE).err().unwrap().code;
        assert_eq!(code(""), "bad_csv");
        assert_eq!(code("key\n"), "bad_csv");
        assert_eq!(code("key,name,shoe\n"), "bad_csv");
        assert_eq!(code("key,name,key\n"), "bad_csv");
        assert_eq!(code("key,name\na,\"b\n"), "bad_csv");
        assert_eq!(
            code("key,name\n1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n"),
            "too_many_lines"
        );
        assert_eq!(code(&"x".repeat(CSV_BYTES_MAX + 1)), "too_long");
    }
}
