//! Delete a role.

use super::{Wish, conflict};
use crate::acting::{Asked, no_role};
use crate::events::{Fact, RoleDeleted};
use crate::rows;
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Deletes a role that nobody has and nobody is invited into.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteRole {
    /// The role.
    pub role: String,
}

impl Wish for DeleteRole {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let field = "command.role";
        asked.may_on_role("delete-role", field, &self.role)?;
        let role = rows::role(asked.rows, &self.role)?.ok_or_else(|| no_role(field))?;
        if role.is_built_in {
            let detail = "Built-in roles stay as they are.";
            return Err(conflict(field, "role_built_in", detail).into());
        }
        if rows::is_role_used(asked.rows, &self.role, asked.time)? {
            let detail = "Somebody has this role or is invited into it.";
            return Err(conflict(field, "role_in_use", detail).into());
        }
        Ok(Decision::accepted(vec![
            RoleDeleted { role: self.role }.event(),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{MEMBER, as_owner};
    use serde_json::json;

    #[test]
    fn only_a_role_nobody_has_is_deleted() {
        let mut given = as_owner();
        given
            .when("define-role", json!({"role": "crew", "permissions": []}))
            .accepted("role-defined");
        given
            .when("assign-role", json!({"person_id": MEMBER, "role": "crew"}))
            .accepted("role-assigned");
        given
            .when("delete-role", json!({"role": "crew"}))
            .refused("role_in_use");
        given
            .when(
                "assign-role",
                json!({"person_id": MEMBER, "role": "member"}),
            )
            .accepted("role-assigned");
        given
            .when("delete-role", json!({"role": "crew"}))
            .accepted("role-deleted");
        given
            .when("delete-role", json!({"role": "crew"}))
            .refused("role_not_found");
        given
            .when("delete-role", json!({"role": "guest"}))
            .refused("role_built_in");
    }
}
