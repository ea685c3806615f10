//! Checks on what people write.

use crate::limits::{NAME_CHARS_MAX, TOPIC_CHARS_MAX};
use kernel::{PersonId, Refusal, check};

/// A name: one line without surrounding space.
///
/// # Errors
/// As for [`check::line`].
pub fn name(field: &str, text: &str) -> Result<String, Refusal> {
    check::line(field, text, 1..=NAME_CHARS_MAX)
}

/// A topic without surrounding space; it may be empty.
///
/// # Errors
/// As for [`check::text`].
pub fn topic(field: &str, text: &str) -> Result<String, Refusal> {
    check::text(field, text, 0..=TOPIC_CHARS_MAX)
}

/// Nothing, where a message may have this text.
///
/// # Errors
/// `text_empty` where there is neither text nor a file, `text_too_long`, `control_character` for the
/// null character, which some clients take for the end.
pub fn check_message(
    field: &str,
    text: &str,
    has_files: bool,
    chars_max: usize,
) -> Result<(), Refusal> {
    if !has_files && text.trim().is_empty() {
        let detail = "A message has a text or a file.";
        return Err(Refusal::invalid(field, "text_empty", detail));
    }
    // Bytes are at least as many as characters: most texts need no counting.
    if text.len() > chars_max && text.chars().count() > chars_max {
        let detail = format!("A message has at most {chars_max} characters.");
        return Err(Refusal::invalid(field, "text_too_long", detail));
    }
    if text.contains('\0') {
        let detail = "A message has no null characters.";
        return Err(Refusal::invalid(field, "control_character", detail));
    }
    Ok(())
}

/// Nothing, where this may be a reaction: a symbol or a `:name:`, short and without space.
///
/// # Errors
/// `emoji_invalid`.
pub fn check_emoji(field: &str, emoji: &str) -> Result<(), Refusal> {
    let is_plain = emoji
        .chars()
        .all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '&' | '"'));
    if emoji.is_empty() || emoji.len() > 64 || !is_plain {
        let detail = "A reaction is one emoji or its :name:.";
        return Err(Refusal::invalid(field, "emoji_invalid", detail));
    }
    Ok(())
}

/// The people in order without repetition.
///
/// # Errors
/// `too_many_people`.
pub fn people(
    field: &str,
    mut people: Vec<PersonId>,
    most: usize,
) -> Result<Vec<PersonId>, Refusal> {
    if people.len() > most {
        let detail = format!("At most {most} people can be named at once.");
        return Err(Refusal::invalid(field, "too_many_people", detail));
    }
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_characters_not_bytes() {
        assert!(check_message("text", &"汉".repeat(20), false, 20).is_ok());
        let long = check_message("text", &"汉".repeat(21), false, 20).unwrap_err();
        assert_eq!(long.code, "text_too_long");
    }

    #[test]
    fn a_message_without_text_needs_a_file() {
        assert!(check_message("text", " \n", true, 20).is_ok());
        let empty = check_message("text", " \n", false, 20).unwrap_err();
        assert_eq!(empty.code, "text_empty");
    }

    #[test]
    fn reactions_are_short_and_plain() {
        for good in ["👍", "👩‍🚒", ":+1:", "好"] {
            assert!(check_emoji("emoji", good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "<b>", "\u{7}", &"x".repeat(65)] {
            assert!(check_emoji("emoji", bad).is_err(), "{bad:?}");
        }
    }
}
