//! Cutting a CSV file into parts that a command takes, each with the header line.

use std::collections::HashMap;

/// Bytes of a part: a command's text, with room for what JSON adds to it.
const BYTES_MAX: usize = 512 << 10;

/// A part of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// The header line and some lines of the file, as they stand there.
    pub csv: String,
    /// Where the first of them lies in the file.
    pub first_line: u64,
}

/// How a file is cut.
#[derive(Clone, Copy)]
pub struct Rules {
    /// The columns that make two lines the same thing.
    pub same: &'static [&'static str],
    /// The most lines of a part.
    pub lines_max: usize,
}

/// Cuts a file. Parts hold the file's own bytes, so that lines keep their numbers.
///
/// # Errors
/// What is wrong with the file as a whole, or two lines of different parts that are the same thing.
pub fn batches(text: &str, rules: Rules) -> Result<Vec<Batch>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        return Err("a quotation mark is not closed".into());
    }
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let Some(header) = records.next() else {
        return Err("there is no header line".into());
    };
    let header = header.map_err(|error| error.to_string())?;
    let same: Vec<usize> = header
        .iter()
        .enumerate()
        .filter(|(_, name)| rules.same.contains(&name.trim()))
        .map(|(n, _)| n)
        .collect();
    let (mut starts, mut seen) = (Vec::new(), HashMap::new());
    for record in records {
        let record = record.map_err(|error| error.to_string())?;
        let at = record.position().map_or(0, csv::Position::byte);
        let start = begin(text, usize::try_from(at).unwrap_or(text.len()));
        let thing: Vec<String> = same
            .iter()
            .map(|n| record.get(*n).unwrap_or_default().trim().to_owned())
            .collect();
        starts.push(start);
        if let Some(first) = seen
            .insert(thing, start)
            .filter(|_| same.len() == rules.same.len())
        {
            return Err(format!(
                "line {}: {} is in line {} already",
                line_at(text, start),
                rules.same.join(" and "),
                line_at(text, first)
            ));
        }
    }
    Ok(cut(text, &starts, rules.lines_max))
}

fn cut(text: &str, starts: &[usize], lines_max: usize) -> Vec<Batch> {
    let head_end = starts.first().copied().unwrap_or(text.len());
    let head = text[..head_end].trim_matches(['\r', '\n']);
    let mut batches = Vec::new();
    let mut first = 0;
    while first < starts.len() {
        let begins = starts[first];
        let end_of = |last: usize| starts.get(last + 1).copied().unwrap_or(text.len());
        let mut last = first;
        while last + 1 < starts.len()
            && last + 1 - first < lines_max
            && end_of(last + 1) - begins <= BYTES_MAX
        {
            last += 1;
        }
        batches.push(Batch {
            csv: format!("{head}\n{}", &text[begins..end_of(last)]),
            first_line: line_at(text, begins),
        });
        first = last + 1;
    }
    batches
}

/// Where a record begins that the reader places before the line ends before it.
fn begin(text: &str, at: usize) -> usize {
    let ends = text.as_bytes().iter().skip(at);
    at + ends
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count()
}

fn line_at(text: &str, at: usize) -> u64 {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_by(text: &str, lines_max: usize) -> Result<Vec<Batch>, String> {
        let same = &["key"];
        batches(text, Rules { same, lines_max })
    }

    #[test]
    fn parts_have_the_header_and_know_where_they_lie() {
        let text = "\u{feff}key,name\r\na,\"x\r\ny\"\r\n\r\nb,z\r\nc,w";
        let parts = cut_by(text, 1).unwrap();
        let found: Vec<_> = parts
            .iter()
            .map(|part| (part.first_line, part.csv.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (2, "key,name\na,\"x\r\ny\"\r\n\r\n"),
                (5, "key,name\nb,z\r\n"),
                (6, "key,name\nc,w"),
            ]
        );
        assert_eq!(cut_by(text, 9).unwrap().len(), 1);
        assert!(cut_by("key,name\n", 9).unwrap().is_empty());
    }

    #[test]
    fn large_lines_make_small_parts() {
        let line = format!(",{}\n", "x".repeat(200 << 10));
        let text: String = (0..6).map(|n| format!("{n}{line}")).collect();
        let parts = cut_by(&format!("key,name\n{text}"), 9).unwrap();
        assert_eq!(parts.len(), 3);
        assert!(parts.iter().all(|part| part.csv.len() <= BYTES_MAX + 16));
    }

    #[test]
    fn what_is_there_twice_is_told_across_parts() {
        let cause = cut_by("key,name\na,1\nb,2\na,3\n", 1).unwrap_err();
        assert_eq!(cause, "line 4: key is in line 2 already");
        assert!(cut_by("key,name\na,\"1\n", 1).is_err());
        assert!(cut_by("", 1).is_err());
    }
}
