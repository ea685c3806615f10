//! What is in the trash.

use super::item_row::{ItemRow, item_columns};
use crate::access::Viewer;
use crate::events::Role;
use crate::place::with_readable;
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which part of the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrashListParams {
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// Something in the trash.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrashedItem {
    /// What it is.
    #[serde(flatten)]
    pub item: ItemRow,
    /// When it was put there.
    pub trashed_at: Timestamp,
    /// Who put it there.
    pub trashed_by: PersonId,
}

/// Answers it.
///
/// # Errors
/// `workspace_not_found` for strangers.
pub fn trash_list(
    rows: &Connection,
    actor: &Actor,
    params: TrashListParams,
) -> Result<Page<TrashedItem>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let limit = limit(params.limit)?;
    let (time, key) = after(params.cursor.as_deref())?.unwrap_or((i64::MAX, i64::MAX));
    let at_top = viewer.role_at_top()?.map_or(0, Role::rank);
    let items = rows
        .prepare_cached(with_readable!(concat!(
            "SELECT ",
            item_columns!(),
            ", i.trashed_at, i.trashed_by FROM reach r JOIN item i ON i.key = r.key
             WHERE r.role = ?4 AND i.trashed_at IS NOT NULL
             AND (i.trashed_at, i.key) < (?5, ?6)
             ORDER BY i.trashed_at DESC, i.key DESC LIMIT ?7"
        )))?
        .query_map(
            params![
                viewer.id,
                !viewer.is_guest,
                at_top,
                Role::Manager.rank(),
                time,
                key,
                limit + 1
            ],
            |row| {
                Ok(TrashedItem {
                    item: ItemRow::read(row)?,
                    trashed_at: Timestamp(row.get(11)?),
                    trashed_by: row.get(12)?,
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |row| {
        (row.trashed_at, row.item.key)
    }))
}
