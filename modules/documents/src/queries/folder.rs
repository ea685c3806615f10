//! What lies in a folder.

use super::details::{Breadcrumb, Rights, breadcrumbs};
use super::item_row::{ItemRow, item_columns};
use crate::FolderId;
use crate::access::{Action, Viewer};
use crate::events::{ItemKind, Role};
use crate::place::{Place, with_readable};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which folder, and which part of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderParams {
    /// The folder; none: the top, with what lies in folders that are not shared.
    pub folder_id: Option<FolderId>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// What lies in a folder.
#[derive(Debug, Serialize, ToSchema)]
pub struct FolderPage {
    /// The folder; none: the top.
    pub folder_id: Option<FolderId>,
    /// Its name.
    pub name: Option<String>,
    /// What the asker may do with it; at the top nothing but what `can_create` says.
    pub rights: Option<Rights>,
    /// Whether the asker may make folders and documents here.
    pub can_create: bool,
    /// Whether it is in the trash.
    pub is_trashed: bool,
    /// The folders it lies in, the outermost first.
    pub breadcrumbs: Vec<Breadcrumb>,
    /// What lies in it: folders first, by name.
    pub items: Vec<ItemRow>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
}

/// Answers it.
///
/// # Errors
/// `item_not_found` for whoever may not read it.
pub fn folder(
    rows: &Connection,
    actor: &Actor,
    params: FolderParams,
) -> Result<FolderPage, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = match params.folder_id {
        Some(id) => Some(Place::folder(rows, viewer, "folder_id", id)?),
        None => None,
    };
    let limit = limit(params.limit)?;
    let (is_leaf, name, key): (bool, String, i64) =
        after(params.cursor.as_deref())?.unwrap_or_default();
    let at_top = viewer.role_at_top()?.map_or(0, Role::rank);
    let is_trashed = place.as_ref().is_some_and(|place| place.is_trashed);
    let items = rows
        .prepare_cached(with_readable!(concat!(
            "SELECT ",
            item_columns!(),
            " FROM reach r JOIN item i ON i.key = r.key
             WHERE r.role > 0 AND (NOT r.is_trashed OR (?4 IS NOT NULL AND ?9))
             AND (CASE WHEN ?4 IS NULL
                  THEN NOT EXISTS (SELECT 1 FROM reach p WHERE p.key = i.parent AND p.role > 0)
                  ELSE i.parent = ?4 END)
             AND (i.kind <> 'folder', i.name COLLATE NOCASE, i.key)
                 > (?5, ?6 COLLATE NOCASE, ?7)
             ORDER BY i.kind <> 'folder', i.name COLLATE NOCASE, i.key LIMIT ?8"
        )))?
        .query_map(
            params![
                viewer.id,
                !viewer.is_guest,
                at_top,
                place.as_ref().map(|place| place.key),
                is_leaf,
                name,
                key,
                limit + 1,
                is_trashed
            ],
            ItemRow::read,
        )?
        .collect::<Result<_, _>>()?;
    let Page { items, next } = Page::cut(items, limit, |row: &ItemRow| {
        (row.kind != ItemKind::Folder, row.name.clone(), row.key)
    });
    let Some(place) = place else {
        return Ok(FolderPage {
            folder_id: None,
            name: None,
            rights: None,
            can_create: viewer.may(Action::CreateAtTop)?,
            is_trashed,
            breadcrumbs: Vec::new(),
            items,
            next,
        });
    };
    Ok(FolderPage {
        folder_id: params.folder_id,
        breadcrumbs: breadcrumbs(rows, &place)?,
        can_create: place.may(Action::CreateIn, None)? && !is_trashed,
        rights: Some(Rights::at(&place)?),
        name: Some(place.name),
        is_trashed,
        items,
        next,
    })
}
