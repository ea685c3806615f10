//! Who is and was in a conversation.

use super::conversation;
use crate::events::{Fact, MembersAdded, MembersRemoved};
use kernel::{ApplyError, Header, PersonId, Timestamp};
use rusqlite::{Connection, params};

pub fn added(rows: &Connection, header: &Header, fact: &MembersAdded) -> Result<(), ApplyError> {
    let key = conversation(rows, MembersAdded::KIND, fact.conversation_id)?;
    let since = last_position(rows, key)?;
    insert(rows, key, &fact.people, since, header.time)?;
    Ok(())
}

pub(super) fn last_position(rows: &Connection, key: i64) -> rusqlite::Result<u64> {
    rows.prepare_cached("SELECT last_position FROM conversation WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
}

pub(super) fn insert(
    rows: &Connection,
    key: i64,
    people: &[PersonId],
    since: u64,
    time: Timestamp,
) -> rusqlite::Result<()> {
    let mut insert = rows.prepare_cached(
        "INSERT OR IGNORE INTO member (conversation, person, since, joined_at)
         VALUES (?1, ?2, ?3, ?4)",
    )?;
    for person in people {
        insert.execute(params![key, person, since, time.millis()])?;
    }
    Ok(())
}

pub fn removed(
    rows: &Connection,
    _header: &Header,
    fact: &MembersRemoved,
) -> Result<(), ApplyError> {
    let key = conversation(rows, MembersRemoved::KIND, fact.conversation_id)?;
    let until = last_position(rows, key)?;
    for person in &fact.people {
        rows.prepare_cached(
            "INSERT OR IGNORE INTO former_member (conversation, person, since, until)
             SELECT conversation, person, since, ?3 FROM member
             WHERE conversation = ?1 AND person = ?2",
        )?
        .execute(params![key, person, until])?;
        for table in [
            "DELETE FROM member WHERE conversation = ?1 AND person = ?2",
            "DELETE FROM poster WHERE conversation = ?1 AND person = ?2",
            "DELETE FROM draft WHERE conversation = ?1 AND person = ?2",
        ] {
            rows.prepare_cached(table)?.execute(params![key, person])?;
        }
    }
    Ok(())
}
