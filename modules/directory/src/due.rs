//! Commands that are due by themselves: built-in roles get the permissions that came with a release.
//!
//! A workspace keeps the roles it was founded with, as entries. A permission that is new would be
//! nobody's in it, and nobody could hand it out. So the leading site says in an entry of its own that
//! the built-in roles have it from then on; before that entry, nobody had it.

use crate::commands::GrowBuiltInRoles;
use crate::{roles, rows};
use kernel::{Actor, Command, CommandId, SiteName};
use rusqlite::Connection;
use std::collections::BTreeMap;

const NAME: &str = "grow-built-in-roles";

/// The command that is due, if one is. Id and contents follow from the rows.
///
/// # Errors
/// When the view cannot be read.
pub fn due(rows: &Connection) -> rusqlite::Result<Vec<Command>> {
    let mut missing = BTreeMap::new();
    for (role, permissions) in roles::BUILT_IN {
        if rows::role(rows, role)?.is_none() {
            continue;
        }
        let present = rows::permissions(rows, role)?;
        let lacks = |permission: &&&str| !present.iter().any(|has| has == **permission);
        let lacking: Vec<String> = permissions
            .iter()
            .filter(lacks)
            .map(|p| (*p).into())
            .collect();
        if !lacking.is_empty() {
            missing.insert(role.to_owned(), lacking);
        }
    }
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let body = serde_json::to_value(GrowBuiltInRoles { missing }).expect("a map of texts");
    let actor = Actor::Site(SiteName::new("lead").expect("a valid name"));
    Ok(vec![Command {
        id: CommandId::derived(&format!("{NAME}/{body}")),
        name: NAME.into(),
        digest: Command::digest_of(&[0; 32], NAME, &actor, &body),
        actor,
        body,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::founded;
    use kernel::testing::Given;

    /// A workspace of an earlier release: as it is founded now, without `permission`.
    fn without(permission: &str) -> Given {
        let given = founded();
        given
            .rows()
            .execute(
                "DELETE FROM role_permission WHERE permission = ?1",
                [permission],
            )
            .unwrap();
        given
    }

    #[test]
    fn nothing_is_due_in_a_workspace_of_this_release_or_none() {
        assert!(due(founded().rows()).unwrap().is_empty());
        assert!(
            due(Given::module(crate::Directory).rows())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn what_a_release_added_is_given_once_and_nothing_is_taken_away() {
        let mut given = without("history.view");
        let due_now = due(given.rows()).unwrap();
        assert_eq!(
            due_now,
            due(given.rows()).unwrap(),
            "two sites ask the same"
        );
        let [command] = due_now.try_into().unwrap();
        // A later release has given more than this one knows.
        given
            .rows()
            .execute(
                "INSERT INTO role_permission VALUES ('owner', 'later.thing')",
                [],
            )
            .unwrap();
        given.by(command.actor.clone());
        given
            .when(NAME, command.body.clone())
            .accepted("role-defined role-defined");
        let owner = rows::permissions(given.rows(), roles::OWNER).unwrap();
        assert_eq!(owner.len(), roles::PERMISSIONS.len() + 1);
        let admin = rows::permissions(given.rows(), roles::ADMIN).unwrap();
        assert_eq!(admin, roles::PERMISSIONS);
        assert!(due(given.rows()).unwrap().is_empty());
        given.when(NAME, command.body).unchanged();
    }

    #[test]
    fn nobody_gets_more_than_the_release_says() {
        let mut given = without("history.view");
        given.by(Actor::Site(SiteName::new("a").unwrap()));
        let more = serde_json::json!({"missing": {"guest": ["history.view"], "crew": ["x"]}});
        given.when(NAME, more).unchanged();
    }
}
