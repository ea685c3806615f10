//! Who has acknowledged an urgent notice and who is waited for.

use super::message_row::UrgentState;
use super::read_by::{PersonAt, PersonRow};
use crate::MessageId;
use crate::access::Viewer;
use crate::entitled::{Recipients, with_entitled};
use crate::rows::Message;
use kernel::page::{after, cut, limit};
use kernel::{Actor, DecideError, PersonId, Refusal, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which notice, and which pages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UrgentAcknowledgementsParams {
    /// The notice.
    pub message_id: MessageId,
    /// Where the page of `acknowledged` begins.
    pub acknowledged_cursor: Option<String>,
    /// Where the page of `waiting` begins.
    pub waiting_cursor: Option<String>,
    /// How many of each; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// Who has acknowledged an urgent notice and who is waited for.
#[derive(Debug, Serialize, ToSchema)]
pub struct UrgentAcknowledgements {
    /// How the notice stands.
    pub urgent: UrgentState,
    /// Who has acknowledged, the first first.
    pub acknowledged: Vec<PersonAt>,
    /// Who is waited for, by name.
    pub waiting: Vec<PersonRow>,
    /// Where the next page of `acknowledged` begins.
    pub next_acknowledged: Option<String>,
    /// Where the next page of `waiting` begins.
    pub next_waiting: Option<String>,
}

/// Answers it.
///
/// # Errors
/// `conversation_not_found` for whoever may not read the notice, `not_urgent` for other messages.
pub fn urgent_acknowledgements(
    rows: &Connection,
    actor: &Actor,
    params: UrgentAcknowledgementsParams,
) -> Result<UrgentAcknowledgements, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let (message, _) = Message::read_by(rows, viewer, params.message_id)?;
    let urgent = UrgentState::of(rows, message.key, viewer.id)?.ok_or_else(|| {
        let detail = "The message is not an urgent notice.";
        Refusal::conflict("not_urgent", detail)
    })?;
    let limit = limit(params.limit)?;
    let acknowledged = acknowledged(
        rows,
        message.key,
        after(params.acknowledged_cursor.as_deref())?,
        limit,
    )?;
    let recipients = Recipients::of(rows, message.key)?;
    let waiting = waiting(
        rows,
        &recipients,
        after(params.waiting_cursor.as_deref())?,
        limit,
    )?;
    let (acknowledged, next_acknowledged) = cut(acknowledged, limit, |row| (row.at, row.person));
    let (waiting, next_waiting) = cut(waiting, limit, |row| (row.name.clone(), row.person));
    Ok(UrgentAcknowledgements {
        urgent,
        acknowledged,
        waiting,
        next_acknowledged,
        next_waiting,
    })
}

fn acknowledged(
    rows: &Connection,
    message: i64,
    after: Option<(i64, PersonId)>,
    limit: u32,
) -> rusqlite::Result<Vec<PersonAt>> {
    let (at, person) = after.unzip();
    let mut query = rows.prepare_cached(
        "SELECT a.person, coalesce(p.name, ''), a.at
         FROM acknowledgement a LEFT JOIN person p ON p.id = a.person
         WHERE a.message = ?1 AND (?2 IS NULL OR (a.at, a.person) > (?2, ?3))
         ORDER BY a.at, a.person LIMIT ?4",
    )?;
    let people = query.query_map((message, at, person, limit + 1), |row| {
        Ok(PersonAt {
            person: row.get(0)?,
            name: row.get(1)?,
            at: Timestamp(row.get(2)?),
        })
    })?;
    people.collect()
}

fn waiting(
    rows: &Connection,
    of: &Recipients,
    after: Option<(String, PersonId)>,
    limit: u32,
) -> rusqlite::Result<Vec<PersonRow>> {
    let (conversation, position, time, author, everyone, guest) = of.parameters();
    let (name, person) = after.unzip();
    let mut query = rows.prepare_cached(with_entitled!(
        "SELECT entitled.person, p.name FROM entitled JOIN person p ON p.id = entitled.person
         WHERE NOT EXISTS (SELECT 1 FROM acknowledgement a
                           WHERE a.message = ?7 AND a.person = entitled.person)
         AND (?8 IS NULL OR (p.name, entitled.person) > (?8, ?9))
         ORDER BY p.name, entitled.person LIMIT ?10"
    ))?;
    let bounds = params![
        conversation,
        position,
        time,
        author,
        everyone,
        guest,
        of.message,
        name,
        person,
        limit + 1
    ];
    let people = query.query_map(bounds, |row| {
        Ok(PersonRow {
            person: row.get(0)?,
            name: row.get(1)?,
        })
    })?;
    people.collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn it_says_who_is_waited_for() {
        let mut given = office_with_rooms();
        let id = post_urgent(given.by(BEN), GROUP, 300);
        let plain = post(given.by(BEN), GROUP, "plain");
        given
            .by(CYD)
            .when("acknowledge-urgent", json!({ "message_id": id }))
            .accepted("urgent-acknowledged");
        let ask = |id| {
            query(
                &given,
                BEN,
                "urgent-acknowledgements",
                &format!("message_id={id}"),
            )
        };
        let answer = ask(id).unwrap();
        assert_eq!(answer["acknowledged"][0]["person"], json!(CYD));
        assert_eq!(answer["acknowledged"][0]["at"], json!(given.now()));
        assert_eq!(answer["waiting"], json!([{ "person": GUS, "name": "Gus" }]));
        assert_eq!(ask(plain).unwrap_err().code, "not_urgent");
    }
}
