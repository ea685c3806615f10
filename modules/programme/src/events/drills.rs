//! Facts about drills, what they showed, objectives that were missed, and the roll-out.

use crate::{AssetId, BreachId, DrillPlanId, FindingId};
use kernel::id::Uuid;
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A scenario is to be drilled again and again; the same plan once more changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillPlanned {
    /// The line of the calendar.
    pub plan_id: DrillPlanId,
    /// The scenario's name.
    pub scenario: String,
    /// How many days apart.
    pub every_days: u32,
    /// When the first one is due.
    pub first_due_at: Timestamp,
    /// Who sees to it; none: nobody yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<PersonId>,
}

/// A scenario is not drilled by the calendar any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillPlanCancelled {
    /// The line of the calendar.
    pub plan_id: DrillPlanId,
    /// Why.
    pub reason: String,
    /// Who cancelled it.
    pub cancelled_by: PersonId,
}

/// Where a finding comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FindingSource {
    /// A drill told it, as the finding with this number.
    Drill {
        /// The drill.
        #[schema(value_type = String, format = Uuid)]
        drill_id: Uuid,
        /// Which of its findings, from 0.
        number: u32,
    },
    /// A person saw it.
    Person {
        /// Who.
        person_id: PersonId,
    },
}

/// Something is amiss, as a drill of a scenario showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRecorded {
    /// The finding.
    pub finding_id: FindingId,
    /// The scenario.
    pub scenario: String,
    /// What is amiss.
    pub words: String,
    /// Where it comes from.
    pub source: FindingSource,
    /// Who mends it; none: nobody yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// Until when.
    pub due_at: Timestamp,
}

/// Somebody mends a finding until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingAssigned {
    /// The finding.
    pub finding_id: FindingId,
    /// Who.
    pub owner: PersonId,
    /// Until when.
    pub due_at: Timestamp,
    /// Who said so.
    pub assigned_by: PersonId,
}

/// A finding is mended: a later drill passed, or a second person says why none is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingClosed {
    /// The finding.
    pub finding_id: FindingId,
    /// The drill that passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill_id: Option<Uuid>,
    /// Why none is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who closed it.
    pub closed_by: PersonId,
}

/// Which objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// How fast it is back.
    Rto,
    /// How much is lost.
    Rpo,
}

impl Missed {
    /// How it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rto => "rto",
            Self::Rpo => "rpo",
        }
    }
}

/// What was measured is worse than what was promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachNoted {
    /// The breach.
    pub breach_id: BreachId,
    /// The asset.
    pub asset_id: AssetId,
    /// Which objective.
    pub missed: Missed,
    /// What was promised.
    pub target_ms: i64,
    /// What was measured; none: it did not come back at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_ms: Option<i64>,
    /// What measured it: `drill`, `live`, `vault`.
    pub measured_by: String,
}

/// What is measured is as promised again, or nothing is promised any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachCleared {
    /// The breach.
    pub breach_id: BreachId,
}

/// The 30 days of the roll-out begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutBegun {
    /// When.
    pub begins_at: Timestamp,
    /// Who began it.
    pub begun_by: PersonId,
}

/// Somebody said whether a task is done that no fact shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskTicked {
    /// The task.
    pub task: String,
    /// Whether it is done.
    pub is_done: bool,
    /// What was done.
    pub note: String,
    /// Who said so.
    pub ticked_by: PersonId,
}
