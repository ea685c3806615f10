//! Reading single facts from the rows, for deciding.

use crate::events::{DepartmentId, GroupId, InvitationId};
use kernel::{AccountId, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

/// A person as the rows have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub person_id: PersonId,
    pub account_id: Option<AccountId>,
    pub name: String,
    pub handle: String,
    pub email: Option<String>,
    pub title: Option<String>,
    pub locale: Option<String>,
    pub role: String,
    pub is_active: bool,
    pub external_id: Option<String>,
    pub is_quarantined: bool,
}

/// The columns [`Person::read`] expects, in its order.
pub const PERSON_COLUMNS: &str =
    "id, account, name, handle, email, title, locale, role, is_active, external_id,
     EXISTS (SELECT 1 FROM quarantine WHERE quarantine.person = person.id)";

impl Person {
    /// Reads a row of [`PERSON_COLUMNS`].
    pub fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            person_id: row.get(0)?,
            account_id: row.get(1)?,
            name: row.get(2)?,
            handle: row.get(3)?,
            email: row.get(4)?,
            title: row.get(5)?,
            locale: row.get(6)?,
            role: row.get(7)?,
            is_active: row.get(8)?,
            external_id: row.get(9)?,
            is_quarantined: row.get(10)?,
        })
    }

    /// Whether it does and sees anything in the workspace.
    pub const fn takes_part(&self) -> bool {
        self.is_active && !self.is_quarantined
    }
}

/// A role as the rows have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    pub name: String,
    pub is_built_in: bool,
    pub permissions: Vec<String>,
}

/// An invitation as the rows have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Invitation {
    pub invitation_id: InvitationId,
    pub role: String,
    pub email: Option<String>,
    pub person_id: Option<PersonId>,
    pub invited_by: PersonId,
    pub expires_at: Timestamp,
    pub is_revoked: bool,
    pub accepted_by: Option<PersonId>,
}

fn find_person(
    rows: &Connection,
    condition: &str,
    key: impl rusqlite::ToSql,
) -> Result<Option<Person>> {
    rows.prepare_cached(&format!(
        "SELECT {PERSON_COLUMNS} FROM person WHERE {condition} = ?1"
    ))?
    .query_row([key], Person::read)
    .optional()
}

/// The person with this id.
pub fn person(rows: &Connection, id: PersonId) -> Result<Option<Person>> {
    find_person(rows, "id", id)
}

/// The person this account acts as.
pub fn person_of_account(rows: &Connection, account: AccountId) -> Result<Option<Person>> {
    find_person(rows, "account", account)
}

/// The person with this handle, ignoring case.
pub fn person_by_handle(rows: &Connection, handle: &str) -> Result<Option<Person>> {
    find_person(rows, "handle_key", handle.to_lowercase())
}

/// The person imported under this id.
pub fn person_by_external_id(rows: &Connection, external_id: &str) -> Result<Option<Person>> {
    find_person(rows, "external_id", external_id)
}

/// The departments a person is in, in the order of their ids.
pub fn departments_of(rows: &Connection, person: PersonId) -> Result<Vec<DepartmentId>> {
    rows.prepare_cached("SELECT department FROM department_person WHERE person = ?1 ORDER BY 1")?
        .query_map([person], |row| row.get(0))?
        .collect()
}

/// The permissions of a role, sorted.
pub fn permissions(rows: &Connection, role: &str) -> Result<Vec<String>> {
    rows.prepare_cached("SELECT permission FROM role_permission WHERE role = ?1 ORDER BY 1")?
        .query_map([role], |row| row.get(0))?
        .collect()
}

/// The role of this name.
pub fn role(rows: &Connection, name: &str) -> Result<Option<Role>> {
    let found = rows
        .prepare_cached("SELECT is_built_in FROM role WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    let Some(is_built_in) = found else {
        return Ok(None);
    };
    Ok(Some(Role {
        name: name.into(),
        is_built_in,
        permissions: permissions(rows, name)?,
    }))
}

/// Owners that take part and that somebody can sign in as, other than `person`.
pub fn other_owners(rows: &Connection, person: PersonId) -> Result<u64> {
    rows.prepare_cached(
        "SELECT count(*) FROM person
         WHERE role = 'owner' AND is_active AND account IS NOT NULL AND id <> ?1
         AND id NOT IN (SELECT person FROM quarantine)",
    )?
    .query_row([person], |row| row.get(0))
}

/// Whether an owner takes part that somebody can sign in as.
pub fn has_owner(rows: &Connection) -> Result<bool> {
    rows.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM person
         WHERE role = 'owner' AND is_active AND account IS NOT NULL
         AND id NOT IN (SELECT person FROM quarantine))",
    )?
    .query_row([], |row| row.get(0))
}

