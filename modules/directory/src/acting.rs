//! Who asks for something, and whether they may.

use crate::{quarantine, rows};
use authorization::{Fact, Kind, Policies, Thing};
use kernel::{Actor, DecideError, PersonId, Refusal, Timestamp};
use rusqlite::Connection;
use std::sync::LazyLock;

static POLICIES: LazyLock<Policies> = LazyLock::new(|| {
    Policies::parse(include_str!("policies.cedar")).expect("the policies parse; every test asks")
});
static PERSON: Kind = Kind::new("Person");
static ACCOUNT: Kind = Kind::new("Account");
static SITE: Kind = Kind::new("Site");
static ROLE: Kind = Kind::new("Role");
static WORKSPACE: Kind = Kind::new("Workspace");

/// A command or query being looked at: the rows, the time, and who asks.
pub struct Asked<'a> {
    pub rows: &'a Connection,
    pub time: Timestamp,
    pub actor: &'a Actor,
    principal: Thing,
}

/// What a right is asked on.
pub enum On<'r> {
    Workspace,
    Person(&'r rows::Person),
    Role {
        name: &'r str,
        permissions: &'r [String],
    },
}

impl<'a> Asked<'a> {
    /// Finds out who asks. Strangers and people who were deactivated are told that there is no
    /// such workspace; those in quarantine are told that they are.
    pub fn by(
        rows: &'a Connection,
        time: Timestamp,
        actor: &'a Actor,
    ) -> Result<Self, DecideError> {
        let principal = match actor {
            Actor::Person(id) => match rows::person(rows, *id)? {
                Some(person) if person.takes_part() => person_thing(rows, &person)?,
                Some(person) if person.is_active => return Err(confined(rows, &person)?.into()),
                _ => return Err(no_workspace().into()),
            },
            Actor::Account(id) => Thing::new(&ACCOUNT, &id.to_string()),
            Actor::Site(name) => Thing::new(&SITE, name.as_str()),
        };
        Ok(Self {
            rows,
            time,
            actor,
            principal,
        })
    }

    /// Nothing, where the one who asks may do `action` on that.
    pub fn may(&self, action: &str, on: On<'_>) -> Result<(), DecideError> {
        self.may_given(action, on, [])
    }

    /// The same, with facts about the request.
    pub fn may_given<'c>(
        &self,
        action: &str,
        on: On<'_>,
        context: impl IntoIterator<Item = (&'c str, Fact)>,
    ) -> Result<(), DecideError> {
        let resource = match on {
            // The workspace carries no rights of its own: nobody is outranked by it.
            On::Workspace => with_rights(Thing::new(&WORKSPACE, "this"), &[], ""),
            On::Person(person) => person_thing(self.rows, person)?,
            On::Role { name, permissions } => {
                with_rights(Thing::new(&ROLE, name), permissions, name)
            }
        };
        Ok(POLICIES.require(&self.principal, action, &resource, context)?)
    }

    /// The same on a role of the workspace; names the field where the role is unknown.
    pub fn may_on_role(&self, action: &str, field: &str, role: &str) -> Result<(), DecideError> {
        let Some(role) = rows::role(self.rows, role)? else {
            return Err(no_role(field).into());
        };
        let (name, permissions) = (role.name.as_str(), role.permissions.as_slice());
        self.may(action, On::Role { name, permissions })
    }

    /// The person who asks.
    pub fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().ok_or_else(no_workspace)
    }
}

/// Whether one person may end the quarantine of another.
pub fn may_release(
    rows: &Connection,
    who: &rows::Person,
    whom: &rows::Person,
) -> Result<bool, DecideError> {
    let (who, whom) = (person_thing(rows, who)?, person_thing(rows, whom)?);
    let may = POLICIES.permits(&who, "release-person", &whom, []);
    Ok(may.map_err(Refusal::from)?)
}

fn person_thing(rows: &Connection, person: &rows::Person) -> Result<Thing, rusqlite::Error> {
    let permissions = rows::permissions(rows, &person.role)?;
    let thing = Thing::new(&PERSON, &person.person_id.to_string());
    Ok(with_rights(thing, &permissions, &person.role))
}

fn with_rights(thing: Thing, permissions: &[String], role: &str) -> Thing {
    thing
        .with("permissions", permissions)
        .with("is_owner", role == crate::roles::OWNER)
}

/// What whoever is in quarantine is told.
fn confined(rows: &Connection, person: &rows::Person) -> Result<Refusal, DecideError> {
    let Some(quarantine) = quarantine::of(rows, person.person_id)? else {
        return Ok(no_workspace());
    };
    let ask = quarantine::names_of_releasers(rows, person)?;
    Ok(quarantine::refusal(&quarantine, &ask))
}

/// The refusal for those who must not learn whether the workspace exists.
pub fn no_workspace() -> Refusal {
    let detail = "There is no such workspace, or you are not in it.";
    Refusal::not_found("workspace_id", "workspace_not_found", detail)
}

/// The refusal for a role that does not exist.
pub fn no_role(field: &str) -> Refusal {
    Refusal::not_found(field, "role_not_found", "There is no such role.")
}
