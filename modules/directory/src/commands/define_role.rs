//! Define a role.

use super::{Wish, conflict};
use crate::acting::{Asked, On};
use crate::events::{Fact, RoleDefined};
use crate::{fields, roles, rows};
use kernel::{DecideError, Decision, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Defines a role, or sets all permissions of one that exists. Built-in roles stay as they are.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DefineRole {
    /// The role's name: 1 to 40 of a-z, 0-9 and '-', starting with a letter.
    pub role: String,
    /// All its permissions.
    pub permissions: Vec<String>,
}

impl Wish for DefineRole {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let name = fields::role("command.role", &self.role)?;
        let mut permissions = self.permissions;
        permissions.sort_unstable();
        permissions.dedup();
        if let Some(unknown) = permissions
            .iter()
            .find(|p| !roles::PERMISSIONS.contains(&p.as_str()))
        {
            let detail = format!("There is no permission {unknown:?}.");
            let field = "command.permissions";
            return Err(Refusal::invalid(field, "unknown_permission", detail).into());
        }
        let wished = On::Role {
            name: &name,
            permissions: &permissions,
        };
        asked.may("define-role", wished)?;
        if let Some(present) = rows::role(asked.rows, &name)? {
            if present.is_built_in {
                let detail = "Built-in roles stay as they are.";
                return Err(conflict("command.role", "role_built_in", detail).into());
            }
            // Nor does one take rights away that one does not have.
            asked.may_on_role("define-role", "command.role", &name)?;
            if present.permissions == permissions {
                return Ok(Decision::unchanged());
            }
        }
        let fact = RoleDefined {
            role: name,
            permissions,
            built_in: false,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::Directory;
    use crate::rows;
    use crate::tests::{GUEST, MEMBER, as_owner};
    use kernel::{Actor, Module};
    use serde_json::json;

    #[test]
    fn a_role_has_the_permissions_last_given() {
        let mut given = as_owner();
        let body = json!({"role": "crew", "permissions": ["messages.send", "groups.manage", "messages.send"]});
        given
            .when("define-role", body.clone())
            .accepted("role-defined");
        given.when("define-role", body).unchanged();
        given
            .when("define-role", json!({"role": "crew", "permissions": []}))
            .accepted("role-defined");
        assert!(rows::permissions(given.rows(), "crew").unwrap().is_empty());
    }

    #[test]
    fn whoever_has_the_role_is_entitled_anew() {
        let mut given = as_owner();
        given
            .when("define-role", json!({"role": "crew", "permissions": []}))
            .accepted("role-defined");
        given
            .when("assign-role", json!({"person_id": MEMBER, "role": "crew"}))
            .accepted("role-assigned");
        let (events, _) = given
            .when(
                "define-role",
                json!({"role": "crew", "permissions": ["messages.send"]}),
            )
            .accepted_events();
        let audience = Directory.audience(given.rows(), &events[0]).unwrap();
        assert_eq!(audience.entitled_anew, [MEMBER]);
    }

    #[test]
    fn built_in_roles_and_unknown_permissions_are_refused() {
        let mut given = as_owner();
        for (role, permission, code) in [
            ("guest", "people.manage", "role_built_in"),
            ("crew", "sail", "unknown_permission"),
            ("Crew", "messages.send", "bad_role_name"),
            ("", "messages.send", "bad_role_name"),
        ] {
            given
                .when(
                    "define-role",
                    json!({"role": role, "permissions": [permission]}),
                )
                .refused(code);
        }
    }

    #[test]
    fn nobody_defines_rights_they_do_not_have() {
        let mut given = as_owner();
        given
            .when(
                "define-role",
                json!({"role": "steward", "permissions": ["roles.manage"]}),
            )
            .accepted("role-defined");
        given
            .when(
                "define-role",
                json!({"role": "crew", "permissions": ["messages.send"]}),
            )
            .accepted("role-defined");
        given
            .when(
                "assign-role",
                json!({"person_id": GUEST, "role": "steward"}),
            )
            .accepted("role-assigned");
        given.by(Actor::Person(GUEST));
        for permissions in [json!(["people.manage"]), json!([])] {
            given
                .when(
                    "define-role",
                    json!({"role": "crew", "permissions": permissions}),
                )
                .refused("not_permitted");
        }
    }
}
