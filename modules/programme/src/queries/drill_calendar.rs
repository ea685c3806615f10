//! The drill calendar.

use super::reader;
use crate::DrillPlanId;
use crate::limits::DAY_MS;
use kernel::id::Uuid;
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Nothing is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// The calendar.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillCalendar {
    /// The lines, the soonest due first; those that were cancelled last.
    pub items: Vec<CalendarLine>,
}

/// A line of the calendar.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CalendarLine {
    /// Its id.
    pub plan_id: DrillPlanId,
    /// The scenario.
    pub scenario: String,
    /// How many days apart.
    pub every_days: u32,
    /// Who sees to it.
    pub assignee: Option<PersonId>,
    /// Whether they take part in the workspace now.
    pub is_assignee_here: bool,
    /// When it is due next: so many days after the last one that passed, or when the first is due.
    /// Before the present, it is overdue. None: it was cancelled.
    pub due_at: Option<Timestamp>,
    /// When the last one ended, however it went.
    pub last_ended_at: Option<Timestamp>,
    /// Whether that passed.
    pub last_passed: Option<bool>,
    /// When the last one that passed ended.
    pub last_passed_at: Option<Timestamp>,
    /// The last one that passed.
    #[schema(value_type = Option<String>)]
    pub last_passed_drill: Option<Uuid>,
    /// Findings of the scenario that are open.
    pub open_findings: u64,
    /// Why it was cancelled.
    pub cancelled_reason: Option<String>,
}

/// Answers it. A workspace plans at most 200 scenarios, so this is no list with pages.
///
/// # Errors
/// Those who may not see the programme.
pub fn drill_calendar(
    rows: &Connection,
    actor: &Actor,
    _: NoParams,
) -> Result<DrillCalendar, DecideError> {
    reader(rows, actor)?;
    let items = lines(rows)?;
    Ok(DrillCalendar { items })
}

/// All lines.
///
/// # Errors
/// When the view cannot be read.
pub fn lines(rows: &Connection) -> rusqlite::Result<Vec<CalendarLine>> {
    let mut found: Vec<CalendarLine> = rows
        .prepare_cached(
            "SELECT p.id, p.scenario, p.every_days, p.first_due_at, p.assignee,
               coalesce((SELECT is_active FROM person WHERE id = p.assignee), 0),
               p.cancelled_reason,
               (SELECT max(ended_at) FROM drill WHERE scenario = p.scenario),
               (SELECT passed FROM drill WHERE scenario = p.scenario AND ended_at IS NOT NULL
                ORDER BY ended_at DESC, number DESC LIMIT 1),
               (SELECT max(ended_at) FROM drill WHERE scenario = p.scenario AND passed),
               (SELECT id FROM drill WHERE scenario = p.scenario AND passed
                ORDER BY ended_at DESC, number DESC LIMIT 1),
               (SELECT count(*) FROM finding
                WHERE scenario = p.scenario AND closed_at IS NULL),
               p.cancelled_at IS NOT NULL
             FROM drill_plan p",
        )?
        .query_map([], |row| {
            let (every_days, first): (u32, i64) = (row.get(2)?, row.get(3)?);
            let last_passed: Option<i64> = row.get(9)?;
            let again = last_passed.map(|at| at.saturating_add(i64::from(every_days) * DAY_MS));
            let is_cancelled: bool = row.get(12)?;
            let due_at = again.unwrap_or(first);
            let drill: Option<Vec<u8>> = row.get(10)?;
            Ok(CalendarLine {
                plan_id: row.get(0)?,
                scenario: row.get(1)?,
                every_days,
                assignee: row.get(4)?,
                is_assignee_here: row.get(5)?,
                cancelled_reason: row.get(6)?,
                last_ended_at: row.get::<_, Option<i64>>(7)?.map(Timestamp),
                last_passed: row.get(8)?,
                last_passed_at: last_passed.map(Timestamp),
                last_passed_drill: drill.and_then(|bytes| Uuid::from_slice(&bytes).ok()),
                open_findings: row.get(11)?,
                due_at: (!is_cancelled).then_some(Timestamp(due_at)),
            })
        })?
        .collect::<Result<_, _>>()?;
    found.sort_by_key(|line| (line.due_at.is_none(), line.due_at, line.scenario.clone()));
    Ok(found)
}
