//! A message with its replies.

use super::message_row::{MessageRow, select_messages};
use crate::MessageId;
use crate::access::Viewer;
use crate::rows::{Message, message_key};
use kernel::page::{after, cut, limit};
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which thread.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadParams {
    /// The message that began it, or one of its replies.
    pub message_id: MessageId,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many replies; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A message with its replies.
#[derive(Debug, Serialize, ToSchema)]
pub struct Thread {
    /// The message that began it.
    pub root: MessageRow,
    /// Replies, the earliest first.
    pub items: Vec<MessageRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Answers it.
///
/// # Errors
/// `conversation_not_found` for whoever may not read it.
pub fn thread(
    rows: &Connection,
    actor: &Actor,
    params: ThreadParams,
) -> Result<Thread, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let (message, seat) = Message::read_by(rows, viewer, params.message_id)?;
    let root = message.thread.unwrap_or(message.key);
    let after: u64 = after(params.cursor.as_deref())?.unwrap_or(0);
    let limit = limit(params.limit)?;
    let after = message_key(seat.key, after).max(root);
    let complete = |row: rusqlite::Result<MessageRow>| {
        row.and_then(|row| row.complete(rows, seat.key, viewer.id))
    };
    let items = rows
        .prepare_cached(select_messages!(
            "WHERE m.thread = ?1 AND m.key > ?2 ORDER BY m.key LIMIT ?3"
        ))?
        .query_map((root, after, limit + 1), |row| {
            MessageRow::read(row, seat.id)
        })?
        .map(complete)
        .collect::<Result<_, _>>()?;
    let root = complete(
        rows.prepare_cached(select_messages!("WHERE m.key = ?1"))?
            .query_row([root], |row| MessageRow::read(row, seat.id)),
    )?;
    let (items, next) = cut(items, limit, |row| row.position);
    Ok(Thread { root, items, next })
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn replies_are_counted_and_paged() {
        let mut given = office_with_rooms();
        let root = post(given.by(BEN), GROUP, "root");
        post(given.by(BEN), GROUP, "beside");
        for i in 0..5 {
            let mut reply = post_body(100 + i, GROUP, "reply");
            reply["thread_of"] = json!(root);
            given
                .by(CYD)
                .when("post-message", reply)
                .accepted("message-posted");
        }
        let ask = |more: &str| {
            query(
                &given,
                GUS,
                "thread",
                &format!("message_id={}&limit=3{more}", message(102)),
            )
        };
        let first = ask("").unwrap();
        assert_eq!(first["root"]["reply_count"], 5);
        assert_eq!(first["items"].as_array().unwrap().len(), 3);
        let next = first["next"].as_str().unwrap();
        let second = ask(&format!("&cursor={next}")).unwrap();
        assert_eq!(second["items"].as_array().unwrap().len(), 2);
        assert_eq!(second["next"], json!(null));
        assert_eq!(ask("&cursor=nonsense").unwrap_err().code, "bad_cursor");
    }
}
