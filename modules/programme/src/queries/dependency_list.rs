//! What an asset depends on, or what depends on it.

use super::reader;
use crate::AssetId;
use crate::rows::{StoredAsset, asset_not_found};
use kernel::page::{after, cut, limit};
use kernel::{Actor, DecideError};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose dependencies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DependencyListParams {
    /// The asset.
    pub asset_id: AssetId,
    /// What depends on it (`true`) rather than what it depends on.
    #[serde(default)]
    pub is_reverse: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A page of dependencies.
#[derive(Debug, Serialize, ToSchema)]
pub struct DependencyPage {
    /// The assets at the other end, by key.
    pub items: Vec<DependencyItem>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
    /// How many there are.
    pub total: u64,
}

/// The asset at the other end.
#[derive(Debug, Serialize, ToSchema)]
pub struct DependencyItem {
    /// Its id.
    pub asset_id: AssetId,
    /// Its key.
    pub key: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its priority class.
    pub class: Option<u8>,
    /// Whether it was retired.
    pub is_retired: bool,
    /// Whether it depends the other way as well, directly.
    pub is_mutual: bool,
}

/// Answers it.
///
/// # Errors
/// `asset_not_found`, and those who may not see the programme.
pub fn dependency_list(
    rows: &Connection,
    actor: &Actor,
    asked: DependencyListParams,
) -> Result<DependencyPage, DecideError> {
    reader(rows, actor)?;
    let limit = limit(asked.limit)?;
    let last: Option<String> = after(asked.cursor.as_deref())?;
    let asset = StoredAsset::by_id(rows, asked.asset_id)?;
    let asset = asset.ok_or_else(|| asset_not_found("asset_id"))?;
    let (list, count) = if asked.is_reverse {
        (
            REVERSE,
            "SELECT count(*) FROM dependency WHERE depends_on = ?1",
        )
    } else {
        (FORWARD, "SELECT count(*) FROM dependency WHERE asset = ?1")
    };
    let items = rows
        .prepare_cached(list)?
        .query_map(params![asset.number, last, limit + 1], |row| {
            Ok(DependencyItem {
                asset_id: row.get(0)?,
                key: row.get(1)?,
                kind: row.get(2)?,
                name: row.get(3)?,
                class: row.get(4)?,
                is_retired: row.get(5)?,
                is_mutual: row.get(6)?,
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let total = rows
        .prepare_cached(count)?
        .query_row([asset.number], |row| row.get(0))?;
    let (items, next) = cut(items, limit, |item: &DependencyItem| item.key.clone());
    Ok(DependencyPage { items, next, total })
}

const FORWARD: &str = "SELECT a.id, a.key, a.kind, a.name, a.class, a.retired_at IS NOT NULL,
            EXISTS (SELECT 1 FROM dependency o WHERE o.asset = d.depends_on AND o.depends_on = d.asset)
     FROM dependency d JOIN asset a ON a.number = d.depends_on
     WHERE d.asset = ?1 AND (?2 IS NULL OR a.key > ?2) ORDER BY a.key LIMIT ?3";
const REVERSE: &str = "SELECT a.id, a.key, a.kind, a.name, a.class, a.retired_at IS NOT NULL,
            EXISTS (SELECT 1 FROM dependency o WHERE o.asset = d.depends_on AND o.depends_on = d.asset)
     FROM dependency d JOIN asset a ON a.number = d.asset
     WHERE d.depends_on = ?1 AND (?2 IS NULL OR a.key > ?2) ORDER BY a.key LIMIT ?3";
