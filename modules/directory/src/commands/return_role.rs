//! Take back what was lent: by time, or before it.

use super::Wish;
use crate::acting::{Asked, On};
use crate::events::{Fact, GrantId, InvitationRevoked, RoleAssigned, RoleDeleted, RoleReturned};
use crate::{lent, roles, rows};
use kernel::{Actor, Command, CommandId, DecideError, Decision, SiteName, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const NAME: &str = "return-role";

/// Takes a lent role back. Whoever has it gets the role they had before; whoever was given it on the
/// way becomes a member, and invitations into it are revoked.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRole {
    /// What was granted.
    pub grant_id: GrantId,
}

impl Wish for ReturnRole {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may(NAME, On::Workspace)?;
        let Some(lent) = lent::find(asked.rows, self.grant_id)?.filter(|lent| !lent.is_returned)
        else {
            return Ok(Decision::unchanged());
        };
        let mut events = Vec::new();
        for invitation_id in lent::open_invitations(asked.rows, &lent.role, asked.time)? {
            events.push(InvitationRevoked { invitation_id }.event());
        }
        for person_id in lent::holders(asked.rows, &lent.role)? {
            let is_theirs = person_id == lent.person_id;
            let has_previous = rows::role(asked.rows, &lent.previous)?.is_some();
            let role = match is_theirs && has_previous {
                true => lent.previous.clone(),
                false => roles::MEMBER.into(),
            };
            events.push(RoleAssigned { person_id, role }.event());
        }
        if rows::role(asked.rows, &lent.role)?.is_some() {
            let role = lent.role.clone();
            events.push(RoleDeleted { role }.event());
        }
        let returned = RoleReturned {
            grant_id: self.grant_id,
            person_id: lent.person_id,
            role: lent.role,
        };
        events.push(returned.event());
        Ok(Decision::accepted(events))
    }
}

/// The commands that take back what is over at `now`.
pub fn due(rows: &Connection, now: Timestamp) -> Result<Vec<Command>, rusqlite::Error> {
    let actor = Actor::Site(SiteName::new("lead").expect("a valid name"));
    let over = lent::over(rows, now)?.into_iter();
    let commands = over.map(|grant_id| {
        let body = serde_json::json!({ "grant_id": grant_id });
        Command {
            id: CommandId::derived(&format!("{NAME}/{grant_id}/over")),
            name: NAME.into(),
            digest: Command::digest_of(&[0; 32], NAME, &actor, &body),
            actor: actor.clone(),
            body,
        }
    });
    Ok(commands.collect())
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, FORMER, GUEST, MEMBER, OWNER, as_owner, id, person, site};
    use crate::{Directory, rows};
    use kernel::testing::Given;
    use kernel::{Actor, Module, PersonId};
    use serde_json::{Value, json};

    const HOUR: i64 = 3_600_000;

    fn lend(given: &Given, n: u128, person: PersonId) -> Value {
        json!({"grant_id": id(n), "person_id": person, "until": given.now().plus_ms(HOUR),
            "permissions": ["people.manage", "roles.manage", "workspace.manage", "made.up"]})
    }

    fn lent() -> Given {
        let mut given = as_owner();
        let body = lend(&given, 900, MEMBER);
        given
            .by(site())
            .when("lend-role", body.clone())
            .accepted("role-defined role-assigned role-lent");
        given.when("lend-role", body).unchanged();
        given
    }

    fn role_of(given: &Given, person: PersonId) -> String {
        rows::person(given.rows(), person).unwrap().unwrap().role
    }

    fn later(given: &mut Given, ms: i64) {
        let then = given.now().plus_ms(ms);
        given.at(then);
    }

    #[test]
    fn it_is_rights_in_addition_and_for_a_time() {
        let mut given = lent();
        let role = role_of(&given, MEMBER);
        let permissions = rows::permissions(given.rows(), &role).unwrap();
        for has in ["messages.send", "people.manage", "workspace.manage"] {
            assert!(permissions.contains(&has.to_owned()), "{has}");
        }
        for not in ["roles.manage", "made.up", "history.view"] {
            assert!(!permissions.contains(&not.to_owned()), "{not}");
        }
        given
            .by(Actor::Person(MEMBER))
            .when("deactivate-person", json!({"person_id": GUEST}))
            .accepted("person-deactivated");
        given
            .when("deactivate-person", json!({"person_id": OWNER}))
            .refused("not_permitted");
        given
            .when("assign-role", json!({"person_id": MEMBER, "role": "admin"}))
            .refused("not_permitted");
        later(&mut given, HOUR - 1);
        assert!(Directory.due(given.rows(), given.now()).unwrap().is_empty());
        later(&mut given, 1);
        let due = Directory.due(given.rows(), given.now()).unwrap();
        given
            .decide(due[0].clone())
            .accepted("role-assigned role-deleted role-returned");
        given.decide(due[0].clone()).unchanged();
        assert!(Directory.due(given.rows(), given.now()).unwrap().is_empty());
        assert_eq!(role_of(&given, MEMBER), "member");
        given
            .by(Actor::Person(MEMBER))
            .when("reactivate-person", json!({"person_id": GUEST}))
            .refused("not_permitted");
        given.assert_replays();
    }

    #[test]
    fn nobody_keeps_a_role_that_was_lent() {
        let mut given = lent();
        let role = role_of(&given, MEMBER);
        let ben = json!({"person_id": person(50), "name": "Ben", "handle": "ben", "role": role});
        given
            .by(Actor::Person(MEMBER))
            .when("add-person", ben)
            .accepted("person-added");
        let wish = json!({"invitation_id": id(60), "role": role});
        given
            .when(
                "invite",
                json!({"wish": wish, "code_hash": "ab".repeat(32)}),
            )
            .accepted("invitation-made");
        given
            .by(site())
            .when("return-role", json!({"grant_id": id(900)}))
            .accepted("invitation-revoked role-assigned role-assigned role-deleted role-returned");
        assert_eq!(role_of(&given, person(50)), "member");
        assert_eq!(role_of(&given, MEMBER), "member");
        given.assert_replays();
    }

    #[test]
    fn what_administrators_decide_meanwhile_stays() {
        let mut given = lent();
        given
            .by(Actor::Person(OWNER))
            .when("assign-role", json!({"person_id": MEMBER, "role": "guest"}))
            .accepted("role-assigned");
        given
            .by(site())
            .when("return-role", json!({"grant_id": id(900)}))
            .accepted("role-deleted role-returned");
        assert_eq!(role_of(&given, MEMBER), "guest");
        given.assert_replays();
    }

    #[test]
    fn only_sites_lend_and_take_back() {
        let mut given = lent();
        for who in [OWNER, ADMIN, MEMBER] {
            let body = lend(&given, 901, GUEST);
            given
                .by(Actor::Person(who))
                .when("lend-role", body)
                .refused("not_permitted");
            given
                .when("return-role", json!({"grant_id": id(900)}))
                .refused("not_permitted");
        }
        given.by(site());
        for (person, code) in [(MEMBER, "role_lent"), (FORMER, "person_deactivated")] {
            let body = lend(&given, 902, person);
            given.when("lend-role", body).refused(code);
        }
        let body = lend(&given, 903, OWNER);
        given.when("lend-role", body).unchanged();
        given
            .when("return-role", json!({"grant_id": id(999)}))
            .unchanged();
    }
}
