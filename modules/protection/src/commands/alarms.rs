//! Alarms: raised by a site's detectors, closed by a human.

use super::{Deciding, note, require_site};
use crate::AlarmId;
use crate::access::{Action, Watcher, require_person};
use crate::events::{AlarmClosed, AlarmLevel, AlarmRaised, Fact, Finding, Judgement};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How raising is offered.
pub const RAISE: CommandSpec =
    CommandSpec::new::<RaiseAlarm>("raise-alarm", "Say that changes look like an attack.")
        .internal();

/// How closing is offered.
pub const CLOSE: CommandSpec = CommandSpec::new::<CloseAlarm>(
    "close-alarm",
    "Judge an alarm: the work was honest, or an attack.",
);

/// Say that changes look like an attack.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RaiseAlarm {
    /// The alarm; follows from the entry that raised it.
    pub alarm_id: AlarmId,
    /// Whose changes.
    pub person_id: PersonId,
    /// What it asks for.
    pub level: AlarmLevel,
    /// What was found.
    pub finding: Finding,
}

/// Judge an alarm.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseAlarm {
    /// The alarm.
    pub alarm_id: AlarmId,
    /// What it was.
    pub judgement: Judgement,
    /// Why: at least a word.
    pub note: String,
}

/// Decides raising.
///
/// # Errors
/// Refused for anybody but sites.
pub fn raise(of: &Deciding<'_>, body: RaiseAlarm) -> Result<Decision, DecideError> {
    require_site(of)?;
    if alarm(of, body.alarm_id)?.is_some() {
        return Ok(Decision::unchanged());
    }
    let fact = AlarmRaised {
        alarm_id: body.alarm_id,
        person_id: body.person_id,
        level: body.level,
        finding: body.finding,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides closing.
///
/// # Errors
/// `alarm_not_found`, `alarm_closed`, `second_person_needed`, and those who may not.
pub fn close(of: &Deciding<'_>, body: CloseAlarm) -> Result<Decision, DecideError> {
    let watcher = Watcher::of(of.rows, of.actor)?;
    watcher.require(Action::Look)?;
    let (person_id, judgement) = alarm(of, body.alarm_id)?.ok_or_else(|| {
        let detail = "There is no such alarm.";
        Refusal::not_found("command.alarm_id", "alarm_not_found", detail)
    })?;
    watcher.require_about(Action::CloseAlarm, [person_id])?;
    require_person(of.rows, "command.alarm_id", person_id)?;
    if judgement.is_some() {
        let detail = "Somebody has closed this alarm already.";
        return Err(Refusal::conflict("alarm_closed", detail).into());
    }
    let fact = AlarmClosed {
        alarm_id: body.alarm_id,
        person_id,
        judgement: body.judgement,
        note: note("command.note", &body.note)?,
        closed_by: watcher.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn alarm(
    of: &Deciding<'_>,
    alarm: AlarmId,
) -> rusqlite::Result<Option<(PersonId, Option<String>)>> {
    of.rows
        .prepare_cached("SELECT person, judgement FROM alarm WHERE id = ?1")?
        .query_row([alarm], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, MEMBER, OWNER, by, id, raised, workspace};
    use serde_json::json;

    #[test]
    fn an_alarm_is_raised_once_by_sites_alone() {
        let mut given = workspace();
        given
            .when("raise-alarm", raised(1, MEMBER))
            .accepted("alarm-raised");
        given.when("raise-alarm", raised(1, MEMBER)).unchanged();
        by(&mut given, OWNER)
            .when("raise-alarm", raised(2, MEMBER))
            .refused("not_permitted");
        given.assert_replays();
    }

    #[test]
    fn somebody_else_judges_and_once() {
        let mut given = workspace();
        given
            .when("raise-alarm", raised(1, ADMIN))
            .accepted("alarm-raised");
        let close = json!({"alarm_id": id(1), "judgement": "honest", "note": "moved the archive"});
        by(&mut given, ADMIN)
            .when("close-alarm", close.clone())
            .refused("second_person_needed");
        by(&mut given, MEMBER)
            .when("close-alarm", close.clone())
            .refused("not_permitted");
        let silent = json!({"alarm_id": id(1), "judgement": "honest", "note": " "});
        by(&mut given, OWNER)
            .when("close-alarm", silent)
            .refused("too_short");
        by(&mut given, OWNER)
            .when("close-alarm", close.clone())
            .accepted("alarm-closed");
        by(&mut given, OWNER)
            .when("close-alarm", close)
            .refused("alarm_closed");
        let other = json!({"alarm_id": id(9), "judgement": "attack", "note": "x"});
        by(&mut given, OWNER)
            .when("close-alarm", other)
            .refused("alarm_not_found");
        given.assert_replays();
    }
}
