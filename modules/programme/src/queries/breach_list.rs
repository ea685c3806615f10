//! Objectives that were missed.

use super::reader;
use crate::{AssetId, BreachId};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which breaches.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BreachListParams {
    /// Only those of this asset.
    pub asset_id: Option<AssetId>,
    /// Only those that are not over (`true`), or are (`false`).
    pub is_open: Option<bool>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A breach.
#[derive(Debug, Serialize, ToSchema)]
pub struct Breach {
    #[serde(skip)]
    number: i64,
    /// Its id.
    pub breach_id: BreachId,
    /// The asset.
    pub asset_id: AssetId,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// `rto` or `rpo`.
    pub missed: String,
    /// What was promised.
    pub target_ms: i64,
    /// What was measured; none: it did not come back at all.
    pub measured_ms: Option<i64>,
    /// What measured it: `drill`, `live`, `vault`.
    pub measured_by: String,
    /// When it was noted.
    pub noted_at: Timestamp,
    /// When it was over.
    pub cleared_at: Option<Timestamp>,
}

/// Answers it.
///
/// # Errors
/// Those who may not see the programme.
pub fn breach_list(
    rows: &Connection,
    actor: &Actor,
    asked: BreachListParams,
) -> Result<Page<Breach>, DecideError> {
    reader(rows, actor)?;
    let limit = limit(asked.limit)?;
    let before: i64 = after(asked.cursor.as_deref())?.unwrap_or(i64::MAX);
    let items = rows
        .prepare_cached(
            "SELECT b.number, b.id, a.id, a.key, a.name, b.missed, b.target_ms, b.measured_ms,
                    b.measured_by, b.noted_at, b.cleared_at
             FROM breach b JOIN asset a ON a.number = b.asset
             WHERE b.number < ?1 AND (?2 IS NULL OR a.id = ?2)
               AND (?3 IS NULL OR (b.cleared_at IS NULL) = ?3)
             ORDER BY b.number DESC LIMIT ?4",
        )?
        .query_map(
            params![before, asked.asset_id, asked.is_open, limit + 1],
            |row| {
                Ok(Breach {
                    number: row.get(0)?,
                    breach_id: row.get(1)?,
                    asset_id: row.get(2)?,
                    key: row.get(3)?,
                    name: row.get(4)?,
                    missed: row.get(5)?,
                    target_ms: row.get(6)?,
                    measured_ms: row.get(7)?,
                    measured_by: row.get(8)?,
                    noted_at: Timestamp(row.get(9)?),
                    cleared_at: row.get::<_, Option<i64>>(10)?.map(Timestamp),
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |breach: &Breach| breach.number))
}
