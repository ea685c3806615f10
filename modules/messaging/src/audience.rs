//! Who is shown what as it happens.
//!
//! A person is entitled to `person:<id>` and to `conversation:<id>` of every conversation they may
//! read. Read marks are everybody's in the conversation; drafts are their writer's; reminders go
//! only to those who are reminded. Imports are shown to nobody: clients see the gap in positions.

use crate::ConversationId;
use crate::access::GUEST;
use crate::events::{
    ConversationCreated, ConversationImported, DraftSaved, Fact, MembersAdded, MembersRemoved,
    MessagesImported, Readers, UrgentReminded,
};
use kernel::{Audience, Event, PersonId, Topic};
use rusqlite::Connection;
use serde::Deserialize;

/// The conversations somebody may read, as the `WITH` clause `readable (key)`. Parameters: `?1` the
/// person, `?2` the guests' role. The same rule as `policies.cedar`, for lists; a test compares.
macro_rules! with_readable {
    ($rest:expr) => {
        concat!(
            "WITH readable (key) AS (
                SELECT m.conversation FROM member m JOIN person p ON p.id = m.person
                WHERE m.person = ?1 AND p.is_active
                UNION
                SELECT c.key FROM conversation c, person p
                WHERE c.audience = 'everyone' AND p.id = ?1 AND p.is_active AND p.role <> ?2
            ) ",
            $rest
        )
    };
}
pub(crate) use with_readable;

#[derive(Deserialize)]
struct InConversation {
    conversation_id: ConversationId,
}

fn conversation_topic(id: ConversationId) -> Topic {
    format!("conversation:{id}")
}

fn person_topic(id: PersonId) -> Topic {
    format!("person:{id}")
}

/// Who is shown the event.
///
/// # Errors
/// When the view cannot be read.
pub fn audience(rows: &Connection, event: &Event) -> rusqlite::Result<Audience> {
    match event.kind.as_str() {
        DraftSaved::KIND => Ok(of_fact(event, |fact: DraftSaved| {
            Audience::topic(person_topic(fact.person))
        })),
        UrgentReminded::KIND => Ok(of_fact(event, |fact: UrgentReminded| Audience {
            topics: fact.people.into_iter().map(person_topic).collect(),
            entitled_anew: Vec::new(),
        })),
        MembersAdded::KIND => Ok(of_fact(event, |fact: MembersAdded| {
            membership(fact.conversation_id, fact.people)
        })),
        MembersRemoved::KIND => Ok(of_fact(event, |fact: MembersRemoved| {
            membership(fact.conversation_id, fact.people)
        })),
        ConversationCreated::KIND => match event.decode::<ConversationCreated>() {
            Ok(fact) => made(rows, fact.conversation_id, fact.audience, fact.members),
            Err(_) => Ok(Audience::default()),
        },
        ConversationImported::KIND => match event.decode::<ConversationImported>() {
            Ok(fact) => Ok(Audience {
                topics: Vec::new(),
                ..made(rows, fact.conversation_id, fact.audience, fact.members)?
            }),
            Err(_) => Ok(Audience::default()),
        },
        MessagesImported::KIND => Ok(Audience::default()),
        _ => Ok(of_fact(event, |fact: InConversation| {
            Audience::topic(conversation_topic(fact.conversation_id))
        })),
    }
}

/// The audience of an event whose data can be read; nobody's otherwise.
fn of_fact<F: serde::de::DeserializeOwned>(
    event: &Event,
    audience: impl FnOnce(F) -> Audience,
) -> Audience {
    event.decode().map(audience).unwrap_or_default()
}

/// Those who came or went see it by their own topic: it holds before and after.
fn membership(id: ConversationId, people: Vec<PersonId>) -> Audience {
    let own = people.iter().map(|person| person_topic(*person));
    Audience {
        topics: std::iter::once(conversation_topic(id)).chain(own).collect(),
        entitled_anew: people,
    }
}

fn made(
    rows: &Connection,
    id: ConversationId,
    audience: Readers,
    members: Vec<PersonId>,
) -> rusqlite::Result<Audience> {
    if audience == Readers::Members {
        return Ok(membership(id, members));
    }
    let mut query = rows.prepare_cached("SELECT id FROM person WHERE is_active AND role <> ?1")?;
    let people = query.query_map([GUEST], |row| row.get(0))?;
    let mut entitled_anew: Vec<PersonId> = people.collect::<Result<_, _>>()?;
    entitled_anew.extend(members);
    entitled_anew.sort_unstable();
    entitled_anew.dedup();
    Ok(Audience {
        topics: vec![conversation_topic(id)],
        entitled_anew,
    })
}

/// The topics somebody is entitled to now; none for whoever is not active here.
///
/// # Errors
/// When the view cannot be read.
pub fn topics(rows: &Connection, person: PersonId) -> rusqlite::Result<Vec<Topic>> {
    let is_active = rows
        .prepare_cached("SELECT 1 FROM person WHERE id = ?1 AND is_active")?
        .exists([person])?;
    if !is_active {
        return Ok(Vec::new());
    }
    let mut query = rows.prepare_cached(with_readable!(
        "SELECT c.id FROM readable JOIN conversation c ON c.key = readable.key ORDER BY c.key"
    ))?;
    let conversations = query.query_map((person, GUEST), |row| row.get(0))?;
    std::iter::once(Ok(person_topic(person)))
        .chain(conversations.map(|id| id.map(conversation_topic)))
        .collect()
}
