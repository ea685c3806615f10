//! Who has read a message and who has not.

use crate::MessageId;
use crate::access::Viewer;
use crate::entitled::{Recipients, with_entitled};
use crate::rows::Message;
use kernel::page::{after, cut, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which message, and which pages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadByParams {
    /// The message.
    pub message_id: MessageId,
    /// Where the page of `read` begins.
    pub read_cursor: Option<String>,
    /// Where the page of `not_read` begins.
    pub not_read_cursor: Option<String>,
    /// How many of each; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// Somebody and when they did something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonAt {
    /// The person.
    pub person: PersonId,
    /// Their name; empty while the directory has not told it.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// Somebody.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonRow {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: String,
}

/// Who has read a message and who has not, of those it was meant for. Those who came later, its
/// author and guests outside are in neither list; those who were deactivated or left are in the
/// first if they had read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadBy {
    /// Who has read it, the first to read first.
    pub read: Vec<PersonAt>,
    /// Who has not, by name.
    pub not_read: Vec<PersonRow>,
    /// How many have.
    pub read_count: u32,
    /// How many have not.
    pub not_read_count: u32,
    /// Where the next page of `read` begins.
    pub next_read: Option<String>,
    /// Where the next page of `not_read` begins.
    pub next_not_read: Option<String>,
}

/// Those who have read a message, as the `WITH` clause `reader (person, at)`; parameters as for
/// `with_entitled!`.
macro_rules! with_readers {
    ($rest:expr) => {
        concat!(
            "WITH reader (person, at) AS (
                SELECT r.person, (
                    SELECT s.at FROM read_step s
                    WHERE s.conversation = ?1 AND s.person = r.person AND s.position >= ?2
                    ORDER BY s.position LIMIT 1)
                FROM read_mark r LEFT JOIN person p ON p.id = r.person
                WHERE r.conversation = ?1 AND r.position >= ?2 AND r.person <> ?4 AND (
                    EXISTS (SELECT 1 FROM member m WHERE m.conversation = ?1
                            AND m.person = r.person AND m.since < ?2)
                    OR EXISTS (SELECT 1 FROM former_member f WHERE f.conversation = ?1
                               AND f.person = r.person AND f.since < ?2 AND f.until >= ?2)
                    OR (?5 AND p.role <> ?6 AND p.added_at <= ?3))
            ) ",
            $rest
        )
    };
}

macro_rules! with_not_readers {
    ($rest:expr) => {
        with_entitled!(concat!(
            ", missing (person) AS (
                SELECT person FROM entitled WHERE NOT EXISTS (
                    SELECT 1 FROM read_mark r WHERE r.conversation = ?1
                    AND r.person = entitled.person AND r.position >= ?2)
            ) ",
            $rest
        ))
    };
}

/// Answers it.
///
/// # Errors
/// `conversation_not_found` for whoever may not read the message.
pub fn read_by(
    rows: &Connection,
    actor: &Actor,
    params: ReadByParams,
) -> Result<ReadBy, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let (message, _) = Message::read_by(rows, viewer, params.message_id)?;
    let recipients = Recipients::of(rows, message.key)?;
    let limit = limit(params.limit)?;
    let readers = readers(
        rows,
        &recipients,
        after(params.read_cursor.as_deref())?,
        limit,
    )?;
    let missing = missing(
        rows,
        &recipients,
        after(params.not_read_cursor.as_deref())?,
        limit,
    )?;
    let (read, next_read) = cut(readers, limit, |row| (row.at, row.person));
    let (not_read, next_not_read) = cut(missing, limit, |row| (row.name.clone(), row.person));
    let count = |sql: &str| {
        rows.prepare_cached(sql)?
            .query_row(recipients.parameters(), |row| row.get(0))
    };
    Ok(ReadBy {
        read,
        not_read,
        read_count: count(with_readers!(
            "SELECT count(*) FROM reader WHERE ?3 IS NOT NULL AND ?5 IS NOT NULL
             AND ?6 IS NOT NULL"
        ))?,
        not_read_count: count(with_not_readers!("SELECT count(*) FROM missing"))?,
        next_read,
        next_not_read,
    })
}

fn readers(
    rows: &Connection,
    of: &Recipients,
    after: Option<(i64, PersonId)>,
    limit: u32,
) -> rusqlite::Result<Vec<PersonAt>> {
    let (conversation, position, time, author, everyone, guest) = of.parameters();
    let (at, person) = after.unzip();
    let mut query = rows.prepare_cached(with_readers!(
        "SELECT reader.person, coalesce(p.name, ''), reader.at
         FROM reader LEFT JOIN person p ON p.id = reader.person
         WHERE ?7 IS NULL OR (reader.at, reader.person) > (?7, ?8)
         ORDER BY reader.at, reader.person LIMIT ?9"
    ))?;
    let bounds = params![
        conversation,
        position,
        time,
        author,
        everyone,
        guest,
        at,
        person,
        limit + 1
    ];
    let people = query.query_map(bounds, |row| {
        Ok(PersonAt {
            person: row.get(0)?,
            name: row.get(1)?,
            at: Timestamp(row.get(2)?),
        })
    })?;
    people.collect()
}

