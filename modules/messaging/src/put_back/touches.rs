//! Which aspects an event touches.

use crate::access::conversation_key;
use crate::events::*;
use crate::{ConversationId, MessageId};
use kernel::{ApplyError, Aspect, Event, PersonId};
use rusqlite::Connection;
use serde::Deserialize;

#[derive(Deserialize)]
struct OfConversation {
    conversation_id: ConversationId,
}

#[derive(Deserialize)]
struct OfMessage {
    id: MessageId,
}

/// The aspects, with the rows as they are before the event.
pub fn touches(rows: &Connection, event: &Event) -> Result<Vec<Aspect>, ApplyError> {
    let one = match event.kind.as_str() {
        ConversationCreated::KIND => {
            let fact: ConversationCreated = event.decode()?;
            return Ok(made(fact.conversation_id, &fact.members));
        }
        ConversationImported::KIND => return imported(rows, &event.decode()?),
        ConversationRenamed::KIND => conversation(event, "name")?,
        TopicSet::KIND => conversation(event, "topic")?,
        ConversationArchived::KIND | ConversationUnarchived::KIND => {
            conversation(event, "archived")?
        }
        PostersSet::KIND => conversation(event, "posters")?,
        MembersAdded::KIND => {
            let fact: MembersAdded = event.decode()?;
            return Ok(members(fact.conversation_id, &fact.people));
        }
        MembersRemoved::KIND => return removed(rows, &event.decode()?),
        MessagePosted::KIND => message(event, "exists")?,
        MessagesImported::KIND => {
            let fact: MessagesImported = event.decode()?;
            let all = fact.messages.iter();
            return Ok(all
                .map(|message| Aspect::new("message", message.id, "exists"))
                .collect());
        }
        MessageEdited::KIND => message(event, "text")?,
        MessageDeleted::KIND => message(event, "deleted")?,
        MessageRestored::KIND => {
            return Ok(vec![message(event, "deleted")?, message(event, "text")?]);
        }
        _ => return Ok(Vec::new()),
    };
    Ok(vec![one])
}

fn conversation(event: &Event, aspect: &str) -> Result<Aspect, ApplyError> {
    let about: OfConversation = event.decode()?;
    Ok(Aspect::new("conversation", about.conversation_id, aspect))
}

fn message(event: &Event, aspect: &str) -> Result<Aspect, ApplyError> {
    let about: OfMessage = event.decode()?;
    Ok(Aspect::new("message", about.id, aspect))
}

fn members(id: ConversationId, people: &[PersonId]) -> Vec<Aspect> {
    let member = |person| Aspect::new("conversation", id, "member").with(person);
    people.iter().map(member).collect()
}

fn made(id: ConversationId, people: &[PersonId]) -> Vec<Aspect> {
    let mut touched = members(id, people);
    touched.push(Aspect::new("conversation", id, "exists"));
    touched
}

/// An import makes a conversation once; after that it brings members.
fn imported(rows: &Connection, fact: &ConversationImported) -> Result<Vec<Aspect>, ApplyError> {
    let id = fact.conversation_id;
    match conversation_key(rows, id)? {
        Some(_) => Ok(members(id, &fact.members)),
        None => Ok(made(id, &fact.members)),
    }
}

/// Whoever is no member any more is no chosen poster either.
fn removed(rows: &Connection, fact: &MembersRemoved) -> Result<Vec<Aspect>, ApplyError> {
    let id = fact.conversation_id;
    let mut touched = members(id, &fact.people);
    let mut query = rows.prepare_cached(
        "SELECT 1 FROM poster p JOIN conversation c ON c.key = p.conversation
         WHERE c.id = ?1 AND p.person = ?2",
    )?;
    for person in &fact.people {
        if query.exists((id, person))? {
            touched.push(Aspect::new("conversation", id, "posters"));
            break;
        }
    }
    Ok(touched)
}
