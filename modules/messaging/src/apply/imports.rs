//! What was brought from another system.

use super::messages::{NewMessage, insert};
use super::{contradiction, conversation as key_of, conversations, members, message};
use crate::events::{
    ConversationCreated, ConversationImported, Fact, ImportedMessage, MessagesImported,
};
use crate::rows::message_key;
use kernel::{ApplyError, Header, PersonId};
use rusqlite::{Connection, params};

pub fn conversation(
    rows: &Connection,
    header: &Header,
    fact: &ConversationImported,
) -> Result<(), ApplyError> {
    let existing = crate::access::conversation_key(rows, fact.conversation_id)?;
    let (key, since) = match existing {
        Some(key) => {
            rows.prepare_cached("UPDATE conversation SET is_imported = 1 WHERE key = ?1")?
                .execute([key])?;
            (key, members::last_position(rows, key)?)
        }
        None => (insert_conversation(rows, header, fact)?, 0),
    };
    members::insert(rows, key, &fact.members, since, header.time)?;
    Ok(())
}

fn insert_conversation(
    rows: &Connection,
    header: &Header,
    fact: &ConversationImported,
) -> rusqlite::Result<i64> {
    let created = ConversationCreated {
        conversation_id: fact.conversation_id,
        kind: fact.kind,
        audience: fact.audience,
        posters: fact.posters.clone(),
        name: fact.name.clone(),
        topic: fact.topic.clone(),
        created_by: fact.created_by.unwrap_or(PersonId(kernel::id::Uuid::nil())),
        members: fact.members.clone(),
    };
    let archived_at = fact.archived.then_some(header.time);
    let origin = conversations::Origin::Imported { archived_at };
    conversations::insert(rows, &created, fact.created_by, fact.created_at, origin)
}

pub fn messages(
    rows: &Connection,
    header: &Header,
    fact: &MessagesImported,
) -> Result<(), ApplyError> {
    let kind = MessagesImported::KIND;
    let conversation = key_of(rows, kind, fact.conversation_id)?;
    if members::last_position(rows, conversation)? + 1 != fact.first_position {
        let what = format_args!("{} is not the next position", fact.first_position);
        return Err(contradiction(kind, what));
    }
    let mut position = fact.first_position;
    for imported in &fact.messages {
        insert_message(rows, header, message_key(conversation, position), imported)?;
        position += 1;
    }
    let last = position - 1;
    let newest = fact
        .messages
        .iter()
        .map(|message| message.time.millis())
        .max();
    rows.prepare_cached(
        "UPDATE conversation
         SET last_position = ?2, last_at = max(last_at, ?3),
             history_end = CASE history_end WHEN ?4 - 1 THEN ?2 ELSE history_end END
         WHERE key = ?1",
    )?
    .execute(params![
        conversation,
        last,
        newest.unwrap_or(0),
        fact.first_position
    ])?;
    Ok(())
}

fn insert_message(
    rows: &Connection,
    header: &Header,
    key: i64,
    imported: &ImportedMessage,
) -> Result<(), ApplyError> {
    let thread = match imported.thread_of {
        Some(root) => Some(message(rows, MessagesImported::KIND, root)?),
        None => None,
    };
    insert(
        rows,
        &NewMessage {
            key,
            id: imported.id,
            seq: header.seq,
            author: imported.author,
            time: imported.time,
            text: &imported.text,
            thread,
            mentions: &imported.mentions,
            mention_everyone: false,
            attachments: &imported.attachments,
            edited_at: imported.edited_at,
        },
    )?;
    for (version, earlier) in (1..).zip(&imported.earlier) {
        let version: i64 = version;
        rows.prepare_cached(
            "INSERT INTO message_version (message, version, text, written_at, replaced_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            key,
            version,
            earlier.text,
            earlier.written_at.millis(),
            earlier.replaced_at.millis()
        ])?;
    }
    for reaction in &imported.reactions {
        for person in &reaction.people {
            rows.prepare_cached(
                "INSERT OR IGNORE INTO reaction (message, emoji, person, at)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![key, reaction.emoji, person, imported.time.millis()])?;
        }
    }
    Ok(())
}
