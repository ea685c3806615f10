//! Incidents, with the timeline that the record itself writes.

use super::{json, name};
use crate::events::{
    DecisionRecorded, Fact, IncidentClosed, IncidentMitigated, IncidentNoted, IncidentOpened,
    IncidentReopened, RoleLeft, RoleTaken, SeverityChanged, StatusPageSet, TaskAssigned, TaskDone,
    TasksAdded, UpdatePosted,
};
use crate::{CallId, IncidentId};
use kernel::{ApplyError, Event, Header, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// Whether it was an event of these.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<bool, ApplyError> {
    let line = match event.kind.as_str() {
        IncidentOpened::KIND => opened(rows, header, &event.decode()?)?,
        SeverityChanged::KIND => severity(rows, &event.decode()?)?,
        RoleTaken::KIND => taken(rows, header, &event.decode()?)?,
        RoleLeft::KIND => left(rows, &event.decode()?)?,
        TasksAdded::KIND => tasks_added(rows, &event.decode()?)?,
        TaskAssigned::KIND => assigned(rows, &event.decode()?)?,
        TaskDone::KIND => done(rows, header, &event.decode()?)?,
        DecisionRecorded::KIND => {
            let fact: DecisionRecorded = event.decode()?;
            Line::of(fact.incident_id, Some(fact.by), fact.text)
        }
        UpdatePosted::KIND => updated(rows, header, event.decode()?)?,
        IncidentNoted::KIND => {
            let fact: IncidentNoted = event.decode()?;
            Line {
                at: Some(fact.at),
                source: Some(fact.source),
                ..Line::of(fact.incident_id, None, fact.text)
            }
        }
        IncidentMitigated::KIND => mitigated(rows, header, &event.decode()?)?,
        IncidentReopened::KIND => reopened(rows, event.decode()?)?,
        IncidentClosed::KIND => closed(rows, header, &event.decode()?)?,
        StatusPageSet::KIND => {
            status_page(rows, header, &event.decode()?)?;
            return Ok(true);
        }
        _ => return Ok(false),
    };
    write(rows, header, event, line)?;
    Ok(true)
}

/// What the timeline says of an event.
struct Line {
    incident: IncidentId,
    person: Option<PersonId>,
    text: String,
    is_public: bool,
    at: Option<Timestamp>,
    source: Option<String>,
}

impl Line {
    fn of(incident: IncidentId, person: Option<PersonId>, text: impl Into<String>) -> Self {
        Self {
            incident,
            person,
            text: text.into(),
            is_public: false,
            at: None,
            source: None,
        }
    }
}

fn write(rows: &Connection, header: &Header, event: &Event, line: Line) -> rusqlite::Result<()> {
    let Some(incident) = key(rows, line.incident)? else {
        return Ok(());
    };
    rows.prepare_cached(
        "INSERT OR IGNORE INTO incident_line
         (incident, seq, at, kind, person, text, data, is_public, source)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        incident,
        header.seq,
        line.at.unwrap_or(header.time).0,
        event.kind,
        line.person,
        line.text,
        json(&event.data),
        line.is_public,
        line.source
    ])?;
    Ok(())
}

/// What happened to a call for an incident stands in the incident's timeline.
pub fn line_of_call(
    rows: &Connection,
    header: &Header,
    event: &Event,
    call: CallId,
    person: Option<PersonId>,
    text: &str,
) -> Result<(), ApplyError> {
    let incident: Option<IncidentId> = rows
        .prepare_cached("SELECT incident FROM call WHERE id = ?1")?
        .query_row([call], |row| row.get(0))
        .optional()?
        .flatten();
    if let Some(incident) = incident {
        write(rows, header, event, Line::of(incident, person, text))?;
    }
    Ok(())
}

fn key(rows: &Connection, incident: IncidentId) -> rusqlite::Result<Option<i64>> {
    rows.prepare_cached("SELECT key FROM incident WHERE id = ?1")?
        .query_row([incident], |row| row.get(0))
        .optional()
}

fn opened(rows: &Connection, header: &Header, fact: &IncidentOpened) -> rusqlite::Result<Line> {
    rows.prepare_cached(
        "INSERT INTO incident
         (id, severity, title, assets, cause, state, opened_by, opened_at, updated_at, findings)
         VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?7, '[]')",
    )?
    .execute(params![
        fact.incident_id,
        name(&fact.severity),
        fact.title,
        json(&fact.assets),
        json(&fact.cause),
        fact.by,
        header.time.0
    ])?;
    Ok(Line::of(fact.incident_id, fact.by, fact.title.clone()))
}

fn severity(rows: &Connection, fact: &SeverityChanged) -> rusqlite::Result<Line> {
    let severity = name(&fact.severity);
    rows.prepare_cached("UPDATE incident SET severity = ?2 WHERE id = ?1")?
        .execute(params![fact.incident_id, severity])?;
    Ok(Line::of(fact.incident_id, Some(fact.by), severity))
}

