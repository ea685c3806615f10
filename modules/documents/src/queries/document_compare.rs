//! Two moments of a document side by side.

use crate::access::Viewer;
use crate::content::changes::changes;
use crate::content::{block_markdown, words};
use crate::moment::Moment;
use crate::place::Place;
use crate::store::{Progress, load_at, unusable};
use crate::{DocumentId, VersionId};
use kernel::{Actor, DecideError, Refusal};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which document, and between which moments: at most one `from_…` (none: the beginning, when it
/// was empty) and at most one `to_…` (none: the present).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentCompareParams {
    /// The document.
    pub document_id: DocumentId,
    /// From the update at this position.
    pub from_seq: Option<u64>,
    /// From this time, in milliseconds since 1970.
    pub from_at: Option<i64>,
    /// From a named version.
    pub from_version_id: Option<VersionId>,
    /// To the update at this position.
    pub to_seq: Option<u64>,
    /// To this time, in milliseconds since 1970.
    pub to_at: Option<i64>,
    /// To a named version.
    pub to_version_id: Option<VersionId>,
}

/// What differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Comparison {
    /// Position of the last update of the earlier moment.
    pub from_seq: u64,
    /// Position of the last update of the later moment.
    pub to_seq: u64,
    /// All blocks in order.
    pub blocks: Vec<ComparedBlock>,
}

/// A block at both moments.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ComparedBlock {
    /// It did not change.
    Same {
        /// As Markdown.
        markdown: String,
    },
    /// It was added.
    Added {
        /// As Markdown.
        markdown: String,
    },
    /// It was taken out.
    Removed {
        /// As Markdown.
        markdown: String,
    },
    /// It was changed.
    Changed {
        /// Its Markdown, in pieces: those that are not inserted make the earlier text, those that
        /// are not deleted the later.
        hunks: Vec<Hunk>,
    },
}

/// A piece of a changed block.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum Hunk {
    /// In both.
    Same(String),
    /// In the later only.
    Inserted(String),
    /// In the earlier only.
    Deleted(String),
}

/// Answers it.
///
/// # Errors
/// `item_not_found` for whoever may not read it, and what [`Moment::find`] says.
pub fn document_compare(
    rows: &Connection,
    actor: &Actor,
    params: DocumentCompareParams,
) -> Result<Comparison, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::document(rows, viewer, "document_id", params.document_id)?;
    let from = Moment {
        seq: params.from_seq,
        at: params.from_at,
        version_id: params.from_version_id,
    };
    let to = Moment {
        seq: params.to_seq,
        at: params.to_at,
        version_id: params.to_version_id,
    };
    let from_seq = from.find(rows, &place, "from_seq")?.unwrap_or(0);
    let to_seq = match to.find(rows, &place, "to_seq")? {
        Some(seq) => seq,
        None => Progress::of(rows, place.key)?.last_seq,
    };
    if from_seq > to_seq {
        let detail = "The earlier moment is after the later.";
        return Err(Refusal::invalid("from_seq", "moments_reversed", detail).into());
    }
    let blocks = |seq| -> Result<Vec<String>, DecideError> {
        let blocks = load_at(rows, place.key, seq)?.blocks().map_err(unusable)?;
        Ok(blocks.iter().map(block_markdown).collect())
    };
    Ok(Comparison {
        from_seq,
        to_seq,
        blocks: compared(blocks(from_seq)?, &blocks(to_seq)?),
    })
}

fn compared(old: Vec<String>, new: &[String]) -> Vec<ComparedBlock> {
    let mut blocks = Vec::new();
    let mut at = 0;
    let same = |markdown: &String| ComparedBlock::Same {
        markdown: markdown.clone(),
    };
    for change in changes(&old, new) {
        blocks.extend(old[at..change.old.start].iter().map(same));
        at = change.old.end;
        let (gone, come) = (&old[change.old], &new[change.new]);
        let pairs = gone.len().min(come.len());
        for (before, after) in gone.iter().zip(come) {
            let hunks = hunks(before, after);
            blocks.push(ComparedBlock::Changed { hunks });
        }
        blocks.extend(gone[pairs..].iter().map(|markdown| ComparedBlock::Removed {
            markdown: markdown.clone(),
        }));
        blocks.extend(come[pairs..].iter().map(|markdown| ComparedBlock::Added {
            markdown: markdown.clone(),
        }));
    }
    blocks.extend(old[at..].iter().map(same));
    blocks
}

fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    let (old, new) = (words(before), words(after));
    let mut hunks = Vec::new();
    let mut push = |words: &[&str], kind: fn(String) -> Hunk| {
        if !words.is_empty() {
            hunks.push(kind(words.concat()));
        }
    };
    let mut at = 0;
    for change in changes(&old, &new) {
        push(&old[at..change.old.start], Hunk::Same);
        at = change.old.end;
        push(&old[change.old], Hunk::Deleted);
        push(&new[change.new], Hunk::Inserted);
    }
    push(&old[at..], Hunk::Same);
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_compared_in_languages_with_and_without_spaces() {
        let same = |text: &str| Hunk::Same(text.into());
        let deleted = |text: &str| Hunk::Deleted(text.into());
        let inserted = |text: &str| Hunk::Inserted(text.into());
        assert_eq!(
            hunks("rapat besok pagi", "rapat lusa pagi"),
            [
                same("rapat "),
                deleted("besok"),
                inserted("lusa"),
                same(" pagi")
            ]
        );
        assert_eq!(
            hunks("明天开会。", "后天开会。"),
            [deleted("明"), inserted("后"), same("天开会。")]
        );
    }

    proptest! {
        #[test]
        fn hunks_make_both_texts(before in "[a-c ]{0,20}", after in "[a-c 会议]{0,20}") {
            let hunks = hunks(&before, &after);
            let text = |without: fn(&Hunk) -> bool| -> String {
                hunks.iter().filter(|hunk| !without(hunk)).map(|hunk| match hunk {
                    Hunk::Same(text) | Hunk::Inserted(text) | Hunk::Deleted(text) => text.as_str(),
                }).collect()
            };
            prop_assert_eq!(text(|hunk| matches!(hunk, Hunk::Inserted(_))), before.clone());
            prop_assert_eq!(text(|hunk| matches!(hunk, Hunk::Deleted(_))), after.clone());
        }
    }
}
