//! What the record says of a span of time: for quarterly and annual reports.
//!
//! Only what is on record: nothing is estimated, and what was not measured is absent. Times are
//! milliseconds, moments milliseconds since the Unix epoch.

use crate::REHEARSAL;
use kernel::Timestamp;
use kernel::id::Uuid;
use rusqlite::{Connection, Row};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The record of a span.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Period {
    /// Every drill that began in it, oldest first.
    pub drills: Vec<DrillLine>,
    /// By scenario.
    pub scenarios: Vec<ScenarioLine>,
    /// Scenarios that could have been drilled and were not.
    pub never_drilled: Vec<String>,
    /// What was lost and came back, oldest first.
    pub incidents: Vec<IncidentLine>,
    /// How the way back from the vault was rehearsed.
    pub rehearsals: RehearsalLine,
    /// What drills found, with the drill.
    pub findings: Vec<Value>,
    /// Notes on the timeline by their kind.
    pub notes: BTreeMap<String, u64>,
}

/// A drill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DrillLine {
    /// Its id.
    pub drill_id: Uuid,
    /// The scenario.
    pub scenario: String,
    /// The site it broke.
    pub site: String,
    /// Who ran it.
    pub started_by: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When its end was recorded.
    pub ended_at: Option<Timestamp>,
    /// `passed`, `failed`, `aborted`, or `unfinished` where no end is on record.
    pub outcome: &'static str,
    /// From the fault until it was noticed.
    pub detected_ms: Option<i64>,
    /// From the fault until people could work again.
    pub rto_ms: Option<i64>,
    /// Acknowledged work that was lost.
    pub lost: Option<i64>,
    /// What was missing, or why it was aborted.
    pub shortfalls: Vec<String>,
}

/// A scenario in the span.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ScenarioLine {
    /// Its name.
    pub scenario: String,
    /// Drills that began.
    pub run: u64,
    /// That passed.
    pub passed: u64,
    /// That failed.
    pub failed: u64,
    /// That were refused or aborted.
    pub aborted: u64,
    /// Without an end on record.
    pub unfinished: u64,
    /// RTO as measured.
    pub rto_ms: Trend,
    /// Time until the fault was noticed, as measured.
    pub detected_ms: Trend,
}

/// What was measured again and again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Trend {
    /// Each in its turn.
    pub values: Vec<i64>,
    /// The middle one.
    pub median: Option<i64>,
    /// The worst.
    pub worst: Option<i64>,
}

/// An incident: it begins with a lost site and is over when every site it lost is back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IncidentLine {
    /// Its id.
    pub incident: Uuid,
    /// When the first loss was seen.
    pub opened_at: Timestamp,
    /// When the last lost site was back.
    pub closed_at: Option<Timestamp>,
    /// How long that was.
    pub duration_ms: Option<i64>,
    /// The sites that were lost.
    pub sites: BTreeSet<String>,
    /// Notes on the timeline that belong to it.
    pub notes: u64,
    /// The drill that ran when it began, if one did: then it was made on purpose.
    pub drill_id: Option<Uuid>,
}

/// Rehearsals of the worst day.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RehearsalLine {
    /// That began in the span.
    pub run: u64,
    /// That passed.
    pub passed: u64,
    /// When the last one ended that passed.
    pub last_passed_at: Option<Timestamp>,
    /// The longest time from one that passed to the next, or to the end of the span.
    pub longest_gap_ms: Option<i64>,
}

/// What the record says of `from` (inclusive) to `to` (exclusive). `known` are the scenarios there are.
///
/// # Errors
/// When the rows cannot be read.
pub fn period(
    rows: &Connection,
    from: Timestamp,
    to: Timestamp,
    known: &[&str],
) -> Result<Period, rusqlite::Error> {
    let read = drills(rows, from, to)?;
    let drills: Vec<DrillLine> = read.iter().map(|(line, _)| line.clone()).collect();
    let ran: BTreeSet<&str> = drills.iter().map(|drill| drill.scenario.as_str()).collect();
    let never = known.iter().filter(|name| !ran.contains(**name));
    Ok(Period {
        scenarios: scenarios(&drills),
        never_drilled: never.map(|name| (*name).to_owned()).collect(),
        incidents: incidents(rows, from, to, &drills)?,
        rehearsals: rehearsals(&drills, from, to),
        findings: findings(&read),
        notes: notes(rows, from, to)?,
        drills,
    })
}

fn drills(
    rows: &Connection,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(DrillLine, Value)>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT id, scenario, site, started_by, started_at, ended_at, passed, report FROM drill
         WHERE started_at >= ?1 AND started_at < ?2 ORDER BY started_at, number",
    )?
    .query_map([from.millis(), to.millis()], drill)?
    .collect()
}

fn drill(row: &Row<'_>) -> Result<(DrillLine, Value), rusqlite::Error> {
    let passed: Option<bool> = row.get(6)?;
    let report: Option<String> = row.get(7)?;
    // Stored by `apply` from a JSON value; what is in it is the reporter's.
    let report = report.and_then(|text| serde_json::from_str(&text).ok());
    let report: Value = report.unwrap_or(Value::Null);
    let outcome = match passed {
        None => "unfinished",
        Some(true) => "passed",
        Some(false) if report["aborted"].is_string() => "aborted",
        Some(false) => "failed",
    };
    let texts = report["shortfalls"].as_array().into_iter().flatten();
    let shortfalls = texts.chain([&report["aborted"]]).filter_map(Value::as_str);
    let line = DrillLine {
        drill_id: Uuid::from_bytes(row.get(0)?),
        scenario: row.get(1)?,
        site: row.get(2)?,
        started_by: row.get(3)?,
        started_at: Timestamp(row.get(4)?),
        ended_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
        outcome,
        detected_ms: report["detected_ms"].as_i64(),
        rto_ms: report["rto_ms"].as_i64(),
        lost: report["lost"].as_i64(),
        shortfalls: shortfalls.map(str::to_owned).collect(),
    };
    Ok((line, report))
}

