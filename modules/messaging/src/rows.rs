//! What deciding and answering read from the rows again and again: a person's seat in a
//! conversation, a message, people.

use crate::access::{Action, Viewer, no_conversation};
use crate::events::{ClosedBecause, ConversationKind, Readers};
use crate::{ConversationId, MessageId};
use kernel::{DecideError, PersonId, Refusal};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};

/// A message's key from its conversation's key and its position.
#[must_use]
pub const fn message_key(conversation: i64, position: u64) -> i64 {
    (conversation << 32) | position.cast_signed()
}

/// The position in a message's key.
#[must_use]
pub const fn position_of(message: i64) -> u64 {
    (message & 0xffff_ffff).cast_unsigned()
}

/// The conversation's key in a message's key.
#[must_use]
pub const fn conversation_of(message: i64) -> i64 {
    message >> 32
}

/// How somebody stands to a conversation they may read.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Who.
    pub viewer: Viewer,
    /// Key of the conversation.
    pub key: i64,
    /// Its id.
    pub id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// Who may read it.
    pub audience: Readers,
    /// Whether whoever reads may also write.
    pub is_posting_open: bool,
    /// Whether it is archived.
    pub is_archived: bool,
    /// Who made it.
    pub created_by: Option<PersonId>,
    /// Position of its last message.
    pub last_position: u64,
    /// Messages up to here came with an import.
    pub history_end: u64,
    /// The last position when they became a member; `None`: they are none.
    pub since: Option<u64>,
    /// Whether they are a listed poster.
    pub is_poster: bool,
}

macro_rules! seat_where {
    ($condition:literal) => {
        concat!(
            "SELECT c.key, c.id, c.kind, c.audience, c.posters = 'members',
                    c.archived_at IS NOT NULL, c.created_by, c.last_position, c.history_end,
                    m.since,
                    EXISTS (SELECT 1 FROM poster p WHERE p.conversation = c.key AND p.person = ?2)
             FROM conversation c
             LEFT JOIN member m ON m.conversation = c.key AND m.person = ?2 WHERE ",
            $condition
        )
    };
}

impl Seat {
    /// The viewer's seat in a conversation.
    ///
    /// # Errors
    /// `conversation_not_found` where there is none they may read.
    pub fn find(
        rows: &Connection,
        viewer: Viewer,
        id: ConversationId,
    ) -> Result<Self, DecideError> {
        let seat = rows
            .prepare_cached(seat_where!("c.id = ?1"))?
            .query_row((id, viewer.id), |row| Self::read(row, viewer))
            .optional()?;
        Self::entitled(seat)
    }

    /// The viewer's seat in the conversation with this key.
    ///
    /// # Errors
    /// `conversation_not_found` where there is none they may read.
    pub fn by_key(rows: &Connection, viewer: Viewer, key: i64) -> Result<Self, DecideError> {
        let seat = rows
            .prepare_cached(seat_where!("c.key = ?1"))?
            .query_row((key, viewer.id), |row| Self::read(row, viewer))
            .optional()?;
        Self::entitled(seat)
    }

    fn entitled(seat: Option<Self>) -> Result<Self, DecideError> {
        let seat = seat.ok_or_else(no_conversation)?;
        if seat.may(Action::Read, None)? {
            Ok(seat)
        } else {
            Err(no_conversation().into())
        }
    }

    fn read(row: &Row<'_>, viewer: Viewer) -> rusqlite::Result<Self> {
        Ok(Self {
            viewer,
            key: row.get(0)?,
            id: row.get(1)?,
            kind: row.get(2)?,
            audience: row.get(3)?,
            is_posting_open: row.get(4)?,
            is_archived: row.get(5)?,
            created_by: row.get(6)?,
            last_position: row.get(7)?,
            history_end: row.get(8)?,
            since: row.get(9)?,
            is_poster: row.get(10)?,
        })
    }

    /// Nothing, while the conversation is not archived.
    ///
    /// # Errors
    /// `conversation_archived`.
    pub fn require_open(&self) -> Result<(), Refusal> {
        if self.is_archived {
            let detail = "The conversation is archived.";
            return Err(Refusal::conflict("conversation_archived", detail));
        }
        Ok(())
    }

    /// Nothing, where more than two people may take part.
    ///
    /// # Errors
    /// `conversation_direct`.
    pub fn require_shared(&self) -> Result<(), Refusal> {
        if self.kind == ConversationKind::Direct {
            let detail = "A conversation between two people has no name, topic or other members.";
            return Err(Refusal::conflict("conversation_direct", detail));
        }
        Ok(())
    }
}

/// A message as commands see it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its key.
    pub key: i64,
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: PersonId,
    /// The message it replies to.
    pub thread: Option<i64>,
    /// Whether it is deleted.
    pub is_deleted: bool,
}

impl Message {
    /// The message with this id, whoever may read it.
    ///
    /// # Errors
    /// When the view cannot be read.
    pub fn find(rows: &Connection, id: MessageId) -> rusqlite::Result<Option<Self>> {
        rows.prepare_cached(
            "SELECT key, author, thread, deleted_at IS NOT NULL FROM message WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok(Self {
                key: row.get(0)?,
                id,
                author: row.get(1)?,
                thread: row.get(2)?,
                is_deleted: row.get(3)?,
            })
        })
        .optional()
    }

    /// The message with this id and the viewer's seat in its conversation.
    ///
    /// # Errors
    /// `conversation_not_found` where the message does not exist or may not be known to: the two
    /// must not differ.
    pub fn read_by(
        rows: &Connection,
        viewer: Viewer,
        id: MessageId,
    ) -> Result<(Self, Seat), DecideError> {
        let message = Self::find(rows, id)?.ok_or_else(no_conversation)?;
        let seat = Seat::by_key(rows, viewer, conversation_of(message.key))?;
        Ok((message, seat))
    }

    /// Its position in its conversation.
    #[must_use]
    pub const fn position(&self) -> u64 {
        position_of(self.key)
    }

    /// Nothing, while the message is not deleted.
    ///
    /// # Errors
    /// `message_deleted`.
    pub fn require_present(&self) -> Result<(), Refusal> {
        if self.is_deleted {
            let detail = "The message is deleted.";
            return Err(Refusal::conflict("message_deleted", detail));
        }
        Ok(())
    }
}

/// Nothing, where all are active people of the workspace.
///
/// # Errors
/// `person_not_found`, naming the first who is not.
pub fn require_people(
    rows: &Connection,
    field: &str,
    people: &[PersonId],
) -> Result<(), DecideError> {
    let mut query = rows.prepare_cached("SELECT 1 FROM person WHERE id = ?1 AND is_active")?;
    for person in people {
        if !query.exists([person])? {
            let detail = format!("There is no active person {person} in this workspace.");
            return Err(Refusal::invalid(field, "person_not_found", detail).into());
        }
    }
    Ok(())
}

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* }) => {
        impl $type {
            /// Its name in rows and policies.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }
        }

        impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.as_str()))
            }
        }

        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_str()? {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(FromSqlError::InvalidType),
                }
            }
        }
    };
}

words!(ConversationKind { Direct = "direct", Group = "group", Channel = "channel" });
words!(Readers { Members = "members", Everyone = "everyone" });
words!(ClosedBecause { AllAcknowledged = "all_acknowledged", Expired = "expired", Deleted = "deleted" });
