//! Cells of CSV that spreadsheets do not take for formulas.
//!
//! A text that begins with `=`, `+`, `-`, `@`, a tab or a line end is written with `'` before it;
//! reading takes that off again, so that what was exported imports as it was.

use std::borrow::Cow;

const DANGEROUS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text as it is written into a cell.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_dangerous(text.trim_start_matches('\'')) {
        return Cow::Owned(format!("'{text}"));
    }
    Cow::Borrowed(text)
}

/// What a cell says.
#[must_use]
pub fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_dangerous(text.trim_start_matches('\'')) => text,
        _ => cell,
    }
}

fn is_dangerous(text: &str) -> bool {
    text.starts_with(DANGEROUS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_written_as_text_and_read_as_they_were() {
        for text in [
            "=HYPERLINK(\"x\")",
            "+1",
            "-2",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "'=1",
            "''=1",
            "'quoted'",
            "plain",
            "",
            "a=b",
        ] {
            let written = guarded(text);
            assert!(!written.starts_with(DANGEROUS), "{text:?}");
            assert_eq!(plain(&written), text);
        }
        assert_eq!(guarded("plain"), "plain");
        assert_eq!(plain("'tis"), "'tis", "an apostrophe of its own stays");
    }
}
