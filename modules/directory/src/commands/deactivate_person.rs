//! Shut a person out of the workspace.

use super::{Wish, conflict, no_person};
use crate::acting::{Asked, On};
use crate::events::{Fact, InvitationRevoked, PersonDeactivated};
use crate::{roles, rows};
use kernel::{DecideError, Decision, Event, PersonId, Refusal, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Deactivates a person: it can do and see nothing in the workspace from this entry on, at either
/// site, and the invitations it made are revoked. What it wrote stays.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeactivatePerson {
    /// The person.
    pub person_id: PersonId,
}

impl Wish for DeactivatePerson {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let field = "command.person_id";
        let person = rows::person(asked.rows, self.person_id)?.ok_or_else(|| no_person(field))?;
        asked.may("deactivate-person", On::Person(&person))?;
        if !person.is_active {
            return Ok(Decision::unchanged());
        }
        Ok(Decision::accepted(deactivated(
            asked.rows, asked.time, &person,
        )?))
    }
}

/// The facts that shut an active person out, where the workspace keeps an owner.
pub fn deactivated(
    rows: &Connection,
    time: Timestamp,
    person: &rows::Person,
) -> Result<Vec<Event>, DecideError> {
    keep_an_owner(rows, person)?;
    let person_id = person.person_id;
    let mut events = vec![PersonDeactivated { person_id }.event()];
    for invitation_id in rows::open_invitations_by(rows, person_id, time)? {
        events.push(InvitationRevoked { invitation_id }.event());
    }
    Ok(events)
}

/// Nothing, where the workspace has another active owner that somebody can sign in as.
pub fn keep_an_owner(rows: &Connection, person: &rows::Person) -> Result<(), DecideError> {
    let is_owner = person.role == roles::OWNER && person.is_active;
    if is_owner && rows::other_owners(rows, person.person_id)? == 0 {
        let detail = "This is the last owner of the workspace; make somebody else an owner first.";
        let refusal: Refusal = conflict("command.person_id", "last_owner", detail);
        return Err(refusal.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Directory;
    use crate::tests::{ADMIN, MEMBER, OWNER, as_admin, as_owner, id, person};
    use kernel::{Actor, Module};
    use serde_json::json;

    #[test]
    fn whoever_is_deactivated_is_a_stranger_at_once() {
        let mut given = as_owner();
        given
            .when("deactivate-person", json!({"person_id": ADMIN}))
            .accepted("person-deactivated");
        given
            .when("deactivate-person", json!({"person_id": ADMIN}))
            .unchanged();
        assert!(Directory.topics(given.rows(), ADMIN).unwrap().is_empty());
        given
            .by(Actor::Person(ADMIN))
            .when("create-group", json!({"group_id": id(7), "name": "Crew"}))
            .refused("workspace_not_found");
    }

    #[test]
    fn open_invitations_fall_with_who_made_them() {
        let mut given = as_admin();
        let wish = json!({"invitation_id": id(60), "role": "member"});
        given
            .when("invite", json!({"wish": wish, "code_hash": "0".repeat(64)}))
            .accepted("invitation-made");
        given
            .by(Actor::Person(OWNER))
            .when("deactivate-person", json!({"person_id": ADMIN}))
            .accepted("person-deactivated invitation-revoked");
    }

    #[test]
    fn the_last_owner_stays() {
        let mut given = as_owner();
        given
            .when("deactivate-person", json!({"person_id": OWNER}))
            .refused("last_owner");
        // An owner nobody can sign in as does not count.
        let dora = json!({
            "person_id": person(50), "name": "Dora", "handle": "dora", "role": "owner"});
        given.when("add-person", dora).accepted("person-added");
        given
            .when("deactivate-person", json!({"person_id": OWNER}))
            .refused("last_owner");
        given
            .when(
                "link-account",
                json!({"person_id": person(50), "account_id": id(150)}),
            )
            .accepted("account-linked");
        given
            .when("deactivate-person", json!({"person_id": OWNER}))
            .accepted("person-deactivated");
    }

    #[test]
    fn admins_do_not_reach_owners_nor_members_anybody() {
        as_admin()
            .when("deactivate-person", json!({"person_id": OWNER}))
            .refused("not_permitted");
        as_admin()
            .by(Actor::Person(MEMBER))
            .when("deactivate-person", json!({"person_id": MEMBER}))
            .refused("not_permitted");
        as_admin()
            .when("deactivate-person", json!({"person_id": person(99)}))
            .refused("person_not_found");
    }
}
