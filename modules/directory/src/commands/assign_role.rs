//! Give a person another role.

use super::{Wish, deactivate_person::keep_an_owner, no_person};
use crate::acting::{Asked, On};
use crate::events::{Fact, RoleAssigned};
use crate::{roles, rows};
use kernel::{DecideError, Decision, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Gives a person a role in place of the one it has.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignRole {
    /// The person.
    pub person_id: PersonId,
    /// The role.
    pub role: String,
}

impl Wish for AssignRole {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let field = "command.person_id";
        let person = rows::person(asked.rows, self.person_id)?.ok_or_else(|| no_person(field))?;
        asked.may("assign-role", On::Person(&person))?;
        asked.may_on_role("assign-role", "command.role", &self.role)?;
        if person.role == self.role {
            return Ok(Decision::unchanged());
        }
        if self.role != roles::OWNER {
            keep_an_owner(asked.rows, &person)?;
        }
        let fact = RoleAssigned {
            person_id: self.person_id,
            role: self.role,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, GUEST, MEMBER, OWNER, as_admin, as_owner, person};
    use kernel::Actor;
    use serde_json::json;

    #[test]
    fn a_role_is_given_once() {
        let mut given = as_admin();
        let body = json!({"person_id": GUEST, "role": "member"});
        given
            .when("assign-role", body.clone())
            .accepted("role-assigned");
        given.when("assign-role", body).unchanged();
        given
            .when(
                "assign-role",
                json!({"person_id": GUEST, "role": "captain"}),
            )
            .refused("role_not_found");
        given
            .when(
                "assign-role",
                json!({"person_id": person(99), "role": "member"}),
            )
            .refused("person_not_found");
    }

    #[test]
    fn only_owners_make_and_unmake_owners() {
        let mut given = as_admin();
        for body in [
            json!({"person_id": ADMIN, "role": "owner"}),
            json!({"person_id": OWNER, "role": "member"}),
        ] {
            given.when("assign-role", body).refused("not_permitted");
        }
        given
            .by(Actor::Person(OWNER))
            .when("assign-role", json!({"person_id": ADMIN, "role": "owner"}))
            .accepted("role-assigned");
    }

    #[test]
    fn the_last_owner_keeps_the_role() {
        as_owner()
            .when("assign-role", json!({"person_id": OWNER, "role": "admin"}))
            .refused("last_owner");
    }

    #[test]
    fn nobody_gives_rights_they_do_not_have() {
        let mut given = as_owner();
        given
            .when(
                "define-role",
                json!({"role": "steward", "permissions": ["roles.manage"]}),
            )
            .accepted("role-defined");
        given
            .when(
                "assign-role",
                json!({"person_id": GUEST, "role": "steward"}),
            )
            .accepted("role-assigned");
        given
            .by(Actor::Person(GUEST))
            .when("assign-role", json!({"person_id": GUEST, "role": "admin"}))
            .refused("not_permitted");
        given
            .when(
                "assign-role",
                json!({"person_id": MEMBER, "role": "steward"}),
            )
            .refused("not_permitted");
    }
}
