//! An item with its value in the shape the aspect has.

use super::aspects::{Below, Known, OfDepartment, OfGroup, OfPerson, Profile};
use crate::events::{DepartmentId, GroupId, InvitationId};
use kernel::{AccountId, PersonId, PutBackItem, Refusal};

/// What shall be what; none: the object shall not be there.
#[derive(Clone, Debug)]
pub enum Wish {
    Role(PersonId, Option<String>),
    Active(PersonId, Option<bool>),
    Profile(PersonId, Option<Profile>),
    Departments(PersonId, Option<Vec<DepartmentId>>),
    Account(PersonId, Option<AccountId>),
    PersonExists(PersonId, bool),
    DepartmentName(DepartmentId, Option<String>),
    Parent(DepartmentId, Option<Below>),
    DepartmentExists(DepartmentId, bool),
    GroupName(GroupId, Option<String>),
    GroupExists(GroupId, bool),
    Member(GroupId, PersonId, bool),
    Permissions(String, Option<Vec<String>>),
    Open(InvitationId, bool),
}

impl Wish {
    /// Reads an item; `field` is its path in the request.
    pub fn read(field: &str, item: &PutBackItem) -> Result<Self, Refusal> {
        let known = Known::of(&item.aspect).map_err(|bad| bad.refusal(field))?;
        let is_there = || Ok::<_, Refusal>(item.wanted::<Option<bool>>(field)? == Some(true));
        Ok(match known {
            Known::Person(id, OfPerson::Role) => Self::Role(id, item.wanted(field)?),
            Known::Person(id, OfPerson::Active) => Self::Active(id, item.wanted(field)?),
            Known::Person(id, OfPerson::Profile) => Self::Profile(id, item.wanted(field)?),
            Known::Person(id, OfPerson::Departments) => Self::Departments(id, item.wanted(field)?),
            Known::Person(id, OfPerson::Account) => Self::Account(id, item.wanted(field)?),
            Known::Person(id, OfPerson::Exists) => Self::PersonExists(id, is_there()?),
            Known::Department(id, OfDepartment::Name) => {
                Self::DepartmentName(id, item.wanted(field)?)
            }
            Known::Department(id, OfDepartment::Parent) => Self::Parent(id, item.wanted(field)?),
            Known::Department(id, OfDepartment::Exists) => Self::DepartmentExists(id, is_there()?),
            Known::Group(id, OfGroup::Name) => Self::GroupName(id, item.wanted(field)?),
            Known::Group(id, OfGroup::Exists) => Self::GroupExists(id, is_there()?),
            Known::Member(group, person) => Self::Member(group, person, is_there()?),
            Known::Permissions(role) => Self::Permissions(role, item.wanted(field)?),
            Known::Open(id) => Self::Open(id, is_there()?),
        })
    }
}
