//! What is to be sent now, for the site that leads.

use super::json;
use crate::events::{Address, Purpose};
use crate::{CallId, MessageId};
use kernel::{PersonId, Timestamp};
use rusqlite::{Connection, params};

/// A message that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its id: the same however often it is tried, and whichever site tries.
    pub message_id: MessageId,
    /// To whom.
    pub person_id: PersonId,
    /// Where.
    pub address: Address,
    /// The how-manieth attempt this is, from 1.
    pub attempt: u32,
    /// When it was first to be sent.
    pub due_at: Timestamp,
    /// What it says.
    pub content: Content,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The code that verifies the contact point.
    Code {
        /// The code.
        code: String,
    },
    /// A call.
    Call {
        /// Which.
        call_id: CallId,
        /// What for.
        purpose: Purpose,
        /// What is told.
        text: String,
    },
}

/// The messages that are due at `now`, the oldest first.
///
/// # Errors
/// When the view cannot be read.
pub fn outgoing(rows: &Connection, now: Timestamp, most: u32) -> rusqlite::Result<Vec<Outgoing>> {
    rows.prepare_cached(
        "SELECT m.id, m.person, p.address, m.attempts, m.due_at, p.code, c.id, c.purpose, c.text
         FROM message m JOIN contact_point p ON p.id = m.point LEFT JOIN call c ON c.key = m.call
         WHERE m.next_at <= ?1 AND (m.call IS NOT NULL OR p.code IS NOT NULL)
         ORDER BY m.next_at, m.key LIMIT ?2",
    )?
    .query_map(params![now.0, most], |row| {
        let call_id: Option<CallId> = row.get(6)?;
        let content = match call_id {
            Some(call_id) => Content::Call {
                call_id,
                purpose: json(row, 7)?,
                text: row.get(8)?,
            },
            None => Content::Code { code: row.get(5)? },
        };
        Ok(Outgoing {
            message_id: row.get(0)?,
            person_id: row.get(1)?,
            address: json(row, 2)?,
            attempt: row.get::<_, u32>(3)? + 1,
            due_at: Timestamp(row.get(4)?),
            content,
        })
    })?
    .collect()
}
