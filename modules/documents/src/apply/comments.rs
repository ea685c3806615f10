//! Comments.

use super::{comment, item, json};
use crate::events::{
    CommentAdded, CommentDeleted, CommentEdited, CommentReopened, CommentResolved, CommentRestored,
    Fact,
};
use kernel::{ApplyError, Header};
use rusqlite::{Connection, params};

pub fn added(rows: &Connection, header: &Header, fact: &CommentAdded) -> Result<(), ApplyError> {
    let key = item(rows, CommentAdded::KIND, fact.document_id)?;
    let thread = match fact.thread_of {
        Some(root) => Some(comment(rows, CommentAdded::KIND, root)?),
        None => None,
    };
    rows.prepare_cached(
        "INSERT INTO comment (id, item, thread, author, at, text, mentions, anchor, quote)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        fact.comment_id,
        key,
        thread,
        fact.author,
        header.time.millis(),
        fact.text,
        json(&fact.mentions),
        fact.anchor,
        fact.quote
    ])?;
    Ok(())
}

pub fn edited(rows: &Connection, header: &Header, fact: &CommentEdited) -> Result<(), ApplyError> {
    let key = comment(rows, CommentEdited::KIND, fact.comment_id)?;
    rows.prepare_cached(
        "UPDATE comment SET text = ?2, mentions = ?3, edited_at = ?4 WHERE key = ?1",
    )?
    .execute((key, &fact.text, json(&fact.mentions), header.time.millis()))?;
    Ok(())
}

pub fn deleted(
    rows: &Connection,
    header: &Header,
    fact: &CommentDeleted,
) -> Result<(), ApplyError> {
    let key = comment(rows, CommentDeleted::KIND, fact.comment_id)?;
    rows.prepare_cached("UPDATE comment SET deleted_at = ?2 WHERE key = ?1")?
        .execute((key, header.time.millis()))?;
    Ok(())
}

pub fn restored(rows: &Connection, _: &Header, fact: &CommentRestored) -> Result<(), ApplyError> {
    let key = comment(rows, CommentRestored::KIND, fact.comment_id)?;
    rows.prepare_cached(
        "UPDATE comment SET text = ?2, mentions = ?3, deleted_at = NULL WHERE key = ?1",
    )?
    .execute((key, &fact.text, json(&fact.mentions)))?;
    Ok(())
}

pub fn resolved(
    rows: &Connection,
    header: &Header,
    fact: &CommentResolved,
) -> Result<(), ApplyError> {
    let key = comment(rows, CommentResolved::KIND, fact.comment_id)?;
    rows.prepare_cached("UPDATE comment SET resolved_at = ?2, resolved_by = ?3 WHERE key = ?1")?
        .execute((key, header.time.millis(), fact.resolved_by))?;
    Ok(())
}

pub fn reopened(rows: &Connection, _: &Header, fact: &CommentReopened) -> Result<(), ApplyError> {
    let key = comment(rows, CommentReopened::KIND, fact.comment_id)?;
    rows.prepare_cached(
        "UPDATE comment SET resolved_at = NULL, resolved_by = NULL WHERE key = ?1",
    )?
    .execute([key])?;
    Ok(())
}
