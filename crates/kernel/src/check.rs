//! Checks of texts that people type, the same in every module. Lengths are in characters.

use crate::Refusal;
use std::ops::RangeInclusive;

/// A text of one line (a name, a title): trimmed, of that many characters, without control
/// characters and without the marks that turn the direction of text (they disguise names).
///
/// # Errors
/// `too_short`, `too_long` or `control_character`, naming `field`.
pub fn line(field: &str, text: &str, length: RangeInclusive<usize>) -> Result<String, Refusal> {
    checked(field, text, length, |_| false)
}

/// A text of any number of lines, trimmed, of that many characters; line ends and tabs are the only
/// control characters it may have.
///
/// # Errors
/// As for [`line`].
pub fn text(field: &str, text: &str, length: RangeInclusive<usize>) -> Result<String, Refusal> {
    checked(field, text, length, |c| matches!(c, '\n' | '\r' | '\t'))
}

fn checked(
    field: &str,
    text: &str,
    length: RangeInclusive<usize>,
    also: fn(char) -> bool,
) -> Result<String, Refusal> {
    let text = text.trim();
    let count = text.chars().count();
    let (least, most) = (*length.start(), *length.end());
    if count < least {
        let detail = format!("This needs at least {least} characters.");
        return Err(Refusal::invalid(field, "too_short", detail));
    }
    if count > most {
        let detail = format!("This has {count} characters; at most {most} are allowed.");
        return Err(Refusal::invalid(field, "too_long", detail));
    }
    if text.chars().any(|c| is_unprintable(c) && !also(c)) {
        let detail = "This has control characters, which are not allowed.";
        return Err(Refusal::invalid(field, "control_character", detail));
    }
    Ok(text.into())
}

/// Control characters, line and paragraph separators, and the marks that embed, override or isolate
/// the direction of text.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_count_characters() {
        assert_eq!(line("f", " 王小明 ", 1..=3).unwrap(), "王小明");
        assert_eq!(line("f", "王小明", 4..=9).unwrap_err().code, "too_short");
        assert_eq!(line("f", "  ", 1..=9).unwrap_err().code, "too_short");
        assert_eq!(line("f", "abcd", 1..=3).unwrap_err().code, "too_long");
        assert_eq!(line("f", "👩‍👩‍👧", 1..=9).unwrap(), "👩‍👩‍👧");
    }

    #[test]
    fn disguises_are_refused() {
        for bad in [
            "a\nb",
            "a\0b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{7f}b",
            "a\u{2028}b",
        ] {
            let refusal = line("command.name", bad, 1..=9).unwrap_err();
            assert_eq!(refusal.code, "control_character", "{bad:?}");
            assert_eq!(refusal.field.as_deref(), Some("command.name"));
        }
        assert_eq!(text("f", "a\n\tb", 1..=9).unwrap(), "a\n\tb");
        assert!(text("f", "a\0b", 1..=9).is_err());
    }

    proptest! {
        #[test]
        fn what_passes_is_within_bounds(sent: String) {
            if let Ok(kept) = line("f", &sent, 2..=5) {
                prop_assert!((2..=5).contains(&kept.chars().count()));
                prop_assert_eq!(line("f", &kept, 2..=5), Ok(kept.clone()));
            }
        }
    }
}
