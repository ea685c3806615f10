//! Facts of this module. Append-only: the shape of a `(kind, version)` is frozen (see
//! `fixtures/events.json`); another shape is another version, and this one still decodes.

mod calls;
mod incidents;
mod succession;
mod team;

pub use calls::*;
pub use incidents::*;
pub use succession::*;
pub use team::*;

use kernel::Event;
use serde::Serialize;
use serde::de::DeserializeOwned;

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

macro_rules! facts {
    ($($fact:ident = $kind:literal),* $(,)?) => {
        $(impl Fact for $fact {
            const KIND: &'static str = $kind;
        })*

        /// The kinds this release writes, all in version 1.
        pub const KINDS: &[&str] = &[$($kind),*];

        /// The same event as this release writes it.
        #[cfg(test)]
        pub(crate) fn rewritten(event: &Event) -> Event {
            match event.kind.as_str() {
                $($kind => event.decode::<$fact>().expect("it decodes").event(),)*
                kind => panic!("{kind} is not written any more: keep decoding it"),
            }
        }
    };
}

facts! {
    CommandRoleDefined = "command-role-defined",
    CommandRoleRemoved = "command-role-removed",
    ShiftPlanned = "shift-planned",
    ShiftCancelled = "shift-cancelled",
    ContactPointAdded = "contact-point-added",
    ContactCodeRenewed = "contact-code-renewed",
    ContactCodeWrong = "contact-code-wrong",
    ContactPointVerified = "contact-point-verified",
    ContactPointRemoved = "contact-point-removed",
    CallPlaced = "call-placed",
    CallAdvanced = "call-advanced",
    CallAcknowledged = "call-acknowledged",
    CallCancelled = "call-cancelled",
    CallPolicySet = "call-policy-set",
    DeliveryRecorded = "delivery-recorded",
    IncidentOpened = "incident-opened",
    SeverityChanged = "severity-changed",
    RoleTaken = "role-taken",
    RoleLeft = "role-left",
    TasksAdded = "tasks-added",
    TaskAssigned = "task-assigned",
    TaskDone = "task-done",
    DecisionRecorded = "decision-recorded",
    UpdatePosted = "update-posted",
    IncidentNoted = "incident-noted",
    IncidentMitigated = "incident-mitigated",
    IncidentReopened = "incident-reopened",
    IncidentClosed = "incident-closed",
    StatusPageSet = "status-page-set",
    SuccessionPolicySet = "succession-policy-set",
    SuccessionRequested = "succession-requested",
    SuccessionApproved = "succession-approved",
    SuccessionRefused = "succession-refused",
    SuccessionGranted = "succession-granted",
    SuccessionEnded = "succession-ended",
}
