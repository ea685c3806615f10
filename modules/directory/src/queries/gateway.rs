//! What the gateway asks, without an actor: it establishes the actor by this. Never exposed as is.

use crate::events::{GrantId, InvitationId};
use crate::{quarantine, rows};
use kernel::{AccountId, DecideError, PersonId, Refusal, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use utoipa::ToSchema;

/// The person an account acts as in this workspace.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Membership {
    /// The person.
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Short unique name.
    pub handle: String,
    /// The person's role.
    pub role: String,
    /// The role's permissions.
    pub permissions: Vec<String>,
    /// Language tag.
    pub locale: Option<String>,
}

/// An invitation that can be accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenInvitation {
    /// The invitation.
    pub invitation_id: InvitationId,
    /// The role the newcomer gets.
    pub role: String,
    /// The mail address it was meant for.
    pub email: Option<String>,
    /// The person the newcomer becomes, where it was named.
    pub person_id: Option<PersonId>,
}

/// A quarantine as the person in it is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnQuarantine {
    /// Who one is there.
    pub person_id: PersonId,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: String,
    /// Some of those who can end it, by name; none: only operators of the installation can.
    pub ask: Vec<String>,
    /// The same as a refusal.
    pub refusal: Refusal,
}

/// Somebody whom a site put into quarantine, and whose sessions must not outlive it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confined {
    /// The person.
    pub person_id: PersonId,
    /// The account that acts as this person.
    pub account_id: AccountId,
    /// Position of the entry that put the person there.
    pub seq: Seq,
}

/// The person this account acts as; `None` for strangers, people who were deactivated, and those in
/// quarantine ([`own_quarantine`]).
///
/// # Errors
/// When the view cannot be read.
pub fn membership(
    rows: &Connection,
    account: AccountId,
) -> Result<Option<Membership>, rusqlite::Error> {
    let Some(person) = rows::person_of_account(rows, account)?.filter(rows::Person::takes_part)
    else {
        return Ok(None);
    };
    Ok(Some(Membership {
        permissions: rows::permissions(rows, &person.role)?,
        id: person.person_id,
        name: person.name,
        handle: person.handle,
        role: person.role,
        locale: person.locale,
    }))
}

/// The quarantine this account is in; `None` for everybody else, those who were deactivated among
/// them.
///
/// # Errors
/// When the view cannot be read.
pub fn own_quarantine(
    rows: &Connection,
    account: AccountId,
) -> Result<Option<OwnQuarantine>, DecideError> {
    let Some(person) = rows::person_of_account(rows, account)?.filter(|person| person.is_active)
    else {
        return Ok(None);
    };
    let Some(quarantine) = quarantine::of(rows, person.person_id)? else {
        return Ok(None);
    };
    let ask = quarantine::names_of_releasers(rows, &person)?;
    Ok(Some(OwnQuarantine {
        person_id: person.person_id,
        since: quarantine.since,
        refusal: quarantine::refusal(&quarantine, &ask),
        reason: quarantine.reason,
        ask,
    }))
}

/// All with an account whom a site put into quarantine by itself, in the order in which they came
/// there. What people of a workspace order concerns that workspace alone: they can link an account
/// without asking whose it is.
///
/// # Errors
/// When the view cannot be read.
pub fn confined(rows: &Connection) -> Result<Vec<Confined>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT person.id, person.account, quarantine.seq
         FROM quarantine JOIN person ON person.id = quarantine.person
         WHERE person.account IS NOT NULL AND quarantine.put_by IS NULL ORDER BY quarantine.seq, person.id",
    )?
    .query_map([], |row| {
        Ok(Confined {
            person_id: row.get(0)?,
            account_id: row.get(1)?,
            seq: row.get(2)?,
        })
    })?
    .collect()
}

/// Whose lent role was returned, with the account that acted as them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returned {
    /// What was granted.
    pub grant_id: GrantId,
    /// Whose account.
    pub account_id: AccountId,
    /// Position of the entry that took the role back.
    pub seq: Seq,
}

