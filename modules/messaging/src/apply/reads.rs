//! Who has read how far.

use super::conversation;
use crate::events::{Fact, ReadMarked};
use kernel::{ApplyError, Header};
use rusqlite::{Connection, params};

pub fn marked(rows: &Connection, header: &Header, fact: &ReadMarked) -> Result<(), ApplyError> {
    let key = conversation(rows, ReadMarked::KIND, fact.conversation_id)?;
    let values = params![key, fact.person, fact.up_to, header.time.millis()];
    rows.prepare_cached(
        "INSERT INTO read_mark (conversation, person, position, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (conversation, person)
         DO UPDATE SET position = excluded.position, at = excluded.at",
    )?
    .execute(values)?;
    rows.prepare_cached(
        "INSERT OR IGNORE INTO read_step (conversation, person, position, at)
         VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(values)?;
    Ok(())
}
