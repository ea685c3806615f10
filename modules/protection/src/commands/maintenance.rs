//! Maintenance windows: honest bulk work that somebody else answers for.

use super::{Deciding, note};
use crate::WindowId;
use crate::access::{Action, Watcher, require_person};
use crate::events::{Fact, MaintenanceDeclared, MaintenanceEnded, WorkKind};
use crate::limits::{MAINTENANCE_MS_MAX, MAINTENANCE_OPEN_MAX};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal, Timestamp};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// How declaring is offered.
pub const DECLARE: CommandSpec = CommandSpec::new::<DeclareMaintenance>(
    "declare-maintenance",
    "Say that honest bulk work is expected, so that it is not taken for an attack.",
);

/// How ending is offered.
pub const END: CommandSpec = CommandSpec::new::<EndMaintenance>(
    "end-maintenance",
    "End a maintenance window before its time.",
);

/// Say that honest bulk work is expected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclareMaintenance {
    /// The window's id.
    pub window_id: WindowId,
    /// Who does it, another than who declares it; none: everyone.
    pub person_id: Option<PersonId>,
    /// When it begins, in milliseconds since 1970; none: at once.
    pub begins_at: Option<Timestamp>,
    /// When it is over: at most seven days after it begins.
    pub ends_at: Timestamp,
    /// What is expected.
    pub kinds: BTreeSet<WorkKind>,
    /// Why.
    pub reason: String,
}

/// End a window before its time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndMaintenance {
    /// The window.
    pub window_id: WindowId,
}

/// Decides declaring.
///
/// # Errors
/// Refused for times that are none, `second_person_needed` for one's own work, and those who may not.
pub fn declare(of: &Deciding<'_>, body: DeclareMaintenance) -> Result<Decision, DecideError> {
    let watcher = Watcher::of(of.rows, of.actor)?;
    watcher.require_about(Action::DeclareMaintenance, body.person_id)?;
    if let Some(person) = body.person_id {
        require_person(of.rows, "command.person_id", person)?;
    }
    let begins_at = body.begins_at.unwrap_or(of.time).max(of.time);
    require_times(begins_at, body.ends_at)?;
    if body.kinds.is_empty() {
        let detail = "Say what is expected: changes, access, or both.";
        return Err(Refusal::invalid("command.kinds", "missing", detail).into());
    }
    if find(of, body.window_id)?.is_some() {
        let detail = "There is a window with this id already.";
        return Err(Refusal::conflict("window_exists", detail).into());
    }
    require_room(of)?;
    let fact = MaintenanceDeclared {
        window_id: body.window_id,
        person_id: body.person_id,
        begins_at,
        ends_at: body.ends_at,
        kinds: body.kinds.into_iter().collect(),
        reason: note("command.reason", &body.reason)?,
        declared_by: watcher.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides ending. A window that is over stays so.
///
/// # Errors
/// `window_not_found`, and those who may not.
pub fn end(of: &Deciding<'_>, body: EndMaintenance) -> Result<Decision, DecideError> {
    let watcher = Watcher::of(of.rows, of.actor)?;
    watcher.require(Action::DeclareMaintenance)?;
    let ends_at = find(of, body.window_id)?.ok_or_else(|| {
        let detail = "There is no such maintenance window.";
        Refusal::not_found("command.window_id", "window_not_found", detail)
    })?;
    if ends_at <= of.time {
        return Ok(Decision::unchanged());
    }
    let fact = MaintenanceEnded {
        window_id: body.window_id,
        ended_by: watcher.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn require_times(begins_at: Timestamp, ends_at: Timestamp) -> Result<(), Refusal> {
    let field = "command.ends_at";
    if ends_at <= begins_at {
        let detail = "A window ends after it begins, and after now.";
        return Err(Refusal::invalid(field, "ends_before_it_begins", detail));
    }
    if ends_at.since(begins_at) > MAINTENANCE_MS_MAX {
        let detail = "A window is at most seven days long.";
        return Err(Refusal::invalid(field, "window_too_long", detail));
    }
    Ok(())
}

fn require_room(of: &Deciding<'_>) -> Result<(), DecideError> {
    let open: u64 = of
        .rows
        .prepare_cached("SELECT count(*) FROM maintenance WHERE ends_at > ?1")?
        .query_row([of.time.0], |row| row.get(0))?;
    if open < MAINTENANCE_OPEN_MAX {
        return Ok(());
    }
    let detail = format!("There are {MAINTENANCE_OPEN_MAX} windows that are not over.");
    Err(Refusal::conflict("too_many_windows", detail).into())
}

fn find(of: &Deciding<'_>, window: WindowId) -> rusqlite::Result<Option<Timestamp>> {
    of.rows
        .prepare_cached("SELECT ends_at FROM maintenance WHERE id = ?1")?
        .query_row([window], |row| row.get(0).map(Timestamp))
        .optional()
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, MEMBER, NOW, OWNER, by, id, workspace};
    use serde_json::{Value, json};

    fn window(person: kernel::PersonId, ends_at: i64) -> Value {
        json!({"window_id": id(1), "person_id": person, "ends_at": ends_at,
            "kinds": ["changes"], "reason": "the yearly clearing"})
    }

    #[test]
    fn another_person_answers_for_bulk_work() {
        let mut given = workspace();
        let ends_at = NOW + 3_600_000;
        by(&mut given, MEMBER)
            .when("declare-maintenance", window(ADMIN, ends_at))
            .refused("not_permitted");
        by(&mut given, ADMIN)
            .when("declare-maintenance", window(ADMIN, ends_at))
            .refused("second_person_needed");
        by(&mut given, OWNER)
            .when("declare-maintenance", window(ADMIN, ends_at))
            .accepted("maintenance-declared");
        by(&mut given, OWNER)
            .when("declare-maintenance", window(ADMIN, ends_at))
            .refused("window_exists");
        let end = json!({"window_id": id(1)});
        by(&mut given, ADMIN)
            .when("end-maintenance", end.clone())
            .accepted("maintenance-ended");
        by(&mut given, ADMIN)
            .when("end-maintenance", end)
            .unchanged();
        given.assert_replays();
    }

    #[test]
    fn a_window_has_an_end_within_a_week() {
        let mut given = workspace();
        for (ends_at, code) in [
            (NOW - 1, "ends_before_it_begins"),
            (NOW + 8 * 24 * 3_600_000, "window_too_long"),
        ] {
            by(&mut given, OWNER)
                .when("declare-maintenance", window(MEMBER, ends_at))
                .refused(code);
        }
    }
}