fn scenarios(drills: &[DrillLine]) -> Vec<ScenarioLine> {
    let mut all: BTreeMap<&str, ScenarioLine> = BTreeMap::new();
    for drill in drills {
        let line = all.entry(&drill.scenario).or_default();
        line.scenario.clone_from(&drill.scenario);
        line.run += 1;
        match drill.outcome {
            "passed" => line.passed += 1,
            "failed" => line.failed += 1,
            "aborted" => line.aborted += 1,
            _ => line.unfinished += 1,
        }
        line.rto_ms.values.extend(drill.rto_ms);
        line.detected_ms.values.extend(drill.detected_ms);
    }
    for line in all.values_mut() {
        line.rto_ms.settle();
        line.detected_ms.settle();
    }
    all.into_values().collect()
}

impl Trend {
    fn settle(&mut self) {
        let mut sorted = self.values.clone();
        sorted.sort_unstable();
        self.median = sorted.get(sorted.len().saturating_sub(1) / 2).copied();
        self.worst = sorted.last().copied();
    }
}

fn findings(drills: &[(DrillLine, Value)]) -> Vec<Value> {
    let mut all = Vec::new();
    for (line, report) in drills {
        for finding in report["findings"].as_array().into_iter().flatten() {
            let mut finding = finding.clone();
            if let Some(fields) = finding.as_object_mut() {
                fields.insert("drill_id".into(), line.drill_id.to_string().into());
                fields.insert("scenario".into(), line.scenario.clone().into());
                all.push(finding);
            }
        }
    }
    all
}

fn rehearsals(drills: &[DrillLine], from: Timestamp, to: Timestamp) -> RehearsalLine {
    let all = drills.iter().filter(|drill| drill.scenario == REHEARSAL);
    let run = all.clone().count() as u64;
    let passed = all.filter(|drill| drill.outcome == "passed");
    let ends: Vec<Timestamp> = passed.filter_map(|drill| drill.ended_at).collect();
    let mut longest = None;
    let mut last = from;
    for end in ends.iter().copied().chain([to]) {
        longest = longest.max(Some(end.since(last)));
        last = end;
    }
    RehearsalLine {
        run,
        passed: ends.len() as u64,
        last_passed_at: ends.last().copied(),
        longest_gap_ms: longest,
    }
}

fn notes(
    rows: &Connection,
    from: Timestamp,
    to: Timestamp,
) -> Result<BTreeMap<String, u64>, rusqlite::Error> {
    rows.prepare_cached("SELECT kind, count(*) FROM note WHERE at >= ?1 AND at < ?2 GROUP BY kind")?
        .query_map([from.millis(), to.millis()], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?
        .collect()
}

/// Incidents that began in the span; what belongs to them may lie after it.
fn incidents(
    rows: &Connection,
    from: Timestamp,
    to: Timestamp,
    drills: &[DrillLine],
) -> Result<Vec<IncidentLine>, rusqlite::Error> {
    let mut all: BTreeMap<(i64, [u8; 16]), IncidentLine> = BTreeMap::new();
    let mut lost: BTreeMap<[u8; 16], BTreeSet<String>> = BTreeMap::new();
    let mut statement = rows.prepare_cached(
        "SELECT note.incident, note.kind, note.site, note.at, opened.at FROM note
         JOIN (SELECT incident, min(at) AS at FROM note WHERE incident IS NOT NULL GROUP BY incident)
              AS opened ON opened.incident = note.incident
         WHERE opened.at >= ?1 AND opened.at < ?2 ORDER BY note.at, note.number",
    )?;
    let mut found = statement.query([from.millis(), to.millis()])?;
    while let Some(row) = found.next()? {
        let id: [u8; 16] = row.get(0)?;
        let (kind, site): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        let (at, opened) = (Timestamp(row.get(3)?), Timestamp(row.get(4)?));
        let line = all
            .entry((opened.millis(), id))
            .or_insert_with(|| IncidentLine {
                incident: Uuid::from_bytes(id),
                opened_at: opened,
                closed_at: None,
                duration_ms: None,
                sites: BTreeSet::new(),
                notes: 0,
                drill_id: during(drills, opened),
            });
        line.notes += 1;
        let lost = lost.entry(id).or_default();
        match (kind.as_str(), site) {
            ("site-lost", Some(site)) => {
                line.sites.insert(site.clone());
                lost.insert(site);
                line.closed_at = None;
            }
            ("site-back", Some(site)) => {
                if lost.remove(&site) && lost.is_empty() {
                    line.closed_at = Some(at);
                }
            }
            _ => {}
        }
        line.duration_ms = line.closed_at.map(|closed| closed.since(opened));
    }
    Ok(all.into_values().collect())
}

fn during(drills: &[DrillLine], at: Timestamp) -> Option<Uuid> {
    let ran = drills
        .iter()
        .find(|drill| drill.started_at <= at && drill.ended_at.is_some_and(|ended| at <= ended));
    ran.map(|drill| drill.drill_id)
}

#[cfg(test)]
mod tests;
