//! What a site has to record of the last minutes. Both sites record; only what adds to the record is
//! kept.

use super::{WINDOW_MINUTES, WINDOW_MS};
use crate::events::{AvailabilityMeasured, MeasuredLine, event};
use kernel::{Actor, ApplyError, DecideError, Decision, Event, Refusal, SiteName, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const LINES_MAX: usize = 200;
const NAME_BYTES_MAX: usize = 40;
/// Tries in a minute are a few hundred at most.
const TRIES_MAX: u32 = 1_000_000;

/// Record how often each step worked in the minutes of a window. Sites do, by themselves.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordAvailability {
    /// When the window of five minutes began; a multiple of five minutes since the Unix epoch.
    pub started_at: Timestamp,
    /// The site that records.
    #[schema(value_type = String)]
    pub recorded_by: SiteName,
    /// One line for each step at each site.
    pub lines: Vec<AvailabilityLine>,
}

/// A step at a site in five minutes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityLine {
    /// The site.
    #[schema(value_type = String)]
    pub site: SiteName,
    /// The module that had to answer.
    pub module: String,
    /// The step.
    pub step: String,
    /// How often it was tried, minute by minute; zero: not measured.
    pub tried: [u32; WINDOW_MINUTES],
    /// How often it failed.
    pub failed: [u32; WINDOW_MINUTES],
    /// The longest it took, in milliseconds.
    pub worst_ms: [i64; WINDOW_MINUTES],
}

/// Decides it.
pub fn decide(
    rows: &Connection,
    actor: &Actor,
    body: RecordAvailability,
) -> Result<Decision, DecideError> {
    if !matches!(actor, Actor::Site(_)) {
        let detail = "only sites record what the vantage points measured";
        return Err(Refusal::forbidden("not_permitted", detail).into());
    }
    if body.started_at.millis() < 0 || body.started_at.millis() % WINDOW_MS != 0 {
        let detail = "a multiple of five minutes since the Unix epoch";
        return Err(Refusal::invalid("command.started_at", "out_of_bounds", detail).into());
    }
    if body.lines.len() > LINES_MAX {
        let detail = format!("at most {LINES_MAX} lines");
        return Err(Refusal::invalid("command.lines", "too_long", detail).into());
    }
    let mut lines = Vec::new();
    for (at, line) in body.lines.iter().enumerate() {
        must_be_whole(at, line)?;
        lines.extend(what_it_adds(rows, body.started_at, line)?);
    }
    if lines.is_empty() {
        return Ok(Decision::unchanged());
    }
    let fact = AvailabilityMeasured {
        started_at: body.started_at,
        recorded_by: body.recorded_by,
        lines,
    };
    Ok(Decision::accepted(vec![event(
        AvailabilityMeasured::KIND,
        &fact,
    )]))
}

fn must_be_whole(at: usize, line: &AvailabilityLine) -> Result<(), Refusal> {
    for (name, text) in [("module", &line.module), ("step", &line.step)] {
        if text.is_empty() || text.len() > NAME_BYTES_MAX {
            let field = format!("command.lines[{at}].{name}");
            let detail = format!("1 to {NAME_BYTES_MAX} bytes");
            return Err(Refusal::invalid(&field, "too_long", detail));
        }
    }
    let is_counted = |minute: usize| {
        line.failed[minute] <= line.tried[minute]
            && line.tried[minute] <= TRIES_MAX
            && line.worst_ms[minute] >= 0
    };
    if !(0..WINDOW_MINUTES).all(is_counted) {
        let field = format!("command.lines[{at}].failed");
        let detail = "more failed than was tried, or a count that cannot be";
        return Err(Refusal::invalid(&field, "out_of_bounds", detail));
    }
    Ok(())
}

/// The minutes of a line of which the record knows nothing, or clearly less.
fn what_it_adds(
    rows: &Connection,
    started_at: Timestamp,
    line: &AvailabilityLine,
) -> Result<Option<MeasuredLine>, rusqlite::Error> {
    let known = known(rows, started_at, line.site.as_str(), &line.step)?;
    let mut adds = MeasuredLine {
        site: line.site.clone(),
        module: line.module.clone(),
        step: line.step.clone(),
        tried: line.tried,
        failed: line.failed,
        worst_ms: line.worst_ms,
    };
    for minute in 0..WINDOW_MINUTES {
        let before = known.map_or(0, |known| known[minute]);
        // Two sites that saw the same differ by what was under way at the minute's ends.
        if line.tried[minute] <= before + (before / 10).max(2) && before > 0 {
            (adds.tried[minute], adds.failed[minute]) = (0, 0);
            adds.worst_ms[minute] = 0;
        }
    }
    Ok((adds.tried.iter().sum::<u32>() > 0).then_some(adds))
}

fn known(
    rows: &Connection,
    started_at: Timestamp,
    site: &str,
    step: &str,
) -> Result<Option<[u32; WINDOW_MINUTES]>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT tried FROM availability WHERE started_at = ?1 AND site = ?2 AND step = ?3",
    )?
    .query_row(params![started_at.millis(), site, step], |row| {
        row.get::<_, String>(0)
    })
    .optional()
    .map(|found| found.map(|text| numbers(&text)))
}

/// Reads what [`apply`] stored.
pub(super) fn numbers<T: Default + Copy + for<'a> Deserialize<'a>>(
    text: &str,
) -> [T; WINDOW_MINUTES] {
    let read: Vec<T> = serde_json::from_str(text).unwrap_or_default();
    std::array::from_fn(|at| read.get(at).copied().unwrap_or_default())
}

/// Writes the minutes that a fact holds over those that the rows hold.
pub fn apply(rows: &Connection, event: &Event) -> Result<(), ApplyError> {
    let fact: AvailabilityMeasured = event.decode()?;
    for line in fact.lines {
        let at = fact.started_at.millis();
        let before = rows
            .prepare_cached(
                "SELECT tried, failed, worst_ms FROM availability
                 WHERE started_at = ?1 AND site = ?2 AND step = ?3",
            )?
            .query_row(params![at, line.site.as_str(), line.step], |row| {
                Ok((
                    numbers::<u32>(&row.get::<_, String>(0)?),
                    numbers::<u32>(&row.get::<_, String>(1)?),
                    numbers::<i64>(&row.get::<_, String>(2)?),
                ))
            })
            .optional()?;
        let (mut tried, mut failed, mut worst_ms) = before.unwrap_or_default();
        for minute in 0..WINDOW_MINUTES {
            if line.tried[minute] > 0 {
                tried[minute] = line.tried[minute];
                failed[minute] = line.failed[minute];
                worst_ms[minute] = line.worst_ms[minute];
            }
        }
        let measured = tried.iter().filter(|tried| **tried > 0).count();
        rows.prepare_cached(
            "INSERT OR REPLACE INTO availability
                 (started_at, site, step, module, tried, failed, worst_ms, measured, failures)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            at,
            line.site.as_str(),
            line.step,
            line.module,
            text(&tried),
            text(&failed),
            text(&worst_ms),
            i64::try_from(measured).unwrap_or(0),
            failed.iter().map(|failed| i64::from(*failed)).sum::<i64>(),
        ])?;
    }
    Ok(())
}

fn text<T: Serialize>(numbers: &[T; WINDOW_MINUTES]) -> String
where
    [T; WINDOW_MINUTES]: Serialize,
{
    serde_json::to_string(numbers).unwrap_or_default()
}
