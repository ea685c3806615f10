//! Who is shown what happens in the directory.

use crate::events::{
    AccountLinked, ChangesPutBack, Fact, PersonAdded, PersonDeactivated, PersonReactivated,
    RoleAssigned, RoleDefined,
};
use crate::rows;
use kernel::{Audience, Event, PersonId, Topic};
use rusqlite::Connection;
use serde::Deserialize;

/// Only the person an event is about.
#[derive(Deserialize)]
struct About {
    person_id: PersonId,
}

/// Everyone sees the directory change; invitations are for those who manage people, what was put
/// back for those who run the workspace.
pub fn audience(rows: &Connection, event: &Event) -> Result<Audience, rusqlite::Error> {
    if event.kind.starts_with("invitation-") {
        return Ok(Audience::topic(topic_of("people.manage")));
    }
    if event.kind == ChangesPutBack::KIND {
        return Ok(Audience::topic(topic_of("workspace.manage")));
    }
    Ok(Audience {
        entitled_anew: entitled_anew(rows, event)?,
        ..Audience::everyone()
    })
}

/// Those whose own topics the event changed.
fn entitled_anew(rows: &Connection, event: &Event) -> Result<Vec<PersonId>, rusqlite::Error> {
    match event.kind.as_str() {
        PersonAdded::KIND
        | AccountLinked::KIND
        | PersonDeactivated::KIND
        | PersonReactivated::KIND
        | RoleAssigned::KIND => {
            let about = event.decode::<About>();
            Ok(about.map(|about| about.person_id).into_iter().collect())
        }
        RoleDefined::KIND => {
            let Ok(RoleDefined { role, .. }) = event.decode() else {
                return Ok(Vec::new());
            };
            rows.prepare_cached("SELECT id FROM person WHERE role = ?1 ORDER BY id")?
                .query_map([role], |row| row.get(0))?
                .collect()
        }
        _ => Ok(Vec::new()),
    }
}

/// An active person is shown what everyone is shown, and one topic for each permission held.
pub fn topics(rows: &Connection, person: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
    match rows::person(rows, person)? {
        Some(person) if person.is_active => {
            let mut topics = vec![Audience::EVERYONE.into()];
            let permissions = rows::permissions(rows, &person.role)?;
            topics.extend(permissions.iter().map(|permission| topic_of(permission)));
            Ok(topics)
        }
        _ => Ok(Vec::new()),
    }
}

fn topic_of(permission: &str) -> Topic {
    format!("permission:{permission}")
}
