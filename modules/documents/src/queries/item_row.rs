//! An item as lists show it.

use super::details::from_json;
use crate::ItemId;
use crate::events::{ItemKind, Role};
use attachments::Attachment;
use kernel::{PersonId, Timestamp};
use rusqlite::Row;
use serde::Serialize;
use utoipa::ToSchema;

/// An item as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemRow {
    /// Its id.
    pub id: ItemId,
    /// What it is.
    pub kind: ItemKind,
    /// Its name.
    pub name: String,
    /// What the asker may do with it.
    pub role: Role,
    /// Whether grants of the folders it lies in hold here.
    pub inherits: bool,
    /// Who made it.
    pub created_by: PersonId,
    /// When.
    pub created_at: Timestamp,
    /// Who changed it last.
    pub changed_by: PersonId,
    /// When.
    pub changed_at: Timestamp,
    /// Of a file: what it is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Attachment>,
    #[serde(skip)]
    pub(super) key: i64,
}

/// The columns [`ItemRow::read`] reads, of `item i` and `reach r`.
macro_rules! item_columns {
    () => {
        "i.id, i.kind, i.name, r.role, i.inherits, i.created_by, i.created_at, i.changed_by,
         i.changed_at, i.file, i.key"
    };
}
pub(super) use item_columns;

impl ItemRow {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let file: Option<String> = row.get(9)?;
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            name: row.get(2)?,
            role: Role::of_rank(row.get(3)?).unwrap_or(Role::Viewer),
            inherits: row.get(4)?,
            created_by: row.get(5)?,
            created_at: Timestamp(row.get(6)?),
            changed_by: row.get(7)?,
            changed_at: Timestamp(row.get(8)?),
            file: file.map(|json| from_json(&json)).transpose()?,
            key: row.get(10)?,
        })
    }
}
