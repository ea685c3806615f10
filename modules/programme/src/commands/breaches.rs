//! Objectives that were missed: noted once by the sites, and cleared once.

use super::Deciding;
use crate::access::require_site;
use crate::events::{BreachCleared, BreachNoted, Fact, Missed};
use crate::{AssetId, BreachId};
use kernel::{CommandSpec, DecideError, Decision};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How noting is offered.
pub const NOTE: CommandSpec = CommandSpec::new::<NoteBreach>(
    "note-breach",
    "Note that what was measured is worse than what was promised.",
)
.internal();
/// How clearing is offered.
pub const CLEAR: CommandSpec =
    CommandSpec::new::<ClearBreach>("clear-breach", "Say that a breach is over.").internal();

/// Note a breach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteBreach {
    /// Its id.
    pub breach_id: BreachId,
    /// The asset.
    pub asset_id: AssetId,
    /// Which objective.
    pub missed: Missed,
    /// What was promised.
    pub target_ms: i64,
    /// What was measured; none: it did not come back at all.
    #[serde(default)]
    pub measured_ms: Option<i64>,
    /// What measured it.
    pub measured_by: String,
}

/// Say that a breach is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearBreach {
    /// The breach.
    pub breach_id: BreachId,
}

/// Decides noting. A breach that is open is not noted again.
///
/// # Errors
/// `not_permitted` for everybody but sites; `asset_not_found`.
pub fn note(of: &Deciding<'_>, body: NoteBreach) -> Result<Decision, DecideError> {
    require_site(of.actor)?;
    let asset = of.asset("command.asset_id", body.asset_id)?;
    let is_open: bool = of
        .rows
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM breach
             WHERE id = ?1 OR (asset = ?2 AND missed = ?3 AND cleared_at IS NULL))",
        )?
        .query_row(
            (body.breach_id, asset.number, body.missed.as_str()),
            |row| row.get(0),
        )?;
    if is_open || asset.is_retired {
        return Ok(Decision::unchanged());
    }
    let fact = BreachNoted {
        breach_id: body.breach_id,
        asset_id: body.asset_id,
        missed: body.missed,
        target_ms: body.target_ms,
        measured_ms: body.measured_ms,
        measured_by: body.measured_by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides clearing. What is not there, or over already, is no matter.
///
/// # Errors
/// `not_permitted` for everybody but sites.
pub fn clear(of: &Deciding<'_>, body: ClearBreach) -> Result<Decision, DecideError> {
    require_site(of.actor)?;
    let is_open: Option<bool> = of
        .rows
        .prepare_cached("SELECT cleared_at IS NULL FROM breach WHERE id = ?1")?
        .query_row([body.breach_id], |row| row.get(0))
        .optional()?;
    if is_open != Some(true) {
        return Ok(Decision::unchanged());
    }
    let fact = BreachCleared {
        breach_id: body.breach_id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
