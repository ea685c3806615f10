//! The facts that make conversations what they were.

use super::aspects::is_member;
use super::wish::ConversationWish as Wish;
use crate::events::*;
use crate::{ConversationId, text};
use kernel::{Event, NotPutBack, PersonId};
use rusqlite::{Connection, OptionalExtension};

/// A conversation as its rules need it.
struct Conversation {
    id: ConversationId,
    key: i64,
    kind: ConversationKind,
    audience: Readers,
    is_archived: bool,
}

impl Conversation {
    fn find(rows: &Connection, id: ConversationId) -> Result<Self, NotPutBack> {
        rows.prepare_cached(
            "SELECT key, kind, audience, archived_at IS NOT NULL FROM conversation WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok(Self {
                id,
                key: row.get(0)?,
                kind: row.get(1)?,
                audience: row.get(2)?,
                is_archived: row.get(3)?,
            })
        })
        .optional()?
        .ok_or_else(|| NotPutBack::because("There is no such conversation."))
    }

    fn require_shared(&self) -> Result<(), NotPutBack> {
        if self.kind == ConversationKind::Direct {
            let reason =
                "A conversation between two people has no name, topic, archive or other members.";
            return Err(NotPutBack::because(reason));
        }
        Ok(())
    }
}

/// The facts; none where it is so already.
pub fn facts(rows: &Connection, id: ConversationId, wish: &Wish) -> Result<Vec<Event>, NotPutBack> {
    let conversation = Conversation::find(rows, id)?;
    let not_there = || NotPutBack::because("It was not there then; archive it instead.");
    match wish {
        Wish::Exists(true) => Ok(Vec::new()),
        Wish::Exists(false) => archive(&conversation, true),
        Wish::Archived(archived) => archive(&conversation, archived.ok_or_else(not_there)?),
        Wish::Name(name) => rename(&conversation, name.as_deref()),
        Wish::Topic(topic) => describe(&conversation, topic.as_deref()),
        Wish::Member(person, is) => member(rows, &conversation, *person, *is),
        Wish::Posters(posters) => {
            let posters = posters.as_ref().ok_or_else(not_there)?;
            set_posters(rows, &conversation, posters)
        }
    }
}

fn archive(of: &Conversation, archived: bool) -> Result<Vec<Event>, NotPutBack> {
    of.require_shared()?;
    let conversation_id = of.id;
    Ok(match (of.is_archived, archived) {
        (false, true) => vec![ConversationArchived { conversation_id }.event()],
        (true, false) => vec![ConversationUnarchived { conversation_id }.event()],
        _ => Vec::new(),
    })
}

/// A group may have no name: an empty one.
fn rename(of: &Conversation, name: Option<&str>) -> Result<Vec<Event>, NotPutBack> {
    of.require_shared()?;
    let name = match name {
        Some(name) => text::name("name", name)?,
        None if of.kind == ConversationKind::Channel => {
            return Err(NotPutBack::because("A channel has a name."));
        }
        None => String::new(),
    };
    let fact = ConversationRenamed {
        conversation_id: of.id,
        name,
    };
    Ok(vec![fact.event()])
}

fn describe(of: &Conversation, topic: Option<&str>) -> Result<Vec<Event>, NotPutBack> {
    of.require_shared()?;
    let fact = TopicSet {
        conversation_id: of.id,
        topic: text::topic("topic", topic.unwrap_or_default())?,
    };
    Ok(vec![fact.event()])
}

fn member(
    rows: &Connection,
    of: &Conversation,
    person: PersonId,
    is: bool,
) -> Result<Vec<Event>, NotPutBack> {
    of.require_shared()?;
    let (conversation_id, people) = (of.id, vec![person]);
    if !is {
        let fact = MembersRemoved {
            conversation_id,
            people,
        };
        return Ok(vec![fact.event()]);
    }
    require_known(rows, person)?;
    let fact = MembersAdded {
        conversation_id,
        people,
    };
    Ok(vec![fact.event()])
}

fn require_known(rows: &Connection, person: PersonId) -> Result<(), NotPutBack> {
    let is_known = rows
        .prepare_cached("SELECT 1 FROM person WHERE id = ?1")?
        .exists([person])?;
    if is_known {
        return Ok(());
    }
    Err(NotPutBack::because("There is no such person."))
}

fn set_posters(
    rows: &Connection,
    of: &Conversation,
    posters: &Posters,
) -> Result<Vec<Event>, NotPutBack> {
    if of.kind != ConversationKind::Channel {
        return Err(NotPutBack::because("Only channels have chosen posters."));
    }
    if let Posters::Listed(people) = posters {
        for person in people {
            require_known(rows, *person)?;
            if of.audience == Readers::Members && !is_member(rows, of.key, *person)? {
                let reason = "Somebody who was a poster is no member any more.";
                return Err(NotPutBack::because(reason));
            }
        }
    }
    let fact = PostersSet {
        conversation_id: of.id,
        posters: posters.clone(),
    };
    Ok(vec![fact.event()])
}
