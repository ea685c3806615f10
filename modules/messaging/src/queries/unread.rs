//! How much somebody has not read.

use crate::ConversationId;
use crate::access::{GUEST, Viewer};
use crate::audience::with_readable;
use crate::rows::{Seat, message_key};
use kernel::{Actor, DecideError};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Unread messages of a conversation are counted up to this many.
const COUNTED_MAX: u32 = 1_000;

/// No parameters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnreadParams {}

/// How much one has not read, in all and by conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unread {
    /// Messages in all; at most 1,000 of each conversation are counted.
    pub unread: u32,
    /// Mentions in all.
    pub mentions_unread: u32,
    /// The conversations with something unread.
    pub conversations: Vec<UnreadConversation>,
}

/// How much one has not read of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadConversation {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Messages by others after the read mark; at most 1,000 are counted.
    pub unread: u32,
    /// Those of them that mention one by name or everyone.
    pub mentions_unread: u32,
    /// Up to where one has read.
    pub read_up_to: u64,
}

/// Answers it. Archived conversations do not count.
///
/// # Errors
/// `workspace_not_found` for whoever is not active here.
pub fn unread(
    rows: &Connection,
    actor: &Actor,
    _params: UnreadParams,
) -> Result<Unread, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let keys: Vec<i64> = rows
        .prepare_cached(with_readable!(
            "SELECT c.key FROM readable JOIN conversation c ON c.key = readable.key
             WHERE c.archived_at IS NULL AND c.last_position > c.history_end ORDER BY c.key"
        ))?
        .query_map((viewer.id, GUEST), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut conversations = Vec::new();
    for key in keys {
        let counted = of_conversation(rows, &Seat::by_key(rows, viewer, key)?)?;
        if counted.unread > 0 {
            conversations.push(counted);
        }
    }
    Ok(Unread {
        unread: conversations.iter().map(|c| c.unread).sum(),
        mentions_unread: conversations.iter().map(|c| c.mentions_unread).sum(),
        conversations,
    })
}

/// How much the seat's person has not read of its conversation: what others posted after the read
/// mark, after they came, and after the imported history.
///
/// # Errors
/// When the view cannot be read.
pub fn of_conversation(rows: &Connection, seat: &Seat) -> rusqlite::Result<UnreadConversation> {
    let person = seat.viewer.id;
    let read_up_to: u64 = rows
        .prepare_cached("SELECT position FROM read_mark WHERE conversation = ?1 AND person = ?2")?
        .query_row((seat.key, person), |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    let base = read_up_to
        .max(seat.since.unwrap_or(0))
        .max(seat.history_end);
    let (first, last) = (
        message_key(seat.key, base + 1),
        message_key(seat.key, seat.last_position),
    );
    let came_at = came_at(rows, seat)?;
    let unread = rows
        .prepare_cached(
            "SELECT count(*) FROM (
                SELECT 1 FROM message WHERE key BETWEEN ?1 AND ?2
                AND author <> ?3 AND deleted_at IS NULL AND time >= ?4 LIMIT ?5)",
        )?
        .query_row((first, last, person, came_at, COUNTED_MAX), |row| {
            row.get(0)
        })?;
    let mentions_unread = rows
        .prepare_cached(
            "SELECT count(*) FROM (
                SELECT message FROM mention WHERE person = ?3 AND message BETWEEN ?1 AND ?2
                UNION
                SELECT key FROM message INDEXED BY message_to_everyone
                WHERE key BETWEEN ?1 AND ?2 AND mentions_everyone = 1
                AND author <> ?3 AND time >= ?4)",
        )?
        .query_row((first, last, person, came_at), |row| row.get(0))?;
    Ok(UnreadConversation {
        conversation_id: seat.id,
        unread,
        mentions_unread,
        read_up_to,
    })
}

/// From when on messages were meant for somebody who is no member: since they are in the workspace.
fn came_at(rows: &Connection, seat: &Seat) -> rusqlite::Result<i64> {
    if seat.since.is_some() {
        return Ok(i64::MIN);
    }
    rows.prepare_cached("SELECT added_at FROM person WHERE id = ?1")?
        .query_row([seat.viewer.id], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::{Value, json};

    fn counts(given: &kernel::testing::Given, person: kernel::PersonId) -> (Value, Value) {
        let answer = query(given, person, "unread", "").unwrap();
        (answer["unread"].clone(), answer["mentions_unread"].clone())
    }

    #[test]
    fn others_messages_after_the_mark_count() {
        let mut given = office_with_rooms();
        post(given.by(BEN), GROUP, "one");
        let mut named = post_body(50, GROUP, "two");
        named["mentions"] = json!([CYD]);
        named["mention_everyone"] = json!(true);
        given.when("post-message", named).accepted("message-posted");
        let mut all = post_body(51, HALL, "three");
        all["mention_everyone"] = json!(true);
        given.when("post-message", all).accepted("message-posted");
        post(given.by(CYD), GROUP, "my own");
        assert_eq!(counts(&given, CYD), (json!(3), json!(2)));
        assert_eq!(counts(&given, BEN), (json!(1), json!(0)));
        assert_eq!(counts(&given, GUS), (json!(3), json!(1)));
        assert_eq!(counts(&given, ANN), (json!(1), json!(1)));
        given
            .by(CYD)
            .when("mark-read", json!({ "conversation_id": GROUP, "up_to": 1 }))
            .accepted("read-marked");
        assert_eq!(counts(&given, CYD), (json!(2), json!(2)));
        given
            .by(BEN)
            .when("delete-message", json!({ "message_id": message(50) }))
            .accepted("message-deleted");
        assert_eq!(counts(&given, CYD), (json!(1), json!(1)));
    }

    #[test]
    fn what_was_before_one_came_does_not_count() {
        let mut given = office_with_rooms();
        post(given.by(BEN), GROUP, "before");
        post(given.by(BEN), HALL, "before");
        let soon = given.now().plus_ms(1000);
        given.at(soon);
        given
            .by(BEN)
            .when(
                "add-members",
                json!({ "conversation_id": GROUP, "people": [ANN] }),
            )
            .accepted("members-added");
        add_person(&mut given, STRANGER, "member");
        post(given.by(BEN), GROUP, "after");
        post(given.by(BEN), HALL, "after");
        assert_eq!(counts(&given, ANN).0, json!(3));
        assert_eq!(counts(&given, STRANGER).0, json!(1));
    }
}
