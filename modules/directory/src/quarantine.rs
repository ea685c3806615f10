//! Who is in quarantine, why, and who may end it.

use crate::acting::may_release;
use crate::events::AlarmId;
use crate::rows::{self, PERSON_COLUMNS, Person};
use kernel::{DecideError, PersonId, Refusal, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// How many of those who may release are named.
const NAMED_MAX: usize = 3;

/// A quarantine as the rows have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quarantine {
    pub since: Timestamp,
    /// Position of the entry that put the person there.
    pub seq: Seq,
    pub reason: String,
    pub alarm_id: Option<AlarmId>,
    /// None: a site by itself.
    pub by: Option<PersonId>,
}

/// The quarantine a person is in.
pub fn of(rows: &Connection, person: PersonId) -> Result<Option<Quarantine>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT since, seq, reason, alarm, put_by FROM quarantine WHERE person = ?1",
    )?
    .query_row([person], |row| {
        Ok(Quarantine {
            since: Timestamp(row.get(0)?),
            seq: row.get(1)?,
            reason: row.get(2)?,
            alarm_id: row.get(3)?,
            by: row.get(4)?,
        })
    })
    .optional()
}

/// Some of those who may end the quarantine of `whom`, by name; none: only operators can.
pub fn releasers(rows: &Connection, whom: &Person) -> Result<Vec<Person>, DecideError> {
    let roles: Vec<String> = rows
        .prepare_cached(
            "SELECT role FROM role_permission WHERE permission = 'protection.manage' ORDER BY role",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for role in roles {
        let people = who_can_act(rows, &role, whom.person_id)?;
        // All people of a role may the same.
        if let Some(first) = people.first()
            && may_release(rows, first, whom)?
        {
            found.extend(people);
        }
    }
    found.truncate(NAMED_MAX);
    Ok(found)
}

/// People of a role that take part and that somebody can sign in as, other than one.
fn who_can_act(
    rows: &Connection,
    role: &str,
    other_than: PersonId,
) -> Result<Vec<Person>, rusqlite::Error> {
    rows.prepare_cached(&format!(
        "SELECT {PERSON_COLUMNS} FROM person
         WHERE role = ?1 AND id <> ?2 AND is_active AND account IS NOT NULL
         AND id NOT IN (SELECT person FROM quarantine) ORDER BY name_key, id LIMIT ?3"
    ))?
    .query_map(params![role, other_than, NAMED_MAX], Person::read)?
    .collect()
}

/// The same by name.
pub fn names_of_releasers(rows: &Connection, whom: &Person) -> Result<Vec<String>, DecideError> {
    let people = releasers(rows, whom)?.into_iter();
    Ok(people.map(|person| person.name).collect())
}

/// What a person in quarantine is told: why, since when, and whom to ask.
pub fn refusal(quarantine: &Quarantine, ask: &[String]) -> Refusal {
    let whom = if ask.is_empty() {
        "an operator of the installation".into()
    } else {
        ask.join(", ")
    };
    let detail = format!(
        "You are in quarantine in this workspace since {}: {} Ask {whom} to release you.",
        moment(quarantine.since),
        sentence(&quarantine.reason)
    );
    Refusal::forbidden("quarantined", detail)
}

fn moment(time: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(time.millis()) {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => "no day of the calendar".into(),
    }
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?', '。', '！', '？']) {
        text.into()
    } else {
        format!("{text}.")
    }
}

/// The refusal for what is not done to a person in quarantine.
pub fn in_the_way(field: &str) -> Refusal {
    let detail = "This person is in quarantine; release it first.";
    Refusal {
        field: Some(field.into()),
        ..Refusal::conflict("person_quarantined", detail)
    }
}

/// Nothing, where a person may be brought in, linked or invited.
pub fn must_be_free(person: &rows::Person, field: &str) -> Result<(), Refusal> {
    if person.is_quarantined {
        return Err(in_the_way(field));
    }
    Ok(())
}
