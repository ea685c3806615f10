//! Messages: posted, edited, deleted.

use super::{contradiction, message};
use crate::attachment::Attachment;
use crate::events::{Fact, MessageDeleted, MessageEdited, MessagePosted, MessageRestored};
use crate::index;
use crate::rows::message_key;
use crate::{ConversationId, MessageId};
use kernel::{ApplyError, Header, PersonId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

pub fn posted(rows: &Connection, header: &Header, fact: &MessagePosted) -> Result<(), ApplyError> {
    let kind = MessagePosted::KIND;
    let conversation = advance(rows, kind, fact.conversation_id, fact.position, header.time)?;
    let key = message_key(conversation, fact.position);
    let thread = match fact.thread_of {
        Some(root) => Some(message(rows, kind, root)?),
        None => None,
    };
    insert(
        rows,
        &NewMessage {
            key,
            id: fact.id,
            seq: header.seq,
            author: fact.author,
            time: header.time,
            text: &fact.text,
            thread,
            mentions: &fact.mentions,
            mention_everyone: fact.mention_everyone,
            attachments: &fact.attachments,
            edited_at: None,
        },
    )?;
    if let Some(terms) = fact.urgent {
        super::urgent::insert(rows, key, &terms, header.time)?;
    }
    rows.prepare_cached(
        "DELETE FROM draft WHERE person = ?1 AND conversation = ?2 AND thread = ?3",
    )?
    .execute(params![fact.author, conversation, thread.unwrap_or(0)])?;
    Ok(())
}

/// Moves the conversation's end from just before `position` to it; returns the conversation's key.
fn advance(
    rows: &Connection,
    kind: &str,
    id: ConversationId,
    position: u64,
    time: Timestamp,
) -> Result<i64, ApplyError> {
    rows.prepare_cached(
        "UPDATE conversation SET last_position = ?2, last_at = ?3
         WHERE id = ?1 AND last_position = ?2 - 1 RETURNING key",
    )?
    .query_row(params![id, position, time.millis()], |row| row.get(0))
    .optional()?
    .ok_or_else(|| {
        contradiction(
            kind,
            format_args!("{position} is not the next position of conversation {id}"),
        )
    })
}

/// A message's row before it exists.
pub(super) struct NewMessage<'a> {
    pub key: i64,
    pub id: MessageId,
    pub seq: u64,
    pub author: PersonId,
    pub time: Timestamp,
    pub text: &'a str,
    pub thread: Option<i64>,
    pub mentions: &'a [PersonId],
    pub mention_everyone: bool,
    pub attachments: &'a [Attachment],
    pub edited_at: Option<Timestamp>,
}

/// Writes the row with its mentions, its tokens and its thread's counts.
pub(super) fn insert(rows: &Connection, new: &NewMessage<'_>) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO message (key, id, seq, author, time, text, thread, mentions,
                              mentions_everyone, attachments, edited_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        new.key,
        new.id,
        new.seq,
        new.author,
        new.time.millis(),
        new.text,
        new.thread,
        ids(new.mentions),
        new.mention_everyone,
        json(new.attachments),
        new.edited_at.map(Timestamp::millis),
    ])?;
    // Mentioning oneself is nothing to be told of.
    for person in new.mentions.iter().filter(|person| **person != new.author) {
        rows.prepare_cached("INSERT OR IGNORE INTO mention (person, message) VALUES (?1, ?2)")?
            .execute((person, new.key))?;
    }
    if let Some(root) = new.thread {
        rows.prepare_cached(
            "UPDATE message SET reply_count = reply_count + 1,
                                last_reply_at = max(coalesce(last_reply_at, ?2), ?2)
             WHERE key = ?1",
        )?
        .execute((root, new.time.millis()))?;
    }
    index::add(rows, new.key, new.text, new.attachments)
}

fn ids(people: &[PersonId]) -> Value {
    if people.is_empty() {
        return Value::Null;
    }
    let bytes = people.iter().flat_map(|person| *person.0.as_bytes());
    Value::Blob(bytes.collect())
}

fn json(attachments: &[Attachment]) -> Value {
    if attachments.is_empty() {
        return Value::Null;
    }
    Value::Text(serde_json::to_string(attachments).expect("attachments have string keys only"))
}

pub fn edited(rows: &Connection, header: &Header, fact: &MessageEdited) -> Result<(), ApplyError> {
    let key = message(rows, MessageEdited::KIND, fact.id)?;
    set_text(rows, key, &fact.text, header.time)
}

