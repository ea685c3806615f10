//! Incidents, their rooms and timelines.

use super::json;
use crate::access::{Action, Asking};
use crate::events::Cause;
use crate::{CommandRoleId, IncidentId, TaskId};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Refusal, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Which incidents.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentListParams {
    /// Only those that are not closed (`true`), or are (`false`).
    pub is_open: Option<bool>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// Which incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentParams {
    /// The incident.
    pub incident_id: IncidentId,
}

/// Which part of its timeline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TimelineParams {
    /// The incident.
    pub incident_id: IncidentId,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// An incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Incident {
    #[serde(skip)]
    key: i64,
    /// Its id.
    pub incident_id: IncidentId,
    /// `critical`, `major` or `minor`.
    pub severity: String,
    /// What it is.
    pub title: String,
    /// What is affected.
    pub assets: Vec<String>,
    /// What it was opened for.
    pub cause: Cause,
    /// `open`, `mitigated` or `closed`.
    pub state: String,
    /// Who opened it; none: a site by itself.
    pub opened_by: Option<PersonId>,
    /// When.
    pub opened_at: Timestamp,
    /// When people were last told where it stands.
    pub updated_at: Timestamp,
    /// When the harm was stopped.
    pub mitigated_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<PersonId>,
    /// What was found that has to become better.
    pub findings: Vec<String>,
    /// Why there was nothing to find.
    pub none_because: Option<String>,
    /// Tasks there are.
    pub tasks: u32,
    /// Tasks that are done.
    pub tasks_done: u32,
}

/// An incident's room.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncidentDetail {
    /// The incident.
    #[serde(flatten)]
    pub incident: Incident,
    /// Who acts in which role.
    pub roles: Vec<RoleInIncident>,
    /// What is to be done, in order.
    pub task_list: Vec<Task>,
}

/// Somebody acts in a role.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoleInIncident {
    /// The role.
    pub role_id: CommandRoleId,
    /// Its name when it was taken.
    pub name: String,
    /// Who.
    pub person_id: PersonId,
    /// Since when.
    pub taken_at: Timestamp,
}

/// A task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Task {
    /// Its id.
    pub task_id: TaskId,
    /// What is to be done.
    pub title: String,
    /// The runbook it is from.
    pub runbook: Option<String>,
    /// Who is to do it.
    pub assignee: Option<PersonId>,
    /// Who said that it is done.
    pub done_by: Option<PersonId>,
    /// When.
    pub done_at: Option<Timestamp>,
}

/// A line of the timeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Line {
    #[serde(skip)]
    key: i64,
    /// Position of the entry that says so.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What happened: the kind of the event.
    pub kind: String,
    /// Who; none: a site by itself.
    pub person_id: Option<PersonId>,
    /// What was said.
    pub text: String,
    /// The event's data.
    pub data: Value,
    /// Whether the status page shows it.
    pub is_public: bool,
    /// The place in another record it is from.
    pub source: Option<String>,
}

const COLUMNS: &str = "key, id, severity, title, assets, cause, state, opened_by, opened_at,
    updated_at, mitigated_at, closed_at, closed_by, findings, none_because,
    (SELECT count(*) FROM task t WHERE t.incident = incident.key),
    (SELECT count(done_at) FROM task t WHERE t.incident = incident.key)";

impl Incident {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let at = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
            Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
        };
        Ok(Self {
            key: row.get(0)?,
            incident_id: row.get(1)?,
            severity: row.get(2)?,
            title: row.get(3)?,
            assets: json(row, 4)?,
            cause: json(row, 5)?,
            state: row.get(6)?,
            opened_by: row.get(7)?,
            opened_at: Timestamp(row.get(8)?),
            updated_at: Timestamp(row.get(9)?),
            mitigated_at: at(10)?,
            closed_at: at(11)?,
            closed_by: row.get(12)?,
            findings: json(row, 13)?,
            none_because: row.get(14)?,
            tasks: row.get(15)?,
            tasks_done: row.get(16)?,
        })
    }
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who may not look.
pub fn incident_list(
    rows: &Connection,
    actor: &Actor,
    params: IncidentListParams,
) -> Result<Page<Incident>, DecideError> {
    Asking::permitted(rows, actor, Action::Look)?;
    let limit = limit(params.limit)?;
    let before: i64 = after(params.cursor.as_deref())?.unwrap_or(i64::MAX);
    let items = rows
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM incident WHERE key < ?1
             AND (?2 IS NULL OR (state <> 'closed') = ?2) ORDER BY key DESC LIMIT ?3"
        ))?
        .query_map(params![before, params.is_open, limit + 1], Incident::read)?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |incident: &Incident| incident.key))
}