/// All with an account whose lent role was returned at or after `since`, in that order.
///
/// # Errors
/// When the view cannot be read.
pub fn returned(rows: &Connection, since: Timestamp) -> Result<Vec<Returned>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT lent.grant_id, person.account, lent.returned_seq
         FROM lent JOIN person ON person.id = lent.person
         WHERE lent.returned_at >= ?1 AND person.account IS NOT NULL ORDER BY lent.returned_seq",
    )?
    .query_map([since.millis()], |row| {
        Ok(Returned {
            grant_id: row.get(0)?,
            account_id: row.get(1)?,
            seq: row.get(2)?,
        })
    })?
    .collect()
}

/// What was lent, and whether it is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LentState {
    /// What was granted.
    pub grant_id: GrantId,
    /// Whether it is returned.
    pub is_returned: bool,
}

/// Everything that was ever lent.
///
/// # Errors
/// When the view cannot be read.
pub fn lent(rows: &Connection) -> Result<Vec<LentState>, rusqlite::Error> {
    rows.prepare_cached("SELECT grant_id, returned_at IS NOT NULL FROM lent ORDER BY seq")?
        .query_map([], |row| {
            Ok(LentState {
                grant_id: row.get(0)?,
                is_returned: row.get(1)?,
            })
        })?
        .collect()
}

/// The person with this handle, ignoring case.
///
/// # Errors
/// When the view cannot be read.
pub fn person_with_handle(
    rows: &Connection,
    handle: &str,
) -> Result<Option<PersonId>, rusqlite::Error> {
    Ok(rows::person_by_handle(rows, handle)?.map(|person| person.person_id))
}

/// The invitation whose code has this hash, if it can be accepted at `now`.
///
/// # Errors
/// When the view cannot be read.
pub fn open_invitation(
    rows: &Connection,
    code_hash: &str,
    now: Timestamp,
) -> Result<Option<OpenInvitation>, rusqlite::Error> {
    let invitation = rows::invitation_by_code(rows, code_hash)?
        .filter(|i| !i.is_revoked && i.accepted_by.is_none() && i.expires_at > now);
    Ok(invitation.map(|invitation| OpenInvitation {
        invitation_id: invitation.invitation_id,
        role: invitation.role,
        email: invitation.email,
        person_id: invitation.person_id,
    }))
}

/// The name the workspace was founded with; `None` before.
///
/// # Errors
/// When the view cannot be read.
pub fn workspace_name(rows: &Connection) -> Result<Option<String>, rusqlite::Error> {
    rows.query_row("SELECT name FROM workspace", [], |row| row.get(0))
        .optional()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ADMIN_ACCOUNT, as_admin, id};
    use serde_json::json;

    #[test]
    fn only_active_people_are_members() {
        let given = as_admin();
        let admin = membership(given.rows(), ADMIN_ACCOUNT).unwrap().unwrap();
        assert_eq!(
            (admin.handle.as_str(), admin.permissions.len()),
            ("admin", crate::roles::PERMISSIONS.len())
        );
        for stranger in [AccountId(id(105)), AccountId(id(999))] {
            assert_eq!(membership(given.rows(), stranger).unwrap(), None);
        }
        assert_eq!(
            workspace_name(given.rows()).unwrap().as_deref(),
            Some("Harbour")
        );
    }

    #[test]
    fn an_invitation_is_open_until_it_expires() {
        let mut given = as_admin();
        let wish = json!({"invitation_id": id(60), "role": "guest", "expires_in_hours": 1});
        let code = "ab".repeat(32);
        given
            .when("invite", json!({"wish": wish, "code_hash": code}))
            .accepted("invitation-made");
        let (now, hour) = (given.now(), given.now().plus_ms(3_600_000));
        assert_eq!(
            open_invitation(given.rows(), &code, now)
                .unwrap()
                .unwrap()
                .role,
            "guest"
        );
        assert_eq!(open_invitation(given.rows(), &code, hour).unwrap(), None);
        assert_eq!(open_invitation(given.rows(), "no", now).unwrap(), None);
    }
}
