//! What things lie in: putting a conversation away takes along what others wrote in it.

use crate::{ConversationId, MessageId};
use kernel::Aspect;
use rusqlite::{Connection, OptionalExtension, Result};

/// The conversation a message is in.
pub fn held_in(rows: &Connection, aspect: &Aspect) -> Result<Vec<Aspect>> {
    if aspect.kind != "message" {
        return Ok(Vec::new());
    }
    let Ok(message) = aspect.object.parse::<MessageId>() else {
        return Ok(Vec::new());
    };
    let conversation: Option<ConversationId> = rows
        .prepare_cached(
            "SELECT c.id FROM message m JOIN conversation c ON c.key = m.key >> 32 WHERE m.id = ?1",
        )?
        .query_row([message], |row| row.get(0))
        .optional()?;
    let exists = conversation.map(|id| Aspect::new("conversation", id, "exists"));
    Ok(exists.into_iter().collect())
}
