//! The answer to *how available was it*.

use super::WINDOW_MS;
use super::exclusions::{self, ExclusionRow};
use super::figures::{Day, Figure, Period, Row, Sums};
use super::record::numbers;
use kernel::{Actor, DecideError, Refusal, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

const DAY_MS: i64 = 24 * 3_600_000;
const LENGTH_MS: i64 = 30 * DAY_MS;
const LENGTH_MAX_MS: i64 = 400 * DAY_MS;
/// What is promised: less than 53 minutes a year.
const TARGET_PCT: f64 = 99.99;

/// Which period.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AvailabilityParameters {
    /// From when; 30 days before `until` where absent.
    pub from: Option<Timestamp>,
    /// Until when; what was measured last where absent. 400 days after `from` at most.
    pub until: Option<Timestamp>,
}

/// How available the installation was.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AvailabilityReport {
    /// Where the period begins: not before anything was measured.
    pub from: Timestamp,
    /// Where it ends: not after what was measured last.
    pub until: Timestamp,
    /// Per cent that are promised.
    pub target_pct: f64,
    /// The installation: its worst module, minute by minute.
    pub overall: Figure,
    /// Each module.
    pub modules: Vec<ModuleFigure>,
    /// Days on which the installation was down or not measured for a time.
    pub days: Vec<Day>,
    /// Times that were agreed not to count. They leave `agreed_pct`, and nothing else.
    pub exclusions: Vec<ExclusionRow>,
}

/// A module's availability.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ModuleFigure {
    /// The module.
    pub module: String,
    /// Its worst step, minute by minute.
    #[serde(flatten)]
    pub figure: Figure,
    /// Its steps.
    pub steps: Vec<StepFigure>,
}

/// A step's availability at the better site.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StepFigure {
    /// The step.
    pub step: String,
    /// At the better site, minute by minute.
    #[serde(flatten)]
    pub figure: Figure,
    /// At each site.
    pub sites: Vec<SiteFigure>,
}

/// A step's availability at one site.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SiteFigure {
    /// The site.
    pub site: String,
    /// There.
    #[serde(flatten)]
    pub figure: Figure,
}

/// Answers. Every signed-in account may ask.
pub fn availability(
    rows: &Connection,
    actor: &Actor,
    parameters: AvailabilityParameters,
) -> Result<AvailabilityReport, DecideError> {
    if matches!(actor, Actor::Person(_)) {
        let detail = "ask as an account, without a workspace";
        return Err(Refusal::forbidden("not_permitted", detail).into());
    }
    let period = period(rows, &parameters)?;
    // Announced ones too, of which nothing is measured yet.
    let until = parameters.until.map_or(i64::MAX, Timestamp::millis);
    let exclusions = exclusions::within(rows, period.from, until)?;
    let agreed = exclusions
        .iter()
        .map(|row| (row.from.millis(), row.until.millis()))
        .collect();
    let period = Period { agreed, ..period };
    let sums = Sums::of(&flawed(rows, &period)?, &period);
    let overall = sums
        .all
        .figure(&period, windows(rows, &period)?, TARGET_PCT);
    Ok(AvailabilityReport {
        from: Timestamp(period.from),
        until: Timestamp(period.until),
        target_pct: TARGET_PCT,
        overall,
        modules: modules(rows, &period, &sums)?,
        days: sums.days(&period, &windows_by_day(rows, &period)?),
        exclusions,
    })
}

/// The period that is asked for, as far as anything was measured; on the grid of windows.
fn period(rows: &Connection, parameters: &AvailabilityParameters) -> Result<Period, DecideError> {
    let (first, last): (Option<i64>, Option<i64>) = rows
        .prepare_cached("SELECT MIN(started_at), MAX(started_at) FROM availability")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let measured_until = last.map(|last| last + WINDOW_MS);
    let wished_until = parameters.until.map(Timestamp::millis).or(measured_until);
    let until = wished_until.or(parameters.from.map(Timestamp::millis));
    let until = until.unwrap_or_default();
    let from = match parameters.from {
        Some(from) => from.millis(),
        None => until.saturating_sub(LENGTH_MS),
    };
    let length = until.saturating_sub(from);
    if !(0..=LENGTH_MAX_MS).contains(&length) {
        let detail = "not before `from`, and by 400 days at most";
        return Err(Refusal::invalid("until", "out_of_bounds", detail).into());
    }
    let grid = |at: i64| at.div_euclid(WINDOW_MS) * WINDOW_MS;
    let (first, last) = (first.unwrap_or(until), measured_until.unwrap_or(until));
    let from = grid(from.max(first));
    Ok(Period {
        from,
        until: grid(until.min(last)).max(from),
        agreed: Vec::new(),
    })
}

