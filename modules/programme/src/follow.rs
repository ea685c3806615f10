//! What this module keeps of others: of the directory, who is there and may do what; of the
//! continuity record, which drills ended and what they measured.
//!
//! The shapes are theirs, read leniently: fields and kinds of no concern are passed over.

use crate::access::{MANAGE, READ};
use crate::limits::FINDINGS_OF_DRILL_MAX;
use kernel::id::Uuid;
use kernel::{ApplyError, Event, Header, PersonId};
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::Value;

/// The module that says who is there.
pub const DIRECTORY: &str = "directory";
/// The module that says which drills were run.
pub const CONTINUITY: &str = "continuity";

/// Characters of a drill's finding that are kept.
const FINDING_CHARS: usize = 500;

#[derive(Deserialize)]
struct Added {
    person_id: PersonId,
    name: String,
    handle: String,
    #[serde(default)]
    locale: Option<String>,
    role: String,
}

#[derive(Deserialize)]
struct Updated {
    person_id: PersonId,
    name: String,
    handle: String,
    #[serde(default)]
    locale: Option<String>,
}

#[derive(Deserialize)]
struct WithRole {
    person_id: PersonId,
    role: String,
}

#[derive(Deserialize)]
struct Concerned {
    person_id: PersonId,
}

#[derive(Deserialize)]
struct Released {
    person_id: PersonId,
    is_active: bool,
}

#[derive(Deserialize)]
struct RoleDefined {
    role: String,
    permissions: Vec<String>,
}

#[derive(Deserialize)]
struct RoleDeleted {
    role: String,
}

#[derive(Deserialize)]
struct DrillStarted {
    drill_id: Uuid,
    scenario: String,
}

#[derive(Deserialize)]
struct DrillEnded {
    drill_id: Uuid,
    passed: bool,
    report: Value,
}

/// Keeps what an event of a followed module says.
///
/// # Errors
/// When the event has another shape or the rows cannot be written.
pub fn follow(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    match header.partition.module.as_str() {
        DIRECTORY => follow_directory(rows, event),
        CONTINUITY => follow_continuity(rows, header, event),
        _ => Ok(()),
    }
}

fn follow_directory(rows: &Connection, event: &Event) -> Result<(), ApplyError> {
    match (event.kind.as_str(), event.version) {
        ("person-added", 1) => {
            let fact: Added = event.decode()?;
            rows.prepare_cached(
                "INSERT OR REPLACE INTO person (id, name, handle, locale, role, is_active)
                 VALUES (?1, ?2, ?3, ?4, ?5, 1)",
            )?
            .execute(params![
                fact.person_id,
                fact.name,
                fact.handle.to_lowercase(),
                fact.locale,
                fact.role
            ])?;
        }
        ("person-updated", 1) => {
            let fact: Updated = event.decode()?;
            rows.prepare_cached(
                "UPDATE person SET name = ?2, handle = ?3, locale = ?4 WHERE id = ?1",
            )?
            .execute(params![
                fact.person_id,
                fact.name,
                fact.handle.to_lowercase(),
                fact.locale
            ])?;
        }
        ("role-assigned", 1) => {
            let fact: WithRole = event.decode()?;
            rows.prepare_cached("UPDATE person SET role = ?2 WHERE id = ?1")?
                .execute((fact.person_id, fact.role))?;
        }
        ("person-deactivated" | "person-quarantined", 1) => {
            set_active(rows, event.decode::<Concerned>()?.person_id, false)?;
        }
        ("person-reactivated", 1) => {
            set_active(rows, event.decode::<Concerned>()?.person_id, true)?;
        }
        ("person-released", 1) => {
            let fact: Released = event.decode()?;
            set_active(rows, fact.person_id, fact.is_active)?;
        }
        ("role-defined", 1) => {
            let fact: RoleDefined = event.decode()?;
            let has = |wanted: &str| fact.permissions.iter().any(|name| name == wanted);
            rows.prepare_cached(
                "INSERT OR REPLACE INTO role (name, may_read, may_manage) VALUES (?1, ?2, ?3)",
            )?
            .execute((&fact.role, has(READ), has(MANAGE)))?;
        }
        ("role-deleted", 1) => {
            let fact: RoleDeleted = event.decode()?;
            rows.prepare_cached("DELETE FROM role WHERE name = ?1")?
                .execute([fact.role])?;
        }
        _ => {}
    }
    Ok(())
}

fn set_active(rows: &Connection, person: PersonId, is_active: bool) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE person SET is_active = ?2 WHERE id = ?1")?
        .execute((person, is_active))?;
    Ok(())
}

fn follow_continuity(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    match (event.kind.as_str(), event.version) {
        ("drill-started", 1) => {
            let fact: DrillStarted = event.decode()?;
            rows.prepare_cached(
                "INSERT OR IGNORE INTO drill (id, scenario, started_at) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![
                fact.drill_id.as_bytes().as_slice(),
                fact.scenario,
                header.time.0
            ])?;
        }
        ("drill-ended", 1) => drill_ended(rows, header, &event.decode()?)?,
        _ => {}
    }
    Ok(())
}

fn drill_ended(rows: &Connection, header: &Header, fact: &DrillEnded) -> rusqlite::Result<()> {
    let (id, report) = (fact.drill_id.as_bytes().as_slice(), &fact.report);
    // Some scenarios measure one time for everything, under a name of their own.
    let rto_ms = report["rto_ms"]
        .as_i64()
        .or_else(|| report["complete_ms"].as_i64());
    rows.prepare_cached(
        "UPDATE drill SET ended_at = ?2, passed = ?3, rto_ms = ?4, lost = ?5 WHERE id = ?1",
    )?
    .execute(params![
        id,
        header.time.0,
        fact.passed,
        rto_ms,
        report["lost"].as_i64()
    ])?;
    let mut insert = rows.prepare_cached(
        "INSERT OR REPLACE INTO drill_function (drill, module, name, rto_ms) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for function in report["functions"].as_array().into_iter().flatten() {
        let text = |name: &str| function[name].as_str().unwrap_or_default();
        // Reports of the first release say how long the longest gap was.
        let gap = ["rto_ms", "longest_gap_ms"]
            .iter()
            .find_map(|name| function[name].as_i64());
        insert.execute(params![id, text("module"), text("name"), gap])?;
    }
    let mut insert = rows.prepare_cached(
        "INSERT OR IGNORE INTO drill_finding (drill, number, words) VALUES (?1, ?2, ?3)",
    )?;
    let findings = report["findings"].as_array().into_iter().flatten();
    for (number, finding) in findings.take(FINDINGS_OF_DRILL_MAX).enumerate() {
        if let Some(words) = words_of(finding) {
            insert.execute(params![id, number, words])?;
        }
    }
    Ok(())
}

/// What a finding says: a text, or an object with one under one of the usual names.
fn words_of(finding: &Value) -> Option<String> {
    let named = ["words", "detail", "text", "title", "what"];
    let text = finding
        .as_str()
        .or_else(|| named.iter().find_map(|name| finding[name].as_str()))?;
    let words: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(FINDING_CHARS)
        .collect();
    let words = words.trim();
    (!words.is_empty()).then(|| words.to_owned())
}
