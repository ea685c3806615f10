//! Recording drills.

use crate::events::{DrillEnded, DrillStarted, DrillStopAsked, event};
use crate::{REHEARSAL, Standing};
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

/// Ask whoever runs a drill to stop it and put everything back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskDrillStop {
    /// Id of the drill.
    #[schema(value_type = String, format = Uuid)]
    pub drill_id: Uuid,
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
    // A rehearsal breaks nothing and comes every night: it neither waits nor is waited for.
    if drill.scenario != REHEARSAL
        && let Some((id, scenario, by)) = under_way(rows)?
    {
        let detail = format!(
            "drill {id} ({scenario}, started by {by}) has no end; where its runner is gone: \
             sekoci drill undo --drill {id}"
        );
        return Err(Refusal::conflict("drill_runs", detail).into());
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

/// Decides that somebody wants a drill stopped.
pub fn ask_stop(
    rows: &Connection,
    standing: &Standing,
    drill: &AskDrillStop,
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
            let fact = DrillStopAsked {
                drill_id: drill.drill_id,
                asked_by: standing.name.clone(),
            };
            Ok(Decision::accepted(vec![event(DrillStopAsked::KIND, &fact)]))
        }
    }
}

/// The drill that breaks something and has no end.
fn under_way(rows: &Connection) -> Result<Option<(Uuid, String, String)>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT id, scenario, started_by FROM drill
         WHERE ended_at IS NULL AND scenario <> ?1 ORDER BY number DESC LIMIT 1",
    )?
    .query_row([REHEARSAL], |row| {
        let id: [u8; 16] = row.get(0)?;
        Ok((Uuid::from_bytes(id), row.get(1)?, row.get(2)?))
    })
    .optional()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Continuity;
    use kernel::testing::Given;

    fn captain() -> Standing {
        Standing {
            may_note: true,
            is_operator: true,
            name: "captain".into(),
        }
    }

    fn drill(id: u128, scenario: &str) -> RecordDrillStart {
        RecordDrillStart {
            drill_id: Uuid::from_u128(id),
            scenario: scenario.into(),
            site: SiteName::new("a").unwrap(),
        }
    }

    fn code(decided: Result<Decision, DecideError>) -> String {
        format!("{:?}", decided.unwrap_err())
    }

    #[test]
    fn two_drills_at_once_are_refused_but_a_rehearsal_may_always_be_made() {
        let given = Given::module(Continuity);
        let rows = given.rows();
        let insert = |id: u128, scenario: &str| {
            rows.execute(
                "INSERT INTO drill (id, scenario, site, started_at, started_by)
                 VALUES (?1, ?2, 'a', 1, 'mate')",
                (Uuid::from_u128(id).as_bytes().to_vec(), scenario),
            )
            .unwrap();
        };
        insert(1, REHEARSAL);
        assert!(start(rows, &captain(), drill(2, "site-loss")).is_ok());
        insert(2, "site-loss");
        let refused = code(start(rows, &captain(), drill(3, "ransomware")));
        assert!(refused.contains("drill_runs"), "{refused}");
        assert!(
            refused.contains(&Uuid::from_u128(2).to_string()),
            "{refused}"
        );
        assert!(start(rows, &captain(), drill(4, REHEARSAL)).is_ok());
        rows.execute("UPDATE drill SET ended_at = 2", []).unwrap();
        assert!(start(rows, &captain(), drill(3, "ransomware")).is_ok());
    }

    #[test]
    fn only_a_drill_under_way_can_be_asked_to_stop() {
        let given = Given::module(Continuity);
        let rows = given.rows();
        let ask = AskDrillStop {
            drill_id: Uuid::from_u128(1),
        };
        let missing = code(ask_stop(rows, &captain(), &ask));
        assert!(missing.contains("drill_not_found"), "{missing}");
        rows.execute(
            "INSERT INTO drill (id, scenario, site, started_at, started_by)
             VALUES (?1, 'site-loss', 'a', 1, 'mate')",
            [ask.drill_id.as_bytes().to_vec()],
        )
        .unwrap();
        assert!(ask_stop(rows, &captain(), &ask).is_ok());
        let nobody = Standing {
            is_operator: false,
            ..captain()
        };
        assert!(code(ask_stop(rows, &nobody, &ask)).contains("not_permitted"));
        rows.execute("UPDATE drill SET ended_at = 2", []).unwrap();
        assert!(code(ask_stop(rows, &captain(), &ask)).contains("drill_ended"));
    }
}