/// All rows of the windows in which any row has a failure or a minute that was not measured.
fn flawed(rows: &Connection, period: &Period) -> Result<Vec<Row>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT started_at, site, module, step, tried, failed FROM availability
         WHERE started_at IN (SELECT started_at FROM availability
             WHERE (measured < 5 OR failures > 0) AND started_at >= ?1 AND started_at < ?2)",
    )?
    .query_map([period.from, period.until], |row| {
        Ok(Row {
            started_at: row.get(0)?,
            site: row.get(1)?,
            module: row.get(2)?,
            step: row.get(3)?,
            tried: numbers(&row.get::<_, String>(4)?),
            failed: numbers(&row.get::<_, String>(5)?),
        })
    })?
    .collect()
}

fn windows(rows: &Connection, period: &Period) -> Result<i64, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT COUNT(DISTINCT started_at) FROM availability
         WHERE started_at >= ?1 AND started_at < ?2",
    )?
    .query_row([period.from, period.until], |row| row.get(0))
}

/// How many windows of each day hold something, by the day's beginning.
fn windows_by_day(
    rows: &Connection,
    period: &Period,
) -> Result<BTreeMap<i64, i64>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT started_at - started_at % 86400000, COUNT(DISTINCT started_at) FROM availability
         WHERE started_at >= ?1 AND started_at < ?2 GROUP BY 1",
    )?
    .query_map([period.from, period.until], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?
    .collect()
}

/// How many windows of the period hold something of the key that `columns` make.
fn windows_by<K: Ord>(
    rows: &Connection,
    period: &Period,
    columns: &str,
    key: impl Fn(&rusqlite::Row<'_>) -> Result<K, rusqlite::Error>,
) -> Result<BTreeMap<K, i64>, rusqlite::Error> {
    let text = format!(
        "SELECT COUNT(DISTINCT started_at), {columns} FROM availability
         WHERE started_at >= ?1 AND started_at < ?2 GROUP BY {columns}"
    );
    rows.prepare_cached(&text)?
        .query_map([period.from, period.until], |row| {
            Ok((key(row)?, row.get(0)?))
        })?
        .collect()
}

fn modules(
    rows: &Connection,
    period: &Period,
    sums: &Sums,
) -> Result<Vec<ModuleFigure>, rusqlite::Error> {
    let by_module = windows_by(rows, period, "module", |row| row.get::<_, String>(1))?;
    let by_step = windows_by(rows, period, "module, step", |row| {
        Ok((row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let by_site = windows_by(rows, period, "module, step, site", |row| {
        let step: (String, String) = (row.get(1)?, row.get(2)?);
        Ok((step.0, step.1, row.get::<_, String>(3)?))
    })?;
    let site_figures = |module: &str, step: &str| {
        let of_step = by_site
            .iter()
            .filter(|((m, s, _), _)| m == module && s == step);
        let figures = of_step.map(|(key, windows)| SiteFigure {
            site: key.2.clone(),
            figure: figure(sums.sites.get(key), period, *windows),
        });
        figures.collect()
    };
    let step_figures = |module: &str| {
        let of_module = by_step.iter().filter(|((m, _), _)| m == module);
        let figures = of_module.map(|(key, windows)| StepFigure {
            step: key.1.clone(),
            figure: figure(sums.steps.get(key), period, *windows),
            sites: site_figures(module, &key.1),
        });
        figures.collect()
    };
    let figures = by_module.iter().map(|(module, windows)| ModuleFigure {
        module: module.clone(),
        figure: figure(sums.modules.get(module), period, *windows),
        steps: step_figures(module),
    });
    Ok(figures.collect())
}

fn figure(sum: Option<&super::figures::Sum>, period: &Period, windows: i64) -> Figure {
    let sum = sum.cloned().unwrap_or_default();
    sum.figure(period, windows, TARGET_PCT)
}