/// A department's name and parent.
pub fn department(
    rows: &Connection,
    id: DepartmentId,
) -> Result<Option<(String, Option<DepartmentId>)>> {
    rows.prepare_cached("SELECT name, parent FROM department WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Whether `id` is `ancestor` or stands somewhere below it.
pub fn is_within(rows: &Connection, id: DepartmentId, ancestor: DepartmentId) -> Result<bool> {
    let mut next = Some(id);
    while let Some(id) = next {
        if id == ancestor {
            return Ok(true);
        }
        next = department(rows, id)?.and_then(|(_, parent)| parent);
    }
    Ok(false)
}

/// The sibling of this name under `parent`, ignoring case.
pub fn department_named(
    rows: &Connection,
    parent: Option<DepartmentId>,
    name: &str,
) -> Result<Option<DepartmentId>> {
    rows.prepare_cached("SELECT id FROM department WHERE parent IS ?1 AND name_key = ?2")?
        .query_row(params![parent, name.to_lowercase()], |row| row.get(0))
        .optional()
}

/// The name and parent a department had that is gone.
pub fn former_department(
    rows: &Connection,
    id: DepartmentId,
) -> Result<Option<(String, Option<DepartmentId>)>> {
    rows.prepare_cached("SELECT name, parent FROM former_department WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Everybody who is in a department.
pub fn people_in(rows: &Connection, id: DepartmentId) -> Result<Vec<PersonId>> {
    rows.prepare_cached("SELECT person FROM department_person WHERE department = ?1 ORDER BY 1")?
        .query_map([id], |row| row.get(0))?
        .collect()
}

/// The departments directly below one, with their names.
pub fn departments_below(
    rows: &Connection,
    parent: DepartmentId,
) -> Result<Vec<(DepartmentId, String)>> {
    rows.prepare_cached("SELECT id, name FROM department WHERE parent = ?1 ORDER BY id")?
        .query_map([parent], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Whether anybody is in the department.
pub fn has_people(rows: &Connection, department: DepartmentId) -> Result<bool> {
    rows.prepare_cached("SELECT EXISTS (SELECT 1 FROM department_person WHERE department = ?1)")?
        .query_row([department], |row| row.get(0))
}

/// A group's name.
pub fn group(rows: &Connection, id: GroupId) -> Result<Option<String>> {
    rows.prepare_cached("SELECT name FROM people_group WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

/// The name a group had that is gone.
pub fn former_group(rows: &Connection, id: GroupId) -> Result<Option<String>> {
    rows.prepare_cached("SELECT name FROM former_group WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

/// Everybody who is in a group.
pub fn members(rows: &Connection, id: GroupId) -> Result<Vec<PersonId>> {
    rows.prepare_cached("SELECT person FROM group_member WHERE people_group = ?1 ORDER BY 1")?
        .query_map([id], |row| row.get(0))?
        .collect()
}

/// The group of this name, ignoring case.
pub fn group_named(rows: &Connection, name: &str) -> Result<Option<GroupId>> {
    rows.prepare_cached("SELECT id FROM people_group WHERE name_key = ?1")?
        .query_row([name.to_lowercase()], |row| row.get(0))
        .optional()
}

/// Whether a person is in a group.
pub fn is_member(rows: &Connection, group: GroupId, person: PersonId) -> Result<bool> {
    rows.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM group_member WHERE people_group = ?1 AND person = ?2)",
    )?
    .query_row(params![group, person], |row| row.get(0))
}

const INVITATION_COLUMNS: &str =
    "id, role, email, person, invited_by, expires_at, revoked_at IS NOT NULL, accepted_by";

fn read_invitation(row: &Row<'_>) -> Result<Invitation> {
    Ok(Invitation {
        invitation_id: row.get(0)?,
        role: row.get(1)?,
        email: row.get(2)?,
        person_id: row.get(3)?,
        invited_by: row.get(4)?,
        expires_at: Timestamp(row.get(5)?),
        is_revoked: row.get(6)?,
        accepted_by: row.get(7)?,
    })
}

/// The invitation with this id.
pub fn invitation(rows: &Connection, id: InvitationId) -> Result<Option<Invitation>> {
    rows.prepare_cached(&format!(
        "SELECT {INVITATION_COLUMNS} FROM invitation WHERE id = ?1"
    ))?
    .query_row([id], read_invitation)
    .optional()
}

/// The invitation whose code has this hash.
pub fn invitation_by_code(rows: &Connection, code_hash: &str) -> Result<Option<Invitation>> {
    rows.prepare_cached(&format!(
        "SELECT {INVITATION_COLUMNS} FROM invitation WHERE code_hash = ?1"
    ))?
    .query_row([code_hash], read_invitation)
    .optional()
}

/// Invitations somebody made that could still be accepted at `now`.
pub fn open_invitations_by(
    rows: &Connection,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<InvitationId>> {
    rows.prepare_cached(
        "SELECT id FROM invitation WHERE invited_by = ?1 AND expires_at > ?2
         AND revoked_at IS NULL AND accepted_at IS NULL ORDER BY id",
    )?
    .query_map(params![person, now.millis()], |row| row.get(0))?
    .collect()
}

/// Whether somebody has the role, or is invited into it.
pub fn is_role_used(rows: &Connection, role: &str, now: Timestamp) -> Result<bool> {
    rows.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM person WHERE role = ?1) OR EXISTS (
             SELECT 1 FROM invitation WHERE role = ?1 AND expires_at > ?2
             AND revoked_at IS NULL AND accepted_at IS NULL)",
    )?
    .query_row(params![role, now.millis()], |row| row.get(0))
}

/// Whether the workspace was founded.
pub fn is_founded(rows: &Connection) -> Result<bool> {
    rows.query_row("SELECT EXISTS (SELECT 1 FROM workspace)", [], |row| {
        row.get(0)
    })
}
