//! The facts that make people, roles and invitations what they were. Departments and groups:
//! [`places`].

use super::aspects::{Profile, is_open};
use super::places;
use super::wish::Wish;
use crate::commands::{checked_departments, deactivated, free_handle, keep_an_owner, no_person};
use crate::events::*;
use crate::{fields, quarantine, roles, rows};
use kernel::{Aspect, Event, NotPutBack, PersonId, PuttingBack, Timestamp};
use rusqlite::Connection;

/// The facts; none where it is so already.
pub fn facts(
    rows: &Connection,
    putting: &PuttingBack<'_>,
    wish: &Wish,
) -> Result<Vec<Event>, NotPutBack> {
    let time = putting.time;
    match wish {
        Wish::Role(id, role) => role_of(rows, *id, &present(role.as_ref())?),
        Wish::Active(id, Some(true)) if shuts_out(putting, *id) => Err(NotPutBack::because(
            "An account that was linked meanwhile acts as this person and is shut out.",
        )),
        Wish::Active(id, active) => activity(rows, time, *id, present(active.as_ref())?),
        Wish::Profile(id, profile) => profile_of(rows, *id, &present(profile.as_ref())?),
        Wish::Departments(id, all) => departments(rows, *id, present(all.as_ref())?),
        Wish::PersonExists(id, true) => {
            person(rows, *id)?;
            Ok(Vec::new())
        }
        // A link is never undone; but whoever it let in is shut out.
        Wish::PersonExists(id, false) | Wish::Account(id, None) => activity(rows, time, *id, false),
        Wish::Account(_, Some(_)) => Err(NotPutBack::because(
            "An account is linked anew, not put back.",
        )),
        Wish::Permissions(role, Some(permissions)) => define(rows, role, permissions),
        Wish::Permissions(role, None) => delete(rows, time, role),
        Wish::Open(id, open) => invitation(rows, *id, *open),
        Wish::DepartmentName(id, name) => {
            places::name_department(rows, *id, &present(name.as_ref())?)
        }
        Wish::Parent(id, below) => places::place(rows, *id, present(below.as_ref())?.parent),
        Wish::DepartmentExists(id, true) => places::make_department(rows, *id),
        Wish::DepartmentExists(id, false) => places::delete_department(rows, *id),
        Wish::GroupName(id, name) => places::name_group(rows, *id, &present(name.as_ref())?),
        Wish::GroupExists(id, true) => places::make_group(rows, *id),
        Wish::GroupExists(id, false) => Ok(vec![GroupDeleted { group_id: *id }.event()]),
        Wish::Member(group, person, is) => places::member(rows, *group, *person, *is),
    }
}

/// What an aspect shall be, where its object is to be there.
fn present<T: Clone>(value: Option<&T>) -> Result<T, NotPutBack> {
    value.cloned().ok_or_else(|| {
        NotPutBack::because("It was not there then; what it is made of goes with it alone.")
    })
}

/// Whether the command shuts out an account that acts as this person.
fn shuts_out(putting: &PuttingBack<'_>, id: PersonId) -> bool {
    let account = Aspect::new("person", id, "account");
    let mut items = putting.items.iter();
    items.any(|item| item.aspect == account && item.value.is_null() && !item.expected.is_null())
}

/// The person with this id, who is or was here.
pub fn person(rows: &Connection, id: PersonId) -> Result<rows::Person, NotPutBack> {
    rows::person(rows, id)?.ok_or_else(|| NotPutBack::from(no_person("person_id")))
}

fn role_of(rows: &Connection, id: PersonId, role: &str) -> Result<Vec<Event>, NotPutBack> {
    let person = person(rows, id)?;
    if rows::role(rows, role)?.is_none() {
        return Err(NotPutBack::because("There is no such role any more."));
    }
    if role != roles::OWNER {
        keep_an_owner(rows, &person)?;
    }
    let fact = RoleAssigned {
        person_id: id,
        role: role.into(),
    };
    Ok(vec![fact.event()])
}

