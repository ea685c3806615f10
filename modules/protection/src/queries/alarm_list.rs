//! Alarms of the detectors.

use super::json;
use crate::AlarmId;
use crate::access::{Action, Watcher};
use crate::events::Finding;
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which alarms.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmListParams {
    /// Only those about this person.
    pub person_id: Option<PersonId>,
    /// Only those nobody has judged (`true`), or only those somebody has (`false`).
    pub is_open: Option<bool>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// An alarm.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Alarm {
    #[serde(skip)]
    key: i64,
    /// Its id.
    pub alarm_id: AlarmId,
    /// Whose changes.
    pub person_id: PersonId,
    /// `medium`: a human is asked; `high`: the person was put in quarantine.
    pub level: String,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// What was found.
    pub finding: Finding,
    /// What a human made of it; none: nobody has looked yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<AlarmClosing>,
}

/// What a human made of an alarm.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmClosing {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: PersonId,
    /// `honest` or `attack`.
    pub judgement: String,
    /// Why.
    pub note: String,
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who do not watch over the workspace.
pub fn alarm_list(
    rows: &Connection,
    actor: &Actor,
    params: AlarmListParams,
) -> Result<Page<Alarm>, DecideError> {
    Watcher::of(rows, actor)?.require(Action::Look)?;
    let limit = limit(params.limit)?;
    let before: i64 = after(params.cursor.as_deref())?.unwrap_or(i64::MAX);
    let items = rows
        .prepare_cached(
            "SELECT key, id, person, level, raised_at, finding, closed_at, closed_by, judgement, note
             FROM alarm WHERE key < ?1 AND (?2 IS NULL OR person = ?2)
             AND (?3 IS NULL OR (closed_at IS NULL) = ?3) ORDER BY key DESC LIMIT ?4",
        )?
        .query_map(
            params![before, params.person_id, params.is_open, limit + 1],
            |row| {
                let closed_at: Option<i64> = row.get(6)?;
                let closed = match closed_at {
                    Some(at) => Some(AlarmClosing {
                        at: Timestamp(at),
                        by: row.get(7)?,
                        judgement: row.get(8)?,
                        note: row.get(9)?,
                    }),
                    None => None,
                };
                Ok(Alarm {
                    key: row.get(0)?,
                    alarm_id: row.get(1)?,
                    person_id: row.get(2)?,
                    level: row.get(3)?,
                    raised_at: Timestamp(row.get(4)?),
                    finding: json(row, 5)?,
                    closed,
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |alarm: &Alarm| alarm.key))
}
