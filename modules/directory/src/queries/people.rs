//! People as lists show them.

use crate::events::DepartmentId;
use crate::rows;
use kernel::PersonId;
use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

/// A person.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PersonRow {
    /// The person.
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Short unique name, for mentions.
    pub handle: String,
    /// Mail address.
    pub email: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// The person's role.
    pub role: String,
    /// Departments the person is in.
    pub departments: Vec<DepartmentId>,
    /// Whether the person is active.
    pub status: PersonStatus,
    /// Whether somebody can sign in and act as this person.
    pub has_account: bool,
}

/// Whether a person takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonStatus {
    /// It does.
    Active,
    /// It was shut out.
    Deactivated,
}

/// A page of people.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PersonList {
    /// The people.
    pub items: Vec<PersonRow>,
    /// Where the next page starts; none: this is the last.
    pub next: Option<String>,
}

impl PersonRow {
    pub(super) fn of(rows: &Connection, person: rows::Person) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            departments: rows::departments_of(rows, person.person_id)?,
            id: person.person_id,
            name: person.name,
            handle: person.handle,
            email: person.email,
            title: person.title,
            locale: person.locale,
            role: person.role,
            status: if person.is_active {
                PersonStatus::Active
            } else {
                PersonStatus::Deactivated
            },
            has_account: person.account_id.is_some(),
        })
    }

    pub(super) fn sort_key(&self) -> (String, PersonId) {
        (self.name.to_lowercase(), self.id)
    }
}