fn activity(
    rows: &Connection,
    time: Timestamp,
    id: PersonId,
    active: bool,
) -> Result<Vec<Event>, NotPutBack> {
    let person = person(rows, id)?;
    if person.is_active == active {
        return Ok(Vec::new());
    }
    if active {
        // Whoever follows the directory would take them for free.
        quarantine::must_be_free(&person, "person_id")?;
        return Ok(vec![PersonReactivated { person_id: id }.event()]);
    }
    Ok(deactivated(rows, time, &person)?)
}

fn profile_of(rows: &Connection, id: PersonId, wanted: &Profile) -> Result<Vec<Event>, NotPutBack> {
    let person = person(rows, id)?;
    let fact = PersonUpdated {
        person_id: id,
        name: fields::name("name", &wanted.name)?,
        handle: fields::handle("handle", &wanted.handle)?,
        email: fields::email("email", wanted.email.as_deref())?,
        title: fields::title("title", wanted.title.as_deref())?,
        locale: fields::locale("locale", wanted.locale.as_deref())?,
    };
    if fact.handle.to_lowercase() != person.handle.to_lowercase() {
        free_handle(rows, "handle", &fact.handle)?;
    }
    Ok(vec![fact.event()])
}

fn departments(
    rows: &Connection,
    id: PersonId,
    all: Vec<DepartmentId>,
) -> Result<Vec<Event>, NotPutBack> {
    person(rows, id)?;
    let fact = DepartmentsAssigned {
        person_id: id,
        departments: checked_departments(rows, "departments", all)?,
    };
    Ok(vec![fact.event()])
}

fn define(rows: &Connection, role: &str, permissions: &[String]) -> Result<Vec<Event>, NotPutBack> {
    let name = fields::role("role", role)?;
    require_own(rows, role)?;
    let mut permissions = permissions.to_vec();
    permissions.sort_unstable();
    permissions.dedup();
    let is_known = |permission: &String| roles::PERMISSIONS.contains(&permission.as_str());
    if !permissions.iter().all(is_known) {
        return Err(NotPutBack::because("It had a permission that is none."));
    }
    let fact = RoleDefined {
        role: name,
        permissions,
        built_in: false,
    };
    Ok(vec![fact.event()])
}

fn delete(rows: &Connection, time: Timestamp, role: &str) -> Result<Vec<Event>, NotPutBack> {
    require_own(rows, role)?;
    if rows::is_role_used(rows, role, time)? {
        let reason = "Somebody has this role or is invited into it.";
        return Err(NotPutBack::because(reason));
    }
    let role = role.into();
    Ok(vec![RoleDeleted { role }.event()])
}

/// Nothing, while the role is none of the built-in ones.
fn require_own(rows: &Connection, role: &str) -> Result<(), NotPutBack> {
    match rows::role(rows, role)? {
        Some(role) if role.is_built_in => {
            Err(NotPutBack::because("Built-in roles stay as they are."))
        }
        _ => Ok(()),
    }
}

fn invitation(rows: &Connection, id: InvitationId, open: bool) -> Result<Vec<Event>, NotPutBack> {
    let invitation = rows::invitation(rows, id)?;
    let is = invitation.as_ref().is_some_and(is_open);
    let accepted_by = invitation.and_then(|invitation| invitation.accepted_by);
    if let (false, Some(by)) = (open, accepted_by) {
        let name = person(rows, by)?.name;
        let reason = format!("It was accepted by {name}; put back that this person is there.");
        return Err(NotPutBack::because(reason));
    }
    match (is, open) {
        (true, false) => Ok(vec![InvitationRevoked { invitation_id: id }.event()]),
        (false, true) => {
            let reason = "An invitation cannot be opened again; make a new one.";
            Err(NotPutBack::because(reason))
        }
        _ => Ok(Vec::new()),
    }
}
