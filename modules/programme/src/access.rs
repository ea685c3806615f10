//! Who may do what: facts from the rows, decided by `policies.cedar`.

use authorization::{Kind, Policies, Thing};
use kernel::{Actor, DecideError, PersonId, Refusal};
use rusqlite::{Connection, OptionalExtension};
use std::sync::LazyLock;

static POLICIES: LazyLock<Policies> = LazyLock::new(|| {
    Policies::parse(include_str!("policies.cedar")).expect("the policies parse; tests ask them")
});
static PERSON: Kind = Kind::new("Person");
static WORKSPACE: Kind = Kind::new("Workspace");

/// The permission of those who may see the programme.
pub const READ: &str = "programme.read";
/// The permission of those who keep it.
pub const MANAGE: &str = "programme.manage";

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See the programme.
    Read,
    /// Change it.
    Manage,
    /// Close a finding in words.
    CloseFinding,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Manage => "manage",
            Self::CloseFinding => "close-finding",
        }
    }
}

/// An active person of the workspace who asks for something.
#[derive(Clone, Debug)]
pub struct Keeper {
    /// Who.
    pub id: PersonId,
    /// Their language tag.
    pub locale: Option<String>,
    reads: bool,
    manages: bool,
    is_active: bool,
}

impl Keeper {
    /// The person who acts, where they may.
    ///
    /// # Errors
    /// `workspace_not_found` for anybody who is not an active person of the workspace;
    /// `not_permitted`.
    pub fn allowed(rows: &Connection, actor: &Actor, action: Action) -> Result<Self, DecideError> {
        let keeper = Self::of(rows, actor)?;
        keeper.require(action, false)?;
        Ok(keeper)
    }

    /// The person who acts.
    ///
    /// # Errors
    /// `workspace_not_found` for anybody who is not an active person of the workspace.
    pub fn of(rows: &Connection, actor: &Actor) -> Result<Self, DecideError> {
        let person = actor.person().ok_or_else(stranger)?;
        let found = rows
            .prepare_cached(
                "SELECT p.locale, coalesce(r.may_read, 0), coalesce(r.may_manage, 0), p.is_active
                 FROM person p LEFT JOIN role r ON r.name = p.role WHERE p.id = ?1",
            )?
            .query_row([person], |row| {
                Ok(Self {
                    id: person,
                    locale: row.get(0)?,
                    reads: row.get(1)?,
                    manages: row.get(2)?,
                    is_active: row.get(3)?,
                })
            })
            .optional()?;
        Ok(found
            .filter(|keeper| keeper.is_active)
            .ok_or_else(stranger)?)
    }

    /// Nothing, where they may.
    ///
    /// # Errors
    /// `not_permitted`; `second_person_needed` where only that it is their own stands against it.
    pub fn require(&self, action: Action, is_own: bool) -> Result<(), Refusal> {
        if self.ask(action, is_own)? {
            return Ok(());
        }
        if is_own && self.ask(action, false)? {
            let detail = "This needs another person: neither who found it nor who mends it.";
            return Err(Refusal::forbidden("second_person_needed", detail));
        }
        let detail = "You do not have the permission this needs.";
        Err(Refusal::forbidden("not_permitted", detail))
    }

    fn ask(&self, action: Action, is_own: bool) -> Result<bool, Refusal> {
        let person = Thing::new(&PERSON, "who")
            .with("reads", self.reads)
            .with("manages", self.manages)
            .with("is_active", self.is_active);
        let here = Thing::new(&WORKSPACE, "here");
        let context = [("is_own", is_own.into())];
        Ok(POLICIES.permits(&person, action.name(), &here, context)?)
    }
}

fn stranger() -> Refusal {
    let detail = "There is no such workspace.";
    Refusal::not_found("workspace_id", "workspace_not_found", detail)
}

/// Nothing, where a site acts by itself.
///
/// # Errors
/// `not_permitted`.
pub fn require_site(actor: &Actor) -> Result<(), Refusal> {
    match actor {
        Actor::Site(_) => Ok(()),
        Actor::Person(_) | Actor::Account(_) => {
            let detail = "Only sites do this.";
            Err(Refusal::forbidden("not_permitted", detail))
        }
    }
}

/// Nothing, where there is such a person who takes part now.
///
/// # Errors
/// `person_not_found` and `person_deactivated` at `field`.
pub fn require_active(rows: &Connection, field: &str, person: PersonId) -> Result<(), DecideError> {
    let is_active: Option<bool> = rows
        .prepare_cached("SELECT is_active FROM person WHERE id = ?1")?
        .query_row([person], |row| row.get(0))
        .optional()?;
    match is_active {
        Some(true) => Ok(()),
        Some(false) => {
            let detail = "This person does not take part in the workspace any more.";
            Err(Refusal::invalid(field, "person_deactivated", detail).into())
        }
        None => {
            let detail = "There is no such person in this workspace.";
            Err(Refusal::not_found(field, "person_not_found", detail).into())
        }
    }
}
