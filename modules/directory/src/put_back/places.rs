//! The facts that make departments and groups what they were.

use super::facts::person;
use crate::commands::{check_place, name_taken, no_department, no_group};
use crate::events::*;
use crate::{fields, rows};
use kernel::{DecideError, Event, NotPutBack, PersonId};
use rusqlite::Connection;

type Department = (String, Option<DepartmentId>);

fn department(rows: &Connection, id: DepartmentId) -> Result<Department, NotPutBack> {
    rows::department(rows, id)?.ok_or_else(|| NotPutBack::from(no_department("department_id")))
}

pub fn name_department(
    rows: &Connection,
    id: DepartmentId,
    name: &str,
) -> Result<Vec<Event>, NotPutBack> {
    let (_, parent) = department(rows, id)?;
    let name = fields::name("name", name)?;
    require_free(rows::department_named(rows, parent, &name)?, id)?;
    let fact = DepartmentRenamed {
        department_id: id,
        name,
    };
    Ok(vec![fact.event()])
}

pub fn place(
    rows: &Connection,
    id: DepartmentId,
    parent: Option<DepartmentId>,
) -> Result<Vec<Event>, NotPutBack> {
    let (name, _) = department(rows, id)?;
    check_place(rows, id, &name, parent)?;
    let fact = DepartmentMoved {
        department_id: id,
        parent,
    };
    Ok(vec![fact.event()])
}

/// Makes a department again as it was last; at the top, where the one above it is gone.
pub fn make_department(rows: &Connection, id: DepartmentId) -> Result<Vec<Event>, NotPutBack> {
    let Some((name, above)) = rows::former_department(rows, id)? else {
        return Err(no_department("department_id").into());
    };
    let parent = match above {
        Some(above) if rows::department(rows, above)?.is_some() => Some(above),
        _ => None,
    };
    require_free(rows::department_named(rows, parent, &name)?, id)?;
    let fact = DepartmentCreated {
        department_id: id,
        name,
        parent,
    };
    Ok(vec![fact.event()])
}

/// Deletes a department nobody and nothing is in.
pub fn delete_department(rows: &Connection, id: DepartmentId) -> Result<Vec<Event>, NotPutBack> {
    if !rows::departments_below(rows, id)?.is_empty() || rows::has_people(rows, id)? {
        let reason = "The department has people or sub-departments.";
        return Err(NotPutBack::because(reason));
    }
    let fact = DepartmentDeleted {
        department_id: id,
        successor: None,
    };
    Ok(vec![fact.event()])
}

pub fn name_group(rows: &Connection, id: GroupId, name: &str) -> Result<Vec<Event>, NotPutBack> {
    require_group(rows, id)?;
    let name = fields::name("name", name)?;
    require_free(rows::group_named(rows, &name)?, id)?;
    Ok(vec![GroupRenamed { group_id: id, name }.event()])
}

/// Makes a group again under its last name, without members.
pub fn make_group(rows: &Connection, id: GroupId) -> Result<Vec<Event>, NotPutBack> {
    let name = rows::former_group(rows, id)?.ok_or_else(|| no_group("group_id"))?;
    require_free(rows::group_named(rows, &name)?, id)?;
    Ok(vec![GroupCreated { group_id: id, name }.event()])
}

pub fn member(
    rows: &Connection,
    group_id: GroupId,
    who: PersonId,
    is: bool,
) -> Result<Vec<Event>, NotPutBack> {
    require_group(rows, group_id)?;
    person(rows, who)?;
    let people = vec![who];
    Ok(vec![if is {
        GroupMembersAdded { group_id, people }.event()
    } else {
        GroupMembersRemoved { group_id, people }.event()
    }])
}

fn require_group(rows: &Connection, id: GroupId) -> Result<(), DecideError> {
    match rows::group(rows, id)? {
        Some(_) => Ok(()),
        None => Err(no_group("group_id").into()),
    }
}

/// Nothing, where a name is free, or the object's own.
fn require_free<T: PartialEq>(holder: Option<T>, id: T) -> Result<(), DecideError> {
    match holder {
        Some(holder) if holder != id => Err(name_taken("name").into()),
        _ => Ok(()),
    }
}
