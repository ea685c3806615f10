//! Who is shown what as it happens.

use crate::CallId;
use crate::access::{Action, Asking};
use crate::events::{
    CallAcknowledged, CallAdvanced, CallCancelled, CallPlaced, CommandRoleDefined,
    CommandRoleRemoved, ContactCodeRenewed, ContactCodeWrong, ContactPointAdded,
    ContactPointRemoved, ContactPointVerified, DeliveryRecorded, Fact, SuccessionPolicySet,
};
use kernel::{Audience, Event, PersonId, Topic};
use rusqlite::Connection;
use serde::Deserialize;

const COMMAND: &str = "command";
const SUCCESSION: &str = "succession";

fn own(person: PersonId) -> Topic {
    format!("person {person}")
}

#[derive(Deserialize)]
struct About {
    person_id: PersonId,
}

#[derive(Deserialize)]
struct OfCall {
    call_id: CallId,
}

/// Who is shown an event: the command of the workspace; of a call also whoever is called; of their
/// contact points the person alone, and of codes nobody.
///
/// # Errors
/// When the view cannot be read.
pub fn audience(rows: &Connection, event: &Event) -> rusqlite::Result<Audience> {
    let mut audience = match event.kind.as_str() {
        // They carry a code: whoever is shown it would not have to be reached.
        ContactPointAdded::KIND | ContactCodeRenewed::KIND => Audience::default(),
        ContactCodeWrong::KIND | ContactPointVerified::KIND | ContactPointRemoved::KIND => {
            let about = event.decode::<About>().ok();
            Audience {
                topics: about
                    .map(|about| own(about.person_id))
                    .into_iter()
                    .collect(),
                entitled_anew: Vec::new(),
            }
        }
        CallPlaced::KIND | CallAdvanced::KIND | CallAcknowledged::KIND | CallCancelled::KIND => {
            let mut topics = vec![COMMAND.into()];
            if let Ok(OfCall { call_id }) = event.decode() {
                topics.extend(called(rows, call_id)?.into_iter().map(own));
            }
            Audience {
                topics,
                entitled_anew: Vec::new(),
            }
        }
        DeliveryRecorded::KIND => Audience::topic(COMMAND.into()),
        kind if kind.starts_with("succession-") => Audience::topic(SUCCESSION.into()),
        _ => Audience::topic(COMMAND.into()),
    };
    if matches!(
        event.kind.as_str(),
        CommandRoleDefined::KIND | CommandRoleRemoved::KIND | SuccessionPolicySet::KIND
    ) {
        audience.entitled_anew = everybody(rows)?;
    }
    Ok(audience)
}

fn called(rows: &Connection, call: CallId) -> rusqlite::Result<Vec<PersonId>> {
    rows.prepare_cached(
        "SELECT w.person FROM called w JOIN call c ON c.key = w.call WHERE c.id = ?1",
    )?
    .query_map([call], |row| row.get(0))?
    .collect()
}

fn everybody(rows: &Connection) -> rusqlite::Result<Vec<PersonId>> {
    rows.prepare_cached("SELECT id FROM person WHERE is_active ORDER BY id")?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// The topics a person is entitled to.
///
/// # Errors
/// When the view cannot be read.
pub fn topics(rows: &Connection, person: PersonId) -> rusqlite::Result<Vec<Topic>> {
    let Some(asking) = Asking::find(rows, person)? else {
        return Ok(Vec::new());
    };
    let mut topics = vec![own(person)];
    if asking.may(Action::Look, false).unwrap_or(false) {
        topics.push(COMMAND.into());
    }
    if asking.may(Action::SeeSuccession, false).unwrap_or(false) {
        topics.push(SUCCESSION.into());
    }
    Ok(topics)
}
