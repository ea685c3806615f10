//! Reactions to messages.

use super::message;
use crate::events::{Fact, ReactionAdded, ReactionRemoved};
use kernel::{ApplyError, Header};
use rusqlite::{Connection, params};

pub fn added(rows: &Connection, header: &Header, fact: &ReactionAdded) -> Result<(), ApplyError> {
    let key = message(rows, ReactionAdded::KIND, fact.message_id)?;
    rows.prepare_cached(
        "INSERT OR IGNORE INTO reaction (message, emoji, person, at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![key, fact.emoji, fact.person, header.time.millis()])?;
    Ok(())
}

pub fn removed(
    rows: &Connection,
    _header: &Header,
    fact: &ReactionRemoved,
) -> Result<(), ApplyError> {
    let key = message(rows, ReactionRemoved::KIND, fact.message_id)?;
    rows.prepare_cached("DELETE FROM reaction WHERE message = ?1 AND emoji = ?2 AND person = ?3")?
        .execute(params![key, fact.emoji, fact.person])?;
    Ok(())
}
