//! The drill calendar.

use super::{Deciding, note};
use crate::DrillPlanId;
use crate::access::require_active;
use crate::events::{DrillPlanCancelled, DrillPlanned, Fact};
use crate::limits::{DRILL_DAYS_MAX, DRILL_PLANS_MAX};
use crate::rows::count;
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal, Timestamp};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use utoipa::ToSchema;

/// How planning is offered.
pub const PLAN: CommandSpec = CommandSpec::new::<PlanDrill>(
    "plan-drill",
    "Have a scenario drilled again and again; a scenario that is planned is changed.",
);
/// How cancelling is offered.
pub const CANCEL: CommandSpec = CommandSpec::new::<CancelDrillPlan>(
    "cancel-drill-plan",
    "Have a scenario not drilled by the calendar any more.",
);

/// Have a scenario drilled again and again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanDrill {
    /// The line's id; of a scenario that is planned, the id it has.
    pub plan_id: DrillPlanId,
    /// The scenario's name, as in `sekoci drill list`.
    pub scenario: String,
    /// How many days apart, 1 to 366; 91 unless said.
    #[serde(default = "quarter")]
    pub every_days: u32,
    /// When the first one is due.
    pub first_due_at: Timestamp,
    /// Who sees to it.
    #[serde(default)]
    pub assignee: Option<PersonId>,
}

const fn quarter() -> u32 {
    91
}

/// Have a scenario not drilled any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelDrillPlan {
    /// The line.
    pub plan_id: DrillPlanId,
    /// Why.
    pub reason: String,
}

/// Decides planning.
///
/// # Errors
/// `bad_scenario_name`, `out_of_range`, `drill_planned_already` where the scenario has another line,
/// `drill_plan_exists` where the line is another scenario's, `too_many_drill_plans`.
pub fn plan(of: &Deciding<'_>, body: PlanDrill) -> Result<Decision, DecideError> {
    of.keeper()?;
    let scenario = scenario("command.scenario", &body.scenario)?;
    if !(1..=DRILL_DAYS_MAX).contains(&body.every_days) {
        let detail = format!("Drills are 1 to {DRILL_DAYS_MAX} days apart.");
        return Err(Refusal::invalid("command.every_days", "out_of_range", detail).into());
    }
    if let Some(assignee) = body.assignee {
        require_active(of.rows, "command.assignee", assignee)?;
    }
    let of_scenario: Option<DrillPlanId> = of
        .rows
        .prepare_cached("SELECT id FROM drill_plan WHERE scenario = ?1")?
        .query_row([&scenario], |row| row.get(0))
        .optional()?;
    let of_id: Option<String> = of
        .rows
        .prepare_cached("SELECT scenario FROM drill_plan WHERE id = ?1")?
        .query_row([body.plan_id], |row| row.get(0))
        .optional()?;
    if let Some(other) = of_scenario.filter(|other| *other != body.plan_id) {
        let detail = format!("{scenario} is planned as {other}.");
        return Err(Refusal::conflict("drill_planned_already", detail).into());
    }
    if let Some(other) = of_id.filter(|other| *other != scenario) {
        let detail = format!("This line is the one of {other}.");
        return Err(Refusal::conflict("drill_plan_exists", detail).into());
    }
    let there = count(of.rows, "SELECT count(*) FROM drill_plan")?;
    if of_scenario.is_none() && there >= DRILL_PLANS_MAX {
        let detail = format!("A workspace plans at most {DRILL_PLANS_MAX} scenarios.");
        return Err(Refusal::conflict("too_many_drill_plans", detail).into());
    }
    let fact = DrillPlanned {
        plan_id: body.plan_id,
        scenario,
        every_days: body.every_days,
        first_due_at: body.first_due_at,
        assignee: body.assignee,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides cancelling.
///
/// # Errors
/// `drill_plan_not_found`.
pub fn cancel(of: &Deciding<'_>, body: CancelDrillPlan) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let reason = note("command.reason", &body.reason)?;
    let is_cancelled: Option<bool> = of
        .rows
        .prepare_cached("SELECT cancelled_at IS NOT NULL FROM drill_plan WHERE id = ?1")?
        .query_row([body.plan_id], |row| row.get(0))
        .optional()?;
    match is_cancelled {
        None => {
            let detail = "There is no such line in the drill calendar.";
            Err(Refusal::not_found("command.plan_id", "drill_plan_not_found", detail).into())
        }
        Some(true) => Ok(Decision::unchanged()),
        Some(false) => {
            let fact = DrillPlanCancelled {
                plan_id: body.plan_id,
                reason,
                cancelled_by: keeper.id,
            };
            Ok(Decision::accepted(vec![fact.event()]))
        }
    }
}

/// A scenario's name.
///
/// # Errors
/// `bad_scenario_name`.
pub(super) fn scenario(field: &str, text: &str) -> Result<String, Refusal> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    let detail = "A scenario's name has 1 to 64 of a-z, 0-9 and '-'.";
    Err(Refusal::invalid(field, "bad_scenario_name", detail))
}
