//! What a site needs of the programme to compare it with what it sees.

use super::drill_calendar::{CalendarLine, lines};
use super::reader;
use crate::events::Missed;
use crate::{AssetId, BreachId, FindingId};
use kernel::id::Uuid;
use kernel::{Actor, DecideError, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, HashMap};

/// The programme of a workspace, as it is.
#[derive(Clone, Debug, Default)]
pub struct Programme {
    /// Assets that are not retired, by key.
    pub assets: Vec<MeasuredAsset>,
    /// The drill calendar.
    pub calendar: Vec<CalendarLine>,
    /// Findings that are open.
    pub findings: Vec<OpenFinding>,
    /// Breaches that are open.
    pub breaches: Vec<OpenBreach>,
    /// How often each objective of each asset was missed so far.
    pub missed_before: BTreeMap<(AssetId, Missed), u64>,
    /// Command roles that are planned, with the deputies each needs.
    pub roles: Vec<(String, u32)>,
    /// What people said of tasks.
    pub ticked: BTreeMap<String, bool>,
    /// When the roll-out began.
    pub rollout_begins_at: Option<Timestamp>,
}

/// An asset with what was promised and what the last drill measured.
#[derive(Clone, Debug)]
pub struct MeasuredAsset {
    /// Its id.
    pub id: AssetId,
    /// Its key.
    pub key: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its owner's name, and whether they are here.
    pub owner: Option<(String, bool)>,
    /// Its priority class.
    pub class: Option<u8>,
    /// The longest outage that can be borne.
    pub tolerable_ms: Option<i64>,
    /// What was promised: recovery time and recovery point.
    pub promised: Option<(i64, i64)>,
    /// When it is stale.
    pub review_due_at: Timestamp,
    /// What of a drill shows how fast it is back.
    pub measured_by: Option<String>,
    /// The last drill that measured it.
    pub proof: Option<LastDrill>,
}

/// What the last drill that measured something showed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastDrill {
    /// The drill.
    pub drill_id: Uuid,
    /// Its scenario.
    pub scenario: String,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How long it took until it was back; none: it was not.
    pub rto_ms: Option<i64>,
    /// How many acknowledged writes were lost; none: not counted.
    pub lost: Option<i64>,
}

/// A finding that is open.
#[derive(Clone, Debug)]
pub struct OpenFinding {
    /// Its id.
    pub id: FindingId,
    /// Its scenario.
    pub scenario: String,
    /// What is amiss.
    pub words: String,
    /// Until when it is to be mended.
    pub due_at: Timestamp,
    /// Whether somebody who is here mends it.
    pub has_owner: bool,
}

/// A breach that is open.
#[derive(Clone, Copy, Debug)]
pub struct OpenBreach {
    /// Its id.
    pub id: BreachId,
    /// The asset.
    pub asset: AssetId,
    /// Which objective.
    pub missed: Missed,
}

/// Nothing, where somebody may see the programme.
///
/// # Errors
/// `not_permitted`, `workspace_not_found`.
pub fn may_read(rows: &Connection, actor: &Actor) -> Result<(), DecideError> {
    reader(rows, actor).map(drop)
}

/// The programme as it is.
///
/// # Errors
/// When the view cannot be read.
pub fn programme(rows: &Connection) -> rusqlite::Result<Programme> {
    Ok(Programme {
        assets: assets(rows)?,
        calendar: lines(rows)?,
        findings: findings(rows)?,
        breaches: breaches(rows)?,
        missed_before: missed_before(rows)?,
        roles: rows
            .prepare_cached("SELECT name, deputies FROM planned_role ORDER BY role")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?,
        ticked: rows
            .prepare_cached("SELECT task, is_done FROM task")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?,
        rollout_begins_at: rows
            .prepare_cached("SELECT begins_at FROM rollout")?
            .query_row([], |row| row.get(0).map(Timestamp))
            .optional()?,
    })
}

fn assets(rows: &Connection) -> rusqlite::Result<Vec<MeasuredAsset>> {
    let mut assets: Vec<MeasuredAsset> = rows
        .prepare_cached(
            "SELECT a.id, a.key, a.kind, a.name, a.owner IS NOT NULL, coalesce(p.name, ''),
                    coalesce(p.is_active, 0), a.class, a.tolerable_ms, a.rto_target_ms,
                    a.rpo_target_ms, a.review_due_at, a.measured_by
             FROM asset a LEFT JOIN person p ON p.id = a.owner
             WHERE a.retired_at IS NULL ORDER BY a.key",
        )?
        .query_map([], |row| {
            let has_owner: bool = row.get(4)?;
            let (rto, rpo): (Option<i64>, Option<i64>) = (row.get(9)?, row.get(10)?);
            let owner = (row.get(5)?, row.get(6)?);
            Ok(MeasuredAsset {
                id: row.get(0)?,
                key: row.get(1)?,
                kind: row.get(2)?,
                name: row.get(3)?,
                owner: has_owner.then_some(owner),
                class: row.get(7)?,
                tolerable_ms: row.get(8)?,
                promised: rto.zip(rpo),
                review_due_at: Timestamp(row.get(11)?),
                measured_by: row.get(12)?,
                proof: None,
            })
        })?
        .collect::<Result<_, _>>()?;
    // Thousands of assets are measured by a handful of things.
    let mut known: HashMap<String, Option<LastDrill>> = HashMap::new();
    for asset in &mut assets {
        let Some(measure) = &asset.measured_by else {
            continue;
        };
        if !known.contains_key(measure) {
            known.insert(measure.clone(), last_drill(rows, measure)?);
        }
        asset.proof = known.get(measure).cloned().flatten();
    }
    Ok(assets)
}

