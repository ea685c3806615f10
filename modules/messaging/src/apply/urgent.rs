//! Urgent notices: when they remind next, who has acknowledged.

use super::message;
use crate::events::{Fact, UrgentAcknowledged, UrgentClosed, UrgentReminded, UrgentTerms};
use kernel::{ApplyError, Header, Timestamp};
use rusqlite::{Connection, params};

pub(super) fn insert(
    rows: &Connection,
    key: i64,
    terms: &UrgentTerms,
    time: Timestamp,
) -> rusqlite::Result<()> {
    let every_ms = i64::from(terms.remind_every_s) * 1000;
    rows.prepare_cached(
        "INSERT INTO urgent (message, remind_every_ms, until, next_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        key,
        every_ms,
        terms.until.map(Timestamp::millis),
        time.plus_ms(every_ms).millis()
    ])?;
    Ok(())
}

pub fn acknowledged(
    rows: &Connection,
    header: &Header,
    fact: &UrgentAcknowledged,
) -> Result<(), ApplyError> {
    let key = message(rows, UrgentAcknowledged::KIND, fact.message_id)?;
    rows.prepare_cached(
        "INSERT OR IGNORE INTO acknowledgement (message, person, at) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![key, fact.person, header.time.millis()])?;
    Ok(())
}

pub fn reminded(
    rows: &Connection,
    header: &Header,
    fact: &UrgentReminded,
) -> Result<(), ApplyError> {
    let key = message(rows, UrgentReminded::KIND, fact.message_id)?;
    rows.prepare_cached(
        "UPDATE urgent SET reminders = ?2, next_at = ?3 + remind_every_ms WHERE message = ?1",
    )?
    .execute(params![key, fact.reminder, header.time.millis()])?;
    Ok(())
}

pub fn closed(rows: &Connection, header: &Header, fact: &UrgentClosed) -> Result<(), ApplyError> {
    let key = message(rows, UrgentClosed::KIND, fact.message_id)?;
    rows.prepare_cached(
        "UPDATE urgent SET closed_at = ?2, closed_because = ?3 WHERE message = ?1",
    )?
    .execute(params![key, header.time.millis(), fact.because])?;
    Ok(())
}
