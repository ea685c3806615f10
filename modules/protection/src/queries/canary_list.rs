//! What was planted for nobody to change.

use crate::ItemId;
use crate::access::{Action, Watcher};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which part of the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CanaryListParams {
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A canary.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Canary {
    /// The document, folder or file.
    pub item_id: ItemId,
    /// Who planted it.
    pub planted_by: PersonId,
    /// When.
    pub planted_at: Timestamp,
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who do not watch over the workspace.
pub fn canary_list(
    rows: &Connection,
    actor: &Actor,
    params: CanaryListParams,
) -> Result<Page<Canary>, DecideError> {
    Watcher::of(rows, actor)?.require(Action::Look)?;
    let limit = limit(params.limit)?;
    let last: Option<ItemId> = after(params.cursor.as_deref())?;
    let items = rows
        .prepare_cached(
            "SELECT item, planted_by, planted_at FROM canary
             WHERE ?1 IS NULL OR item > ?1 ORDER BY item LIMIT ?2",
        )?
        .query_map(params![last, limit + 1], |row| {
            Ok(Canary {
                item_id: row.get(0)?,
                planted_by: row.get(1)?,
                planted_at: Timestamp(row.get(2)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |canary: &Canary| canary.item_id))
}
