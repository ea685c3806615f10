//! What this module keeps of the directory: who is there, their names, roles and permissions.
//!
//! The shapes are the directory's, read leniently: fields and kinds of no concern are passed over.

use crate::access::Permissions;
use kernel::{ApplyError, Event, Header, PersonId};
use rusqlite::{Connection, params};
use serde::Deserialize;

/// The module that is followed.
pub const DIRECTORY: &str = "directory";

#[derive(Deserialize)]
struct PersonAdded {
    person_id: PersonId,
    name: String,
    handle: String,
    role: String,
}

#[derive(Deserialize)]
struct PersonUpdated {
    person_id: PersonId,
    name: String,
    handle: String,
}

#[derive(Deserialize)]
struct PersonConcerned {
    person_id: PersonId,
}

#[derive(Deserialize)]
struct RoleAssigned {
    person_id: PersonId,
    role: String,
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
        ("person-added", 1) => person_added(rows, header, &event.decode()?)?,
        ("person-updated", 1) => person_updated(rows, &event.decode()?)?,
        ("person-deactivated", 1) => set_active(rows, &event.decode()?, false)?,
        ("person-reactivated", 1) => set_active(rows, &event.decode()?, true)?,
        ("role-assigned", 1) => role_assigned(rows, &event.decode()?)?,
        ("role-defined", 1) => role_defined(rows, &event.decode()?)?,
        ("role-deleted", 1) => role_deleted(rows, &event.decode()?)?,
        _ => {}
    }
    Ok(())
}

fn person_added(rows: &Connection, header: &Header, added: &PersonAdded) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO person (id, name, handle, role, is_active, added_at)
         VALUES (?1, ?2, ?3, ?4, 1, ?5)",
    )?
    .execute(params![
        added.person_id,
        added.name,
        added.handle,
        added.role,
        header.time.millis()
    ])?;
    Ok(())
}

fn person_updated(rows: &Connection, updated: &PersonUpdated) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE person SET name = ?2, handle = ?3 WHERE id = ?1")?
        .execute(params![updated.person_id, updated.name, updated.handle])?;
    Ok(())
}

fn set_active(
    rows: &Connection,
    person: &PersonConcerned,
    is_active: bool,
) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE person SET is_active = ?2 WHERE id = ?1")?
        .execute(params![person.person_id, is_active])?;
    Ok(())
}

fn role_assigned(rows: &Connection, assigned: &RoleAssigned) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE person SET role = ?2 WHERE id = ?1")?
        .execute(params![assigned.person_id, assigned.role])?;
    Ok(())
}

fn role_defined(rows: &Connection, defined: &RoleDefined) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO role (name, permissions) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions",
    )?
    .execute(params![
        defined.role,
        Permissions::of(&defined.permissions).0
    ])?;
    Ok(())
}

fn role_deleted(rows: &Connection, deleted: &RoleDeleted) -> rusqlite::Result<()> {
    rows.prepare_cached("DELETE FROM role WHERE name = ?1")?
        .execute([&deleted.role])?;
    Ok(())
}
