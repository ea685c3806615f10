//! Facts of this module. Append-only: the shape of a `(kind, version)` is frozen (see
//! `fixtures/events.json`); another shape is another version, and this one still decodes.

use crate::{AlarmId, ItemId, RewindId, WindowId};
use kernel::{Aspect, Event, PersonId, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A fact with its stored name and version.
pub trait Fact: Serialize + DeserializeOwned {
    /// What happened, past tense in kebab case.
    const KIND: &'static str;
    /// Version of the shape.
    const VERSION: u16 = 1;

    /// The fact as it is stored.
    fn event(&self) -> Event {
        Event::new(Self::KIND, Self::VERSION, self)
    }
}

/// What an alarm asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmLevel {
    /// A human is asked to look.
    Medium,
    /// The person was put in quarantine.
    High,
}

/// One thing that tells against somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// Which detector: `rate`, `slow`, `noise`, `sweep`, `canary`.
    pub detector: String,
    /// How much it says by itself, in thousandths.
    pub score: u32,
    /// The finding in a sentence, with its figures.
    pub words: String,
}

/// What a detector found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The module in whose entries it was found.
    pub module: String,
    /// The entry that raised the level.
    pub seq: u64,
    /// When the earliest of it began: a rewind begins there.
    pub first_at: Timestamp,
    /// The time of the entry that raised the level.
    pub at: Timestamp,
    /// All reasons together, in thousandths.
    pub score: u32,
    /// The reasons, the weightiest first.
    pub reasons: Vec<Reason>,
    /// Objects harmed or moved about since `first_at`; at least.
    pub objects_hit: u64,
}

/// A detector found that somebody's changes look like an attack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlarmRaised {
    /// The alarm.
    pub alarm_id: AlarmId,
    /// Whose changes.
    pub person_id: PersonId,
    /// What it asks for.
    pub level: AlarmLevel,
    /// What was found.
    pub finding: Finding,
}

/// What a human made of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// The work was honest.
    Honest,
    /// It was an attack.
    Attack,
}

/// A human judged an alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlarmClosed {
    /// The alarm.
    pub alarm_id: AlarmId,
    /// Whose changes it was about.
    pub person_id: PersonId,
    /// What they made of it.
    pub judgement: Judgement,
    /// Why.
    pub note: String,
    /// Who.
    pub closed_by: PersonId,
}

/// Things were planted that nobody has a reason to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CanariesPlanted {
    /// Which.
    pub items: Vec<ItemId>,
    /// Who planted them.
    pub planted_by: PersonId,
}

/// Things may be changed again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CanariesDugUp {
    /// Which.
    pub items: Vec<ItemId>,
    /// Who dug them up.
    pub dug_up_by: PersonId,
}

/// What sort of bulk work is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// Moving, renaming, trashing, deleting.
    Changes,
    /// Taking and giving rights, removing members, deactivating people.
    Access,
}

/// Honest bulk work is expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaintenanceDeclared {
    /// The window.
    pub window_id: WindowId,
    /// Who does it; none: everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// When it begins.
    pub begins_at: Timestamp,
    /// When it is over.
    pub ends_at: Timestamp,
    /// What is expected.
    pub kinds: Vec<WorkKind>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub declared_by: PersonId,
}

/// Bulk work is over before its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaintenanceEnded {
    /// The window.
    pub window_id: WindowId,
    /// Who ended it.
    pub ended_by: PersonId,
}

/// Whose changes a rewind takes back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Selection {
    /// Everything one person changed in a time.
    Person {
        /// Who.
        person_id: PersonId,
        /// From when on.
        since: Timestamp,
        /// Until when; none: until the rewind is carried out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// What another rewind put back.
    Rewind {
        /// Which.
        rewind_id: RewindId,
    },
    /// Everything anybody changed after a moment: things become what they were then.
    Moment {
        /// The moment.
        to: Timestamp,
        /// Only these; none: the whole workspace.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        objects: Option<BTreeSet<ObjectRef>>,
    },
}

/// An object of a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectRef {
    /// The module.
    pub module: String,
    /// What it is, as in [`Aspect::kind`].
    pub kind: String,
    /// Its id, as in [`Aspect::object`].
    pub object: String,
}

/// Somebody proposes to take changes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewindProposed {
    /// The rewind.
    pub rewind_id: RewindId,
    /// Whose changes.
    pub selection: Selection,
    /// Why.
    pub note: String,
    /// Who.
    pub proposed_by: PersonId,
}

/// What else than the proposal is to become of single things.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// These stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<Aspect>,
    /// These are put back although the proposal leaves them alone, because others worked on what the
    /// person made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put_back: Vec<Aspect>,
    /// These texts become what they were before the person's first change, although others wrote in
    /// them since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub as_before: Vec<Aspect>,
}

/// A second person approves of a rewind: it is carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewindApproved {
    /// The rewind.
    pub rewind_id: RewindId,
    /// What else is to become of single things.
    pub choices: Choices,
    /// Who.
    pub approved_by: PersonId,
}

/// A rewind will not be carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewindWithdrawn {
    /// The rewind.
    pub rewind_id: RewindId,
    /// Who withdrew it.
    pub withdrawn_by: PersonId,
}

/// Something a rewind could not put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOver {
    /// The module it is in.
    pub module: String,
    /// What.
    pub aspect: Aspect,
    /// Why.
    pub reason: String,
}

/// What a rewind came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RewindOutcome {
    /// Things put back.
    pub done: u64,
    /// Objects with at least one thing put back.
    pub objects: u64,
    /// Things that were so already.
    pub already_so: u64,
    /// Things left alone because they changed meanwhile.
    pub changed_since: u64,
    /// Things kept by choice, or because others worked on them.
    pub kept: u64,
    /// What could not be put back, the first of them.
    #[serde(default)]
    pub left_over: Vec<LeftOver>,
    /// How many could not be put back.
    #[serde(default)]
    pub left_over_count: u64,
}

/// A rewind was carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewindCompleted {
    /// The rewind.
    pub rewind_id: RewindId,
    /// What it came to.
    pub outcome: RewindOutcome,
}

macro_rules! facts {
    ($($fact:ident = $kind:literal),* $(,)?) => {
        $(impl Fact for $fact {
            const KIND: &'static str = $kind;
        })*

        /// The kinds this release writes, all in version 1.
        pub const KINDS: &[&str] = &[$($kind),*];
    };
}

facts! {
    AlarmRaised = "alarm-raised",
    AlarmClosed = "alarm-closed",
    CanariesPlanted = "canaries-planted",
    CanariesDugUp = "canaries-dug-up",
    MaintenanceDeclared = "maintenance-declared",
    MaintenanceEnded = "maintenance-ended",
    RewindProposed = "rewind-proposed",
    RewindApproved = "rewind-approved",
    RewindWithdrawn = "rewind-withdrawn",
    RewindCompleted = "rewind-completed",
}
