//! The people in a group.

use super::{PersonList, PersonRow, may, sees_quarantine};
use crate::events::GroupId;
use crate::rows::{self, PERSON_COLUMNS, Person};
use kernel::{Actor, DecideError, PersonId, Refusal, page};
use rusqlite::{Connection, params};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which group.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMembersParameters {
    /// The group.
    pub group_id: GroupId,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    pub limit: Option<u32>,
}

/// The members of a group, deactivated ones too.
///
/// # Errors
/// `workspace_not_found` for strangers, `group_not_found`; refusals for parameters out of bounds.
pub fn group_members(
    rows: &Connection,
    actor: &Actor,
    wanted: GroupMembersParameters,
) -> Result<PersonList, DecideError> {
    may(rows, actor, "read")?;
    if rows::group(rows, wanted.group_id)?.is_none() {
        let detail = "There is no such group.";
        return Err(Refusal::not_found("group_id", "group_not_found", detail).into());
    }
    let limit = page::limit(wanted.limit)?;
    let after: Option<(String, PersonId)> = page::after(wanted.cursor.as_deref())?;
    let (name, id) = after.unzip();
    let people = rows
        .prepare_cached(&format!(
            "SELECT {PERSON_COLUMNS} FROM person
             WHERE id IN (SELECT person FROM group_member WHERE people_group = ?1)
             AND (?2 IS NULL OR (name_key, id) > (?2, ?3))
             ORDER BY name_key, id LIMIT ?4"
        ))?
        .query_map(params![wanted.group_id, name, id, limit + 1], Person::read)?
        .collect::<Result<Vec<_>, _>>()?;
    let sees_quarantine = sees_quarantine(rows, actor)?;
    let people = people
        .into_iter()
        .map(|person| PersonRow::of(rows, person, sees_quarantine));
    let people = people.collect::<Result<_, _>>()?;
    let (items, next) = page::cut(people, limit, PersonRow::sort_key);
    Ok(PersonList { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ADMIN, GUEST, MEMBER, as_admin, id};
    use serde_json::json;

    #[test]
    fn members_come_in_pages() {
        let mut given = as_admin();
        given
            .when("create-group", json!({"group_id": id(30), "name": "Crew"}))
            .accepted("group-created");
        given
            .when(
                "add-group-members",
                json!({"group_id": id(30), "people": [MEMBER, GUEST, ADMIN]}),
            )
            .accepted("group-members-added");
        let ask = |group, cursor| {
            let group_id = GroupId(id(group));
            let wanted = GroupMembersParameters {
                group_id,
                cursor,
                limit: Some(2),
            };
            group_members(given.rows(), &Actor::Person(MEMBER), wanted)
        };
        let first = ask(30, None).unwrap();
        let handles: Vec<_> = first.items.iter().map(|p| p.handle.as_str()).collect();
        assert_eq!(handles, ["admin", "guest"]);
        let second = ask(30, first.next).unwrap();
        assert_eq!(
            (second.items[0].handle.as_str(), second.next),
            ("member", None)
        );
        assert!(
            matches!(ask(31, None), Err(DecideError::Refused(r)) if r.code == "group_not_found")
        );
    }
}
