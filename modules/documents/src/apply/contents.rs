//! Documents' contents: updated, merged, named.

use super::{contradiction, item, json};
use crate::base64;
use crate::content::plain;
use crate::events::{DocumentSettled, DocumentUpdated, Fact, Origin, VersionNamed};
use crate::index;
use crate::limits::{MERGE_EVERY, SITTING_GAP_MS, SNAPSHOT_EVERY};
use crate::store::{Progress, load, unusable, update_key};
use kernel::{ApplyError, Header, PersonId};
use rusqlite::{Connection, OptionalExtension, params};

pub fn updated(
    rows: &Connection,
    header: &Header,
    fact: &DocumentUpdated,
) -> Result<(), ApplyError> {
    let kind = DocumentUpdated::KIND;
    let key = item(rows, kind, fact.document_id)?;
    let progress = Progress::of(rows, key)?;
    if fact.seq != progress.last_seq + 1 || fact.seq > u64::from(u32::MAX) {
        let what = format_args!("{} does not follow update {}", fact.seq, progress.last_seq);
        return Err(contradiction(kind, what));
    }
    let bytes = base64::stored(&fact.update)
        .ok_or_else(|| contradiction(kind, "the update is not base64"))?;
    let at = header.time.millis();
    let origin = fact.origin.as_ref().map(json);
    rows.prepare_cached(
        "INSERT INTO document_update (key, at, author, bytes, origin) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        update_key(key, fact.seq),
        at,
        fact.author,
        bytes,
        origin
    ])?;
    rows.prepare_cached("UPDATE content SET last_seq = ?2, last_at = ?3 WHERE item = ?1")?
        .execute((key, fact.seq, at))?;
    rows.prepare_cached("UPDATE item SET changed_by = ?2, changed_at = ?3 WHERE key = ?1")?
        .execute((key, fact.author, at))?;
    sit(rows, key, fact.seq, at, fact.author, fact.origin.as_ref())?;
    // What the server wrote is the size of a document, and finished.
    if fact.origin.is_some() || fact.seq - progress.merged_seq >= MERGE_EVERY {
        merge(rows, key)?;
    }
    Ok(())
}

/// Continues the author's sitting, or begins one after a pause.
fn sit(
    rows: &Connection,
    key: i64,
    seq: u64,
    at: i64,
    author: PersonId,
    origin: Option<&Origin>,
) -> rusqlite::Result<()> {
    let open: Option<u64> = rows
        .prepare_cached(
            "SELECT first_seq, ended_at, origin IS NULL FROM sitting
             WHERE item = ?1 AND author = ?2 ORDER BY first_seq DESC LIMIT 1",
        )?
        .query_row((key, author), |row| {
            let goes_on = row.get::<_, i64>(1)? + SITTING_GAP_MS >= at && row.get(2)?;
            Ok(goes_on.then_some(row.get(0)?))
        })
        .optional()?
        .flatten();
    match open {
        Some(first) if origin.is_none() => rows
            .prepare_cached(
                "UPDATE sitting SET last_seq = ?3, ended_at = ?4, updates = updates + 1
                 WHERE item = ?1 AND first_seq = ?2",
            )?
            .execute((key, first, seq, at))?,
        _ => rows
            .prepare_cached(
                "INSERT INTO sitting (item, first_seq, last_seq, author, started_at, ended_at,
                                      updates, origin)
                 VALUES (?1, ?2, ?2, ?3, ?4, ?4, 1, ?5)",
            )?
            .execute(params![key, seq, author, at, origin.map(json)])?,
    };
    Ok(())
}

/// Makes the state everything there is, and the index what it says.
fn merge(rows: &Connection, key: i64) -> rusqlite::Result<()> {
    let progress = Progress::of(rows, key)?;
    let content = load(rows, key, 0)?;
    let state = content.state().map_err(unusable)?;
    let text = plain(&content.blocks().map_err(unusable)?);
    let (name, before): (String, String) = rows
        .prepare_cached(
            "SELECT i.name, c.text FROM item i JOIN content c ON c.item = i.key WHERE i.key = ?1",
        )?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if before != text {
        index::remove(rows, key, &name, &before)?;
        index::add(rows, key, &name, &text)?;
    }
    let keeps = progress.last_seq - progress.snapshot_seq >= SNAPSHOT_EVERY;
    if keeps {
        rows.prepare_cached("INSERT INTO snapshot (key, state) VALUES (?1, ?2)")?
            .execute((update_key(key, progress.last_seq), &state))?;
    }
    let snapshot = if keeps {
        progress.last_seq
    } else {
        progress.snapshot_seq
    };
    rows.prepare_cached(
        "UPDATE content SET state = ?2, text = ?3, merged_seq = last_seq, snapshot_seq = ?4
         WHERE item = ?1",
    )?
    .execute((key, state, text, snapshot))?;
    Ok(())
}

pub fn settled(rows: &Connection, _: &Header, fact: &DocumentSettled) -> Result<(), ApplyError> {
    let key = item(rows, DocumentSettled::KIND, fact.document_id)?;
    Ok(merge(rows, key)?)
}

pub fn version_named(
    rows: &Connection,
    header: &Header,
    fact: &VersionNamed,
) -> Result<(), ApplyError> {
    let key = item(rows, VersionNamed::KIND, fact.document_id)?;
    rows.prepare_cached(
        "INSERT INTO version (id, item, seq, name, named_by, named_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        fact.version_id,
        key,
        fact.seq,
        fact.name,
        fact.named_by,
        header.time.millis()
    ])?;
    Ok(())
}
