//! Documents' contents in the rows: a merged state, the updates after it, and every update ever made.

use crate::content::{Broken, Content, Node, NotWithout, Without};
use kernel::CommandId;
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashSet;

/// Key of an update or snapshot.
#[must_use]
pub const fn update_key(item: i64, seq: u64) -> i64 {
    (item << 32) | seq.cast_signed()
}

/// The position in an update's key.
#[must_use]
pub const fn seq_of(key: i64) -> u64 {
    (key & 0xffff_ffff).cast_unsigned()
}

/// How far a document has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Position of the last update that is merged.
    pub merged_seq: u64,
    /// Position of the last update.
    pub last_seq: u64,
    /// When it was made.
    pub last_at: i64,
    /// Position of the last kept state.
    pub snapshot_seq: u64,
}

impl Progress {
    /// Of the document with this key.
    ///
    /// # Errors
    /// When the view cannot be read, or there is no such document.
    pub fn of(rows: &Connection, item: i64) -> rusqlite::Result<Self> {
        rows.prepare_cached(
            "SELECT merged_seq, last_seq, last_at, snapshot_seq FROM content WHERE item = ?1",
        )?
        .query_row([item], |row| {
            Ok(Self {
                merged_seq: row.get(0)?,
                last_seq: row.get(1)?,
                last_at: row.get(2)?,
                snapshot_seq: row.get(3)?,
            })
        })
    }
}

/// A document's content, ready for changes under the number `client`.
///
/// # Errors
/// When the view cannot be read, or what it holds cannot be used.
pub fn load(rows: &Connection, item: i64, client: u32) -> rusqlite::Result<Content> {
    let (state, merged): (Vec<u8>, u64) = rows
        .prepare_cached("SELECT state, merged_seq FROM content WHERE item = ?1")?
        .query_row([item], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let content = Content::empty(client);
    content.apply(&state).map_err(unusable)?;
    take_updates(rows, &content, item, merged, u64::from(u32::MAX))?;
    Ok(content)
}

/// A document's content, ready for a change by the server: the number follows from the command
/// alone, so that every site makes the same.
///
/// # Errors
/// As for [`load`].
pub fn load_for(rows: &Connection, item: i64, command: CommandId) -> rusqlite::Result<Content> {
    for attempt in 0_u32.. {
        let id = CommandId::derived(&format!("documents/{command}/{attempt}"));
        let [a, b, c, d, ..] = *id.0.as_bytes();
        let content = load(rows, item, u32::from_be_bytes([a, b, c, d]))?;
        if !content.knows(u32::from_be_bytes([a, b, c, d])) {
            return Ok(content);
        }
    }
    Err(rusqlite::Error::QueryReturnedNoRows)
}

/// A document's content as it was after the update at `seq`.
///
/// # Errors
/// As for [`load`].
pub fn load_at(rows: &Connection, item: i64, seq: u64) -> rusqlite::Result<Content> {
    let (from, state) = snapshot_before(rows, item, seq)?;
    let content = Content::empty(0);
    if let Some(state) = state {
        content.apply(&state).map_err(unusable)?;
    }
    take_updates(rows, &content, item, from, seq)?;
    Ok(content)
}

/// A document's blocks as they would be without some of its updates, with everything else; or why
/// there are none.
///
/// # Errors
/// As for [`load`].
pub fn load_without(
    rows: &Connection,
    item: i64,
    unwanted: &[u64],
) -> rusqlite::Result<Result<Vec<Node>, NotWithout>> {
    let first = unwanted.iter().copied().min().unwrap_or(u64::MAX >> 32);
    let (from, state) = snapshot_before(rows, item, first.saturating_sub(1))?;
    let mut replay = Without::begin(state.as_deref()).map_err(unusable)?;
    let unwanted: HashSet<u64> = unwanted.iter().copied().collect();
    let mut query = rows.prepare_cached(
        "SELECT key, bytes FROM document_update WHERE key > ?1 AND key <= ?2 ORDER BY key",
    )?;
    let last = update_key(item, u64::from(u32::MAX));
    let mut updates = query.query((update_key(item, from), last))?;
    while let Some(row) = updates.next()? {
        let is_unwanted = unwanted.contains(&seq_of(row.get(0)?));
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        replay.take(bytes, is_unwanted).map_err(unusable)?;
    }
    Ok(replay.finish())
}

/// The last kept state up to `seq`, and its position; 0: none.
fn snapshot_before(
    rows: &Connection,
    item: i64,
    seq: u64,
) -> rusqlite::Result<(u64, Option<Vec<u8>>)> {
    let found: Option<(i64, Vec<u8>)> = rows
        .prepare_cached(
            "SELECT key, state FROM snapshot WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC LIMIT 1",
        )?
        .query_row((update_key(item, 0), update_key(item, seq)), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(match found {
        Some((key, state)) => (seq_of(key), Some(state)),
        None => (0, None),
    })
}

fn take_updates(
    rows: &Connection,
    content: &Content,
    item: i64,
    after: u64,
    up_to: u64,
) -> rusqlite::Result<()> {
    let mut query = rows.prepare_cached(
        "SELECT bytes FROM document_update WHERE key > ?1 AND key <= ?2 ORDER BY key",
    )?;
    let mut updates = query.query((update_key(item, after), update_key(item, up_to)))?;
    while let Some(row) = updates.next()? {
        let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        content.apply(bytes).map_err(unusable)?;
    }
    Ok(())
}

/// What was decided before does not fail later, unless the view is damaged.
pub fn unusable(broken: Broken) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(broken))
}
