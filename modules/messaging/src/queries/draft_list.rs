//! Somebody's drafts.

use crate::access::{GUEST, Viewer};
use crate::audience::with_readable;
use crate::{ConversationId, MessageId};
use kernel::page::Page;
use kernel::{Actor, DecideError, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// No parameters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftListParams {}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftRow {
    /// Where it would be posted.
    pub conversation_id: ConversationId,
    /// The message it would reply to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_of: Option<MessageId>,
    /// The text.
    pub text: String,
    /// When it was last saved.
    pub saved_at: Timestamp,
}

/// Answers it, the latest first, all in one page.
///
/// # Errors
/// `workspace_not_found` for whoever is not active here.
pub fn draft_list(
    rows: &Connection,
    actor: &Actor,
    _params: DraftListParams,
) -> Result<Page<DraftRow>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let items = rows
        .prepare_cached(with_readable!(
            "SELECT c.id, m.id, d.text, d.saved_at
             FROM draft d JOIN readable ON readable.key = d.conversation
             JOIN conversation c ON c.key = d.conversation
             LEFT JOIN message m ON m.key = d.thread
             WHERE d.person = ?1 ORDER BY d.saved_at DESC, d.conversation, d.thread"
        ))?
        .query_map((viewer.id, GUEST), |row| {
            Ok(DraftRow {
                conversation_id: row.get(0)?,
                thread_of: row.get(1)?,
                text: row.get(2)?,
                saved_at: Timestamp(row.get(3)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Page { items, next: None })
}
