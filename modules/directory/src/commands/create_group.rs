//! Create a group.

use super::{Wish, id_taken, name_taken};
use crate::acting::{Asked, On};
use crate::events::{Fact, GroupCreated, GroupId};
use crate::{fields, rows};
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Creates a group, without members.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateGroup {
    /// The group's id, made by the client.
    pub group_id: GroupId,
    /// Its name, 1 to 100 characters, unique ignoring case.
    pub name: String,
}

impl Wish for CreateGroup {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("create-group", On::Workspace)?;
        let name = fields::name("command.name", &self.name)?;
        if let Some(present) = rows::group(asked.rows, self.group_id)? {
            return if present == name {
                Ok(Decision::unchanged())
            } else {
                Err(id_taken("command.group_id").into())
            };
        }
        if rows::group_named(asked.rows, &name)?.is_some() {
            return Err(name_taken("command.name").into());
        }
        let fact = GroupCreated {
            group_id: self.group_id,
            name,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{as_admin, id};
    use serde_json::json;

    #[test]
    fn names_are_unique_ignoring_case() {
        let mut given = as_admin();
        let crew = json!({"group_id": id(30), "name": "Crew"});
        given
            .when("create-group", crew.clone())
            .accepted("group-created");
        given.when("create-group", crew).unchanged();
        for (n, name, code) in [
            (31, "CREW", "name_taken"),
            (30, "Cooks", "id_taken"),
            (31, "", "too_short"),
        ] {
            given
                .when("create-group", json!({"group_id": id(n), "name": name}))
                .refused(code);
        }
    }
}
