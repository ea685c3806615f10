//! What an aspect is about, and what it is in the rows.

use crate::events::{DepartmentId, GroupId, InvitationId};
use crate::rows;
use kernel::{Aspect, BadAspect, PersonId};
use rusqlite::{Connection, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An aspect whose names are understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    Person(PersonId, OfPerson),
    Department(DepartmentId, OfDepartment),
    Group(GroupId, OfGroup),
    Member(GroupId, PersonId),
    Permissions(String),
    Open(InvitationId),
}

/// An aspect of a person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OfPerson {
    Role,
    Active,
    Profile,
    Departments,
    Account,
    Exists,
}

/// An aspect of a department.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OfDepartment {
    Name,
    Parent,
    Exists,
}

/// An aspect of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OfGroup {
    Name,
    Exists,
}

/// What a person's `profile` is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    pub handle: String,
    pub email: Option<String>,
    pub title: Option<String>,
    pub locale: Option<String>,
}

/// What a department's `parent` is; none: it stands at the top.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Below {
    pub parent: Option<DepartmentId>,
}

impl Known {
    /// Understands an aspect.
    pub fn of(aspect: &Aspect) -> std::result::Result<Self, BadAspect> {
        let is = aspect.aspect.as_str();
        match aspect.kind.as_str() {
            "person" => {
                let of = match is {
                    "role" => OfPerson::Role,
                    "active" => OfPerson::Active,
                    "profile" => OfPerson::Profile,
                    "departments" => OfPerson::Departments,
                    "account" => OfPerson::Account,
                    "exists" => OfPerson::Exists,
                    _ => return Err(BadAspect::Aspect),
                };
                Ok(Self::Person(aspect.alone()?, of))
            }
            "department" => {
                let of = match is {
                    "name" => OfDepartment::Name,
                    "parent" => OfDepartment::Parent,
                    "exists" => OfDepartment::Exists,
                    _ => return Err(BadAspect::Aspect),
                };
                Ok(Self::Department(aspect.alone()?, of))
            }
            "group" => match is {
                "name" => Ok(Self::Group(aspect.alone()?, OfGroup::Name)),
                "exists" => Ok(Self::Group(aspect.alone()?, OfGroup::Exists)),
                "member" => {
                    let (group, person) = aspect.both()?;
                    Ok(Self::Member(group, person))
                }
                _ => Err(BadAspect::Aspect),
            },
            "role" if is == "permissions" => Ok(Self::Permissions(aspect.alone()?)),
            "invitation" if is == "open" => Ok(Self::Open(aspect.alone()?)),
            "role" | "invitation" => Err(BadAspect::Aspect),
            _ => Err(BadAspect::Kind),
        }
    }
}

/// What the aspect is; null where its object is not there.
pub fn value(rows: &Connection, aspect: &Aspect) -> Result<Value> {
    let Ok(known) = Known::of(aspect) else {
        return Ok(Value::Null);
    };
    Ok(match known {
        Known::Person(id, of) => of_person(rows, id, of)?,
        Known::Department(id, of) => match rows::department(rows, id)? {
            None => Value::Null,
            Some((name, parent)) => match of {
                OfDepartment::Name => json!(name),
                OfDepartment::Parent => json!(Below { parent }),
                OfDepartment::Exists => json!(true),
            },
        },
        Known::Group(id, of) => match (rows::group(rows, id)?, of) {
            (None, _) => Value::Null,
            (Some(name), OfGroup::Name) => json!(name),
            (Some(_), OfGroup::Exists) => json!(true),
        },
        Known::Member(group, person) => there(rows::is_member(rows, group, person)?),
        Known::Permissions(role) => json!(rows::role(rows, &role)?.map(|role| role.permissions)),
        Known::Open(id) => {
            json!(rows::invitation(rows, id)?.map(|invitation| is_open(&invitation)))
        }
    })
}

/// Whether an invitation was neither revoked nor accepted.
pub fn is_open(invitation: &rows::Invitation) -> bool {
    !invitation.is_revoked && invitation.accepted_by.is_none()
}

fn there(is: bool) -> Value {
    if is { json!(true) } else { Value::Null }
}

fn of_person(rows: &Connection, id: PersonId, of: OfPerson) -> Result<Value> {
    let Some(person) = rows::person(rows, id)? else {
        return Ok(Value::Null);
    };
    Ok(match of {
        OfPerson::Role => json!(person.role),
        OfPerson::Active => json!(person.is_active),
        OfPerson::Departments => json!(rows::departments_of(rows, id)?),
        OfPerson::Account => json!(person.account_id),
        OfPerson::Exists => json!(true),
        OfPerson::Profile => json!(Profile {
            name: person.name,
            handle: person.handle,
            email: person.email,
            title: person.title,
            locale: person.locale,
        }),
    })
}

/// What people call the object; of what is gone, what it was called last.
pub fn label(rows: &Connection, aspect: &Aspect) -> Result<Option<String>> {
    let Ok(known) = Known::of(aspect) else {
        return Ok(None);
    };
    match known {
        Known::Person(id, _) => Ok(rows::person(rows, id)?.map(|person| person.name)),
        Known::Department(id, _) => match rows::department(rows, id)? {
            Some((name, _)) => Ok(Some(name)),
            None => Ok(rows::former_department(rows, id)?.map(|(name, _)| name)),
        },
        Known::Group(id, _) | Known::Member(id, _) => match rows::group(rows, id)? {
            Some(name) => Ok(Some(name)),
            None => rows::former_group(rows, id),
        },
        Known::Permissions(role) => Ok(Some(role)),
        Known::Open(id) => Ok(rows::invitation(rows, id)?.and_then(|invitation| invitation.email)),
    }
}
