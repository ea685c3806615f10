//! What this module keeps of the directory: who is there, with which role, in which groups and
//! departments.
//!
//! The shapes are the directory's, read leniently: fields and kinds of no concern are passed over.

use crate::access::Permissions;
use crate::{DepartmentId, GroupId};
use kernel::{ApplyError, Event, Header, PersonId};
use rusqlite::Connection;
use serde::Deserialize;

/// The module that is followed.
pub const DIRECTORY: &str = "directory";

#[derive(Deserialize)]
struct PersonAdded {
    person_id: PersonId,
    role: String,
    #[serde(default)]
    departments: Vec<DepartmentId>,
}

#[derive(Deserialize)]
struct PersonConcerned {
    person_id: PersonId,
}

#[derive(Deserialize)]
struct PersonReleased {
    person_id: PersonId,
    is_active: bool,
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

#[derive(Deserialize)]
struct DepartmentsAssigned {
    person_id: PersonId,
    departments: Vec<DepartmentId>,
}

#[derive(Deserialize)]
struct DepartmentPlaced {
    department_id: DepartmentId,
    #[serde(default)]
    parent: Option<DepartmentId>,
}

#[derive(Deserialize)]
struct DepartmentDeleted {
    department_id: DepartmentId,
    #[serde(default)]
    successor: Option<DepartmentId>,
}

#[derive(Deserialize)]
struct GroupConcerned {
    group_id: GroupId,
}

#[derive(Deserialize)]
struct GroupMembers {
    group_id: GroupId,
    people: Vec<PersonId>,
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
        ("person-added", 1) => person_added(rows, &event.decode()?)?,
        ("person-deactivated" | "person-quarantined", 1) => {
            set_active(rows, event.decode::<PersonConcerned>()?.person_id, false)?;
        }
        ("person-reactivated", 1) => {
            set_active(rows, event.decode::<PersonConcerned>()?.person_id, true)?;
        }
        ("person-released", 1) => {
            let fact: PersonReleased = event.decode()?;
            set_active(rows, fact.person_id, fact.is_active)?;
        }
        ("role-assigned", 1) => role_assigned(rows, &event.decode()?)?,
        ("role-defined", 1) => role_defined(rows, &event.decode()?)?,
        ("role-deleted", 1) => role_deleted(rows, &event.decode()?)?,
        ("departments-assigned", 1) => {
            let fact: DepartmentsAssigned = event.decode()?;
            set_departments(rows, fact.person_id, &fact.departments)?;
        }
        ("department-created" | "department-moved", 1) => {
            department_placed(rows, &event.decode()?)?;
        }
        ("department-deleted", 1) => department_deleted(rows, &event.decode()?)?,
        ("group-created", 1) => group_created(rows, &event.decode()?)?,
        ("group-deleted", 1) => group_deleted(rows, &event.decode()?)?,
        ("group-members-added", 1) => group_members_added(rows, &event.decode()?)?,
        ("group-members-removed", 1) => group_members_removed(rows, &event.decode()?)?,
        _ => {}
    }
    Ok(())
}

fn person_added(rows: &Connection, added: &PersonAdded) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO person (id, role, is_active) VALUES (?1, ?2, 1)
         ON CONFLICT (id) DO UPDATE SET role = excluded.role, is_active = 1",
    )?
    .execute((added.person_id, &added.role))?;
    set_departments(rows, added.person_id, &added.departments)
}

fn set_active(rows: &Connection, person: PersonId, is_active: bool) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE person SET is_active = ?2 WHERE id = ?1")?
        .execute((person, is_active))?;
    Ok(())
}

fn role_assigned(rows: &Connection, assigned: &RoleAssigned) -> rusqlite::Result<()> {
    rows.prepare_cached("UPDATE person SET role = ?2 WHERE id = ?1")?
        .execute((assigned.person_id, &assigned.role))?;
    Ok(())
}

fn role_defined(rows: &Connection, defined: &RoleDefined) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO role (name, permissions) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions",
    )?
    .execute((&defined.role, Permissions::of(&defined.permissions).0))?;
    Ok(())
}

