//! One asset.

use super::asset_list::{AssetItem, item_columns};
use super::reader;
use crate::AssetId;
use crate::events::Impact;
use crate::impact::{BANDS_MS, RULE};
use crate::rows::{asset_not_found, json};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Changes of an objective that are told.
const CHANGES_MAX: u32 = 50;

/// Which asset: by id or by key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetParams {
    /// Its id.
    pub asset_id: Option<AssetId>,
    /// Instead of its id, its key.
    pub key: Option<String>,
}

/// An asset.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssetDetail {
    /// What the register says.
    pub asset: AssetItem,
    /// What an outage does, as it was answered, and which answer decided.
    pub impact: Option<Impact>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// Who answered; none: a template.
    pub answered_by: Option<PersonId>,
    /// How class and tolerable outage follow, in words.
    pub rule: &'static str,
    /// The times that are asked about, in milliseconds.
    pub bands_ms: [i64; 6],
    /// How long an outage would have lasted without all this, where it was stated.
    pub baseline_ms: Option<i64>,
    /// What was promised, the latest first; at most 50.
    pub objective_changes: Vec<ObjectiveChange>,
}

/// A change of what was promised.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectiveChange {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: PersonId,
    /// How long it may take until it is back; none: the promise was withdrawn.
    pub rto_target_ms: Option<i64>,
    /// How much may be lost.
    pub rpo_target_ms: Option<i64>,
    /// Why.
    pub reason: String,
}

/// Answers it.
///
/// # Errors
/// `asset_not_found`, and those who may not see the programme.
pub fn asset(
    rows: &Connection,
    actor: &Actor,
    asked: AssetParams,
) -> Result<AssetDetail, DecideError> {
    reader(rows, actor)?;
    let found = rows
        .prepare_cached(concat!(
            item_columns!(),
            "WHERE a.id = ?1 OR (?1 IS NULL AND a.key = ?2)"
        ))?
        .query_row((asked.asset_id, &asked.key), AssetItem::read)
        .optional()?;
    let asset = found.ok_or_else(|| asset_not_found("asset_id"))?;
    let (number, impact, answered_at, answered_by, baseline_ms) = rows
        .prepare_cached(
            "SELECT number, impact, answered_at, answered_by, baseline_ms
             FROM asset WHERE id = ?1",
        )?
        .query_row([asset.asset_id], |row| {
            let number: i64 = row.get(0)?;
            let at: Option<i64> = row.get(2)?;
            let impact = match at {
                Some(_) => Some(json(row, 1)?),
                None => None,
            };
            Ok((number, impact, at.map(Timestamp), row.get(3)?, row.get(4)?))
        })?;
    let objective_changes = rows
        .prepare_cached(
            "SELECT at, by, rto_target_ms, rpo_target_ms, reason FROM objective_change
             WHERE asset = ?1 ORDER BY number DESC LIMIT ?2",
        )?
        .query_map((number, CHANGES_MAX), |row| {
            Ok(ObjectiveChange {
                at: Timestamp(row.get(0)?),
                by: row.get(1)?,
                rto_target_ms: row.get(2)?,
                rpo_target_ms: row.get(3)?,
                reason: row.get(4)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(AssetDetail {
        asset,
        impact,
        answered_at,
        answered_by,
        rule: RULE,
        bands_ms: BANDS_MS,
        baseline_ms,
        objective_changes,
    })
}
