//! Putting back: what single things of an object were, and making them so again as new entries.
//!
//! An **aspect** is the smallest thing that is put back by itself: a document's name, the place it
//! lies in, whether somebody belongs to a group. A module says which aspects an event touches, what
//! each is in its rows, and decides the command [`PUT_BACK`], which makes them what they were. What
//! value an aspect should have is not the module's concern: a rewind takes the one it would have
//! without one actor's changes, the time machine the one it had at a moment.

mod aspect;
mod decide;

pub use aspect::BadAspect;
pub use decide::{NotPutBack, PutsBack, PuttingBack, decide_put_back};

use crate::id::Uuid;
use crate::{CommandSpec, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Name of the internal command that every module with aspects decides; its body is a [`PutBack`].
pub const PUT_BACK: &str = "put-back";

/// How every module offers it: not to clients.
pub const PUT_BACK_SPEC: CommandSpec = CommandSpec::new::<PutBack>(
    PUT_BACK,
    "Make single things of objects what they were; issued by a rewind or the time machine.",
)
.internal();

/// The most items of one [`PutBack`].
pub const PUT_BACK_MAX: usize = 100;

/// One thing of an object that is put back by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Aspect {
    /// What the object is: `document`, `folder`, `conversation`, `message`, `person` …
    pub kind: String,
    /// The object's id, or its name where names are ids (roles).
    pub object: String,
    /// Which thing of it: `name`, `place`, `trashed`, `text`, `member` …
    pub aspect: String,
    /// Of which other object, where it is about two: the person of a membership.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// An aspect that is to be what it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutBackItem {
    /// Which.
    pub aspect: Aspect,
    /// What it is now, as whoever asks has seen it; where it has become something else since, it is
    /// left alone. Not compared for text.
    pub expected: Value,
    /// What it shall be, as [`crate::Module::aspect_value`] gives it; null: the object shall not be
    /// there. For text a [`TextWish`].
    pub value: Value,
}

/// What a text shall be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TextWish {
    /// As it was after this update; 0: empty.
    AsOf(u64),
    /// As it is, without these updates; what others wrote before, between and after them stays.
    Without(Vec<u64>),
}

/// Parameters of [`PUT_BACK`]. The actor of the command is the person who answers for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutBack {
    /// The rewind, or the request to the time machine, it belongs to.
    pub rewind_id: Uuid,
    /// At most [`PUT_BACK_MAX`]. An item may depend upon any other of the same command: what is
    /// impossible is tried again after the others.
    pub items: Vec<PutBackItem>,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PutBackOutcome {
    /// It is what it was.
    Done,
    /// It is so already.
    AlreadySo,
    /// It has become something else since the plan was made; left alone.
    ChangedSince,
    /// It cannot be put back, and why.
    Impossible(String),
}

/// The answer of [`PUT_BACK`]: an outcome for each item, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PutBackAnswer {
    /// The outcomes.
    pub outcomes: Vec<PutBackOutcome>,
}

/// The fact that is the last of every entry of [`PUT_BACK`]: `changes-put-back`, version 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangesPutBack {
    /// The rewind or request.
    pub rewind_id: Uuid,
    /// Who answered for it.
    pub by: PersonId,
    /// What is as it was.
    pub aspects: Vec<Aspect>,
}

impl ChangesPutBack {
    /// The fact's stored name.
    pub const KIND: &'static str = "changes-put-back";
}
