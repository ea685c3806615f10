//! The 30 days of the roll-out: when they begin, and what only people can say is done.

use super::{Deciding, note};
use crate::events::{Fact, RolloutBegun, TaskTicked};
use crate::rollout::{DoneBy, TASKS};
use kernel::{CommandSpec, DecideError, Decision, Refusal, Timestamp};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use utoipa::ToSchema;

/// How beginning is offered.
pub const BEGIN: CommandSpec = CommandSpec::new::<BeginRollout>(
    "begin-rollout",
    "Begin the 30 days of the roll-out, or begin them on another day.",
);
/// How ticking is offered.
pub const TICK: CommandSpec = CommandSpec::new::<TickTask>(
    "tick-task",
    "Say whether a task of the roll-out is done that no fact shows.",
);

/// Begin the roll-out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginRollout {
    /// Its first day.
    pub begins_at: Timestamp,
}

/// Say whether a task is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TickTask {
    /// The task, as in the roll-out plan.
    pub task: String,
    /// Whether it is done.
    pub is_done: bool,
    /// What was done, or why it is not.
    pub note: String,
}

/// Decides beginning.
///
/// # Errors
/// Those who may not.
pub fn begin(of: &Deciding<'_>, body: BeginRollout) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let begun: Option<i64> = of
        .rows
        .prepare_cached("SELECT begins_at FROM rollout")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if begun == Some(body.begins_at.0) {
        return Ok(Decision::unchanged());
    }
    let fact = RolloutBegun {
        begins_at: body.begins_at,
        begun_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides ticking. What facts show is not for people to say.
///
/// # Errors
/// `task_not_found`, `task_shown_by_facts`.
pub fn tick(of: &Deciding<'_>, body: TickTask) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let note = note("command.note", &body.note)?;
    let Some(task) = TASKS.iter().find(|task| task.name == body.task) else {
        let detail = format!("The roll-out has no task {:?}.", body.task);
        return Err(Refusal::not_found("command.task", "task_not_found", detail).into());
    };
    if !matches!(task.done_by, DoneBy::Person) {
        let detail = "Whether this task is done follows from facts; nobody ticks it.";
        return Err(Refusal::invalid("command.task", "task_shown_by_facts", detail).into());
    }
    let fact = TaskTicked {
        task: task.name.into(),
        is_done: body.is_done,
        note,
        ticked_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
