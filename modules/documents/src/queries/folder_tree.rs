//! All folders, as a tree.

use crate::FolderId;
use crate::access::Viewer;
use crate::events::Role;
use crate::place::with_readable;
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which part of the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderTreeParams {
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A folder in the tree.
#[derive(Debug, Serialize, ToSchema)]
pub struct TreeFolder {
    /// The folder.
    pub folder_id: FolderId,
    /// The folder it lies in; none where it lies at the top, or in what the asker may not read.
    pub parent: Option<FolderId>,
    /// Its name.
    pub name: String,
    /// What the asker may do with it.
    pub role: Role,
    #[serde(skip)]
    key: i64,
}

/// Answers it, in the order they were made.
///
/// # Errors
/// `workspace_not_found` for strangers.
pub fn folder_tree(
    rows: &Connection,
    actor: &Actor,
    params: FolderTreeParams,
) -> Result<Page<TreeFolder>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let limit = limit(params.limit)?;
    let from: i64 = after(params.cursor.as_deref())?.unwrap_or(0);
    let at_top = viewer.role_at_top()?.map_or(0, Role::rank);
    let items = rows
        .prepare_cached(with_readable!(
            "SELECT i.id, (SELECT p.id FROM item p JOIN reach q ON q.key = p.key
                           WHERE p.key = i.parent AND q.role > 0), i.name, r.role, i.key
             FROM reach r JOIN item i ON i.key = r.key
             WHERE i.kind = 'folder' AND r.role > 0 AND NOT r.is_trashed AND i.key > ?4
             ORDER BY i.key LIMIT ?5"
        ))?
        .query_map(
            params![viewer.id, !viewer.is_guest, at_top, from, limit + 1],
            |row| {
                Ok(TreeFolder {
                    folder_id: row.get(0)?,
                    parent: row.get(1)?,
                    name: row.get(2)?,
                    role: Role::of_rank(row.get(3)?).unwrap_or(Role::Viewer),
                    key: row.get(4)?,
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |row| row.key))
}
