//! All texts a message had.

use crate::MessageId;
use crate::access::{Action, Viewer};
use crate::rows::Message;
use kernel::page::Page;
use kernel::{Actor, DecideError, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageHistoryParams {
    /// The message.
    pub message_id: MessageId,
}

/// A text a message has or had.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionRow {
    /// 1 for the first text.
    pub version: u32,
    /// The text.
    pub text: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// When another text took its place, or the message was deleted; none: it stands.
    pub replaced_at: Option<Timestamp>,
}

/// Answers it, the oldest text first.
///
/// # Errors
/// `not_permitted` for all but the author and moderators; for deleted messages, all but moderators.
pub fn message_history(
    rows: &Connection,
    actor: &Actor,
    params: MessageHistoryParams,
) -> Result<Page<VersionRow>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let (message, seat) = Message::read_by(rows, viewer, params.message_id)?;
    let action = if message.is_deleted {
        Action::SeeDeleted
    } else {
        Action::SeeHistory
    };
    seat.require(action, Some(message.author))?;
    let items = rows
        .prepare_cached(
            "SELECT version, text, written_at, replaced_at FROM message_version WHERE message = ?1
             UNION ALL
             SELECT 1 + (SELECT coalesce(max(version), 0) FROM message_version WHERE message = ?1),
                    text, coalesce(edited_at, time), NULL
             FROM message WHERE key = ?1 AND deleted_at IS NULL
             ORDER BY 1",
        )?
        .query_map([message.key], |row| {
            Ok(VersionRow {
                version: row.get(0)?,
                text: row.get(1)?,
                written_at: Timestamp(row.get(2)?),
                replaced_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Page { items, next: None })
}
