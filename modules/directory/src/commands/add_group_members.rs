//! Put people into a group.

use super::{Wish, no_group, no_person};
use crate::acting::{Asked, On};
use crate::events::{Fact, GroupId, GroupMembersAdded};
use crate::rows;
use kernel::{DecideError, Decision, PersonId, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most people named by one command.
const PEOPLE_MAX: usize = 1000;

/// Puts people into a group; those who are in it already stay.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddGroupMembers {
    /// The group.
    pub group_id: GroupId,
    /// 1 to 1,000 people.
    pub people: Vec<PersonId>,
}

impl Wish for AddGroupMembers {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("add-group-members", On::Workspace)?;
        let group_id = self.group_id;
        if rows::group(asked.rows, group_id)?.is_none() {
            return Err(no_group("command.group_id").into());
        }
        let mut people = Vec::new();
        for person in checked_people(self.people)? {
            if rows::person(asked.rows, person)?.is_none() {
                return Err(no_person("command.people").into());
            }
            if !rows::is_member(asked.rows, group_id, person)? {
                people.push(person);
            }
        }
        if people.is_empty() {
            return Ok(Decision::unchanged());
        }
        Ok(Decision::accepted(vec![
            GroupMembersAdded { group_id, people }.event(),
        ]))
    }
}

/// Between one person and the most a command names, each once, in the order of their ids.
pub fn checked_people(mut people: Vec<PersonId>) -> Result<Vec<PersonId>, Refusal> {
    let field = "command.people";
    if people.is_empty() {
        return Err(Refusal::invalid(
            field,
            "too_few",
            "Name at least one person.",
        ));
    }
    if people.len() > PEOPLE_MAX {
        let detail = format!("Name at most {PEOPLE_MAX} people at once.");
        return Err(Refusal::invalid(field, "too_many", detail));
    }
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

#[cfg(test)]
mod tests {
    use crate::tests::{GUEST, MEMBER, as_admin, id, person};
    use serde_json::json;

    #[test]
    fn only_newcomers_make_a_fact() {
        let mut given = as_admin();
        given
            .when("create-group", json!({"group_id": id(30), "name": "Crew"}))
            .accepted("group-created");
        let add = |people: &[_]| json!({"group_id": id(30), "people": people});
        given
            .when("add-group-members", add(&[MEMBER]))
            .accepted("group-members-added");
        given
            .when("add-group-members", add(&[MEMBER, MEMBER]))
            .unchanged();
        let (events, _) = given
            .when("add-group-members", add(&[MEMBER, GUEST]))
            .accepted_events();
        assert_eq!(events[0].data["people"], json!([GUEST]));
    }

    #[test]
    fn people_and_group_must_exist() {
        let mut given = as_admin();
        given
            .when("create-group", json!({"group_id": id(30), "name": "Crew"}))
            .accepted("group-created");
        for (group, people, code) in [
            (31, vec![MEMBER], "group_not_found"),
            (30, vec![MEMBER, person(99)], "person_not_found"),
            (30, vec![], "too_few"),
            (30, vec![MEMBER; 1001], "too_many"),
        ] {
            given
                .when(
                    "add-group-members",
                    json!({"group_id": id(group), "people": people}),
                )
                .refused(code);
        }
    }
}
