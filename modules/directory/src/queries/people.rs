//! People as lists show them.

use crate::events::{AlarmId, DepartmentId};
use crate::{quarantine, rows};
use kernel::{PersonId, Timestamp};
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
    /// Whether the person takes part.
    pub status: PersonStatus,
    /// The quarantine the person is in, for those who decide over people; also of whoever was
    /// deactivated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<QuarantineRow>,
    /// Whether somebody can sign in and act as this person.
    pub has_account: bool,
}

/// Whether a person takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonStatus {
    /// It does.
    Active,
    /// It does not, until it is released.
    Quarantined,
    /// It was shut out.
    Deactivated,
}

/// Why and since when a person is in quarantine.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct QuarantineRow {
    /// Since when, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// Why.
    pub reason: String,
    /// The alarm that led to it.
    pub alarm_id: Option<AlarmId>,
    /// Who did it; null: a site by itself.
    pub by: Option<PersonId>,
    /// The name of that person.
    pub by_name: Option<String>,
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
    /// The person as it is shown to whoever sees why people are in quarantine, or does not.
    pub(super) fn of(
        rows: &Connection,
        person: rows::Person,
        sees_quarantine: bool,
    ) -> Result<Self, rusqlite::Error> {
        let quarantine = match person.is_quarantined && sees_quarantine {
            true => QuarantineRow::of(rows, person.person_id)?,
            false => None,
        };
        Ok(Self {
            quarantine,
            departments: rows::departments_of(rows, person.person_id)?,
            id: person.person_id,
            name: person.name,
            handle: person.handle,
            email: person.email,
            title: person.title,
            locale: person.locale,
            role: person.role,
            status: match (person.is_active, person.is_quarantined && sees_quarantine) {
                (false, _) => PersonStatus::Deactivated,
                (true, true) => PersonStatus::Quarantined,
                (true, false) => PersonStatus::Active,
            },
            has_account: person.account_id.is_some(),
        })
    }

    pub(super) fn sort_key(&self) -> (String, PersonId) {
        (self.name.to_lowercase(), self.id)
    }
}

impl QuarantineRow {
    fn of(rows: &Connection, person: PersonId) -> Result<Option<Self>, rusqlite::Error> {
        let Some(quarantine) = quarantine::of(rows, person)? else {
            return Ok(None);
        };
        let by = quarantine.by;
        let by_name = match by {
            Some(by) => rows::person(rows, by)?.map(|person| person.name),
            None => None,
        };
        Ok(Some(Self {
            since: quarantine.since,
            reason: quarantine.reason,
            alarm_id: quarantine.alarm_id,
            by,
            by_name,
        }))
    }
}
