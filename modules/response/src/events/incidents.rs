//! Facts about incidents.

use crate::{CommandRoleId, IncidentId, TaskId};
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The work of the whole organisation is at stake.
    Critical,
    /// Much of the work is held up.
    Major,
    /// Some of the work is held up.
    Minor,
}

/// What an incident was opened for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cause {
    /// People found it.
    People {},
    /// The sites found that one of them does not answer.
    SiteLost {
        /// Which site.
        site: String,
    },
    /// A detector raised an alarm.
    Alarm {
        /// Which, as the module `protection` names it.
        alarm_id: String,
    },
    /// It is rehearsed.
    Drill {},
}

/// An incident began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentOpened {
    /// The incident.
    pub incident_id: IncidentId,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in a line.
    pub title: String,
    /// What is affected: assets and functions by name.
    pub assets: Vec<String>,
    /// What it was opened for.
    pub cause: Cause,
    /// Who opened it; none: a site by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// It is worse, or less bad, than it was held to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeverityChanged {
    /// The incident.
    pub incident_id: IncidentId,
    /// How bad it is.
    pub severity: Severity,
    /// Who judged it.
    pub by: PersonId,
}

/// Somebody acts in a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleTaken {
    /// The incident.
    pub incident_id: IncidentId,
    /// The role.
    pub role_id: CommandRoleId,
    /// Its name at that time.
    pub role: String,
    /// Who.
    pub person_id: PersonId,
}

/// Nobody acts in a role any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleLeft {
    /// The incident.
    pub incident_id: IncidentId,
    /// The role.
    pub role_id: CommandRoleId,
    /// Who did.
    pub person_id: PersonId,
    /// Who said so.
    pub by: PersonId,
}

/// A task as it is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// The task.
    pub task_id: TaskId,
    /// What is to be done.
    pub title: String,
}

/// There is more to do, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TasksAdded {
    /// The incident.
    pub incident_id: IncidentId,
    /// The tasks.
    pub tasks: Vec<NewTask>,
    /// The runbook they are from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// Who added them.
    pub by: PersonId,
}

/// Somebody is to do a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskAssigned {
    /// The incident.
    pub incident_id: IncidentId,
    /// The task.
    pub task_id: TaskId,
    /// Who; none: nobody any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// Who said so.
    pub by: PersonId,
}

/// A task is done, or is to be done again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskDone {
    /// The incident.
    pub incident_id: IncidentId,
    /// The task.
    pub task_id: TaskId,
    /// Whether it is done.
    pub is_done: bool,
    /// Who said so.
    pub by: PersonId,
}

/// Something was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionRecorded {
    /// The incident.
    pub incident_id: IncidentId,
    /// What.
    pub text: String,
    /// Who decided.
    pub by: PersonId,
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpdatePosted {
    /// The incident.
    pub incident_id: IncidentId,
    /// In words.
    pub text: String,
    /// Whether the status page shows it.
    pub is_public: bool,
    /// Who said so.
    pub by: PersonId,
}

/// Something that happened meanwhile, from another record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentNoted {
    /// The incident.
    pub incident_id: IncidentId,
    /// Which record, and where in it.
    pub source: String,
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// The harm is stopped; the cause may not be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentMitigated {
    /// The incident.
    pub incident_id: IncidentId,
    /// Who judged it.
    pub by: PersonId,
}

/// It goes on, or goes on again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentReopened {
    /// The incident.
    pub incident_id: IncidentId,
    /// Why.
    pub reason: String,
    /// Who judged it.
    pub by: PersonId,
}

/// It is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentClosed {
    /// The incident.
    pub incident_id: IncidentId,
    /// What was found that has to become better.
    pub findings: Vec<String>,
    /// Why there is nothing to find.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub none_because: Option<String>,
    /// Who closed it.
    pub by: PersonId,
}

/// The workspace's status page is this from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusPageSet {
    /// Whether anybody can read it.
    pub is_on: bool,
    /// Its public name, in its address.
    pub slug: String,
    /// Its heading.
    pub title: String,
    /// Who set it.
    pub by: PersonId,
}
