//! The facts that make messages what they were, whoever wrote them.

use super::aspects::text_of;
use super::wish::MessageWish as Wish;
use crate::commands::deleted;
use crate::events::{Fact, MessageRestored};
use crate::limits::IMPORTED_TEXT_CHARS_MAX;
use crate::rows::{Message, conversation_of};
use crate::{ConversationId, MessageId, text};
use kernel::{Event, NotPutBack, PersonId};
use rusqlite::Connection;

/// The facts; none where it is so already.
pub fn facts(
    rows: &Connection,
    by: PersonId,
    id: MessageId,
    wish: &Wish,
) -> Result<Vec<Event>, NotPutBack> {
    let message =
        Message::find(rows, id)?.ok_or_else(|| NotPutBack::because("There is no such message."))?;
    match wish {
        Wish::Exists(true) => Ok(Vec::new()),
        Wish::Exists(false) | Wish::Deleted(Some(true)) => delete(rows, by, &message),
        Wish::Deleted(Some(false)) if !message.is_deleted => Ok(Vec::new()),
        Wish::Deleted(Some(false)) => {
            let text = text_of(rows, id)?.map(|(text, _)| text).unwrap_or_default();
            restore(rows, by, &message, text)
        }
        Wish::Text(Some(_)) if message.is_deleted => {
            Err(NotPutBack::because("The message is deleted."))
        }
        Wish::Text(Some(wanted)) => {
            let has_files = rows
                .prepare_cached("SELECT 1 FROM message WHERE key = ?1 AND attachments IS NOT NULL")?
                .exists([message.key])?;
            // What an import brought may be longer than what is written here.
            text::check_message("text", wanted, has_files, IMPORTED_TEXT_CHARS_MAX)?;
            restore(rows, by, &message, wanted.clone())
        }
        Wish::Text(None) | Wish::Deleted(None) => Err(NotPutBack::because(
            "It was not there then; delete it instead.",
        )),
    }
}

fn delete(rows: &Connection, by: PersonId, message: &Message) -> Result<Vec<Event>, NotPutBack> {
    if message.is_deleted {
        return Ok(Vec::new());
    }
    Ok(deleted(rows, message, place(rows, message)?, by)?)
}

fn restore(
    rows: &Connection,
    by: PersonId,
    message: &Message,
    text: String,
) -> Result<Vec<Event>, NotPutBack> {
    let fact = MessageRestored {
        id: message.id,
        conversation_id: place(rows, message)?,
        position: message.position(),
        text,
        restored_by: by,
    };
    Ok(vec![fact.event()])
}

/// The conversation a message is in.
fn place(rows: &Connection, message: &Message) -> rusqlite::Result<ConversationId> {
    rows.prepare_cached("SELECT id FROM conversation WHERE key = ?1")?
        .query_row([conversation_of(message.key)], |row| row.get(0))
}
