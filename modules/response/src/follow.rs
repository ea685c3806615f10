//! What this module keeps of the directory: who takes part, and what each role may do.
//!
//! The shapes are the directory's, read leniently: fields and kinds of no concern are passed over.

use kernel::{ApplyError, Event, Header, PersonId};
use rusqlite::Connection;
use serde::Deserialize;

/// The module that is followed.
pub const DIRECTORY: &str = "directory";

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

/// Keeps what an event of the directory says.
///
/// # Errors
/// When the event has another shape or the rows cannot be written.
pub fn follow(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    if header.partition.module != DIRECTORY {
        return Ok(());
    }
    match (event.kind.as_str(), event.version) {
        ("person-added", 1) => {
            let fact: WithRole = event.decode()?;
            rows.prepare_cached(
                "INSERT OR REPLACE INTO person (id, role, is_active) VALUES (?1, ?2, 1)",
            )?
            .execute((fact.person_id, fact.role))?;
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
            let permissions = serde_json::to_string(&fact.permissions).expect("texts serialise");
            rows.prepare_cached("INSERT OR REPLACE INTO role (name, permissions) VALUES (?1, ?2)")?
                .execute((fact.role, permissions))?;
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
