//! What the sites themselves go by: for their detectors, and for rewinds that are to be carried out.

use super::maintenance_list::{Window, window_columns};
use super::rewind_list::{Rewind, rewind_columns};
use crate::access::{Action, Watcher};
use crate::limits::{CANARIES_MAX, MAINTENANCE_OPEN_MAX};
use crate::{AlarmId, ItemId, RewindId};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension};

/// What detectors go by, with the times from which it holds: a site may look at entries of earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// All canaries, and when they were planted, in that order.
    pub canaries: Vec<(ItemId, Timestamp)>,
    /// Maintenance windows that are not over, or were not then.
    pub windows: Vec<Window>,
    /// Who was cleared, and when last: their work was found honest, or they were released from
    /// quarantine. What told against them before is forgotten, or nothing would tell again.
    pub cleared: Vec<(PersonId, Timestamp)>,
}

/// What detectors go by for entries from `from` on.
///
/// # Errors
/// When the view cannot be read.
pub fn standing(rows: &Connection, from: Timestamp) -> rusqlite::Result<Standing> {
    let canaries = rows
        .prepare_cached("SELECT item, planted_at FROM canary ORDER BY planted_at, item LIMIT ?1")?
        .query_map([CANARIES_MAX], |row| {
            Ok((row.get(0)?, Timestamp(row.get(1)?)))
        })?
        .collect::<Result<_, _>>()?;
    let windows = rows
        .prepare_cached(concat!(
            "SELECT ",
            window_columns!(),
            " FROM maintenance WHERE ends_at > ?1 ORDER BY key DESC LIMIT ?2"
        ))?
        .query_map((from.0, 4 * MAINTENANCE_OPEN_MAX), Window::read)?
        .collect::<Result<_, _>>()?;
    let cleared = rows
        .prepare_cached(
            "SELECT person, max(at) FROM (
                SELECT person, closed_at AS at FROM alarm WHERE judgement = 'honest'
                UNION ALL SELECT id, released_at FROM person WHERE released_at IS NOT NULL
             ) GROUP BY person",
        )?
        .query_map([], |row| Ok((row.get(0)?, Timestamp(row.get(1)?))))?
        .collect::<Result<_, _>>()?;
    Ok(Standing {
        canaries,
        windows,
        cleared,
    })
}

/// A rewind that is to be carried out.
#[derive(Clone, Debug)]
pub struct Due {
    /// The rewind.
    pub rewind: Rewind,
    /// Who approved of it and answers for what is put back.
    pub approved_by: PersonId,
}

/// Rewinds that are approved and not completed, the oldest first.
///
/// # Errors
/// When the view cannot be read.
pub fn due(rows: &Connection) -> rusqlite::Result<Vec<Due>> {
    let approved: Vec<Rewind> = rows
        .prepare_cached(concat!(
            "SELECT ",
            rewind_columns!(),
            " FROM rewind WHERE approved_at IS NOT NULL AND completed_at IS NULL ORDER BY key"
        ))?
        .query_map([], Rewind::read)?
        .collect::<Result<_, _>>()?;
    let due = approved.into_iter().filter_map(|rewind| {
        let approved_by = rewind.approved_by?;
        Some(Due {
            rewind,
            approved_by,
        })
    });
    Ok(due.collect())
}

/// Nothing, where somebody watches over the workspace.
///
/// # Errors
/// `not_permitted`, `workspace_not_found`.
pub fn may_look(rows: &Connection, actor: &Actor) -> Result<(), DecideError> {
    Ok(Watcher::of(rows, actor)?.require(Action::Look)?)
}

/// When a rewind was proposed.
///
/// # Errors
/// When the view cannot be read.
pub fn proposed_at(rows: &Connection, rewind: RewindId) -> rusqlite::Result<Option<Timestamp>> {
    rows.prepare_cached("SELECT proposed_at FROM rewind WHERE id = ?1")?
        .query_row([rewind], |row| row.get(0).map(Timestamp))
        .optional()
}

/// When the last alarm was raised for which somebody was to be put in quarantine.
///
/// # Errors
/// When the view cannot be read.
pub fn last_high_alarm(rows: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let at: Option<i64> = rows
        .prepare_cached("SELECT max(raised_at) FROM alarm WHERE level = 'high'")?
        .query_row([], |row| row.get(0))?;
    Ok(at.map(Timestamp))
}

/// An alarm for which somebody was to be put in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HighAlarm {
    /// The alarm.
    pub alarm_id: AlarmId,
    /// When it was raised.
    pub raised_at: Timestamp,
}

/// Those raised at or after `since`, the oldest first.
///
/// # Errors
/// When the view cannot be read.
pub fn high_alarms(rows: &Connection, since: Timestamp) -> rusqlite::Result<Vec<HighAlarm>> {
    rows.prepare_cached(
        "SELECT id, raised_at FROM alarm WHERE level = 'high' AND raised_at >= ?1 ORDER BY key",
    )?
    .query_map([since.0], |row| {
        Ok(HighAlarm {
            alarm_id: row.get(0)?,
            raised_at: Timestamp(row.get(1)?),
        })
    })?
    .collect()
}
