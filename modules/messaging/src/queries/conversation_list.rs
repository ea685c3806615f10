//! The conversations somebody may read.

use super::unread::of_conversation;
use crate::access::{Action, GUEST, Viewer};
use crate::audience::with_readable;
use crate::events::{ConversationKind, Readers};
use crate::rows::{Seat, message_key};
use crate::{ConversationId, MessageId};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of the last message that are shown.
const LAST_TEXT_CHARS: usize = 200;

/// Which page.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationListParams {
    /// Only archived ones, or only others; both unless said.
    pub archived: Option<bool>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A conversation as its readers' lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationRow {
    /// The conversation.
    pub id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// Who may read it.
    pub audience: Readers,
    /// Its name.
    pub name: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// The other person of a one-to-one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<PersonId>,
    /// How many active people may read it.
    pub members_count: u32,
    /// Its last message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message: Option<LastMessage>,
    /// When something was last posted, or it was made.
    pub last_at: Timestamp,
    /// Position of its last message.
    pub last_position: u64,
    /// Up to where the asker has read.
    pub read_up_to: u64,
    /// Messages the asker has not read; at most 1,000 are counted.
    pub unread: u32,
    /// Those of them that mention the asker or everyone.
    pub mentions_unread: u32,
    /// Whether it is archived.
    pub archived: bool,
    /// Whether the asker may post now.
    pub can_post: bool,
    /// The asker's draft outside of threads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
}

/// The last message of a conversation, shortened.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastMessage {
    /// The message.
    pub id: MessageId,
    /// Who wrote it.
    pub author: PersonId,
    /// Its first 200 characters; empty once deleted.
    pub text: String,
    /// When it was written.
    pub time: Timestamp,
    /// Whether it is deleted.
    pub deleted: bool,
    /// How many files it has.
    pub attachments: u32,
}

/// Answers it, the latest activity first.
///
/// # Errors
/// `workspace_not_found` for whoever is not active here.
pub fn conversation_list(
    rows: &Connection,
    actor: &Actor,
    params: ConversationListParams,
) -> Result<Page<ConversationRow>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let limit = limit(params.limit)?;
    let (last_at, key) = after(params.cursor.as_deref())?.unwrap_or((i64::MAX, i64::MAX));
    let keys: Vec<(i64, i64)> = rows
        .prepare_cached(with_readable!(
            "SELECT c.key, c.last_at FROM readable JOIN conversation c ON c.key = readable.key
             WHERE (c.last_at, c.key) < (?3, ?4)
             AND (?5 IS NULL OR (c.archived_at IS NOT NULL) = ?5)
             ORDER BY c.last_at DESC, c.key DESC LIMIT ?6"
        ))?
        .query_map(
            (viewer.id, GUEST, last_at, key, params.archived, limit + 1),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect::<Result<_, _>>()?;
    let page = Page::cut(keys, limit, |(key, last_at)| (*last_at, *key));
    let items = page
        .items
        .iter()
        .map(|(key, _)| of_seat(rows, &Seat::by_key(rows, viewer, *key)?))
        .collect::<Result<_, _>>()?;
    Ok(Page {
        items,
        next: page.next,
    })
}

/// The seat's conversation as its person's list shows it.
pub(super) fn of_seat(rows: &Connection, seat: &Seat) -> Result<ConversationRow, DecideError> {
    let unread = of_conversation(rows, seat)?;
    let (name, topic, last_at) = rows
        .prepare_cached("SELECT name, topic, last_at FROM conversation WHERE key = ?1")?
        .query_row([seat.key], |row| {
            Ok((row.get(0)?, row.get(1)?, Timestamp(row.get(2)?)))
        })?;
    Ok(ConversationRow {
        id: seat.id,
        kind: seat.kind,
        audience: seat.audience,
        name,
        topic,
        with: other_person(rows, seat)?,
        members_count: members_count(rows, seat)?,
        last_message: last_message(rows, seat)?,
        last_at,
        last_position: seat.last_position,
        read_up_to: unread.read_up_to,
        unread: unread.unread,
        mentions_unread: unread.mentions_unread,
        archived: seat.is_archived,
        can_post: !seat.is_archived && seat.may(Action::Post, None)?,
        draft: draft(rows, seat)?,
    })
}

