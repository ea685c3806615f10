//! What facts do to the rows.

use crate::events::{
    AlarmClosed, AlarmLevel, AlarmRaised, CanariesDugUp, CanariesPlanted, Fact, Judgement,
    MaintenanceDeclared, MaintenanceEnded, RewindApproved, RewindCompleted, RewindProposed,
    RewindWithdrawn,
};
use kernel::{ApplyError, Event, Header};
use rusqlite::{Connection, params};
use serde::Serialize;

/// Writes an event of this module's chain into the rows.
///
/// # Errors
/// When the event has another shape or the rows cannot be written.
pub fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    if event.version != 1 {
        return Err(event.unknown().into());
    }
    match event.kind.as_str() {
        AlarmRaised::KIND => alarm_raised(rows, header, &event.decode()?)?,
        AlarmClosed::KIND => alarm_closed(rows, header, &event.decode()?)?,
        CanariesPlanted::KIND => planted(rows, header, &event.decode()?)?,
        CanariesDugUp::KIND => dug_up(rows, &event.decode()?)?,
        MaintenanceDeclared::KIND => declared(rows, header, &event.decode()?)?,
        MaintenanceEnded::KIND => ended(rows, header, &event.decode()?)?,
        RewindProposed::KIND => proposed(rows, header, &event.decode()?)?,
        RewindApproved::KIND => approved(rows, header, &event.decode()?)?,
        RewindWithdrawn::KIND => withdrawn(rows, header, &event.decode()?)?,
        RewindCompleted::KIND => completed(rows, header, &event.decode()?)?,
        _ => return Err(event.unknown().into()),
    }
    Ok(())
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("facts are plain values")
}

fn alarm_raised(rows: &Connection, header: &Header, fact: &AlarmRaised) -> rusqlite::Result<()> {
    let level = match fact.level {
        AlarmLevel::Medium => "medium",
        AlarmLevel::High => "high",
    };
    rows.prepare_cached(
        "INSERT INTO alarm (id, person, level, raised_at, finding) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        fact.alarm_id,
        fact.person_id,
        level,
        header.time.0,
        json(&fact.finding)
    ])?;
    Ok(())
}

fn alarm_closed(rows: &Connection, header: &Header, fact: &AlarmClosed) -> rusqlite::Result<()> {
    let judgement = match fact.judgement {
        Judgement::Honest => "honest",
        Judgement::Attack => "attack",
    };
    rows.prepare_cached(
        "UPDATE alarm SET closed_at = ?2, closed_by = ?3, judgement = ?4, note = ?5 WHERE id = ?1",
    )?
    .execute(params![
        fact.alarm_id,
        header.time.0,
        fact.closed_by,
        judgement,
        fact.note
    ])?;
    Ok(())
}

fn planted(rows: &Connection, header: &Header, fact: &CanariesPlanted) -> rusqlite::Result<()> {
    let mut insert = rows.prepare_cached(
        "INSERT OR REPLACE INTO canary (item, planted_by, planted_at) VALUES (?1, ?2, ?3)",
    )?;
    for item in &fact.items {
        insert.execute((item, fact.planted_by, header.time.0))?;
    }
    Ok(())
}

fn dug_up(rows: &Connection, fact: &CanariesDugUp) -> rusqlite::Result<()> {
    let mut delete = rows.prepare_cached("DELETE FROM canary WHERE item = ?1")?;
    for item in &fact.items {
        delete.execute([item])?;
    }
    Ok(())
}

fn declared(
    rows: &Connection,
    header: &Header,
    fact: &MaintenanceDeclared,
) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO maintenance
         (id, person, begins_at, ends_at, kinds, reason, declared_by, declared_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        fact.window_id,
        fact.person_id,
        fact.begins_at.0,
        fact.ends_at.0,
        json(&fact.kinds),
        fact.reason,
        fact.declared_by,
        header.time.0
    ])?;
    Ok(())
}

fn ended(rows: &Connection, header: &Header, fact: &MaintenanceEnded) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE maintenance SET ends_at = ?2, ended_by = ?3 WHERE id = ?1")?
        .execute(params![fact.window_id, header.time.0, fact.ended_by])?;
    Ok(())
}

fn proposed(rows: &Connection, header: &Header, fact: &RewindProposed) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO rewind (id, selection, note, proposed_by, proposed_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        fact.rewind_id,
        json(&fact.selection),
        fact.note,
        fact.proposed_by,
        header.time.0
    ])?;
    Ok(())
}

fn approved(rows: &Connection, header: &Header, fact: &RewindApproved) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "UPDATE rewind SET approved_by = ?2, approved_at = ?3, choices = ?4 WHERE id = ?1",
    )?
    .execute(params![
        fact.rewind_id,
        fact.approved_by,
        header.time.0,
        json(&fact.choices)
    ])?;
    Ok(())
}

fn withdrawn(rows: &Connection, header: &Header, fact: &RewindWithdrawn) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE rewind SET withdrawn_by = ?2, withdrawn_at = ?3 WHERE id = ?1")?
        .execute(params![fact.rewind_id, fact.withdrawn_by, header.time.0])?;
    Ok(())
}

fn completed(rows: &Connection, header: &Header, fact: &RewindCompleted) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE rewind SET completed_at = ?2, outcome = ?3 WHERE id = ?1")?
        .execute(params![fact.rewind_id, header.time.0, json(&fact.outcome)])?;
    Ok(())
}
