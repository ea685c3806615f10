//! Take people out of a group.

use super::{Wish, add_group_members::checked_people, no_group};
use crate::acting::{Asked, On};
use crate::events::{Fact, GroupId, GroupMembersRemoved};
use crate::rows;
use kernel::{DecideError, Decision, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Takes people out of a group; those who are not in it do not matter.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveGroupMembers {
    /// The group.
    pub group_id: GroupId,
    /// 1 to 1,000 people.
    pub people: Vec<PersonId>,
}

impl Wish for RemoveGroupMembers {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("remove-group-members", On::Workspace)?;
        let group_id = self.group_id;
        if rows::group(asked.rows, group_id)?.is_none() {
            return Err(no_group("command.group_id").into());
        }
        let mut people = Vec::new();
        for person in checked_people(self.people)? {
            if rows::is_member(asked.rows, group_id, person)? {
                people.push(person);
            }
        }
        if people.is_empty() {
            return Ok(Decision::unchanged());
        }
        Ok(Decision::accepted(vec![
            GroupMembersRemoved { group_id, people }.event(),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{GUEST, MEMBER, as_admin, id};
    use serde_json::json;

    #[test]
    fn only_members_leave() {
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
        let both = json!({"group_id": id(30), "people": [MEMBER, GUEST]});
        let (events, _) = given
            .when("remove-group-members", both.clone())
            .accepted_events();
        assert_eq!(events[0].data["people"], json!([MEMBER]));
        given.when("remove-group-members", both).unchanged();
        given
            .when(
                "remove-group-members",
                json!({"group_id": id(31), "people": [MEMBER]}),
            )
            .refused("group_not_found");
    }
}
