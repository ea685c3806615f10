//! What people do in an incident: roles, tasks, decisions, updates.

use super::incidents::acting;
use super::roles::require_role;
use super::{Deciding, id_taken, line, text};
use crate::access::require_person;
use crate::events::{
    DecisionRecorded, Fact, NewTask, RoleLeft, RoleTaken, TaskAssigned, TaskDone, TasksAdded,
    UpdatePosted,
};
use crate::limits::{TASKS_AT_ONCE_MAX, TASKS_MAX};
use crate::{CommandRoleId, IncidentId, TaskId};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use utoipa::ToSchema;

/// How taking a role is offered.
pub const TAKE_ROLE: CommandSpec = CommandSpec::new::<TakeRole>(
    "take-role",
    "Act in a command role, or hand it to somebody.",
);
/// How leaving one is offered.
pub const LEAVE_ROLE: CommandSpec =
    CommandSpec::new::<LeaveRole>("leave-role", "Say that nobody acts in a role any more.");
/// How adding tasks is offered.
pub const ADD_TASKS: CommandSpec =
    CommandSpec::new::<AddTasks>("add-tasks", "Add tasks, from a runbook or not.");
/// How assigning is offered.
pub const ASSIGN_TASK: CommandSpec =
    CommandSpec::new::<AssignTask>("assign-task", "Say who does a task.");
/// How doing is offered.
pub const SET_TASK_DONE: CommandSpec = CommandSpec::new::<SetTaskDone>(
    "set-task-done",
    "Say that a task is done, or is to be done again.",
);
/// How deciding is offered.
pub const RECORD_DECISION: CommandSpec =
    CommandSpec::new::<RecordDecision>("record-decision", "Record what was decided.");
/// How updates are offered.
pub const POST_UPDATE: CommandSpec = CommandSpec::new::<PostUpdate>(
    "post-update",
    "Say where it stands, within the workspace or on the status page.",
);

/// Act in a role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeRole {
    /// The incident.
    pub incident_id: IncidentId,
    /// The role.
    pub role_id: CommandRoleId,
    /// Who acts in it; none: whoever sends this.
    pub person_id: Option<PersonId>,
}

/// Nobody acts in a role any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveRole {
    /// The incident.
    pub incident_id: IncidentId,
    /// The role.
    pub role_id: CommandRoleId,
}

/// Add tasks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddTasks {
    /// The incident.
    pub incident_id: IncidentId,
    /// 1 to 100 tasks, in their order.
    pub tasks: Vec<NewTask>,
    /// The runbook they are from.
    pub runbook: Option<String>,
}

/// Say who does a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignTask {
    /// The incident.
    pub incident_id: IncidentId,
    /// The task.
    pub task_id: TaskId,
    /// Who; none: nobody any more.
    pub person_id: Option<PersonId>,
}

/// Say whether a task is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTaskDone {
    /// The incident.
    pub incident_id: IncidentId,
    /// The task.
    pub task_id: TaskId,
    /// Whether it is done.
    pub is_done: bool,
}

/// Record what was decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDecision {
    /// The incident.
    pub incident_id: IncidentId,
    /// What.
    pub text: String,
}

/// Say where it stands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostUpdate {
    /// The incident.
    pub incident_id: IncidentId,
    /// In words. What is public is shown to anybody: name nobody in it.
    pub text: String,
    /// Whether the status page shows it.
    pub is_public: bool,
}

