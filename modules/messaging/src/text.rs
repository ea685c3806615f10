//! Checks on what people write.

use crate::limits::{NAME_CHARS_MAX, TOPIC_CHARS_MAX};
use kernel::{PersonId, Refusal};

/// A name without surrounding space.
///
/// # Errors
/// `name_empty`, `name_too_long` or `name_characters`.
pub fn name(field: &str, text: &str) -> Result<String, Refusal> {
    let name = text.trim();
    if name.is_empty() {
        let detail = "A name has at least one character.";
        return Err(Refusal::invalid(field, "name_empty", detail));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        let detail = format!("A name has at most {NAME_CHARS_MAX} characters.");
        return Err(Refusal::invalid(field, "name_too_long", detail));
    }
    if name.chars().any(char::is_control) {
        let detail = "A name has no control characters.";
        return Err(Refusal::invalid(field, "name_characters", detail));
    }
    Ok(name.into())
}

/// A topic without surrounding space; it may be empty.
///
/// # Errors
/// `topic_too_long`.
pub fn topic(field: &str, text: &str) -> Result<String, Refusal> {
    let topic = text.trim();
    if topic.chars().count() > TOPIC_CHARS_MAX {
        let detail = format!("A topic has at most {TOPIC_CHARS_MAX} characters.");
        return Err(Refusal::invalid(field, "topic_too_long", detail));
    }
    Ok(topic.into())
}

/// Nothing, where a message may have this text.
///
/// # Errors
/// `text_empty` where there is neither text nor a file, `text_too_long`.
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
