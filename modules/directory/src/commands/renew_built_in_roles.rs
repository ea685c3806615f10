//! Give built-in roles the permissions that came with a new release.
//!
//! What a built-in role may do is a fact of the workspace, written when it was founded: other modules
//! follow it. A permission that is newer than the workspace therefore comes to it by a fact as well,
//! and never silently. Permissions are only added, so that sites of two releases do not undo each
//! other's.

use super::Wish;
use crate::acting::{Asked, On};
use crate::events::{Fact, RoleDefined};
use crate::{roles, rows};
use kernel::{Actor, Command, CommandId, DecideError, Decision, PersonId, SiteName};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const NAME: &str = "renew-built-in-roles";

/// Adds what built-in roles lack of what they have in a workspace that is founded now.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewBuiltInRoles {
    /// The roles.
    pub roles: Vec<String>,
}

impl Wish for RenewBuiltInRoles {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may(NAME, On::Workspace)?;
        let lacking = lacking(asked.rows)?;
        let meant = lacking
            .iter()
            .filter(|role| self.roles.contains(&role.role));
        let events: Vec<_> = meant.map(Fact::event).collect();
        Ok(match events.is_empty() {
            true => Decision::unchanged(),
            false => Decision::accepted(events),
        })
    }
}

/// The command, where a role lacks something.
pub fn due(rows: &Connection) -> Result<Vec<Command>, rusqlite::Error> {
    let lacking = lacking(rows)?;
    // A workspace is told by its first person: ids are random.
    let first: Option<PersonId> = rows
        .prepare_cached("SELECT id FROM person ORDER BY added_at, id LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let (Some(first), false) = (first, lacking.is_empty()) else {
        return Ok(Vec::new());
    };
    let wanted: Vec<String> = lacking
        .iter()
        .map(|role| format!("{}:{}", role.role, role.permissions.join(",")))
        .collect();
    let actor = Actor::Site(SiteName::new("lead").expect("a valid name"));
    let roles: Vec<&str> = lacking.iter().map(|role| role.role.as_str()).collect();
    let body = serde_json::json!({ "roles": roles });
    Ok(vec![Command {
        id: CommandId::derived(&format!("{NAME}/{first}/{}", wanted.join("/"))),
        name: NAME.into(),
        digest: Command::digest_of(&[0; 32], NAME, &actor, &body),
        actor,
        body,
    }])
}

/// The built-in roles of the workspace that lack a permission, with all that they should have.
fn lacking(rows: &Connection) -> Result<Vec<RoleDefined>, rusqlite::Error> {
    let mut found = Vec::new();
    for (name, wanted) in roles::BUILT_IN {
        let Some(role) = rows::role(rows, name)?.filter(|role| role.is_built_in) else {
            continue;
        };
        let mut permissions = role.permissions;
        let had = permissions.len();
        permissions.extend(wanted.iter().map(|permission| (*permission).to_owned()));
        permissions.sort_unstable();
        permissions.dedup();
        if permissions.len() > had {
            found.push(RoleDefined {
                role: name.into(),
                permissions,
                built_in: true,
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::events::{Fact, RoleDefined};
    use crate::tests::{ADMIN, GUEST, as_admin, founded, site};
    use crate::{Directory, roles, rows};
    use kernel::{Actor, Module};
    use serde_json::json;

    /// As a workspace is that was founded before there were quarantines.
    fn older() -> kernel::testing::Given {
        let mut given = founded();
        for role in ["owner", "admin"] {
            let permissions = roles::PERMISSIONS
                .iter()
                .filter(|permission| **permission != "protection.manage")
                .map(|permission| (*permission).into())
                .chain(["retired.permission".into()])
                .collect();
            let fact = RoleDefined {
                role: role.into(),
                permissions,
                built_in: true,
            };
            given.event(fact.event());
        }
        given
    }

    #[test]
    fn an_older_workspace_is_renewed_once_and_loses_nothing() {
        let mut given = older();
        let quarantine = json!({"person_id": GUEST, "reason": "An alarm"});
        given
            .by(Actor::Person(ADMIN))
            .when("quarantine-person", quarantine.clone())
            .refused("not_permitted");
        let now = given.now();
        let mut due = Directory.due(given.rows(), now).unwrap();
        let command = due.pop().expect("it is due");
        assert_eq!(
            Directory.due(given.rows(), now).unwrap()[0],
            command,
            "the same whoever asks"
        );
        given.decide(command).accepted("role-defined role-defined");
        assert!(Directory.due(given.rows(), now).unwrap().is_empty());
        let admin = rows::permissions(given.rows(), "admin").unwrap();
        assert!(admin.contains(&"retired.permission".to_owned()));
        given
            .by(Actor::Person(ADMIN))
            .when("quarantine-person", quarantine)
            .accepted("person-quarantined");
        given.assert_replays();
    }

    #[test]
    fn there_is_nothing_to_do_in_a_new_workspace() {
        let mut given = as_admin();
        let now = given.now();
        assert!(Directory.due(given.rows(), now).unwrap().is_empty());
        given
            .by(site())
            .when("renew-built-in-roles", json!({"roles": ["admin"]}))
            .unchanged();
        let empty = kernel::testing::Given::module(Directory);
        assert!(Directory.due(empty.rows(), now).unwrap().is_empty());
    }
}
