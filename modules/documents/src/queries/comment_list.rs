//! Comments on a document.

use super::details::from_json;
use crate::access::{Action, Viewer};
use crate::place::Place;
use crate::{CommentId, DocumentId};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which comments.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentListParams {
    /// The document or file.
    pub document_id: DocumentId,
    /// Whether those that are resolved are left out.
    pub open_only: Option<bool>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many threads; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A comment with its replies.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentThread {
    /// The comment that began it.
    #[serde(flatten)]
    pub comment: CommentRow,
    /// Where in the document, in base64, as the editor gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// The text it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// When it was resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// Who resolved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<PersonId>,
    /// The replies, the oldest first.
    pub replies: Vec<CommentRow>,
}

/// A comment.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentRow {
    /// Its id.
    pub id: CommentId,
    /// Who wrote it.
    pub author: PersonId,
    /// When.
    pub at: Timestamp,
    /// Its text; empty once deleted.
    pub text: String,
    /// Whom it mentions.
    pub mentions: Vec<PersonId>,
    /// When its text was changed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Whether it is deleted.
    pub is_deleted: bool,
    /// Whether the asker may delete it.
    pub can_delete: bool,
    #[serde(skip)]
    key: i64,
}

const COLUMNS: &str = "id, author, at, iif(deleted_at IS NULL, text, ''),
    iif(deleted_at IS NULL, mentions, '[]'), edited_at, deleted_at IS NOT NULL, key, anchor,
    iif(deleted_at IS NULL, quote, NULL), resolved_at, resolved_by";

/// Answers it. Threads that were deleted are left out, unless there are replies.
///
/// # Errors
/// `item_not_found` for whoever may not read it.
pub fn comment_list(
    rows: &Connection,
    actor: &Actor,
    params: CommentListParams,
) -> Result<Page<CommentThread>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::leaf(rows, viewer, "document_id", params.document_id)?;
    let limit = limit(params.limit)?;
    let from: i64 = after(params.cursor.as_deref())?.unwrap_or(0);
    let open_only = params.open_only.unwrap_or(false);
    let mut threads: Vec<CommentThread> = rows
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM comment c
             WHERE item = ?1 AND thread IS NULL AND key > ?2 AND (NOT ?3 OR resolved_at IS NULL)
             AND (deleted_at IS NULL OR EXISTS (
                 SELECT 1 FROM comment r
                 WHERE r.item = c.item AND r.thread = c.key AND r.deleted_at IS NULL))
             ORDER BY key LIMIT ?4"
        ))?
        .query_map((place.key, from, open_only, limit + 1), |row| {
            Ok(CommentThread {
                comment: CommentRow::read(row)?,
                anchor: row.get(8)?,
                quote: row.get(9)?,
                resolved_at: row.get::<_, Option<i64>>(10)?.map(Timestamp),
                resolved_by: row.get(11)?,
                replies: Vec::new(),
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut replies = rows.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM comment
         WHERE item = ?1 AND thread = ?2 AND deleted_at IS NULL ORDER BY key"
    ))?;
    for thread in &mut threads {
        thread.replies = replies
            .query_map((place.key, thread.comment.key), CommentRow::read)?
            .collect::<Result<_, _>>()?;
        thread.comment.complete(&place)?;
        for reply in &mut thread.replies {
            reply.complete(&place)?;
        }
    }
    Ok(Page::cut(threads, limit, |thread| thread.comment.key))
}

impl CommentRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            author: row.get(1)?,
            at: Timestamp(row.get(2)?),
            text: row.get(3)?,
            mentions: from_json(&row.get::<_, String>(4)?)?,
            edited_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
            is_deleted: row.get(6)?,
            can_delete: false,
            key: row.get(7)?,
        })
    }

    fn complete(&mut self, place: &Place) -> Result<(), DecideError> {
        self.can_delete =
            !self.is_deleted && place.may(Action::DeleteComment, Some(self.author))?;
        Ok(())
    }
}
