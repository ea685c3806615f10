//! Which aspects an event touches.

use crate::events::*;
use crate::rows;
use kernel::{ApplyError, Aspect, Event, PersonId};
use rusqlite::Connection;
use serde::Deserialize;

#[derive(Deserialize)]
struct OfPerson {
    person_id: PersonId,
}

#[derive(Deserialize)]
struct OfDepartment {
    department_id: DepartmentId,
}

#[derive(Deserialize)]
struct OfGroup {
    group_id: GroupId,
}

#[derive(Deserialize)]
struct OfRole {
    role: String,
}

#[derive(Deserialize)]
struct OfInvitation {
    invitation_id: InvitationId,
}

/// The aspects, with the rows as they are before the event.
pub fn touches(rows: &Connection, event: &Event) -> Result<Vec<Aspect>, ApplyError> {
    let one = match event.kind.as_str() {
        PersonAdded::KIND => person(event, "exists")?,
        PersonUpdated::KIND => person(event, "profile")?,
        PersonDeactivated::KIND | PersonReactivated::KIND => person(event, "active")?,
        RoleAssigned::KIND => person(event, "role")?,
        AccountLinked::KIND => person(event, "account")?,
        DepartmentsAssigned::KIND => person(event, "departments")?,
        DepartmentCreated::KIND => department(event, "exists")?,
        DepartmentRenamed::KIND => department(event, "name")?,
        DepartmentMoved::KIND => department(event, "parent")?,
        DepartmentDeleted::KIND => return department_deleted(rows, &event.decode()?),
        GroupCreated::KIND => group(event, "exists")?,
        GroupRenamed::KIND => group(event, "name")?,
        GroupDeleted::KIND => return group_deleted(rows, &event.decode()?),
        GroupMembersAdded::KIND => {
            let fact: GroupMembersAdded = event.decode()?;
            return Ok(members(fact.group_id, &fact.people));
        }
        GroupMembersRemoved::KIND => {
            let fact: GroupMembersRemoved = event.decode()?;
            return Ok(members(fact.group_id, &fact.people));
        }
        RoleDefined::KIND | RoleDeleted::KIND => {
            let about: OfRole = event.decode()?;
            Aspect::new("role", about.role, "permissions")
        }
        InvitationMade::KIND | InvitationRevoked::KIND | InvitationAccepted::KIND => {
            let about: OfInvitation = event.decode()?;
            Aspect::new("invitation", about.invitation_id, "open")
        }
        _ => return Ok(Vec::new()),
    };
    Ok(vec![one])
}

fn person(event: &Event, aspect: &str) -> Result<Aspect, ApplyError> {
    let about: OfPerson = event.decode()?;
    Ok(Aspect::new("person", about.person_id, aspect))
}

fn department(event: &Event, aspect: &str) -> Result<Aspect, ApplyError> {
    let about: OfDepartment = event.decode()?;
    Ok(Aspect::new("department", about.department_id, aspect))
}

fn group(event: &Event, aspect: &str) -> Result<Aspect, ApplyError> {
    let about: OfGroup = event.decode()?;
    Ok(Aspect::new("group", about.group_id, aspect))
}

fn members(group: GroupId, people: &[PersonId]) -> Vec<Aspect> {
    let member = |person| Aspect::new("group", group, "member").with(person);
    people.iter().map(member).collect()
}

/// A group takes its name and its members along.
fn group_deleted(rows: &Connection, fact: &GroupDeleted) -> Result<Vec<Aspect>, ApplyError> {
    let id = fact.group_id;
    let mut touched = members(id, &rows::members(rows, id)?);
    touched.extend(["exists", "name"].map(|aspect| Aspect::new("group", id, aspect)));
    Ok(touched)
}

/// A department takes its name and place along; what stood below it and who was in it went elsewhere.
fn department_deleted(
    rows: &Connection,
    fact: &DepartmentDeleted,
) -> Result<Vec<Aspect>, ApplyError> {
    let id = fact.department_id;
    let own = ["exists", "name", "parent"].map(|aspect| Aspect::new("department", id, aspect));
    let mut touched = Vec::from(own);
    for (below, _) in rows::departments_below(rows, id)? {
        touched.push(Aspect::new("department", below, "parent"));
    }
    for person in rows::people_in(rows, id)? {
        touched.push(Aspect::new("person", person, "departments"));
    }
    Ok(touched)
}
