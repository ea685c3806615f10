//! Rename a group.

use super::{Wish, name_taken, no_group};
use crate::acting::{Asked, On};
use crate::events::{Fact, GroupId, GroupRenamed};
use crate::{fields, rows};
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Gives a group another name.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameGroup {
    /// The group.
    pub group_id: GroupId,
    /// Its name, 1 to 100 characters, unique ignoring case.
    pub name: String,
}

impl Wish for RenameGroup {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("rename-group", On::Workspace)?;
        let name = fields::name("command.name", &self.name)?;
        let present =
            rows::group(asked.rows, self.group_id)?.ok_or_else(|| no_group("command.group_id"))?;
        if present == name {
            return Ok(Decision::unchanged());
        }
        let holder = rows::group_named(asked.rows, &name)?;
        if holder.is_some_and(|holder| holder != self.group_id) {
            return Err(name_taken("command.name").into());
        }
        let fact = GroupRenamed {
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
    fn a_group_takes_no_name_in_use() {
        let mut given = as_admin();
        for (n, name) in [(30, "Crew"), (31, "Cooks")] {
            given
                .when("create-group", json!({"group_id": id(n), "name": name}))
                .accepted("group-created");
        }
        let rename = |n: u128, name: &str| json!({"group_id": id(n), "name": name});
        given
            .when("rename-group", rename(30, "crew"))
            .accepted("group-renamed");
        given.when("rename-group", rename(30, "crew")).unchanged();
        given
            .when("rename-group", rename(31, "Crew"))
            .refused("name_taken");
        given
            .when("rename-group", rename(32, "Hands"))
            .refused("group_not_found");
    }
}