/// Answers it.
///
/// # Errors
/// `incident_not_found`, and those who may not look.
pub fn incident(
    rows: &Connection,
    actor: &Actor,
    params: IncidentParams,
) -> Result<IncidentDetail, DecideError> {
    Asking::permitted(rows, actor, Action::Look)?;
    let incident = find(rows, params.incident_id)?;
    let roles = rows
        .prepare_cached(
            "SELECT role, name, person, taken_at FROM incident_role WHERE incident = ?1
             ORDER BY taken_at, role",
        )?
        .query_map([incident.key], |row| {
            Ok(RoleInIncident {
                role_id: row.get(0)?,
                name: row.get(1)?,
                person_id: row.get(2)?,
                taken_at: Timestamp(row.get(3)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    let task_list = rows
        .prepare_cached(
            "SELECT id, title, runbook, assignee, done_by, done_at FROM task WHERE incident = ?1
             ORDER BY key",
        )?
        .query_map([incident.key], |row| {
            Ok(Task {
                task_id: row.get(0)?,
                title: row.get(1)?,
                runbook: row.get(2)?,
                assignee: row.get(3)?,
                done_by: row.get(4)?,
                done_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(IncidentDetail {
        incident,
        roles,
        task_list,
    })
}

/// Answers it.
///
/// # Errors
/// As [`incident`].
pub fn incident_timeline(
    rows: &Connection,
    actor: &Actor,
    params: TimelineParams,
) -> Result<Page<Line>, DecideError> {
    Asking::permitted(rows, actor, Action::Look)?;
    let incident = find(rows, params.incident_id)?;
    let limit = limit(params.limit)?;
    let after: i64 = after(params.cursor.as_deref())?.unwrap_or(i64::MIN);
    let items = rows
        .prepare_cached(
            "SELECT key, seq, at, kind, person, text, data, is_public, source FROM incident_line
             WHERE incident = ?1 AND key > ?2 ORDER BY key LIMIT ?3",
        )?
        .query_map(params![incident.key, after, limit + 1], |row| {
            Ok(Line {
                key: row.get(0)?,
                seq: row.get(1)?,
                at: Timestamp(row.get(2)?),
                kind: row.get(3)?,
                person_id: row.get(4)?,
                text: row.get(5)?,
                data: json(row, 6)?,
                is_public: row.get(7)?,
                source: row.get(8)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |line: &Line| line.key))
}

fn find(rows: &Connection, id: IncidentId) -> Result<Incident, DecideError> {
    let found = rows
        .prepare_cached(&format!("SELECT {COLUMNS} FROM incident WHERE id = ?1"))?
        .query_row([id], Incident::read)
        .optional()?;
    Ok(found.ok_or_else(|| {
        let detail = "There is no such incident.";
        Refusal::not_found("incident_id", "incident_not_found", detail)
    })?)
}

/// An incident that is not closed, for the sites: what happens meanwhile is put into its timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenRoom {
    /// The incident.
    pub incident_id: IncidentId,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// All that are not closed, the oldest first.
///
/// # Errors
/// When the view cannot be read.
pub fn open_rooms(rows: &Connection) -> rusqlite::Result<Vec<OpenRoom>> {
    rows.prepare_cached("SELECT id, opened_at FROM incident WHERE state <> 'closed' ORDER BY key")?
        .query_map([], |row| {
            Ok(OpenRoom {
                incident_id: row.get(0)?,
                opened_at: Timestamp(row.get(1)?),
            })
        })?
        .collect()
}
