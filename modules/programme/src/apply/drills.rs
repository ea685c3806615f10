//! Facts about templates, drills, findings, breaches and the roll-out.

use super::json;
use crate::events::*;
use kernel::id::Uuid;
use rusqlite::{Connection, Result, params};

pub fn role(rows: &Connection, fact: &RolePlanned) -> Result<()> {
    rows.prepare_cached(
        "INSERT OR REPLACE INTO planned_role (role, name, duty, deputies) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![fact.role, fact.name, fact.duty, fact.deputies])?;
    Ok(())
}

pub fn form(rows: &Connection, fact: &FormPlanned) -> Result<()> {
    rows.prepare_cached(
        "INSERT OR REPLACE INTO planned_form (form, name, fields) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![fact.form, fact.name, json(&fact.fields)])?;
    Ok(())
}

pub fn template(rows: &Connection, at: i64, fact: &TemplateApplied) -> Result<()> {
    rows.prepare_cached(
        "INSERT OR REPLACE INTO template_applied
         (template, language, clauses, applied_at, applied_by) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        fact.template,
        fact.language,
        json(&fact.clauses),
        at,
        fact.applied_by
    ])?;
    Ok(())
}

pub fn planned(rows: &Connection, at: i64, fact: &DrillPlanned) -> Result<()> {
    rows.prepare_cached(
        "INSERT INTO drill_plan (id, scenario, every_days, first_due_at, assignee, planned_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (scenario) DO UPDATE SET every_days = ?3, first_due_at = ?4, assignee = ?5,
           planned_at = ?6, cancelled_at = NULL, cancelled_by = NULL, cancelled_reason = NULL",
    )?
    .execute(params![
        fact.plan_id,
        fact.scenario,
        fact.every_days,
        fact.first_due_at.0,
        fact.assignee,
        at
    ])?;
    Ok(())
}

pub fn cancelled(rows: &Connection, at: i64, fact: &DrillPlanCancelled) -> Result<()> {
    rows.prepare_cached(
        "UPDATE drill_plan SET cancelled_at = ?2, cancelled_by = ?3, cancelled_reason = ?4
         WHERE id = ?1",
    )?
    .execute(params![fact.plan_id, at, fact.cancelled_by, fact.reason])?;
    Ok(())
}

pub fn found(rows: &Connection, at: i64, fact: &FindingRecorded) -> Result<()> {
    let (drill, number, person) = match &fact.source {
        FindingSource::Drill { drill_id, number } => (Some(bytes(drill_id)), Some(*number), None),
        FindingSource::Person { person_id } => (None, None, Some(*person_id)),
    };
    rows.prepare_cached(
        "INSERT INTO finding (id, scenario, words, recorded_at, recorded_by, drill, drill_number,
                              owner, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        fact.finding_id,
        fact.scenario,
        fact.words,
        at,
        person,
        drill,
        number,
        fact.owner,
        fact.due_at.0
    ])?;
    Ok(())
}

pub fn assigned(rows: &Connection, fact: &FindingAssigned) -> Result<()> {
    rows.prepare_cached("UPDATE finding SET owner = ?2, due_at = ?3 WHERE id = ?1")?
        .execute(params![fact.finding_id, fact.owner, fact.due_at.0])?;
    Ok(())
}

pub fn closed(rows: &Connection, at: i64, fact: &FindingClosed) -> Result<()> {
    rows.prepare_cached(
        "UPDATE finding SET closed_at = ?2, closed_by = ?3, closed_drill = ?4, closed_reason = ?5
         WHERE id = ?1",
    )?
    .execute(params![
        fact.finding_id,
        at,
        fact.closed_by,
        fact.drill_id.as_ref().map(bytes),
        fact.reason
    ])?;
    Ok(())
}

pub fn breached(rows: &Connection, at: i64, fact: &BreachNoted) -> Result<()> {
    rows.prepare_cached(
        "INSERT INTO breach (id, asset, missed, target_ms, measured_ms, measured_by, noted_at)
         SELECT ?1, number, ?3, ?4, ?5, ?6, ?7 FROM asset WHERE id = ?2",
    )?
    .execute(params![
        fact.breach_id,
        fact.asset_id,
        fact.missed.as_str(),
        fact.target_ms,
        fact.measured_ms,
        fact.measured_by,
        at
    ])?;
    Ok(())
}

pub fn cleared(rows: &Connection, at: i64, fact: &BreachCleared) -> Result<()> {
    rows.prepare_cached("UPDATE breach SET cleared_at = ?2 WHERE id = ?1")?
        .execute(params![fact.breach_id, at])?;
    Ok(())
}

pub fn begun(rows: &Connection, fact: &RolloutBegun) -> Result<()> {
    rows.prepare_cached(
        "INSERT OR REPLACE INTO rollout (one, begins_at, begun_by) VALUES (1, ?1, ?2)",
    )?
    .execute(params![fact.begins_at.0, fact.begun_by])?;
    Ok(())
}

pub fn ticked(rows: &Connection, at: i64, fact: &TaskTicked) -> Result<()> {
    rows.prepare_cached(
        "INSERT OR REPLACE INTO task (task, is_done, note, ticked_at, ticked_by)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        fact.task,
        fact.is_done,
        fact.note,
        at,
        fact.ticked_by
    ])?;
    Ok(())
}

fn bytes(id: &Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}
