//! Who is shown what happens in the directory.

use crate::events::{
    AccountLinked, ChangesPutBack, Fact, PersonAdded, PersonDeactivated, PersonQuarantined,
    PersonReactivated, PersonReleased, RoleAssigned, RoleDefined,
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

/// Everyone sees the directory change; invitations are for those who manage people, and why somebody
/// is in quarantine for those who decide over people. What was put back is for those who run the
/// workspace.
pub fn audience(rows: &Connection, event: &Event) -> Result<Audience, rusqlite::Error> {
    let topics = match event.kind.as_str() {
        kind if kind.starts_with("invitation-") => vec![topic_of("people.manage")],
        PersonQuarantined::KIND | PersonReleased::KIND => {
            vec![topic_of("people.manage"), topic_of("protection.manage")]
        }
        ChangesPutBack::KIND => vec![topic_of("workspace.manage")],
        _ => vec![Audience::EVERYONE.into()],
    };
    Ok(Audience {
        topics,
        entitled_anew: entitled_anew(rows, event)?,
    })
}

/// Those whose own topics the event changed.
fn entitled_anew(rows: &Connection, event: &Event) -> Result<Vec<PersonId>, rusqlite::Error> {
    match event.kind.as_str() {
        PersonAdded::KIND
        | AccountLinked::KIND
        | PersonDeactivated::KIND
        | PersonReactivated::KIND
        | PersonQuarantined::KIND
        | PersonReleased::KIND
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

/// A person that takes part is shown what everyone is shown, and one topic for each permission held.
pub fn topics(rows: &Connection, person: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
    match rows::person(rows, person)? {
        Some(person) if person.takes_part() => {
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
