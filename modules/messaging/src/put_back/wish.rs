//! An item with its value in the shape the aspect has.

use super::aspects::{Known, OfConversation, OfMessage};
use crate::events::Posters;
use crate::limits::PEOPLE_MAX;
use crate::{ConversationId, MessageId, text};
use kernel::{PersonId, PutBackItem, Refusal};

/// What shall be what.
#[derive(Clone, Debug)]
pub enum Wish {
    Conversation(ConversationId, ConversationWish),
    Message(MessageId, MessageWish),
}

/// What a conversation shall be; none: without, or not there.
#[derive(Clone, Debug)]
pub enum ConversationWish {
    Name(Option<String>),
    Topic(Option<String>),
    Archived(Option<bool>),
    Posters(Option<Posters>),
    Member(PersonId, bool),
    Exists(bool),
}

/// What a message shall be; none: not there.
#[derive(Clone, Debug)]
pub enum MessageWish {
    Text(Option<String>),
    Deleted(Option<bool>),
    Exists(bool),
}

impl Wish {
    /// Reads an item; `field` is its path in the request.
    pub fn read(field: &str, item: &PutBackItem) -> Result<Self, Refusal> {
        use ConversationWish as C;
        use MessageWish as M;
        let known = Known::of(&item.aspect).map_err(|bad| bad.refusal(field))?;
        let is_there = || Ok::<_, Refusal>(item.wanted::<Option<bool>>(field)? == Some(true));
        Ok(match known {
            Known::Conversation(id, of) => Self::Conversation(
                id,
                match of {
                    OfConversation::Name => C::Name(item.wanted(field)?),
                    OfConversation::Topic => C::Topic(item.wanted(field)?),
                    OfConversation::Archived => C::Archived(item.wanted(field)?),
                    OfConversation::Posters => C::Posters(read_posters(field, item)?),
                    OfConversation::Member(person) => C::Member(person, is_there()?),
                    OfConversation::Exists => C::Exists(is_there()?),
                },
            ),
            Known::Message(id, of) => Self::Message(
                id,
                match of {
                    OfMessage::Text => M::Text(item.wanted(field)?),
                    OfMessage::Deleted => M::Deleted(item.wanted(field)?),
                    OfMessage::Exists => M::Exists(is_there()?),
                },
            ),
        })
    }
}

fn read_posters(field: &str, item: &PutBackItem) -> Result<Option<Posters>, Refusal> {
    Ok(match item.wanted(field)? {
        Some(Posters::Listed(people)) => {
            let people = text::people(&format!("{field}.value"), people, PEOPLE_MAX)?;
            Some(Posters::Listed(people))
        }
        other => other,
    })
}