/// Gives a message another text and keeps the one it had.
fn set_text(rows: &Connection, key: i64, text: &str, time: Timestamp) -> Result<(), ApplyError> {
    let attachments = retire_text(rows, key, time)?;
    rows.prepare_cached("UPDATE message SET text = ?2, edited_at = ?3 WHERE key = ?1")?
        .execute(params![key, text, time.millis()])?;
    index::add(rows, key, text, &attachments)?;
    Ok(())
}

pub fn deleted(
    rows: &Connection,
    header: &Header,
    fact: &MessageDeleted,
) -> Result<(), ApplyError> {
    let key = message(rows, MessageDeleted::KIND, fact.id)?;
    retire_text(rows, key, header.time)?;
    rows.prepare_cached(
        "UPDATE message SET text = '', deleted_at = ?2, deleted_by = ?3,
                            mentions_everyone = -mentions_everyone
         WHERE key = ?1",
    )?
    .execute(params![key, header.time.millis(), fact.deleted_by])?;
    each_mentioned(
        rows,
        key,
        "DELETE FROM mention WHERE message = ?1 AND person = ?2",
    )?;
    Ok(())
}

/// Runs a statement for the message (`?1`) and everybody it mentions (`?2`).
fn each_mentioned(rows: &Connection, key: i64, sql: &str) -> rusqlite::Result<()> {
    let mentions: Option<Vec<u8>> = rows
        .prepare_cached("SELECT mentions FROM message WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?;
    for person in mentions.iter().flat_map(|ids| ids.chunks_exact(16)) {
        rows.prepare_cached(sql)?.execute((key, person))?;
    }
    Ok(())
}

pub fn restored(
    rows: &Connection,
    header: &Header,
    fact: &MessageRestored,
) -> Result<(), ApplyError> {
    let key = message(rows, MessageRestored::KIND, fact.id)?;
    let Some(before) = deleted_text(rows, key)? else {
        return set_text(rows, key, &fact.text, header.time);
    };
    rows.prepare_cached(
        "UPDATE message SET text = ?2, deleted_at = NULL, deleted_by = NULL,
                            mentions_everyone = abs(mentions_everyone)
         WHERE key = ?1",
    )?
    .execute((key, &before))?;
    each_mentioned(
        rows,
        key,
        "INSERT OR IGNORE INTO mention (message, person)
         SELECT key, ?2 FROM message WHERE key = ?1 AND author <> ?2",
    )?;
    let attachments: Option<String> = rows
        .prepare_cached("SELECT attachments FROM message WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?;
    index::add(rows, key, &before, &files(attachments.as_deref())?)?;
    if before != fact.text {
        set_text(rows, key, &fact.text, header.time)?;
    }
    Ok(())
}

/// The text a message had when it was deleted; none where it is not.
fn deleted_text(rows: &Connection, key: i64) -> rusqlite::Result<Option<String>> {
    rows.prepare_cached(
        "SELECT v.text FROM message m JOIN message_version v ON v.message = m.key
         WHERE m.key = ?1 AND m.deleted_at IS NOT NULL ORDER BY v.version DESC LIMIT 1",
    )?
    .query_row([key], |row| row.get(0))
    .optional()
}

/// Keeps the present text as a version and takes it out of the index; returns the files, whose
/// names are indexed with the text.
fn retire_text(
    rows: &Connection,
    key: i64,
    time: Timestamp,
) -> Result<Vec<Attachment>, rusqlite::Error> {
    let (text, attachments): (String, Option<String>) = rows
        .prepare_cached("SELECT text, attachments FROM message WHERE key = ?1")?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let attachments = files(attachments.as_deref())?;
    index::remove(rows, key, &text, &attachments)?;
    rows.prepare_cached(
        "INSERT INTO message_version (message, version, text, written_at, replaced_at)
         SELECT key,
                1 + (SELECT coalesce(max(version), 0) FROM message_version WHERE message = ?1),
                text, coalesce(edited_at, time), ?2
         FROM message WHERE key = ?1",
    )?
    .execute((key, time.millis()))?;
    Ok(attachments)
}

/// The files in a message's row.
///
/// # Errors
/// When the row does not hold what this module writes.
pub fn files(json: Option<&str>) -> rusqlite::Result<Vec<Attachment>> {
    json.map_or_else(
        || Ok(Vec::new()),
        |json| {
            serde_json::from_str(json).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(
                    0,
                    rusqlite::types::Type::Text,
                    Box::new(error),
                )
            })
        },
    )
}
