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

/// The permission of those who see the command team, calls and incidents.
pub const READ: &str = "response.read";
/// The permission of those who run the command team.
pub const MANAGE: &str = "response.manage";
/// The permission of those who run the workspace.
pub const RUN: &str = "workspace.manage";

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Look,
    OpenIncident,
    Act,
    PlaceCall,
    CancelCall,
    ManageTeam,
    SetStatusPage,
    SetSuccessionPolicy,
    SeeSuccession,
    RequestSuccession,
    ApproveSuccession,
    RefuseSuccession,
    EndSuccession,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::OpenIncident => "open-incident",
            Self::Act => "act",
            Self::PlaceCall => "place-call",
            Self::CancelCall => "cancel-call",
            Self::ManageTeam => "manage-team",
            Self::SetStatusPage => "set-status-page",
            Self::SetSuccessionPolicy => "set-succession-policy",
            Self::SeeSuccession => "see-succession",
            Self::RequestSuccession => "request-succession",
            Self::ApproveSuccession => "approve-succession",
            Self::RefuseSuccession => "refuse-succession",
            Self::EndSuccession => "end-succession",
        }
    }
}

/// An active person of the workspace who asks for something.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Who.
    pub id: PersonId,
    /// All permissions of their role.
    pub permissions: Vec<String>,
    is_team: bool,
    is_named: bool,
}

impl Asking {
    /// The person who acts.
    ///
    /// # Errors
    /// `workspace_not_found` for anybody who is not an active person of the workspace.
    pub fn of(rows: &Connection, actor: &Actor) -> Result<Self, DecideError> {
        let person = actor.person().ok_or_else(stranger)?;
        Ok(Self::find(rows, person)?.ok_or_else(stranger)?)
    }

    /// The same of somebody who may do this.
    ///
    /// # Errors
    /// As [`Asking::of`], and `not_permitted`.
    pub fn permitted(
        rows: &Connection,
        actor: &Actor,
        action: Action,
    ) -> Result<Self, DecideError> {
        let asking = Self::of(rows, actor)?;
        asking.require(action)?;
        Ok(asking)
    }

    /// An active person.
    pub(crate) fn find(rows: &Connection, person: PersonId) -> rusqlite::Result<Option<Self>> {
        rows.prepare_cached(
            "SELECT coalesce(r.permissions, '[]'),
                EXISTS (SELECT 1 FROM command_role WHERE holder = p.id)
                OR EXISTS (SELECT 1 FROM command_deputy WHERE person = p.id),
                EXISTS (SELECT 1 FROM succession_policy s, json_each(s.rules, '$.named') n
                    WHERE n.value = ?2)
             FROM person p LEFT JOIN role r ON r.name = p.role WHERE p.id = ?1 AND p.is_active",
        )?
        .query_row((person, person.to_string()), |row| {
            let permissions: String = row.get(0)?;
            Ok(Self {
                id: person,
                permissions: serde_json::from_str(&permissions).unwrap_or_default(),
                is_team: row.get(1)?,
                is_named: row.get(2)?,
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

    /// Nothing, where they may do it to what is `whose`.
    ///
    /// # Errors
    /// `not_permitted`; `second_person_needed` where only that it is their own stands against it.
    pub fn require_about(
        &self,
        action: Action,
        whose: impl IntoIterator<Item = PersonId>,
    ) -> Result<(), Refusal> {
        let is_own = whose.into_iter().any(|whose| whose == self.id);
        if self.may(action, is_own)? {
            return Ok(());
        }
        if is_own && self.may(action, false)? {
            let detail = "This needs another person: nobody approves of their own.";
            return Err(Refusal::forbidden("second_person_needed", detail));
        }
        let detail = "You do not have the permission this needs.";
        Err(Refusal::forbidden("not_permitted", detail))
    }

    /// Whether they may.
    ///
    /// # Errors
    /// When the policies cannot be asked.
    pub fn may(&self, action: Action, is_own: bool) -> Result<bool, Refusal> {
        let has = |wanted: &str| self.permissions.iter().any(|name| name == wanted);
        let person = Thing::new(&PERSON, "who")
            .with("reads", has(READ))
            .with("manages", has(MANAGE))
            .with("runs", has(RUN))
            .with("is_team", self.is_team)
            .with("is_named", self.is_named)
            .with("is_active", true);
        let here = Thing::new(&WORKSPACE, "here");
        let context = [("is_own", is_own.into())];
        Ok(POLICIES.permits(&person, action.name(), &here, context)?)
    }
}

fn stranger() -> Refusal {
    let detail = "There is no such workspace.";
    Refusal::not_found("workspace_id", "workspace_not_found", detail)
}

/// Whether a person takes part now: neither deactivated nor in quarantine; none: no such person.
///
/// # Errors
/// When the view cannot be read.
pub fn takes_part(rows: &Connection, person: PersonId) -> rusqlite::Result<Option<bool>> {
    rows.prepare_cached("SELECT is_active FROM person WHERE id = ?1")?
        .query_row([person], |row| row.get(0))
        .optional()
}

/// Nothing, where the person takes part now.
///
/// # Errors
/// `person_not_found`, or `person_deactivated` where it does not take part, at `field`.
pub fn require_person(rows: &Connection, field: &str, person: PersonId) -> Result<(), DecideError> {
    match takes_part(rows, person)? {
        Some(true) => Ok(()),
        Some(false) => {
            let detail = "This person does not take part in the workspace now.";
            Err(Refusal {
                field: Some(field.into()),
                ..Refusal::conflict("person_deactivated", detail)
            }
            .into())
        }
        None => {
            let detail = "There is no such person in this workspace.";
            Err(Refusal::not_found(field, "person_not_found", detail).into())
        }
    }
}
