//! Who may do what: facts from the rows, decided by `policies.cedar`.
//!
//! Policies never name a particular person or folder, so a decision depends on [`Facts`] alone.
//! There are few of them, and their decisions are remembered.

use crate::events::Role;
use crate::place::Place;
use authorization::{Kind, Policies, Thing};
use kernel::{Actor, DecideError, PersonId, Refusal};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

static POLICIES: LazyLock<Policies> = LazyLock::new(|| {
    Policies::parse(include_str!("policies.cedar")).expect("the policies parse; tests ask them")
});
static PERSON: Kind = Kind::new("Person");
static ITEM: Kind = Kind::new("Item");
static WORKSPACE: Kind = Kind::new("Workspace");
static DECIDED: LazyLock<RwLock<HashMap<Facts, bool>>> = LazyLock::new(RwLock::default);

/// The permissions this module asks for, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(pub u32);

const PERMISSIONS: [&str; 1] = ["workspace.manage"];

impl Permissions {
    /// The permissions with these names; names this module does not ask for are passed over.
    pub fn of<T: AsRef<str>>(names: &[T]) -> Self {
        let bit = |(i, name): (usize, &&str)| {
            let has = names.iter().any(|given| given.as_ref() == *name);
            u32::from(has) << i
        };
        Self(PERMISSIONS.iter().enumerate().map(bit).sum())
    }

    fn names(self) -> Vec<&'static str> {
        PERMISSIONS
            .iter()
            .enumerate()
            .filter(|(i, _)| self.0 & (1 << i) != 0)
            .map(|(_, name)| *name)
            .collect()
    }
}

/// The role whose people are guests.
pub const GUEST: &str = "guest";

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Read,
    Comment,
    EditComment,
    DeleteComment,
    Update,
    Rename,
    CreateIn,
    NameVersion,
    Move,
    Trash,
    SetPermissions,
    CreateAtTop,
    ManageTop,
    PutBack,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Comment => "comment",
            Self::EditComment => "edit-comment",
            Self::DeleteComment => "delete-comment",
            Self::Update => "update",
            Self::Rename => "rename",
            Self::CreateIn => "create-in",
            Self::NameVersion => "name-version",
            Self::Move => "move",
            Self::Trash => "trash",
            Self::SetPermissions => "set-permissions",
            Self::CreateAtTop => "create-at-top",
            Self::ManageTop => "manage-top",
            Self::PutBack => "put-back",
        }
    }
}

/// Somebody who asks for something, as the directory describes them.
#[derive(Clone, Copy, Debug)]
pub struct Viewer {
    /// Who.
    pub id: PersonId,
    is_active: bool,
    /// Whether their role is guest.
    pub is_guest: bool,
    permissions: Permissions,
}

/// Everything the policies may read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Facts {
    action: Action,
    permissions: Permissions,
    is_active: bool,
    is_guest: bool,
    /// The rank at an item and whether they wrote the comment concerned; none: the workspace.
    at_item: Option<(u8, bool)>,
}

impl Viewer {
    /// The person who acts.
    ///
    /// # Errors
    /// `workspace_not_found` for anybody who is not an active person of the workspace.
    pub fn of(rows: &Connection, actor: &Actor) -> Result<Self, DecideError> {
        let person = actor.person().ok_or_else(stranger)?;
        let viewer = Self::find(rows, person)?;
        match viewer.filter(|viewer| viewer.is_active) {
            Some(viewer) => Ok(viewer),
            None => Err(stranger().into()),
        }
    }

    /// A person of the workspace, active or not.
    ///
    /// # Errors
    /// When the view cannot be read.
    pub fn find(rows: &Connection, person: PersonId) -> rusqlite::Result<Option<Self>> {
        rows.prepare_cached(
            "SELECT p.is_active, p.role = ?2, coalesce(r.permissions, 0)
             FROM person p LEFT JOIN role r ON r.name = p.role WHERE p.id = ?1",
        )?
        .query_row((person, GUEST), |row| {
            Ok(Self {
                id: person,
                is_active: row.get(0)?,
                is_guest: row.get(1)?,
                permissions: Permissions(row.get(2)?),
            })
        })
        .optional()
    }

    /// Whether they may do something that concerns the workspace as a whole.
    ///
    /// # Errors
    /// When the policies cannot decide.
    pub fn may(&self, action: Action) -> Result<bool, Refusal> {
        self.facts(action, None).decide()
    }

    /// Nothing, where they [may](Self::may).
    ///
    /// # Errors
    /// `not_permitted` where they may not.
    pub fn require(&self, action: Action) -> Result<(), Refusal> {
        permitted(self.may(action)?)
    }

    /// What they are at the top, which whatever inherits from there takes over.
    ///
    /// # Errors
    /// When the policies cannot decide.
    pub fn role_at_top(&self) -> Result<Option<Role>, Refusal> {
        Ok(self.may(Action::ManageTop)?.then_some(Role::Manager))
    }

    const fn facts(&self, action: Action, at_item: Option<(u8, bool)>) -> Facts {
        Facts {
            action,
            permissions: self.permissions,
            is_active: self.is_active,
            is_guest: self.is_guest,
            at_item,
        }
    }

    /// Whether somebody with this role at an item may do something there.
    ///
    /// # Errors
    /// When the policies cannot decide.
    pub fn may_as(&self, role: Option<Role>, action: Action) -> Result<bool, Refusal> {
        let rank = role.map_or(0, Role::rank);
        self.facts(action, Some((rank, false))).decide()
    }
}

impl Place {
    /// Whether its person may do something there, to a comment of `author` where one is concerned.
    ///
    /// # Errors
    /// When the policies cannot decide.
    pub fn may(&self, action: Action, author: Option<PersonId>) -> Result<bool, Refusal> {
        let is_author = author == Some(self.viewer.id);
        let at_item = Some((self.role.rank(), is_author));
        self.viewer.facts(action, at_item).decide()
    }

    /// Nothing, where they [may](Self::may).
    ///
    /// # Errors
    /// `not_permitted` where they may not.
    pub fn require(&self, action: Action, author: Option<PersonId>) -> Result<(), Refusal> {
        permitted(self.may(action, author)?)
    }
}

fn stranger() -> Refusal {
    let detail = "There is no such workspace.";
    Refusal::not_found("workspace_id", "workspace_not_found", detail)
}

fn permitted(may: bool) -> Result<(), Refusal> {
    if may {
        return Ok(());
    }
    let detail = "You do not have the permission this needs.";
    Err(Refusal::forbidden("not_permitted", detail))
}

impl Facts {
    fn decide(self) -> Result<bool, Refusal> {
        if let Some(may) = DECIDED
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&self)
        {
            return Ok(*may);
        }
        let may = self.ask()?;
        DECIDED
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(self, may);
        Ok(may)
    }

    fn ask(self) -> Result<bool, Refusal> {
        let person = Thing::new(&PERSON, "who")
            .with("permissions", self.permissions.names().as_slice())
            .with("is_guest", self.is_guest)
            .with("is_active", self.is_active);
        let action = self.action.name();
        let Some((rank, is_author)) = self.at_item else {
            let workspace = Thing::new(&WORKSPACE, "here");
            return Ok(POLICIES.permits(&person, action, &workspace, [])?);
        };
        let context = [
            ("rank", i64::from(rank).into()),
            ("is_author", is_author.into()),
        ];
        Ok(POLICIES.permits(&person, action, &Thing::new(&ITEM, "where"), context)?)
    }
}