fn missing(
    rows: &Connection,
    of: &Recipients,
    after: Option<(String, PersonId)>,
    limit: u32,
) -> rusqlite::Result<Vec<PersonRow>> {
    let (conversation, position, time, author, everyone, guest) = of.parameters();
    let (name, person) = after.unzip();
    let mut query = rows.prepare_cached(with_not_readers!(
        "SELECT missing.person, p.name FROM missing JOIN person p ON p.id = missing.person
         WHERE ?7 IS NULL OR (p.name, missing.person) > (?7, ?8)
         ORDER BY p.name, missing.person LIMIT ?9"
    ))?;
    let bounds = params![
        conversation,
        position,
        time,
        author,
        everyone,
        guest,
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
    use kernel::PersonId;
    use kernel::testing::Given;
    use serde_json::{Value, json};

    fn lists(given: &Given, id: crate::MessageId) -> (Vec<Value>, Vec<Value>) {
        let answer = query(given, BEN, "read-by", &format!("message_id={id}")).unwrap();
        let people = |list: &str| -> Vec<Value> {
            let rows = answer[list].as_array().unwrap();
            assert_eq!(answer[format!("{list}_count")], json!(rows.len()));
            rows.iter().map(|row| row["person"].clone()).collect()
        };
        (people("read"), people("not_read"))
    }

    fn mark(given: &mut Given, person: PersonId, conversation: crate::ConversationId, up_to: u64) {
        given
            .by(person)
            .when(
                "mark-read",
                json!({ "conversation_id": conversation, "up_to": up_to }),
            )
            .accepted("read-marked");
    }

    #[test]
    fn only_those_it_was_meant_for_count() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), GROUP, "one");
        post(given.by(BEN), GROUP, "two");
        given
            .by(BEN)
            .when(
                "add-members",
                json!({ "conversation_id": GROUP, "people": [ANN] }),
            )
            .accepted("members-added");
        mark(&mut given, ANN, GROUP, 2);
        assert_eq!(lists(&given, id), (vec![], vec![json!(CYD), json!(GUS)]));
        mark(&mut given, CYD, GROUP, 1);
        assert_eq!(lists(&given, id), (vec![json!(CYD)], vec![json!(GUS)]));
        deactivate(&mut given, GUS);
        assert_eq!(lists(&given, id), (vec![json!(CYD)], vec![]));
        given
            .by(BEN)
            .when(
                "remove-members",
                json!({ "conversation_id": GROUP, "people": [CYD] }),
            )
            .accepted("members-removed");
        assert_eq!(
            lists(&given, id),
            (vec![json!(CYD)], vec![]),
            "it was read all the same"
        );
    }

    #[test]
    fn in_what_is_for_everyone_all_but_guests_and_later_ones_count() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), HALL, "dear all");
        let later = given.now().plus_ms(1000);
        given.at(later);
        add_person(&mut given, STRANGER, "member");
        mark(&mut given, STRANGER, HALL, 1);
        mark(&mut given, CYD, HALL, 1);
        assert_eq!(lists(&given, id), (vec![json!(CYD)], vec![json!(ANN)]));
    }

    #[test]
    fn the_time_is_when_it_was_first_read() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), GROUP, "one");
        post(given.by(BEN), GROUP, "two");
        let first = given.now();
        mark(&mut given, CYD, GROUP, 1);
        given.at(first.plus_ms(5000));
        mark(&mut given, CYD, GROUP, 2);
        let answer = query(&given, BEN, "read-by", &format!("message_id={id}")).unwrap();
        assert_eq!(answer["read"][0]["at"], json!(first));
    }

    #[test]
    fn long_lists_come_in_pages() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), GROUP, "one");
        for person in [CYD, GUS] {
            mark(&mut given, person, GROUP, 1);
        }
        let ask = |more: &str| {
            query(
                &given,
                BEN,
                "read-by",
                &format!("message_id={id}&limit=1{more}"),
            )
            .unwrap()
        };
        let first = ask("");
        let second = ask(&format!(
            "&read_cursor={}",
            first["next_read"].as_str().unwrap()
        ));
        assert_ne!(first["read"][0]["person"], second["read"][0]["person"]);
        assert_eq!(second["next_read"], json!(null));
    }
}
