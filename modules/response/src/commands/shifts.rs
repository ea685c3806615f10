//! The on-call calendar: who is on call for a role, when.

use super::roles::require_role;
use super::{Deciding, conflict, id_taken};
use crate::access::{Action, Asking, require_person};
use crate::events::{Fact, ShiftCancelled, ShiftPlanned};
use crate::limits::{SHIFT_AHEAD_MS_MAX, SHIFT_MS_MAX};
use crate::{CommandRoleId, ShiftId};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal, Timestamp};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use utoipa::ToSchema;

/// How planning is offered.
pub const PLAN: CommandSpec =
    CommandSpec::new::<PlanShift>("plan-shift", "Put somebody on call for a role.");

/// How cancelling is offered.
pub const CANCEL: CommandSpec =
    CommandSpec::new::<CancelShift>("cancel-shift", "Take a shift out of the on-call calendar.");

/// Put somebody on call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanShift {
    /// The shift.
    pub shift_id: ShiftId,
    /// The role.
    pub role_id: CommandRoleId,
    /// Who.
    pub person_id: PersonId,
    /// From when on, in milliseconds since 1970.
    pub begins_at: Timestamp,
    /// Until when: after now, at most 31 days later.
    pub ends_at: Timestamp,
}

/// Take a shift out of the calendar.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelShift {
    /// The shift.
    pub shift_id: ShiftId,
}

/// Decides planning. The same shift again changes nothing.
///
/// # Errors
/// `shift_overlaps` where somebody is on call for the role already, and for times that are none.
pub fn plan(of: &Deciding<'_>, body: PlanShift) -> Result<Decision, DecideError> {
    let asking = Asking::permitted(of.rows, of.actor, Action::ManageTeam)?;
    require_role(of.rows, "command.role_id", body.role_id)?;
    require_person(of.rows, "command.person_id", body.person_id)?;
    require_times(of.time, &body)?;
    if exists(of, body.shift_id)? {
        return Err(id_taken("command.shift_id").into());
    }
    let overlaps: bool = of
        .rows
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM shift WHERE role = ?1 AND begins_at < ?3 AND ends_at > ?2)",
        )?
        .query_row((body.role_id, body.begins_at.0, body.ends_at.0), |row| {
            row.get(0)
        })?;
    if overlaps {
        let detail = "Somebody is on call for this role at that time already.";
        return Err(conflict("command.begins_at", "shift_overlaps", detail).into());
    }
    let fact = ShiftPlanned {
        shift_id: body.shift_id,
        role_id: body.role_id,
        person_id: body.person_id,
        begins_at: body.begins_at,
        ends_at: body.ends_at,
        by: asking.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides cancelling. A shift that is not there stays so.
///
/// # Errors
/// Those who may not.
pub fn cancel(of: &Deciding<'_>, body: CancelShift) -> Result<Decision, DecideError> {
    let asking = Asking::permitted(of.rows, of.actor, Action::ManageTeam)?;
    if !exists(of, body.shift_id)? {
        return Ok(Decision::unchanged());
    }
    let fact = ShiftCancelled {
        shift_id: body.shift_id,
        by: asking.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn exists(of: &Deciding<'_>, shift: ShiftId) -> rusqlite::Result<bool> {
    of.rows
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM shift WHERE id = ?1)")?
        .query_row([shift], |row| row.get(0))
}

fn require_times(now: Timestamp, body: &PlanShift) -> Result<(), Refusal> {
    let field = "command.ends_at";
    if body.ends_at <= body.begins_at || body.ends_at <= now {
        let detail = "A shift ends after it begins, and after now.";
        return Err(Refusal::invalid(field, "ends_before_it_begins", detail));
    }
    let is_long = body.ends_at.since(body.begins_at) > SHIFT_MS_MAX;
    if is_long || body.ends_at.since(now) > SHIFT_AHEAD_MS_MAX {
        let detail = "A shift is at most 31 days long, and ends within 400 days.";
        return Err(Refusal::invalid(field, "out_of_range", detail));
    }
    Ok(())
}

/// Who is on call for a role at a time.
///
/// # Errors
/// When the view cannot be read.
pub(crate) fn on_call(
    rows: &rusqlite::Connection,
    role: CommandRoleId,
    at: Timestamp,
) -> rusqlite::Result<Option<PersonId>> {
    rows.prepare_cached(
        "SELECT person FROM shift WHERE role = ?1 AND begins_at <= ?2 AND ends_at > ?2",
    )?
    .query_row((role, at.0), |row| row.get(0))
    .optional()
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, MEMBER, NOW, by, id, team};
    use serde_json::{Value, json};

    const HOUR: i64 = 3_600_000;

    fn shift(n: u128, from: i64, until: i64) -> Value {
        json!({"shift_id": id(n), "role_id": id(1), "person_id": MEMBER,
            "begins_at": NOW + from * HOUR, "ends_at": NOW + until * HOUR})
    }

    #[test]
    fn a_role_has_one_on_call_at_a_time() {
        let mut given = team();
        let mut plan = |shift| by(&mut given, ADMIN).when("plan-shift", shift);
        plan(shift(50, 0, 12)).accepted("shift-planned");
        plan(shift(51, 12, 24)).accepted("shift-planned");
        plan(shift(51, 30, 31)).refused("id_taken");
        for (from, until) in [(11, 13), (-1, 1), (0, 12), (-1, 40), (3, 4)] {
            plan(shift(52, from, until)).refused("shift_overlaps");
        }
        plan(shift(52, 30, 30)).refused("ends_before_it_begins");
        plan(shift(52, -9, -8)).refused("ends_before_it_begins");
        plan(shift(52, 30, 30 + 32 * 24)).refused("out_of_range");
        let mut other = shift(53, 0, 12);
        other["role_id"] = json!(id(2));
        plan(other).accepted("shift-planned");
        by(&mut given, ADMIN)
            .when("cancel-shift", json!({"shift_id": id(50)}))
            .accepted("shift-cancelled");
        by(&mut given, ADMIN)
            .when("plan-shift", shift(54, 0, 2))
            .accepted("shift-planned");
        given.assert_replays();
    }
}
