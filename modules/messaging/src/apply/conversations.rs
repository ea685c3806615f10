//! Conversations as such.

use super::{contradiction, conversation, members};
use crate::ConversationId;
use crate::events::{
    ConversationArchived, ConversationCreated, ConversationKind, ConversationRenamed,
    ConversationUnarchived, Fact, Posters, PostersSet, TopicSet,
};
use kernel::{ApplyError, Header, PersonId, Timestamp};
use rusqlite::{Connection, params};

/// Both people's ids in order: what makes a conversation between two people unique.
#[must_use]
pub fn direct_pair(a: PersonId, b: PersonId) -> Vec<u8> {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    [*low.0.as_bytes(), *high.0.as_bytes()].concat()
}

pub fn created(
    rows: &Connection,
    header: &Header,
    fact: &ConversationCreated,
) -> Result<(), ApplyError> {
    let key = insert(rows, fact, Some(fact.created_by), header.time, Origin::Here)?;
    members::insert(rows, key, &fact.members, 0, header.time)?;
    Ok(())
}

/// Where a conversation comes from.
pub(super) enum Origin {
    /// It was made here.
    Here,
    /// It was brought from another system, archived perhaps.
    Imported { archived_at: Option<Timestamp> },
}

/// Makes the conversation's row and posters and returns its key.
pub(super) fn insert(
    rows: &Connection,
    fact: &ConversationCreated,
    created_by: Option<PersonId>,
    created_at: Timestamp,
    origin: Origin,
) -> rusqlite::Result<i64> {
    let (is_imported, archived_at) = match origin {
        Origin::Here => (false, None),
        Origin::Imported { archived_at } => (true, archived_at),
    };
    let pair = match (fact.kind, fact.members.as_slice()) {
        (ConversationKind::Direct, [a, b]) => Some(direct_pair(*a, *b)),
        _ => None,
    };
    rows.prepare_cached(
        "INSERT INTO conversation (id, kind, audience, posters, name, topic, created_by,
                                   created_at, archived_at, direct_pair, is_imported, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?8)",
    )?
    .execute(params![
        fact.conversation_id,
        fact.kind,
        fact.audience,
        word(&fact.posters),
        fact.name,
        fact.topic.as_deref().filter(|topic| !topic.is_empty()),
        created_by,
        created_at.millis(),
        archived_at.map(Timestamp::millis),
        pair,
        is_imported,
    ])?;
    let key = rows.last_insert_rowid();
    insert_posters(rows, key, &fact.posters)?;
    Ok(key)
}

const fn word(posters: &Posters) -> &'static str {
    match posters {
        Posters::Members(_) => "members",
        Posters::Listed(_) => "listed",
    }
}

fn insert_posters(rows: &Connection, key: i64, posters: &Posters) -> rusqlite::Result<()> {
    let Posters::Listed(people) = posters else {
        return Ok(());
    };
    let mut insert =
        rows.prepare_cached("INSERT OR IGNORE INTO poster (conversation, person) VALUES (?1, ?2)")?;
    for person in people {
        insert.execute((key, person))?;
    }
    Ok(())
}

pub fn posters_set(
    rows: &Connection,
    _header: &Header,
    fact: &PostersSet,
) -> Result<(), ApplyError> {
    let key = conversation(rows, PostersSet::KIND, fact.conversation_id)?;
    rows.prepare_cached("UPDATE conversation SET posters = ?2 WHERE key = ?1")?
        .execute((key, word(&fact.posters)))?;
    rows.prepare_cached("DELETE FROM poster WHERE conversation = ?1")?
        .execute([key])?;
    insert_posters(rows, key, &fact.posters)?;
    Ok(())
}

pub fn renamed(
    rows: &Connection,
    _header: &Header,
    fact: &ConversationRenamed,
) -> Result<(), ApplyError> {
    let changed = rows
        .prepare_cached("UPDATE conversation SET name = nullif(?2, '') WHERE id = ?1")?
        .execute((fact.conversation_id, &fact.name))?;
    one(changed, ConversationRenamed::KIND, fact.conversation_id)
}

pub fn topic_set(rows: &Connection, _header: &Header, fact: &TopicSet) -> Result<(), ApplyError> {
    let changed = rows
        .prepare_cached("UPDATE conversation SET topic = nullif(?2, '') WHERE id = ?1")?
        .execute((fact.conversation_id, &fact.topic))?;
    one(changed, TopicSet::KIND, fact.conversation_id)
}

pub fn archived(
    rows: &Connection,
    header: &Header,
    fact: &ConversationArchived,
) -> Result<(), ApplyError> {
    let changed = rows
        .prepare_cached("UPDATE conversation SET archived_at = ?2 WHERE id = ?1")?
        .execute((fact.conversation_id, header.time.millis()))?;
    one(changed, ConversationArchived::KIND, fact.conversation_id)
}

pub fn unarchived(
    rows: &Connection,
    _header: &Header,
    fact: &ConversationUnarchived,
) -> Result<(), ApplyError> {
    let changed = rows
        .prepare_cached("UPDATE conversation SET archived_at = NULL WHERE id = ?1")?
        .execute([fact.conversation_id])?;
    one(changed, ConversationUnarchived::KIND, fact.conversation_id)
}

fn one(changed: usize, kind: &str, id: ConversationId) -> Result<(), ApplyError> {
    if changed == 1 {
        return Ok(());
    }
    Err(contradiction(
        kind,
        format_args!("conversation {id} does not exist"),
    ))
}
