//! What a detector must be told about contents, because entries do not carry it.

use crate::measure::{FileSample, TextSample};
use serde_json::Value;

/// Answers about contents. All answers must follow from the chain up to the entry that is observed
/// (and from stored chunks, which never change), never from a later state: two sites must say the
/// same. `None` means that it cannot be known; the detectors then judge by the event alone.
pub trait Content {
    /// A document's text before and after its update number `seq`.
    fn text_change(&self, document_id: &str, seq: u64) -> Option<TextChange> {
        let _ = (document_id, seq);
        None
    }

    /// The beginning of an attached file, given as the event carries it (`attachment_id`, `name`,
    /// `type`, `size`, `chunks`); at least 1,024 bytes where it has them, best the first 64 KiB.
    fn file(&self, attachment: &Value) -> Option<FileSample> {
        let _ = attachment;
        None
    }

    /// The name an item had before the entry renamed it.
    fn name_before(&self, item_id: &str) -> Option<String> {
        let _ = item_id;
        None
    }

    /// How many folders, documents and files lie in an item the entry trashes, at any depth.
    fn held_by(&self, item_id: &str) -> Option<u64> {
        let _ = item_id;
        None
    }
}

/// Knows nothing about contents.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoContent;

impl Content for NoContent {}

/// How a text changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// The text before.
    pub before: TextSample,
    /// The text after.
    pub after: TextSample,
    /// Thousandths of the text before that are still there: what both begin and end with. A
    /// rewriting in the middle keeps both ends; a replacement keeps neither.
    pub kept: u32,
}

impl TextChange {
    /// Measures both texts and what they share at their ends.
    #[must_use]
    pub fn of(before: &str, after: &str) -> Self {
        let start = before
            .chars()
            .zip(after.chars())
            .take_while(|(a, b)| a == b)
            .count();
        let left = before.chars().count().min(after.chars().count()) - start;
        let end = before
            .chars()
            .rev()
            .zip(after.chars().rev())
            .take(left)
            .take_while(|(a, b)| a == b)
            .count();
        let (before, after) = (TextSample::of(before), TextSample::of(after));
        let kept = match before.chars {
            0 => 1_000,
            chars => crate::measure::per_mille((start + end) as u64, u64::from(chars)),
        };
        Self {
            before,
            after,
            kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_ends_share_is_kept() {
        assert_eq!(TextChange::of("abcdefghij", "abcXXXhij").kept, 600);
        assert_eq!(TextChange::of("abc", "abcabc").kept, 1_000);
        assert_eq!(TextChange::of("aaaa", "aa").kept, 500);
        assert_eq!(TextChange::of("abcd", "").kept, 0);
        assert_eq!(TextChange::of("", "abcd").kept, 1_000);
    }
}
