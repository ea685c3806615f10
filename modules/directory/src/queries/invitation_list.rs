//! Invitations, the latest first.

use super::may;
use crate::events::InvitationId;
use kernel::{Actor, DecideError, PersonId, Timestamp, page};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which invitations.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationListParameters {
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    pub limit: Option<u32>,
}

/// An invitation; its code is not kept.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct InvitationRow {
    /// The invitation.
    pub id: InvitationId,
    /// The role the newcomer gets.
    pub role: String,
    /// The mail address it was meant for.
    pub email: Option<String>,
    /// The person the newcomer becomes, where it was named.
    pub person_id: Option<PersonId>,
    /// Who invited.
    pub invited_by: PersonId,
    /// When.
    pub made_at: Timestamp,
    /// From then on it cannot be accepted.
    pub expires_at: Timestamp,
    /// What has become of it.
    pub status: InvitationStatus,
    /// Who accepted it.
    pub accepted_by: Option<PersonId>,
}

/// What has become of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// It can be accepted until it expires.
    Open,
    /// It was accepted.
    Accepted,
    /// It was revoked.
    Revoked,
}

/// A page of invitations.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct InvitationList {
    /// The invitations.
    pub items: Vec<InvitationRow>,
    /// Where the next page starts; none: this is the last.
    pub next: Option<String>,
}

/// The invitations of a page.
///
/// # Errors
/// `workspace_not_found` for strangers, `not_permitted` without `people.manage`; refusals for
/// parameters out of bounds.
pub fn invitation_list(
    rows: &Connection,
    actor: &Actor,
    wanted: InvitationListParameters,
) -> Result<InvitationList, DecideError> {
    may(rows, actor, "list-invitations")?;
    let limit = page::limit(wanted.limit)?;
    let after: Option<(Timestamp, InvitationId)> = page::after(wanted.cursor.as_deref())?;
    let (made_at, id) = after.unzip();
    let items = rows
        .prepare_cached(
            "SELECT id, role, email, person, invited_by, made_at, expires_at,
                    accepted_at IS NOT NULL, revoked_at IS NOT NULL, accepted_by
             FROM invitation
             WHERE ?1 IS NULL OR (made_at, id) < (?1, ?2)
             ORDER BY made_at DESC, id DESC LIMIT ?3",
        )?
        .query_map(
            params![made_at.map(Timestamp::millis), id, limit + 1],
            |row| {
                Ok(InvitationRow {
                    id: row.get(0)?,
                    role: row.get(1)?,
                    email: row.get(2)?,
                    person_id: row.get(3)?,
                    invited_by: row.get(4)?,
                    made_at: Timestamp(row.get(5)?),
                    expires_at: Timestamp(row.get(6)?),
                    status: match (row.get(7)?, row.get(8)?) {
                        (true, _) => InvitationStatus::Accepted,
                        (false, true) => InvitationStatus::Revoked,
                        (false, false) => InvitationStatus::Open,
                    },
                    accepted_by: row.get(9)?,
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    let (items, next) = page::cut(items, limit, |row| (row.made_at, row.id));
    Ok(InvitationList { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ADMIN, MEMBER, as_admin, id};
    use serde_json::json;

    #[test]
    fn the_latest_come_first_and_only_for_those_who_manage_people() {
        let mut given = as_admin();
        for n in [60, 61, 62] {
            let wish = json!({"invitation_id": id(n), "role": "guest"});
            let code_hash = format!("{n:02}").repeat(32);
            given
                .when("invite", json!({"wish": wish, "code_hash": code_hash}))
                .accepted("invitation-made");
            let later = given.now().plus_ms(i64::from(n == 61));
            given.at(later);
        }
        given
            .when("revoke-invitation", json!({"invitation_id": id(61)}))
            .accepted("invitation-revoked");
        let ask = |person, cursor| {
            let wanted = InvitationListParameters {
                cursor,
                limit: Some(2),
            };
            invitation_list(given.rows(), &Actor::Person(person), wanted)
        };
        let first = ask(ADMIN, None).unwrap();
        let second = ask(ADMIN, first.next).unwrap();
        let found: Vec<_> = first
            .items
            .iter()
            .chain(&second.items)
            .map(|i| (i.id.0, i.status))
            .collect();
        let (open, revoked) = (InvitationStatus::Open, InvitationStatus::Revoked);
        assert_eq!(found, [(id(62), open), (id(61), revoked), (id(60), open)]);
        assert!(
            matches!(ask(MEMBER, None), Err(DecideError::Refused(r)) if r.code == "not_permitted")
        );
    }
}
