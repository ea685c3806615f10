//! One person.

use super::{PersonRow, may, sees_quarantine};
use crate::rows;
use kernel::{Actor, DecideError, PersonId, Refusal};
use rusqlite::Connection;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which person.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonParameters {
    /// The person.
    pub person_id: PersonId,
}

/// The person, deactivated or not.
///
/// # Errors
/// `workspace_not_found` for strangers, `person_not_found`.
pub fn person(
    rows: &Connection,
    actor: &Actor,
    wanted: PersonParameters,
) -> Result<PersonRow, DecideError> {
    may(rows, actor, "read")?;
    let person = rows::person(rows, wanted.person_id)?.ok_or_else(|| {
        Refusal::not_found("person_id", "person_not_found", "There is no such person.")
    })?;
    let sees_quarantine = sees_quarantine(rows, actor)?;
    Ok(PersonRow::of(rows, person, sees_quarantine)?)
}
