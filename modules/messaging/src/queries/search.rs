//! Messages that hold what was searched for.

use crate::access::{GUEST, Viewer};
use crate::audience::with_readable;
use crate::rows::{Seat, message_key, position_of};
use crate::{ConversationId, MessageId};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Refusal, Timestamp};
use rusqlite::{Connection, params};
use search_text::highlight::{Fragment, excerpt};
use search_text::matching::{expression, terms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest query, in characters.
const QUERY_CHARS_MAX: usize = 200;

/// What is searched for. All words must be there; the last one counts as a beginning. Chinese,
/// Japanese and Korean need no spaces. Simplified and traditional characters are not the same.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchParams {
    /// The words, at most 200 characters.
    pub q: String,
    /// Only in this conversation.
    pub conversation_id: Option<ConversationId>,
    /// Only by this author.
    pub author: Option<PersonId>,
    /// Only written before this moment.
    pub before: Option<i64>,
    /// Only written at or after this moment.
    pub after: Option<i64>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A message that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundMessage {
    /// The message.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there.
    pub position: u64,
    /// Who wrote it.
    pub author: PersonId,
    /// When.
    pub time: Timestamp,
    /// The message it replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_of: Option<MessageId>,
    /// The text around the first match, in pieces; put together they are the text as written. The
    /// match may also be in the name of a file.
    pub excerpt: Vec<Fragment>,
    #[serde(skip)]
    key: i64,
}

/// Answers it, the latest first.
///
/// # Errors
/// `query_empty` where nothing can be searched for, `query_too_long`, and `conversation_not_found`
/// for a conversation the asker may not read.
pub fn search(
    rows: &Connection,
    actor: &Actor,
    params: SearchParams,
) -> Result<Page<FoundMessage>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let wanted = checked(&params.q)?;
    let (first, last) = match params.conversation_id {
        Some(id) => {
            let seat = Seat::find(rows, viewer, id)?;
            (seat.key, seat.key)
        }
        None => (0, i64::from(i32::MAX) - 1),
    };
    let limit = limit(params.limit)?;
    let (time, key) = after(params.cursor.as_deref())?.unwrap_or((i64::MAX, i64::MAX));
    let terms = terms(&params.q);
    let items = rows
        .prepare_cached(with_readable!(
            "SELECT m.key, m.id, c.id, m.author, m.time, m.text,
                    (SELECT t.id FROM message t WHERE t.key = m.thread)
             FROM message_text f JOIN message m ON m.key = f.rowid
             JOIN conversation c ON c.key = m.key >> 32
             WHERE f.tokens MATCH ?3 AND f.rowid >= ?4 AND f.rowid < ?5
             AND (f.rowid >> 32) IN (SELECT key FROM readable)
             AND (?6 IS NULL OR m.author = ?6)
             AND (?7 IS NULL OR m.time < ?7) AND (?8 IS NULL OR m.time >= ?8)
             AND (m.time, m.key) < (?9, ?10)
             ORDER BY m.time DESC, m.key DESC LIMIT ?11"
        ))?
        .query_map(
            params![
                viewer.id,
                GUEST,
                wanted,
                message_key(first, 0),
                message_key(last + 1, 0),
                params.author,
                params.before,
                params.after,
                time,
                key,
                limit + 1
            ],
            |row| {
                let key = row.get(0)?;
                let text: String = row.get(5)?;
                Ok(FoundMessage {
                    id: row.get(1)?,
                    conversation_id: row.get(2)?,
                    position: position_of(key),
                    author: row.get(3)?,
                    time: Timestamp(row.get(4)?),
                    thread_of: row.get(6)?,
                    excerpt: excerpt(&text, &terms),
                    key,
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |row| (row.time, row.key)))
}

fn checked(query: &str) -> Result<String, Refusal> {
    if query.chars().count() > QUERY_CHARS_MAX {
        let detail = format!("A query has at most {QUERY_CHARS_MAX} characters.");
        return Err(Refusal::invalid("q", "query_too_long", detail));
    }
    let wanted = expression(query);
    if wanted.is_empty() {
        let detail = "The query has neither letters nor digits.";
        return Err(Refusal::invalid("q", "query_empty", detail));
    }
    Ok(wanted)
}
