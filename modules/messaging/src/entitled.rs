//! Whom a message was meant for: those who could read the conversation when it was posted and are
//! still there, its author left out.

use crate::access::GUEST;
use crate::events::Readers;
use crate::rows::{conversation_of, position_of};
use kernel::PersonId;
use rusqlite::Connection;

/// People a message was meant for, as the `WITH` clause `entitled (person)`. Parameters: `?1` the
/// conversation's key, `?2` the message's position, `?3` its time, `?4` its author, `?5` whether
/// the conversation is for everyone, `?6` the guests' role.
macro_rules! with_entitled {
    ($rest:expr) => {
        concat!(
            "WITH entitled (person) AS (
                SELECT p.id FROM member m JOIN person p ON p.id = m.person AND p.is_active
                WHERE m.conversation = ?1 AND m.since < ?2 AND m.person <> ?4
                UNION
                SELECT id FROM person
                WHERE ?5 AND is_active AND role <> ?6 AND added_at <= ?3 AND id <> ?4
            ) ",
            $rest
        )
    };
}
pub(crate) use with_entitled;

/// Whom a certain message was meant for.
#[derive(Clone, Debug)]
pub struct Recipients {
    /// Key of the message.
    pub message: i64,
    /// Who wrote it.
    pub author: PersonId,
    /// When, in milliseconds.
    pub time: i64,
    /// Whether the conversation is for everyone.
    pub is_for_everyone: bool,
    /// Whether it came with an import before the conversation began here: meant for nobody now.
    is_history: bool,
}

impl Recipients {
    /// Those of the message with this key, which must exist.
    ///
    /// # Errors
    /// When the view cannot be read.
    pub fn of(rows: &Connection, message: i64) -> rusqlite::Result<Self> {
        rows.prepare_cached(
            "SELECT m.author, m.time, c.audience, c.history_end FROM message m
             JOIN conversation c ON c.key = ?2 WHERE m.key = ?1",
        )?
        .query_row((message, conversation_of(message)), |row| {
            Ok(Self {
                message,
                author: row.get(0)?,
                time: row.get(1)?,
                is_for_everyone: row.get::<_, Readers>(2)? == Readers::Everyone,
                is_history: position_of(message) <= row.get(3)?,
            })
        })
    }

    /// The first six parameters of a query made by `with_entitled!`.
    #[must_use]
    pub fn parameters(&self) -> (i64, u64, i64, PersonId, bool, &'static str) {
        let (position, time) = if self.is_history {
            (0, i64::MIN)
        } else {
            (position_of(self.message), self.time)
        };
        (
            conversation_of(self.message),
            position,
            time,
            self.author,
            self.is_for_everyone,
            GUEST,
        )
    }

    /// Whether somebody is among them.
    ///
    /// # Errors
    /// When the view cannot be read.
    pub fn includes(&self, rows: &Connection, person: PersonId) -> rusqlite::Result<bool> {
        let (conversation, position, time, author, everyone, guest) = self.parameters();
        if person == author {
            return Ok(false);
        }
        rows.prepare_cached(
            "SELECT 1 FROM person p WHERE p.id = ?1 AND p.is_active AND (
                EXISTS (SELECT 1 FROM member m
                        WHERE m.conversation = ?2 AND m.person = p.id AND m.since < ?3)
                OR (?4 AND p.role <> ?5 AND p.added_at <= ?6))",
        )?
        .exists((person, conversation, position, everyone, guest, time))
    }

    /// Those who have not acknowledged the message.
    ///
    /// # Errors
    /// When the view cannot be read.
    pub fn waiting(&self, rows: &Connection) -> rusqlite::Result<Vec<PersonId>> {
        let (conversation, position, time, author, everyone, guest) = self.parameters();
        let mut query = rows.prepare_cached(with_entitled!(
            "SELECT person FROM entitled WHERE NOT EXISTS (
                SELECT 1 FROM acknowledgement a WHERE a.message = ?7 AND a.person = entitled.person)
             ORDER BY person"
        ))?;
        let parameters = (
            conversation,
            position,
            time,
            author,
            everyone,
            guest,
            self.message,
        );
        let people = query.query_map(parameters, |row| row.get(0))?;
        people.collect()
    }
}
