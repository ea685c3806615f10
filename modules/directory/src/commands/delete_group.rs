//! Delete a group.

use super::{Wish, no_group};
use crate::acting::{Asked, On};
use crate::events::{Fact, GroupDeleted, GroupId};
use crate::rows;
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Deletes a group; its members stay people of the workspace.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteGroup {
    /// The group.
    pub group_id: GroupId,
}

impl Wish for DeleteGroup {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("delete-group", On::Workspace)?;
        if rows::group(asked.rows, self.group_id)?.is_none() {
            return Err(no_group("command.group_id").into());
        }
        let group_id = self.group_id;
        Ok(Decision::accepted(vec![GroupDeleted { group_id }.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{MEMBER, as_admin, id};
    use serde_json::json;

    #[test]
    fn a_group_goes_with_its_memberships() {
        let mut given = as_admin();
        given
            .when("create-group", json!({"group_id": id(30), "name": "Crew"}))
            .accepted("group-created");
        given
            .when(
                "add-group-members",
                json!({"group_id": id(30), "people": [MEMBER]}),
            )
            .accepted("group-members-added");
        given
            .when("delete-group", json!({"group_id": id(30)}))
            .accepted("group-deleted");
        given
            .when("delete-group", json!({"group_id": id(30)}))
            .refused("group_not_found");
        let left: u32 = given
            .rows()
            .query_row("SELECT count(*) FROM group_member", [], |row| row.get(0))
            .unwrap();
        assert_eq!(left, 0);
    }
}
