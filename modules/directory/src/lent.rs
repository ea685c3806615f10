//! Roles that were lent for a time.

use crate::events::{GrantId, InvitationId};
use kernel::{PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result};

/// A role that was lent.
pub struct Lent {
    pub person_id: PersonId,
    pub role: String,
    pub previous: String,
    pub is_returned: bool,
}

/// The name of a role that is made for a grant.
pub fn role_name(grant: GrantId) -> String {
    let id = grant.0.simple().to_string();
    format!("succession-{}", &id[id.len() - 12..])
}

/// What was lent for a grant.
pub fn find(rows: &Connection, grant: GrantId) -> Result<Option<Lent>> {
    rows.prepare_cached(
        "SELECT person, role, previous, returned_at IS NOT NULL FROM lent WHERE grant_id = ?1",
    )?
    .query_row([grant], |row| {
        Ok(Lent {
            person_id: row.get(0)?,
            role: row.get(1)?,
            previous: row.get(2)?,
            is_returned: row.get(3)?,
        })
    })
    .optional()
}

/// Whether a person has something that was lent and is not returned.
pub fn of_person(rows: &Connection, person: PersonId) -> Result<bool> {
    rows.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM lent WHERE person = ?1 AND returned_at IS NULL)",
    )?
    .query_row([person], |row| row.get(0))
}

/// The grants whose time is over and that are not returned.
pub fn over(rows: &Connection, now: Timestamp) -> Result<Vec<GrantId>> {
    rows.prepare_cached(
        "SELECT grant_id FROM lent WHERE returned_at IS NULL AND until <= ?1 ORDER BY until, grant_id",
    )?
    .query_map([now.millis()], |row| row.get(0))?
    .collect()
}

/// Everybody who has a role.
pub fn holders(rows: &Connection, role: &str) -> Result<Vec<PersonId>> {
    rows.prepare_cached("SELECT id FROM person WHERE role = ?1 ORDER BY id")?
        .query_map([role], |row| row.get(0))?
        .collect()
}

/// Invitations into a role that could still be accepted.
pub fn open_invitations(
    rows: &Connection,
    role: &str,
    now: Timestamp,
) -> Result<Vec<InvitationId>> {
    rows.prepare_cached(
        "SELECT id FROM invitation WHERE role = ?1 AND expires_at > ?2
         AND revoked_at IS NULL AND accepted_at IS NULL ORDER BY id",
    )?
    .query_map((role, now.millis()), |row| row.get(0))?
    .collect()
}
