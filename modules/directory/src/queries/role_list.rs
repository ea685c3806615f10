//! All roles.

use super::may;
use crate::rows;
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// No parameters: there are few roles.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleListParameters {}

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RoleRow {
    /// Its name.
    pub role: String,
    /// Its permissions.
    pub permissions: Vec<String>,
    /// Whether it is one of owner, admin, member and guest, which stay as they are.
    pub built_in: bool,
    /// People who have it.
    pub people_count: u64,
}

/// All roles.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RoleList {
    /// The roles, the built-in ones first.
    pub items: Vec<RoleRow>,
    /// Always none.
    pub next: Option<String>,
}

/// All roles.
///
/// # Errors
/// `workspace_not_found` for strangers.
pub fn role_list(
    rows: &Connection,
    actor: &Actor,
    _: RoleListParameters,
) -> Result<RoleList, DecideError> {
    may(rows, actor, "read")?;
    let mut items: Vec<RoleRow> = rows
        .prepare_cached(
            "SELECT name, is_built_in, (SELECT count(*) FROM person WHERE person.role = role.name)
             FROM role ORDER BY is_built_in DESC, name",
        )?
        .query_map([], |row| {
            Ok(RoleRow {
                role: row.get(0)?,
                built_in: row.get(1)?,
                people_count: row.get(2)?,
                permissions: Vec::new(),
            })
        })?
        .collect::<Result<_, _>>()?;
    for item in &mut items {
        item.permissions = rows::permissions(rows, &item.role)?;
    }
    Ok(RoleList { items, next: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{MEMBER, as_owner};
    use serde_json::json;

    #[test]
    fn built_in_roles_come_first() {
        let mut given = as_owner();
        given
            .when(
                "define-role",
                json!({"role": "crew", "permissions": ["messages.send"]}),
            )
            .accepted("role-defined");
        let list = role_list(given.rows(), &Actor::Person(MEMBER), RoleListParameters {}).unwrap();
        let found: Vec<_> = list
            .items
            .iter()
            .map(|r| (r.role.as_str(), r.people_count))
            .collect();
        assert_eq!(
            found,
            [
                ("admin", 2),
                ("guest", 1),
                ("member", 1),
                ("owner", 1),
                ("crew", 0)
            ]
        );
        assert_eq!(list.items[4].permissions, ["messages.send"]);
    }
}
