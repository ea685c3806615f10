//! What an aspect is about, and what it is in the rows.

use crate::events::Posters;
use crate::{ConversationId, MessageId};
use kernel::{Aspect, BadAspect, PersonId};
use rusqlite::{Connection, OptionalExtension, Result};
use serde_json::{Value, json};

/// How many characters of a message people call it by.
const LABEL_CHARS: usize = 80;

/// An aspect whose names are understood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    Conversation(ConversationId, OfConversation),
    Message(MessageId, OfMessage),
}

/// An aspect of a conversation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OfConversation {
    Name,
    Topic,
    Archived,
    Posters,
    Member(PersonId),
    Exists,
}

/// An aspect of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OfMessage {
    Text,
    Deleted,
    Exists,
}

impl Known {
    /// Understands an aspect.
    pub fn of(aspect: &Aspect) -> std::result::Result<Self, BadAspect> {
        use OfConversation::{Archived, Exists, Member, Name, Topic};
        let is = aspect.aspect.as_str();
        match aspect.kind.as_str() {
            "conversation" => {
                let of = match is {
                    "name" => Name,
                    "topic" => Topic,
                    "archived" => Archived,
                    "posters" => OfConversation::Posters,
                    "exists" => Exists,
                    "member" => {
                        let (conversation, person) = aspect.both()?;
                        return Ok(Self::Conversation(conversation, Member(person)));
                    }
                    _ => return Err(BadAspect::Aspect),
                };
                Ok(Self::Conversation(aspect.alone()?, of))
            }
            "message" => {
                let of = match is {
                    "text" => OfMessage::Text,
                    "deleted" => OfMessage::Deleted,
                    "exists" => OfMessage::Exists,
                    _ => return Err(BadAspect::Aspect),
                };
                Ok(Self::Message(aspect.alone()?, of))
            }
            _ => Err(BadAspect::Kind),
        }
    }
}

/// What the aspect is; null where its object is not there.
pub fn value(rows: &Connection, aspect: &Aspect) -> Result<Value> {
    match Known::of(aspect) {
        Err(_) => Ok(Value::Null),
        Ok(Known::Conversation(id, of)) => of_conversation(rows, id, of),
        Ok(Known::Message(id, of)) => of_message(rows, id, of),
    }
}

fn of_conversation(rows: &Connection, id: ConversationId, of: OfConversation) -> Result<Value> {
    let found = rows
        .prepare_cached(
            "SELECT key, name, topic, archived_at IS NOT NULL FROM conversation WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok((
                row.get(0)?,
                row.get::<_, Option<String>>(1)?,
                row.get::<_, Option<String>>(2)?,
                row.get::<_, bool>(3)?,
            ))
        })
        .optional()?;
    let Some((key, name, topic, archived)) = found else {
        return Ok(Value::Null);
    };
    Ok(match of {
        OfConversation::Name => json!(name),
        OfConversation::Topic => json!(topic),
        OfConversation::Archived => json!(archived),
        OfConversation::Posters => json!(posters(rows, key)?),
        OfConversation::Member(person) if !is_member(rows, key, person)? => Value::Null,
        OfConversation::Member(_) | OfConversation::Exists => json!(true),
    })
}

/// Who may write, in order.
fn posters(rows: &Connection, key: i64) -> Result<Posters> {
    let is_open: bool = rows
        .prepare_cached("SELECT posters = 'members' FROM conversation WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?;
    if is_open {
        return Ok(Posters::MEMBERS);
    }
    let people = rows
        .prepare_cached("SELECT person FROM poster WHERE conversation = ?1 ORDER BY person")?
        .query_map([key], |row| row.get(0))?
        .collect::<Result<_>>()?;
    Ok(Posters::Listed(people))
}

/// Whether somebody is a member of the conversation with this key.
pub fn is_member(rows: &Connection, key: i64, person: PersonId) -> Result<bool> {
    rows.prepare_cached("SELECT 1 FROM member WHERE conversation = ?1 AND person = ?2")?
        .exists((key, person))
}

fn of_message(rows: &Connection, id: MessageId, of: OfMessage) -> Result<Value> {
    let Some((text, is_deleted)) = text_of(rows, id)? else {
        return Ok(Value::Null);
    };
    Ok(match of {
        OfMessage::Text => json!(text),
        OfMessage::Deleted => json!(is_deleted),
        OfMessage::Exists => json!(true),
    })
}

/// A message's text, or the one it had when it was deleted, and whether it is.
pub fn text_of(rows: &Connection, id: MessageId) -> Result<Option<(String, bool)>> {
    rows.prepare_cached(
        "SELECT CASE WHEN deleted_at IS NULL THEN text ELSE
                    (SELECT v.text FROM message_version v WHERE v.message = m.key
                     ORDER BY v.version DESC LIMIT 1) END,
                deleted_at IS NOT NULL
         FROM message m WHERE id = ?1",
    )?
    .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
    .optional()
}

/// What people call the object: a conversation's name, how a message begins.
pub fn label(rows: &Connection, aspect: &Aspect) -> Result<Option<String>> {
    match Known::of(aspect) {
        Err(_) => Ok(None),
        Ok(Known::Conversation(id, _)) => {
            let name = rows
                .prepare_cached("SELECT name FROM conversation WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            Ok(name.flatten())
        }
        Ok(Known::Message(id, _)) => {
            let text = text_of(rows, id)?;
            Ok(text.map(|(text, _)| text.chars().take(LABEL_CHARS).collect()))
        }
    }
}