/// The last drill that measured what `measure` names.
fn last_drill(rows: &Connection, measure: &str) -> rusqlite::Result<Option<LastDrill>> {
    match measure.split_once(':') {
        Some(("module", what)) => {
            let (module, name) = match what.split_once('/') {
                Some((module, name)) => (module, Some(name)),
                None => (what, None),
            };
            by_function(rows, module, name)
        }
        Some((_, scenario)) => by_scenario(rows, scenario),
        None => Ok(None),
    }
}

fn by_function(
    rows: &Connection,
    module: &str,
    name: Option<&str>,
) -> rusqlite::Result<Option<LastDrill>> {
    // The slowest function of the module counts; one that did not come back is slower than any.
    rows.prepare_cached(
        "SELECT d.id, d.scenario, d.ended_at, max(f.rto_ms), count(*) > count(f.rto_ms), d.lost
         FROM drill d JOIN drill_function f ON f.drill = d.id
         WHERE d.ended_at IS NOT NULL AND f.module = ?1 AND (?2 IS NULL OR f.name = ?2)
         GROUP BY d.number ORDER BY d.ended_at DESC, d.number DESC LIMIT 1",
    )?
    .query_row((module, name), |row| {
        let is_lacking: bool = row.get(4)?;
        let slowest: Option<i64> = row.get(3)?;
        read(row, slowest.filter(|_| !is_lacking))
    })
    .optional()
}

fn by_scenario(rows: &Connection, scenario: &str) -> rusqlite::Result<Option<LastDrill>> {
    // One that passed without a time measured nothing; one that failed without is not back.
    rows.prepare_cached(
        "SELECT id, scenario, ended_at, rto_ms, 0, lost FROM drill
         WHERE ended_at IS NOT NULL AND scenario = ?1 AND (rto_ms IS NOT NULL OR NOT passed)
         ORDER BY ended_at DESC, number DESC LIMIT 1",
    )?
    .query_row([scenario], |row| {
        let rto: Option<i64> = row.get(3)?;
        read(row, rto)
    })
    .optional()
}

fn read(row: &rusqlite::Row<'_>, rto_ms: Option<i64>) -> rusqlite::Result<LastDrill> {
    let id: Vec<u8> = row.get(0)?;
    Ok(LastDrill {
        drill_id: Uuid::from_slice(&id).unwrap_or_default(),
        scenario: row.get(1)?,
        ended_at: Timestamp(row.get(2)?),
        rto_ms,
        lost: row.get(5)?,
    })
}

fn findings(rows: &Connection) -> rusqlite::Result<Vec<OpenFinding>> {
    rows.prepare_cached(
        "SELECT f.id, f.scenario, f.words, f.due_at, coalesce(p.is_active, 0)
         FROM finding f LEFT JOIN person p ON p.id = f.owner
         WHERE f.closed_at IS NULL ORDER BY f.due_at, f.number",
    )?
    .query_map([], |row| {
        Ok(OpenFinding {
            id: row.get(0)?,
            scenario: row.get(1)?,
            words: row.get(2)?,
            due_at: Timestamp(row.get(3)?),
            has_owner: row.get(4)?,
        })
    })?
    .collect()
}

fn missed(text: &str) -> Missed {
    match text {
        "rto" => Missed::Rto,
        _ => Missed::Rpo,
    }
}

fn breaches(rows: &Connection) -> rusqlite::Result<Vec<OpenBreach>> {
    rows.prepare_cached(
        "SELECT b.id, a.id, b.missed FROM breach b JOIN asset a ON a.number = b.asset
         WHERE b.cleared_at IS NULL ORDER BY b.number",
    )?
    .query_map([], |row| {
        let which: String = row.get(2)?;
        Ok(OpenBreach {
            id: row.get(0)?,
            asset: row.get(1)?,
            missed: missed(&which),
        })
    })?
    .collect()
}

fn missed_before(rows: &Connection) -> rusqlite::Result<BTreeMap<(AssetId, Missed), u64>> {
    rows.prepare_cached(
        "SELECT a.id, b.missed, count(*) FROM breach b JOIN asset a ON a.number = b.asset
         GROUP BY b.asset, b.missed",
    )?
    .query_map([], |row| {
        let which: String = row.get(1)?;
        Ok(((row.get(0)?, missed(&which)), row.get(2)?))
    })?
    .collect()
}
