//! Begin the workspace.

use super::Wish;
use crate::acting::{Asked, On};
use crate::events::{Fact, PersonAdded, RoleDefined, WorkspaceFounded};
use crate::{fields, roles, rows};
use kernel::{AccountId, DecideError, Decision, Event, PersonId, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The first command of every workspace; the gateway issues it after `create-workspace`.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundWorkspace {
    /// The workspace's name.
    pub name: String,
    /// Its first owner.
    pub owner: Founder,
}

/// The first owner of a workspace.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Founder {
    /// The person's id, made by the client.
    pub person_id: PersonId,
    /// The account that acts as this person.
    pub account_id: AccountId,
    /// Display name, 1 to 100 characters.
    pub name: String,
    /// Short unique name for mentions.
    pub handle: String,
    /// Mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl Wish for FoundWorkspace {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("found-workspace", On::Workspace)?;
        if rows::is_founded(asked.rows)? {
            let detail = "This workspace was founded before.";
            return Err(Refusal::conflict("already_founded", detail).into());
        }
        let name = fields::name("command.name", &self.name)?;
        let owner = self.owner;
        let mut events: Vec<Event> = vec![WorkspaceFounded { name }.event()];
        events.extend(roles::BUILT_IN.iter().map(|(role, permissions)| {
            RoleDefined {
                role: (*role).into(),
                permissions: permissions.iter().map(|p| (*p).into()).collect(),
                built_in: true,
            }
            .event()
        }));
        events.push(
            PersonAdded {
                person_id: owner.person_id,
                account_id: Some(owner.account_id),
                name: fields::name("command.owner.name", &owner.name)?,
                handle: fields::handle("command.owner.handle", &owner.handle)?,
                email: fields::email("command.owner.email", owner.email.as_deref())?,
                title: None,
                locale: fields::locale("command.owner.locale", owner.locale.as_deref())?,
                departments: Vec::new(),
                role: roles::OWNER.into(),
                external_id: None,
            }
            .event(),
        );
        Ok(Decision::accepted(events))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Directory;
    use crate::tests::{OWNER, OWNER_ACCOUNT, founded};
    use kernel::{Actor, testing::Given};
    use serde_json::{Value, json};

    fn body() -> Value {
        json!({"name": "Harbour", "owner": {
            "person_id": OWNER, "account_id": OWNER_ACCOUNT, "name": "Owner", "handle": "owner"}})
    }

    #[test]
    fn a_workspace_begins_with_roles_and_an_owner() {
        let mut given = Given::module(Directory);
        given
            .by(Actor::Account(OWNER_ACCOUNT))
            .when("found-workspace", body())
            .accepted(
                "workspace-founded role-defined role-defined role-defined role-defined person-added",
            );
        let owner = rows::person(given.rows(), OWNER).unwrap().unwrap();
        assert_eq!(
            (owner.role.as_str(), owner.account_id),
            ("owner", Some(OWNER_ACCOUNT))
        );
    }

    #[test]
    fn it_begins_once() {
        founded()
            .by(Actor::Account(OWNER_ACCOUNT))
            .when("found-workspace", body())
            .refused("already_founded");
    }
}
