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

/// The permission of those who watch over a workspace.
pub const MANAGE: &str = "protection.manage";
/// The permission of those who answer for what is put back in every module.
pub const RUN: &str = "workspace.manage";

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Look,
    CloseAlarm,
    Plant,
    DeclareMaintenance,
    ProposeRewind,
    ApproveRewind,
    WithdrawRewind,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::CloseAlarm => "close-alarm",
            Self::Plant => "plant",
            Self::DeclareMaintenance => "declare-maintenance",
            Self::ProposeRewind => "propose-rewind",
            Self::ApproveRewind => "approve-rewind",
            Self::WithdrawRewind => "withdraw-rewind",
        }
    }
}

/// An active person of the workspace who asks for something.
#[derive(Clone, Copy, Debug)]
pub struct Watcher {
    /// Who.
    pub id: PersonId,
    manages: bool,
    runs: bool,
    is_active: bool,
}

impl Watcher {
    /// The person who acts.
    ///
    /// # Errors
    /// `workspace_not_found` for anybody who is not an active person of the workspace.
    pub fn of(rows: &Connection, actor: &Actor) -> Result<Self, DecideError> {
        let person = actor.person().ok_or_else(stranger)?;
        let watcher = Self::find(rows, person)?.filter(|watcher| watcher.is_active);
        Ok(watcher.ok_or_else(stranger)?)
    }

    fn find(rows: &Connection, person: PersonId) -> rusqlite::Result<Option<Self>> {
        rows.prepare_cached(
            "SELECT p.is_active, coalesce(r.may_manage, 0), coalesce(r.may_run, 0)
             FROM person p LEFT JOIN role r ON r.name = p.role WHERE p.id = ?1",
        )?
        .query_row([person], |row| {
            Ok(Self {
                id: person,
                is_active: row.get(0)?,
                manages: row.get(1)?,
                runs: row.get(2)?,
            })
        })
        .optional()
    }

    /// Nothing, where they may.
    ///
    /// # Errors
    /// `not_permitted`.
    pub fn require(&self, action: Action) -> Result<(), Refusal> {
        self.require_about(action, None)
    }

    /// Nothing, where they may do it to what `doer` did.
    ///
    /// # Errors
    /// `not_permitted`; `second_person_needed` where only that it is their own stands against it.
    pub fn require_about(
        &self,
        action: Action,
        doer: impl IntoIterator<Item = PersonId>,
    ) -> Result<(), Refusal> {
        let is_own = doer.into_iter().any(|doer| doer == self.id);
        if self.ask(action, is_own)? {
            return Ok(());
        }
        if is_own && self.ask(action, false)? {
            let detail = "This needs another person: nobody judges, covers or approves their own.";
            return Err(Refusal::forbidden("second_person_needed", detail));
        }
        let detail = "You do not have the permission this needs.";
        Err(Refusal::forbidden("not_permitted", detail))
    }

    fn ask(&self, action: Action, is_own: bool) -> Result<bool, Refusal> {
        let person = Thing::new(&PERSON, "who")
            .with("manages", self.manages)
            .with("runs", self.runs)
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

/// Whether there is such a person, active or not.
///
/// # Errors
/// `person_not_found` at `field`.
pub fn require_person(rows: &Connection, field: &str, person: PersonId) -> Result<(), DecideError> {
    match Watcher::find(rows, person)? {
        Some(_) => Ok(()),
        None => {
            let detail = "There is no such person in this workspace.";
            Err(Refusal::not_found(field, "person_not_found", detail).into())
        }
    }
}

/// Everybody who watches over the workspace now.
///
/// # Errors
/// When the view cannot be read.
pub fn watchers(rows: &Connection) -> rusqlite::Result<Vec<PersonId>> {
    rows.prepare_cached(
        "SELECT p.id FROM person p JOIN role r ON r.name = p.role
         WHERE p.is_active AND r.may_manage ORDER BY p.id",
    )?
    .query_map([], |row| row.get(0))?
    .collect()
}
