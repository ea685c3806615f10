//! Groups in order.

use super::{may, sees_quarantine, shown_active};
use crate::events::GroupId;
use kernel::{Actor, DecideError, page};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which groups.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupListParameters {
    /// Text the name has somewhere, ignoring case.
    pub search: Option<String>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    pub limit: Option<u32>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GroupRow {
    /// The group.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Active people in it.
    pub members_count: u64,
}

/// A page of groups.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GroupList {
    /// The groups.
    pub items: Vec<GroupRow>,
    /// Where the next page starts; none: this is the last.
    pub next: Option<String>,
}

/// The groups of a page.
///
/// # Errors
/// `workspace_not_found` for strangers; refusals for parameters out of bounds.
pub fn group_list(
    rows: &Connection,
    actor: &Actor,
    wanted: GroupListParameters,
) -> Result<GroupList, DecideError> {
    may(rows, actor, "read")?;
    let limit = page::limit(wanted.limit)?;
    // A name is unique, so it is a whole sort key.
    let after: Option<String> = page::after(wanted.cursor.as_deref())?;
    let active = shown_active(sees_quarantine(rows, actor)?);
    let items = rows
        .prepare_cached(&format!(
            "SELECT id, name,
                 (SELECT count(*) FROM group_member gm JOIN person ON person.id = gm.person
                  WHERE gm.people_group = people_group.id AND {active})
             FROM people_group
             WHERE (?1 IS NULL OR name_key > ?1) AND instr(name_key, ?2) > 0
             ORDER BY name_key LIMIT ?3"
        ))?
        .query_map(
            params![
                after,
                wanted.search.unwrap_or_default().trim().to_lowercase(),
                limit + 1
            ],
            |row| {
                Ok(GroupRow {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    members_count: row.get(2)?,
                })
            },
        )?
        .collect::<Result<_, _>>()?;
    let (items, next) = page::cut(items, limit, |group| group.name.to_lowercase());
    Ok(GroupList { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{MEMBER, as_admin, id};
    use serde_json::json;

    #[test]
    fn groups_are_searched_and_paged() {
        let mut given = as_admin();
        for (n, name) in [(30, "Crew"), (31, "Cooks"), (32, "值班组")] {
            given
                .when("create-group", json!({"group_id": id(n), "name": name}))
                .accepted("group-created");
        }
        given
            .when(
                "add-group-members",
                json!({"group_id": id(30), "people": [MEMBER]}),
            )
            .accepted("group-members-added");
        let ask = |search: &str, cursor, limit| {
            let search = Some(search.to_owned());
            let wanted = GroupListParameters {
                search,
                cursor,
                limit: Some(limit),
            };
            group_list(given.rows(), &Actor::Person(MEMBER), wanted).unwrap()
        };
        assert_eq!(ask("值班", None, 5).items.len(), 1);
        let first = ask("C", None, 1);
        assert_eq!(first.items[0].name, "Cooks");
        let second = ask("C", first.next, 1);
        assert_eq!(
            (second.items[0].name.as_str(), second.items[0].members_count),
            ("Crew", 1)
        );
        assert_eq!(second.next, None);
    }
}
