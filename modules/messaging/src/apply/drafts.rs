//! Texts kept to be posted later.

use super::{conversation, message};
use crate::events::{DraftSaved, Fact};
use kernel::{ApplyError, Header};
use rusqlite::{Connection, params};

pub fn saved(rows: &Connection, header: &Header, fact: &DraftSaved) -> Result<(), ApplyError> {
    let key = conversation(rows, DraftSaved::KIND, fact.conversation_id)?;
    let thread = match fact.thread_of {
        Some(root) => message(rows, DraftSaved::KIND, root)?,
        None => 0,
    };
    if fact.text.is_empty() {
        rows.prepare_cached(
            "DELETE FROM draft WHERE person = ?1 AND conversation = ?2 AND thread = ?3",
        )?
        .execute(params![fact.person, key, thread])?;
        return Ok(());
    }
    rows.prepare_cached(
        "INSERT INTO draft (person, conversation, thread, text, saved_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (person, conversation, thread)
         DO UPDATE SET text = excluded.text, saved_at = excluded.saved_at",
    )?
    .execute(params![
        fact.person,
        key,
        thread,
        fact.text,
        header.time.millis()
    ])?;
    Ok(())
}