fn other_person(rows: &Connection, seat: &Seat) -> rusqlite::Result<Option<PersonId>> {
    if seat.kind != ConversationKind::Direct {
        return Ok(None);
    }
    rows.prepare_cached("SELECT person FROM member WHERE conversation = ?1 AND person <> ?2")?
        .query_row((seat.key, seat.viewer.id), |row| row.get(0))
        .optional()
}

fn members_count(rows: &Connection, seat: &Seat) -> rusqlite::Result<u32> {
    let is_for_everyone = seat.audience == Readers::Everyone;
    rows.prepare_cached(
        "SELECT count(*) FROM (
            SELECT p.id FROM member m JOIN person p ON p.id = m.person AND p.is_active
            WHERE m.conversation = ?1
            UNION
            SELECT id FROM person WHERE ?2 AND is_active AND role <> ?3)",
    )?
    .query_row((seat.key, is_for_everyone, GUEST), |row| row.get(0))
}

fn last_message(rows: &Connection, seat: &Seat) -> rusqlite::Result<Option<LastMessage>> {
    rows.prepare_cached(
        "SELECT id, author, text, time, deleted_at IS NOT NULL,
                coalesce(json_array_length(attachments), 0)
         FROM message WHERE key = ?1",
    )?
    .query_row([message_key(seat.key, seat.last_position)], |row| {
        let text: String = row.get(2)?;
        Ok(LastMessage {
            id: row.get(0)?,
            author: row.get(1)?,
            text: text.chars().take(LAST_TEXT_CHARS).collect(),
            time: Timestamp(row.get(3)?),
            deleted: row.get(4)?,
            attachments: row.get(5)?,
        })
    })
    .optional()
}

fn draft(rows: &Connection, seat: &Seat) -> rusqlite::Result<Option<String>> {
    rows.prepare_cached(
        "SELECT text FROM draft WHERE person = ?1 AND conversation = ?2 AND thread = 0",
    )?
    .query_row((seat.viewer.id, seat.key), |row| row.get(0))
    .optional()
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::{Value, json};

    fn ids(answer: &Value) -> Vec<Value> {
        answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].clone())
            .collect()
    }

    #[test]
    fn everyone_sees_what_they_may_read_and_nothing_else() {
        let mut given = office_with_rooms();
        for (i, room) in [GROUP, DIRECT, CHANNEL, HALL].into_iter().enumerate() {
            let time = given.now().plus_ms(i as i64 + 1);
            given.at(time);
            post(given.by(BEN), room, "hi");
        }
        let list = |person| ids(&query(&given, person, "conversation-list", "").unwrap());
        assert_eq!(
            list(BEN),
            [json!(HALL), json!(CHANNEL), json!(DIRECT), json!(GROUP)]
        );
        assert_eq!(list(ANN), [json!(HALL)]);
        assert_eq!(list(GUS), [json!(GROUP)]);
        for person in [DEA, STRANGER] {
            let refused = query(&given, person, "conversation-list", "").unwrap_err();
            assert_eq!(refused.code, "workspace_not_found");
        }
    }

    #[test]
    fn pages_end() {
        let given = office_with_rooms();
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let params = format!("limit=1{cursor}");
            let page = query(&given, BEN, "conversation-list", &params).unwrap();
            seen.extend(ids(&page));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 4);
        seen.dedup();
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn rows_say_what_lists_show() {
        let mut given = office_with_rooms();
        post(given.by(BEN), CHANNEL, "news");
        given
            .by(BEN)
            .when(
                "save-draft",
                json!({ "conversation_id": CHANNEL, "text": "more" }),
            )
            .accepted("draft-saved");
        let row = |person| {
            let list = query(&given, person, "conversation-list", "").unwrap();
            let rows = list["items"].as_array().unwrap().clone();
            rows.into_iter()
                .find(|row| row["id"] == json!(CHANNEL))
                .unwrap()
        };
        let (ben, cyd) = (row(BEN), row(CYD));
        assert_eq!(
            (&ben["can_post"], &cyd["can_post"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(
            (&ben["draft"], &cyd["draft"]),
            (&json!("more"), &json!(null))
        );
        assert_eq!((&ben["unread"], &cyd["unread"]), (&json!(0), &json!(1)));
        assert_eq!(cyd["last_message"]["text"], "news");
        assert_eq!(cyd["members_count"], 2);
        let list = query(&given, CYD, "conversation-list", "archived=true").unwrap();
        assert_eq!(list["items"], json!([]));
    }
}