/// Decides acting in a role; whoever acted in it before does no more.
///
/// # Errors
/// Refused for unknown roles and people who do not take part, and those who may not.
pub fn take_role(of: &Deciding<'_>, body: TakeRole) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    let role = require_role(of.rows, "command.role_id", body.role_id)?;
    let person_id = body.person_id.unwrap_or(by);
    require_person(of.rows, "command.person_id", person_id)?;
    if in_role(of, body.incident_id, body.role_id)? == Some(person_id) {
        return Ok(Decision::unchanged());
    }
    let fact = RoleTaken {
        incident_id: body.incident_id,
        role_id: body.role_id,
        role,
        person_id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides leaving.
///
/// # Errors
/// Those who may not, and incidents that are closed or none.
pub fn leave_role(of: &Deciding<'_>, body: LeaveRole) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    let Some(person_id) = in_role(of, body.incident_id, body.role_id)? else {
        return Ok(Decision::unchanged());
    };
    let fact = RoleLeft {
        incident_id: body.incident_id,
        role_id: body.role_id,
        person_id,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides adding tasks.
///
/// # Errors
/// Refused for none or too many, ids in use, and those who may not.
pub fn add_tasks(of: &Deciding<'_>, body: AddTasks) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    if !(1..=TASKS_AT_ONCE_MAX).contains(&body.tasks.len()) {
        let detail = format!("Add 1 to {TASKS_AT_ONCE_MAX} tasks at once.");
        return Err(Refusal::invalid("command.tasks", "out_of_range", detail).into());
    }
    let there: u64 = of
        .rows
        .prepare_cached(
            "SELECT count(*) FROM task t JOIN incident i ON i.key = t.incident WHERE i.id = ?1",
        )?
        .query_row([body.incident_id], |row| row.get(0))?;
    if there + body.tasks.len() as u64 > TASKS_MAX {
        let detail = format!("An incident has at most {TASKS_MAX} tasks.");
        return Err(Refusal::conflict("too_many_tasks", detail).into());
    }
    let mut tasks: Vec<NewTask> = Vec::with_capacity(body.tasks.len());
    for (n, task) in body.tasks.iter().enumerate() {
        let is_repeated = tasks.iter().any(|before| before.task_id == task.task_id);
        if is_repeated || incident_of(of, task.task_id)?.is_some() {
            return Err(id_taken(&format!("command.tasks[{n}].task_id")).into());
        }
        tasks.push(NewTask {
            task_id: task.task_id,
            title: text(&format!("command.tasks[{n}].title"), &task.title)?,
        });
    }
    let runbook = match &body.runbook {
        Some(runbook) => Some(line("command.runbook", runbook)?),
        None => None,
    };
    let fact = TasksAdded {
        incident_id: body.incident_id,
        tasks,
        runbook,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides assigning.
///
/// # Errors
/// `task_not_found`, people who do not take part, and those who may not.
pub fn assign_task(of: &Deciding<'_>, body: AssignTask) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    require_task(of, body.incident_id, body.task_id)?;
    if let Some(person) = body.person_id {
        require_person(of.rows, "command.person_id", person)?;
    }
    let now: Option<PersonId> = of
        .rows
        .prepare_cached("SELECT assignee FROM task WHERE id = ?1")?
        .query_row([body.task_id], |row| row.get(0))?;
    if now == body.person_id {
        return Ok(Decision::unchanged());
    }
    let fact = TaskAssigned {
        incident_id: body.incident_id,
        task_id: body.task_id,
        person_id: body.person_id,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides doing.
///
/// # Errors
/// `task_not_found`, and those who may not.
pub fn set_task_done(of: &Deciding<'_>, body: SetTaskDone) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    require_task(of, body.incident_id, body.task_id)?;
    let is_done: bool = of
        .rows
        .prepare_cached("SELECT done_at IS NOT NULL FROM task WHERE id = ?1")?
        .query_row([body.task_id], |row| row.get(0))?;
    if is_done == body.is_done {
        return Ok(Decision::unchanged());
    }
    let fact = TaskDone {
        incident_id: body.incident_id,
        task_id: body.task_id,
        is_done: body.is_done,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides recording.
///
/// # Errors
/// Refused for nothing said, and those who may not.
pub fn record_decision(of: &Deciding<'_>, body: RecordDecision) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    let fact = DecisionRecorded {
        incident_id: body.incident_id,
        text: text("command.text", &body.text)?,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides an update.
///
/// # Errors
/// Refused for nothing said, and those who may not.
pub fn post_update(of: &Deciding<'_>, body: PostUpdate) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    let fact = UpdatePosted {
        incident_id: body.incident_id,
        text: text("command.text", &body.text)?,
        is_public: body.is_public,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn in_role(
    of: &Deciding<'_>,
    incident: IncidentId,
    role: CommandRoleId,
) -> rusqlite::Result<Option<PersonId>> {
    of.rows
        .prepare_cached(
            "SELECT r.person FROM incident_role r JOIN incident i ON i.key = r.incident
             WHERE i.id = ?1 AND r.role = ?2",
        )?
        .query_row((incident, role), |row| row.get(0))
        .optional()
}

fn incident_of(of: &Deciding<'_>, task: TaskId) -> rusqlite::Result<Option<IncidentId>> {
    of.rows
        .prepare_cached(
            "SELECT i.id FROM task t JOIN incident i ON i.key = t.incident WHERE t.id = ?1",
        )?
        .query_row([task], |row| row.get(0))
        .optional()
}

fn require_task(of: &Deciding<'_>, incident: IncidentId, task: TaskId) -> Result<(), DecideError> {
    if incident_of(of, task)? == Some(incident) {
        return Ok(());
    }
    let detail = "There is no such task in this incident.";
    Err(Refusal::not_found("command.task_id", "task_not_found", detail).into())
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, DEPUTY, FORMER, MEMBER, READER, by, id, incident, team};
    use kernel::Actor;
    use serde_json::json;

    #[test]
    fn the_timeline_is_written_by_what_people_do() {
        let mut given = team();
        incident(&mut given, 5);
        let of = |extra: serde_json::Value| {
            let mut body = json!({"incident_id": id(5)});
            for (key, value) in extra.as_object().unwrap() {
                body[key] = value.clone();
            }
            body
        };
        let tasks = json!([{"task_id": id(60), "title": "Ring the landlord"},
            {"task_id": id(61), "title": "Tell the shops"}]);
        for (command, body, kind) in [
            ("take-role", json!({"role_id": id(1)}), "role-taken"),
            (
                "take-role",
                json!({"role_id": id(1), "person_id": DEPUTY}),
                "role-taken",
            ),
            (
                "add-tasks",
                json!({"tasks": tasks, "runbook": "Power loss"}),
                "tasks-added",
            ),
            (
                "assign-task",
                json!({"task_id": id(60), "person_id": ADMIN}),
                "task-assigned",
            ),
            (
                "set-task-done",
                json!({"task_id": id(60), "is_done": true}),
                "task-done",
            ),
            (
                "set-task-done",
                json!({"task_id": id(60), "is_done": false}),
                "task-done",
            ),
            (
                "record-decision",
                json!({"text": "We move to the other site"}),
                "decision-recorded",
            ),
            (
                "post-update",
                json!({"text": "We are on it", "is_public": true}),
                "update-posted",
            ),
            (
                "post-update",
                json!({"text": "Mo is ill", "is_public": false}),
                "update-posted",
            ),
            ("leave-role", json!({"role_id": id(1)}), "role-left"),
        ] {
            by(&mut given, MEMBER)
                .when(command, of(body))
                .accepted(kind);
        }
        for (command, body) in [
            ("leave-role", json!({"role_id": id(1)})),
            (
                "assign-task",
                json!({"task_id": id(60), "person_id": ADMIN}),
            ),
            (
                "set-task-done",
                json!({"task_id": id(60), "is_done": false}),
            ),
        ] {
            by(&mut given, MEMBER).when(command, of(body)).unchanged();
        }
        for (command, body, code) in [
            ("add-tasks", json!({"tasks": tasks}), "id_taken"),
            ("add-tasks", json!({"tasks": []}), "out_of_range"),
            ("assign-task", json!({"task_id": id(62)}), "task_not_found"),
            (
                "assign-task",
                json!({"task_id": id(60), "person_id": FORMER}),
                "person_deactivated",
            ),
            (
                "take-role",
                json!({"role_id": id(9)}),
                "command_role_not_found",
            ),
            ("record-decision", json!({"text": " "}), "too_short"),
        ] {
            by(&mut given, MEMBER).when(command, of(body)).refused(code);
        }
        let query = format!("incident_id={}", id(5));
        let lines = crate::tests::ask(&given, &Actor::Person(READER), "incident-timeline", &query);
        let lines = lines.unwrap();
        let kinds: Vec<_> = lines["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| &line["kind"])
            .collect();
        assert_eq!(kinds.len(), 13);
        let first = ["incident-opened", "call-placed", "call-advanced"];
        assert_eq!(kinds[..3], first);
        let page = crate::queries::status_page_of(given.rows()).unwrap();
        assert!(page.is_none(), "nobody has put it up");
        let shown = crate::queries::public_incidents(given.rows(), 10).unwrap();
        let updates: Vec<_> = shown[0]
            .updates
            .iter()
            .map(|update| update.text.as_str())
            .collect();
        assert_eq!(updates, ["We are on it"]);
        given.assert_replays();
    }
}
