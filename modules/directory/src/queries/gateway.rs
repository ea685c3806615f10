//! What the gateway asks, without an actor: it establishes the actor by this. Never exposed as is.

use crate::events::InvitationId;
use crate::rows;
use kernel::{AccountId, PersonId, Timestamp};
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

/// The active person this account acts as; `None` for strangers and people who were deactivated.
///
/// # Errors
/// When the view cannot be read.
pub fn membership(
    rows: &Connection,
    account: AccountId,
) -> Result<Option<Membership>, rusqlite::Error> {
    let Some(person) = rows::person_of_account(rows, account)?.filter(|person| person.is_active)
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
            ("admin", 12)
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
