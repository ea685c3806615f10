//! What several answers show alike: the way to an item, what the asker may do there, its files.

use crate::access::Action;
use crate::events::{ItemKind, Role};
use crate::place::{Place, role_at};
use crate::{FolderId, ItemId};
use attachments::Attachment;
use kernel::{DecideError, PersonId, Timestamp};
use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

/// A folder on the way to an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Breadcrumb {
    /// The folder.
    pub folder_id: FolderId,
    /// Its name.
    pub name: String,
}

/// What the asker may do with an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rights {
    /// What the asker is here.
    pub role: Role,
    /// Whether the asker may comment.
    pub can_comment: bool,
    /// Whether the asker may write, rename it, put things into it and name versions.
    pub can_edit: bool,
    /// Whether the asker may move and trash it and decide who may do what.
    pub can_manage: bool,
}

impl Rights {
    /// At a place.
    pub fn at(place: &Place) -> Result<Self, DecideError> {
        Ok(Self {
            role: place.role,
            can_comment: place.may(Action::Comment, None)?,
            can_edit: place.may(Action::Update, None)?,
            can_manage: place.may(Action::SetPermissions, None)?,
        })
    }
}

/// The folders an item lies in, the outermost first; it begins below what the asker may not read.
pub fn breadcrumbs(rows: &Connection, place: &Place) -> Result<Vec<Breadcrumb>, DecideError> {
    let mut found = Vec::new();
    let mut next = place.parent;
    while let Some(key) = next {
        let role = role_at(rows, &place.viewer, key)?;
        if !place.viewer.may_as(role, Action::Read)? {
            break;
        }
        let (id, name, parent) = rows
            .prepare_cached("SELECT id, name, parent FROM item WHERE key = ?1")?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        found.push(Breadcrumb {
            folder_id: id,
            name,
        });
        next = parent;
    }
    found.reverse();
    Ok(found)
}

/// A file that can be shown in a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachedFile {
    /// The file.
    #[serde(flatten)]
    pub file: Attachment,
    /// Who attached it.
    pub attached_by: PersonId,
    /// When.
    pub attached_at: Timestamp,
}

/// The files attached to a document, the oldest first.
pub fn attached(rows: &Connection, key: i64) -> rusqlite::Result<Vec<AttachedFile>> {
    let mut query = rows.prepare_cached(
        "SELECT file, attached_by, attached_at FROM attached WHERE item = ?1
         ORDER BY attached_at, attachment",
    )?;
    let files = query.query_map([key], |row| {
        Ok(AttachedFile {
            file: from_json(&row.get::<_, String>(0)?)?,
            attached_by: row.get(1)?,
            attached_at: Timestamp(row.get(2)?),
        })
    })?;
    files.collect()
}

/// A value this module wrote as JSON.
///
/// # Errors
/// When the row does not hold what this module writes.
pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// The file of a file item.
pub fn file_of(rows: &Connection, place: &Place) -> rusqlite::Result<Option<Attachment>> {
    if place.kind != ItemKind::File {
        return Ok(None);
    }
    let json: String = rows
        .prepare_cached("SELECT file FROM item WHERE key = ?1")?
        .query_row([place.key], |row| row.get(0))?;
    from_json(&json).map(Some)
}

/// The id of a folder by its key.
pub fn id_of(rows: &Connection, key: i64) -> rusqlite::Result<ItemId> {
    rows.prepare_cached("SELECT id FROM item WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
}