fn role_deleted(rows: &Connection, deleted: &RoleDeleted) -> rusqlite::Result<()> {
    rows.prepare_cached("DELETE FROM role WHERE name = ?1")?
        .execute([&deleted.role])?;
    Ok(())
}

fn set_departments(
    rows: &Connection,
    person: PersonId,
    departments: &[DepartmentId],
) -> rusqlite::Result<()> {
    rows.prepare_cached("DELETE FROM department_member WHERE person = ?1")?
        .execute([person])?;
    for department in departments {
        rows.prepare_cached("INSERT OR IGNORE INTO department_member VALUES (?1, ?2)")?
            .execute((person, department))?;
    }
    rows.prepare_cached("DELETE FROM belongs WHERE person = ?1 AND kind = 2")?
        .execute([person])?;
    rows.prepare_cached(
        "WITH RECURSIVE above (id) AS (
            SELECT department FROM department_member WHERE person = ?1
            UNION
            SELECT d.parent FROM above a JOIN department d ON d.id = a.id
            WHERE d.parent IS NOT NULL
        ) INSERT INTO belongs SELECT ?1, 2, id FROM above",
    )?
    .execute([person])?;
    Ok(())
}

fn department_placed(rows: &Connection, placed: &DepartmentPlaced) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO department (id, parent) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE SET parent = excluded.parent",
    )?
    .execute((placed.department_id, placed.parent))?;
    all_belong(rows)
}

fn department_deleted(rows: &Connection, deleted: &DepartmentDeleted) -> rusqlite::Result<()> {
    let (gone, successor) = (deleted.department_id, deleted.successor);
    if let Some(successor) = successor {
        rows.prepare_cached(
            "INSERT OR IGNORE INTO department_member
             SELECT person, ?2 FROM department_member WHERE department = ?1",
        )?
        .execute((gone, successor))?;
    }
    rows.prepare_cached("DELETE FROM department_member WHERE department = ?1")?
        .execute([gone])?;
    rows.prepare_cached("UPDATE department SET parent = ?2 WHERE parent = ?1")?
        .execute((gone, successor))?;
    rows.prepare_cached("DELETE FROM department WHERE id = ?1")?
        .execute([gone])?;
    all_belong(rows)
}

/// Works out anew which departments everybody belongs to.
fn all_belong(rows: &Connection) -> rusqlite::Result<()> {
    rows.prepare_cached("DELETE FROM belongs WHERE kind = 2")?
        .execute([])?;
    rows.prepare_cached(
        "WITH RECURSIVE above (person, id) AS (
            SELECT person, department FROM department_member
            UNION
            SELECT a.person, d.parent FROM above a JOIN department d ON d.id = a.id
            WHERE d.parent IS NOT NULL
        ) INSERT INTO belongs SELECT person, 2, id FROM above",
    )?
    .execute([])?;
    Ok(())
}

fn group_created(rows: &Connection, group: &GroupConcerned) -> rusqlite::Result<()> {
    rows.prepare_cached("INSERT OR IGNORE INTO team (id) VALUES (?1)")?
        .execute([group.group_id])?;
    Ok(())
}

fn group_deleted(rows: &Connection, group: &GroupConcerned) -> rusqlite::Result<()> {
    rows.prepare_cached("DELETE FROM team WHERE id = ?1")?
        .execute([group.group_id])?;
    rows.prepare_cached("DELETE FROM belongs WHERE kind = 1 AND subject = ?1")?
        .execute([group.group_id])?;
    Ok(())
}

fn group_members_added(rows: &Connection, members: &GroupMembers) -> rusqlite::Result<()> {
    for person in &members.people {
        rows.prepare_cached("INSERT OR IGNORE INTO belongs VALUES (?1, 1, ?2)")?
            .execute((person, members.group_id))?;
    }
    Ok(())
}

fn group_members_removed(rows: &Connection, members: &GroupMembers) -> rusqlite::Result<()> {
    for person in &members.people {
        rows.prepare_cached("DELETE FROM belongs WHERE person = ?1 AND kind = 1 AND subject = ?2")?
            .execute((person, members.group_id))?;
    }
    Ok(())
}
