//! Writes facts into the rows. Reads and writes only rows of this module's own chain.

mod conversations;
mod drafts;
mod imports;
mod members;
mod messages;
mod reactions;
mod reads;
mod urgent;

pub use conversations::direct_pair;
pub use messages::files;

use crate::events::{self, Fact};
use crate::{ConversationId, MessageId};
use kernel::{ApplyError, Event, EventError, Header};
use rusqlite::Connection;

macro_rules! apply_facts {
    ($rows:expr, $header:expr, $event:expr, { $($fact:ident => $apply:path),* $(,)? }) => {
        match ($event.kind.as_str(), $event.version) {
            $((events::$fact::KIND, events::$fact::VERSION) => {
                $apply($rows, $header, &$event.decode::<events::$fact>()?)
            })*
            _ => Err($event.unknown().into()),
        }
    };
}

/// Writes one event into the rows.
///
/// # Errors
/// When the event cannot be read, does not fit the rows, or the rows cannot be written.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    apply_facts!(rows, header, event, {
        MessagePosted => messages::posted,
        MessagesImported => imports::messages,
        ReadMarked => reads::marked,
        DraftSaved => drafts::saved,
        ReactionAdded => reactions::added,
        ReactionRemoved => reactions::removed,
        MessageEdited => messages::edited,
        MessageDeleted => messages::deleted,
        MessageRestored => messages::restored,
        UrgentAcknowledged => urgent::acknowledged,
        UrgentReminded => urgent::reminded,
        UrgentClosed => urgent::closed,
        ConversationCreated => conversations::created,
        ConversationRenamed => conversations::renamed,
        TopicSet => conversations::topic_set,
        ConversationArchived => conversations::archived,
        ConversationUnarchived => conversations::unarchived,
        PostersSet => conversations::posters_set,
        MembersAdded => members::added,
        MembersRemoved => members::removed,
        ConversationImported => imports::conversation,
        ChangesPutBack => passed_over,
    })
}

/// What was put back is in the facts before this one.
#[expect(clippy::unnecessary_wraps, reason = "the others can fail")]
fn passed_over(_: &Connection, _: &Header, _: &events::ChangesPutBack) -> Result<(), ApplyError> {
    Ok(())
}

/// A fact that contradicts the rows: the chain was not written by these rules.
fn contradiction(kind: &str, what: impl std::fmt::Display) -> ApplyError {
    ApplyError::Event(EventError::Shape {
        kind: kind.into(),
        version: 1,
        source: serde::de::Error::custom(what),
    })
}

/// Key of a conversation that must exist.
fn conversation(rows: &Connection, kind: &str, id: ConversationId) -> Result<i64, ApplyError> {
    crate::access::conversation_key(rows, id)?
        .ok_or_else(|| contradiction(kind, format_args!("conversation {id} does not exist")))
}

/// Key of a message that must exist.
fn message(rows: &Connection, kind: &str, id: MessageId) -> Result<i64, ApplyError> {
    use rusqlite::OptionalExtension;
    rows.prepare_cached("SELECT key FROM message WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| contradiction(kind, format_args!("message {id} does not exist")))
}
