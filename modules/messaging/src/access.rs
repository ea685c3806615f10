//! Who may do what: facts from the rows, decided by `policies.cedar`.
//!
//! Policies never name a particular person or conversation, so a decision depends on [`Facts`]
//! alone. There are few of them, and their decisions are remembered.

use crate::ConversationId;
use crate::events::{ConversationKind, Readers};
use crate::rows::Seat;
use authorization::{Fact, Kind, Policies, Thing};
use kernel::{Actor, DecideError, PersonId, Refusal};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

static POLICIES: LazyLock<Policies> = LazyLock::new(|| {
    Policies::parse(include_str!("policies.cedar")).expect("the policies parse; tests ask them")
});
static PERSON: Kind = Kind::new("Person");
static CONVERSATION: Kind = Kind::new("Conversation");
static WORKSPACE: Kind = Kind::new("Workspace");
static DECIDED: LazyLock<RwLock<HashMap<Facts, bool>>> = LazyLock::new(RwLock::default);

/// The permissions this module asks for, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(pub u32);

const PERMISSIONS: [&str; 6] = [
    "messages.send",
    "messages.urgent",
    "channels.create",
    "channels.manage",
    "import.run",
    "workspace.manage",
];

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
    Post,
    PostUrgent,
    MentionEveryone,
    Edit,
    Delete,
    SeeHistory,
    SeeDeleted,
    React,
    Acknowledge,
    Draft,
    Describe,
    AddMembers,
    RemoveMembers,
    Leave,
    Archive,
    SetPosters,
    CreateDirect,
    CreateGroup,
    CreateChannel,
    Import,
    PutBack,
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Post => "post",
            Self::PostUrgent => "post-urgent",
            Self::MentionEveryone => "mention-everyone",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::SeeHistory => "see-history",
            Self::SeeDeleted => "see-deleted",
            Self::React => "react",
            Self::Acknowledge => "acknowledge",
            Self::Draft => "draft",
            Self::Describe => "describe",
            Self::AddMembers => "add-members",
            Self::RemoveMembers => "remove-members",
            Self::Leave => "leave",
            Self::Archive => "archive",
            Self::SetPosters => "set-posters",
            Self::CreateDirect => "create-direct",
            Self::CreateGroup => "create-group",
            Self::CreateChannel => "create-channel",
            Self::Import => "import",
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
    place: Option<Place>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    kind: ConversationKind,
    audience: Readers,
    is_posting_open: bool,
    is_member: bool,
    is_poster: bool,
    is_creator: bool,
    is_author: bool,
}

impl Viewer {
    /// The person who acts.
    ///
    /// # Errors
    /// `workspace_not_found` for anybody who is not an active person of the workspace.
    pub fn of(rows: &Connection, actor: &Actor) -> Result<Self, DecideError> {
        let stranger = || {
            let detail = "There is no such workspace.";
            DecideError::from(Refusal::not_found(
                "workspace_id",
                "workspace_not_found",
                detail,
            ))
        };
        let person = actor.person().ok_or_else(stranger)?;
        let viewer = rows
            .prepare_cached(
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
            .optional()?
            .ok_or_else(stranger)?;
        if viewer.is_active {
            Ok(viewer)
        } else {
            Err(stranger())
        }
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

    const fn facts(&self, action: Action, place: Option<Place>) -> Facts {
        Facts {
            action,
            permissions: self.permissions,
            is_active: self.is_active,
            is_guest: self.is_guest,
            place,
        }
    }
}

impl Seat {
    /// Whether its person may do something in its conversation, to a message of `author` where one
    /// is concerned.
    ///
    /// # Errors
    /// When the policies cannot decide.
    pub fn may(&self, action: Action, author: Option<PersonId>) -> Result<bool, Refusal> {
        let person = self.viewer.id;
        let place = Place {
            kind: self.kind,
            audience: self.audience,
            is_posting_open: self.is_posting_open,
            is_member: self.since.is_some(),
            is_poster: self.is_poster,
            is_creator: self.created_by == Some(person),
            is_author: author == Some(person),
        };
        self.viewer.facts(action, Some(place)).decide()
    }

    /// Nothing, where they [may](Self::may).
    ///
    /// # Errors
    /// `not_permitted` where they may not.
    pub fn require(&self, action: Action, author: Option<PersonId>) -> Result<(), Refusal> {
        permitted(self.may(action, author)?)
    }
}

fn permitted(may: bool) -> Result<(), Refusal> {
    if may {
        return Ok(());
    }
    let detail = "You do not have the permission this needs.";
    Err(Refusal::forbidden("not_permitted", detail))
}

/// The refusal for a conversation that does not exist, or may not be known to.
#[must_use]
pub fn no_conversation() -> Refusal {
    Refusal::not_found(
        "conversation_id",
        "conversation_not_found",
        "There is no such conversation, or you are not in it.",
    )
}

/// The key of the conversation with this id, where there is one.
///
/// # Errors
/// When the view cannot be read.
pub fn conversation_key(rows: &Connection, id: ConversationId) -> rusqlite::Result<Option<i64>> {
    rows.prepare_cached("SELECT key FROM conversation WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
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
        let Some(place) = self.place else {
            let workspace = Thing::new(&WORKSPACE, "here");
            return Ok(POLICIES.permits(&person, self.action.name(), &workspace, [])?);
        };
        Ok(POLICIES.permits(&person, self.action.name(), &place.thing(), place.context())?)
    }
}

impl Place {
    fn thing(self) -> Thing {
        let posters = if self.is_posting_open {
            "members"
        } else {
            "listed"
        };
        Thing::new(&CONVERSATION, "where")
            .with("kind", self.kind.as_str())
            .with("audience", self.audience.as_str())
            .with("posters", posters)
    }

    fn context(self) -> [(&'static str, Fact); 4] {
        [
            ("is_member", self.is_member.into()),
            ("is_poster", self.is_poster.into()),
            ("is_creator", self.is_creator.into()),
            ("is_author", self.is_author.into()),
        ]
    }
}
