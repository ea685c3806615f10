//! Recording drills.

use crate::Standing;
use crate::events::{DrillEnded, DrillStarted, event};
use kernel::id::Uuid;
use kernel::{DecideError, Decision, Refusal, SiteName};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Record that a drill begins.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDrillStart {
    /// Id of the drill.
    #[schema(value_type = String, format = Uuid)]
    pub drill_id: Uuid,
    /// The scenario's name: `site-loss`.
    pub scenario: String,
    /// The site it breaks.
    #[schema(value_type = String)]
    pub site: SiteName,
}

/// Record what a drill showed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDrillEnd {
    /// Id of the drill.
    #[schema(value_type = String, format = Uuid)]
    pub drill_id: Uuid,
    /// Whether everything it promised was seen.
    pub passed: bool,
    /// What was measured.
    #[schema(value_type = Object)]
    pub report: Value,
}

/// Decides the start.
pub fn start(
    rows: &Connection,
    standing: &Standing,
    drill: RecordDrillStart,
) -> Result<Decision, DecideError> {
    must_be_operator(standing)?;
    if drill.scenario.is_empty() || drill.scenario.len() > 64 {
        return Err(Refusal::invalid("command.scenario", "too_long", "1 to 64 bytes").into());
    }
    if has_ended(rows, drill.drill_id)?.is_some() {
        return Err(Refusal::conflict("drill_exists", "this drill was started already").into());
    }
    let fact = DrillStarted {
        drill_id: drill.drill_id,
        scenario: drill.scenario,
        site: drill.site,
        started_by: standing.name.clone(),
    };
    Ok(Decision::accepted(vec![event(DrillStarted::KIND, &fact)]))
}

/// Decides the end.
pub fn end(
    rows: &Connection,
    standing: &Standing,
    drill: RecordDrillEnd,
) -> Result<Decision, DecideError> {
    must_be_operator(standing)?;
    match has_ended(rows, drill.drill_id)? {
        None => Err(Refusal::not_found(
            "command.drill_id",
            "drill_not_found",
            "no such drill was started",
        )
        .into()),
        Some(true) => Err(Refusal::conflict("drill_ended", "this drill has its end").into()),
        Some(false) => {
            let fact = DrillEnded {
                drill_id: drill.drill_id,
                passed: drill.passed,
                report: drill.report,
            };
            Ok(Decision::accepted(vec![event(DrillEnded::KIND, &fact)]))
        }
    }
}

fn must_be_operator(standing: &Standing) -> Result<(), Refusal> {
    if standing.is_operator {
        return Ok(());
    }
    Err(Refusal::forbidden(
        "not_permitted",
        "only operators run drills",
    ))
}

/// Whether a drill has its end; `None` for one that was never started.
fn has_ended(rows: &Connection, drill: Uuid) -> Result<Option<bool>, rusqlite::Error> {
    rows.prepare_cached("SELECT ended_at IS NOT NULL FROM drill WHERE id = ?1")?
        .query_row([drill.as_bytes().to_vec()], |row| row.get(0))
        .optional()
}