fn taken(rows: &Connection, header: &Header, fact: &RoleTaken) -> rusqlite::Result<Line> {
    rows.prepare_cached(
        "INSERT OR REPLACE INTO incident_role (incident, role, name, person, taken_at)
         SELECT key, ?2, ?3, ?4, ?5 FROM incident WHERE id = ?1",
    )?
    .execute(params![
        fact.incident_id,
        fact.role_id,
        fact.role,
        fact.person_id,
        header.time.0
    ])?;
    let role = fact.role.clone();
    Ok(Line::of(fact.incident_id, Some(fact.person_id), role))
}

fn left(rows: &Connection, fact: &RoleLeft) -> rusqlite::Result<Line> {
    let role: Option<String> = rows
        .prepare_cached(
            "DELETE FROM incident_role WHERE role = ?2
             AND incident = (SELECT key FROM incident WHERE id = ?1) RETURNING name",
        )?
        .query_row((fact.incident_id, fact.role_id), |row| row.get(0))
        .optional()?;
    let role = role.unwrap_or_default();
    Ok(Line::of(fact.incident_id, Some(fact.by), role))
}

fn tasks_added(rows: &Connection, fact: &TasksAdded) -> rusqlite::Result<Line> {
    let mut insert = rows.prepare_cached(
        "INSERT INTO task (id, incident, title, runbook)
         SELECT ?2, key, ?3, ?4 FROM incident WHERE id = ?1",
    )?;
    for task in &fact.tasks {
        let (id, title) = (task.task_id, &task.title);
        insert.execute(params![fact.incident_id, id, title, fact.runbook])?;
    }
    let titles: Vec<&str> = fact.tasks.iter().map(|task| task.title.as_str()).collect();
    Ok(Line::of(fact.incident_id, Some(fact.by), titles.join("\n")))
}

fn assigned(rows: &Connection, fact: &TaskAssigned) -> rusqlite::Result<Line> {
    let title: Option<String> = rows
        .prepare_cached("UPDATE task SET assignee = ?2 WHERE id = ?1 RETURNING title")?
        .query_row((fact.task_id, fact.person_id), |row| row.get(0))
        .optional()?;
    let title = title.unwrap_or_default();
    Ok(Line::of(fact.incident_id, Some(fact.by), title))
}

fn done(rows: &Connection, header: &Header, fact: &TaskDone) -> rusqlite::Result<Line> {
    let by = fact.is_done.then_some(fact.by);
    let at = fact.is_done.then_some(header.time.0);
    let title: Option<String> = rows
        .prepare_cached("UPDATE task SET done_by = ?2, done_at = ?3 WHERE id = ?1 RETURNING title")?
        .query_row((fact.task_id, by, at), |row| row.get(0))
        .optional()?;
    let title = title.unwrap_or_default();
    Ok(Line::of(fact.incident_id, Some(fact.by), title))
}

fn updated(rows: &Connection, header: &Header, fact: UpdatePosted) -> rusqlite::Result<Line> {
    rows.prepare_cached("UPDATE incident SET updated_at = ?2 WHERE id = ?1")?
        .execute((fact.incident_id, header.time.0))?;
    Ok(Line {
        is_public: fact.is_public,
        ..Line::of(fact.incident_id, Some(fact.by), fact.text)
    })
}

fn mitigated(
    rows: &Connection,
    header: &Header,
    fact: &IncidentMitigated,
) -> rusqlite::Result<Line> {
    rows.prepare_cached(
        "UPDATE incident SET state = 'mitigated', mitigated_at = ?2 WHERE id = ?1",
    )?
    .execute((fact.incident_id, header.time.0))?;
    Ok(Line::of(fact.incident_id, Some(fact.by), ""))
}

fn reopened(rows: &Connection, fact: IncidentReopened) -> rusqlite::Result<Line> {
    rows.prepare_cached(
        "UPDATE incident SET state = 'open', mitigated_at = NULL, closed_at = NULL,
            closed_by = NULL, none_because = NULL WHERE id = ?1",
    )?
    .execute([fact.incident_id])?;
    Ok(Line::of(fact.incident_id, Some(fact.by), fact.reason))
}

fn closed(rows: &Connection, header: &Header, fact: &IncidentClosed) -> rusqlite::Result<Line> {
    rows.prepare_cached(
        "UPDATE incident SET state = 'closed', closed_at = ?2, closed_by = ?3, findings = ?4,
            none_because = ?5 WHERE id = ?1",
    )?
    .execute(params![
        fact.incident_id,
        header.time.0,
        fact.by,
        json(&fact.findings),
        fact.none_because
    ])?;
    let text = match &fact.none_because {
        Some(reason) => reason.clone(),
        None => fact.findings.join("\n"),
    };
    Ok(Line::of(fact.incident_id, Some(fact.by), text))
}

fn status_page(rows: &Connection, header: &Header, fact: &StatusPageSet) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT OR REPLACE INTO status_page (one, is_on, slug, title, set_at)
         VALUES (1, ?1, ?2, ?3, ?4)",
    )?
    .execute(params![fact.is_on, fact.slug, fact.title, header.time.0])?;
    Ok(())
}
