//! Writes facts into the rows. Reads and writes only rows of this module's own chain.

mod comments;
mod contents;
mod items;
mod permissions;

use crate::events::{self, Fact};
use crate::place::item_key;
use crate::{CommentId, ItemId};
use kernel::{ApplyError, Event, EventError, Header};
use rusqlite::{Connection, OptionalExtension};

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
        DocumentUpdated => contents::updated,
        DocumentSettled => contents::settled,
        FolderCreated => items::folder_created,
        DocumentCreated => items::document_created,
        FileAdded => items::file_added,
        FileAttached => items::file_attached,
        ItemRenamed => items::renamed,
        ItemMoved => items::moved,
        ItemTrashed => items::trashed,
        ItemRestored => items::restored,
        PermissionsSet => permissions::set,
        AccessLost => permissions::lost,
        VersionNamed => contents::version_named,
        CommentAdded => comments::added,
        CommentEdited => comments::edited,
        CommentDeleted => comments::deleted,
        CommentRestored => comments::restored,
        ChangesPutBack => passed_over,
        CommentResolved => comments::resolved,
        CommentReopened => comments::reopened,
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

/// Key of an item that must exist.
fn item(rows: &Connection, kind: &str, id: impl Into<ItemId>) -> Result<i64, ApplyError> {
    let id = id.into();
    item_key(rows, id)?.ok_or_else(|| contradiction(kind, format_args!("item {id} does not exist")))
}

/// Key of a comment that must exist.
fn comment(rows: &Connection, kind: &str, id: CommentId) -> Result<i64, ApplyError> {
    rows.prepare_cached("SELECT key FROM comment WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or_else(|| contradiction(kind, format_args!("comment {id} does not exist")))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("facts have string keys only")
}
