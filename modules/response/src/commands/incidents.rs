//! Incidents: opened by people, verdicts and alarms; closed with what was found.

use super::{Deciding, id_taken, is_site, line, require_site, text};
use crate::IncidentId;
use crate::access::{Action, Asking};
use crate::events::{
    Cause, Fact, IncidentClosed, IncidentMitigated, IncidentNoted, IncidentOpened,
    IncidentReopened, Purpose, Severity, SeverityChanged,
};
use crate::limits::{ASSETS_MAX, FINDINGS_MAX, INCIDENTS_OPEN_MAX};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// How opening is offered.
pub const OPEN: CommandSpec =
    CommandSpec::new::<OpenIncident>("open-incident", "Open an incident with its room.");
/// How judging its severity is offered.
pub const SEVERITY: CommandSpec = CommandSpec::new::<ChangeSeverity>(
    "change-severity",
    "Say that an incident is worse, or less bad.",
);
/// How mitigating is offered.
pub const MITIGATE: CommandSpec =
    CommandSpec::new::<MitigateIncident>("mitigate-incident", "Say that the harm is stopped.");
/// How reopening is offered.
pub const REOPEN: CommandSpec =
    CommandSpec::new::<ReopenIncident>("reopen-incident", "Say that an incident goes on again.");
/// How closing is offered.
pub const CLOSE: CommandSpec = CommandSpec::new::<CloseIncident>(
    "close-incident",
    "Close an incident with what was found, or with the reason why nothing was.",
);
/// How noting is offered: not to clients.
pub const NOTE: CommandSpec = CommandSpec::new::<NoteIncident>(
    "note-incident",
    "Put what another record says into an incident's timeline; issued by sites.",
)
.internal();

/// Open an incident.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenIncident {
    /// The incident.
    pub incident_id: IncidentId,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in a line.
    pub title: String,
    /// What is affected: assets and functions by name, at most 50.
    #[serde(default)]
    pub assets: Vec<String>,
    /// What it is opened for; none: people found it. People open drills besides; the rest is for sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// Say how bad it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSeverity {
    /// The incident.
    pub incident_id: IncidentId,
    /// How bad it is.
    pub severity: Severity,
}

/// Say that the harm is stopped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MitigateIncident {
    /// The incident.
    pub incident_id: IncidentId,
}

/// Say that it goes on again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenIncident {
    /// The incident.
    pub incident_id: IncidentId,
    /// Why.
    pub reason: String,
}

/// Close an incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseIncident {
    /// The incident.
    pub incident_id: IncidentId,
    /// What has to become better.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Why there is nothing to find, where `findings` is empty.
    pub none_because: Option<String>,
}

/// Put what another record says into the timeline.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteIncident {
    /// The incident.
    pub incident_id: IncidentId,
    /// Which record, and where in it; once per incident.
    pub source: String,
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// Decides opening; the command team is called with the same entry. What a site opened already stays.
///
/// # Errors
/// Refused for ids in use, causes that are for sites, and those who may not.
pub fn open(of: &Deciding<'_>, body: OpenIncident) -> Result<Decision, DecideError> {
    let by = match is_site(of) {
        true => None,
        false => Some(Asking::permitted(of.rows, of.actor, Action::OpenIncident)?.id),
    };
    if state(of, body.incident_id)?.is_some() {
        return match by {
            None => Ok(Decision::unchanged()),
            Some(_) => Err(id_taken("command.incident_id").into()),
        };
    }
    let cause = body.cause.unwrap_or(Cause::People {});
    if by.is_some() && !matches!(cause, Cause::People {} | Cause::Drill {}) {
        let detail = "People open incidents they found, and drills.";
        return Err(Refusal::invalid("command.cause", "kind_mismatch", detail).into());
    }
    require_room(of)?;
    let fact = IncidentOpened {
        incident_id: body.incident_id,
        severity: body.severity,
        title: line("command.title", &body.title)?,
        assets: lines("command.assets", &body.assets, ASSETS_MAX)?,
        cause,
        by,
    };
    let mut events = vec![fact.event()];
    events.extend(super::calls::to_incident(of, &fact)?);
    Ok(Decision::Accepted {
        events,
        answer: json!({"incident_id": body.incident_id}),
    })
}

/// Decides judging.
///
/// # Errors
/// `incident_not_found`, `incident_closed`, and those who may not.
pub fn severity(of: &Deciding<'_>, body: ChangeSeverity) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    let now: String = of
        .rows
        .prepare_cached("SELECT severity FROM incident WHERE id = ?1")?
        .query_row([body.incident_id], |row| row.get(0))?;
    if json!(now) == json!(body.severity) {
        return Ok(Decision::unchanged());
    }
    let fact = SeverityChanged {
        incident_id: body.incident_id,
        severity: body.severity,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides mitigating.
///
/// # Errors
/// As [`severity`].
pub fn mitigate(of: &Deciding<'_>, body: MitigateIncident) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    if state(of, body.incident_id)?.as_deref() == Some("mitigated") {
        return Ok(Decision::unchanged());
    }
    let fact = IncidentMitigated {
        incident_id: body.incident_id,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides reopening, also of what was closed.
///
/// # Errors
/// `incident_not_found`, and those who may not.
pub fn reopen(of: &Deciding<'_>, body: ReopenIncident) -> Result<Decision, DecideError> {
    let by = Asking::permitted(of.rows, of.actor, Action::Act)?.id;
    let state = state(of, body.incident_id)?.ok_or_else(no_incident)?;
    if state == "open" {
        return Ok(Decision::unchanged());
    }
    let fact = IncidentReopened {
        incident_id: body.incident_id,
        reason: text("command.reason", &body.reason)?,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides closing.
///
/// # Errors
/// `findings_missing` without a finding and without a reason; as [`severity`].
pub fn close(of: &Deciding<'_>, body: CloseIncident) -> Result<Decision, DecideError> {
    let by = acting(of, body.incident_id)?;
    let findings = lines("command.findings", &body.findings, FINDINGS_MAX)?;
    let none_because = match (&body.none_because, findings.is_empty()) {
        (Some(reason), true) => Some(text("command.none_because", reason)?),
        (None, false) => None,
        (None, true) => {
            let detail = "Say what has to become better, or why there is nothing to find.";
            return Err(Refusal::invalid("command.findings", "findings_missing", detail).into());
        }
        (Some(_), false) => {
            let detail = "There are findings: say no reason why there are none.";
            let field = "command.none_because";
            return Err(Refusal::invalid(field, "kind_mismatch", detail).into());
        }
    };
    let fact = IncidentClosed {
        incident_id: body.incident_id,
        findings,
        none_because,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides noting: once, whichever site says it.
///
/// # Errors
/// Refused for anybody but sites, and `incident_not_found`.
pub fn note(of: &Deciding<'_>, body: NoteIncident) -> Result<Decision, DecideError> {
    require_site(of)?;
    state(of, body.incident_id)?.ok_or_else(no_incident)?;
    let is_there: bool = of
        .rows
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM incident_line l JOIN incident i ON i.key = l.incident
             WHERE i.id = ?1 AND l.source = ?2)",
        )?
        .query_row((body.incident_id, &body.source), |row| row.get(0))?;
    if is_there {
        return Ok(Decision::unchanged());
    }
    let fact = IncidentNoted {
        incident_id: body.incident_id,
        source: line("command.source", &body.source)?,
        at: body.at,
        text: text("command.text", &body.text)?,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Who acts in an incident that is not closed.
pub(super) fn acting(of: &Deciding<'_>, incident: IncidentId) -> Result<PersonId, DecideError> {
    let asking = Asking::permitted(of.rows, of.actor, Action::Act)?;
    require_open(of, "command.incident_id", incident)?;
    Ok(asking.id)
}

/// Nothing, where there is such an incident and it is not closed.
pub(super) fn require_open(
    of: &Deciding<'_>,
    field: &str,
    incident: IncidentId,
) -> Result<(), DecideError> {
    let state = state(of, incident)?.ok_or_else(|| {
        let mut refusal = no_incident();
        refusal.field = Some(field.into());
        refusal
    })?;
    if state == "closed" {
        let detail = "This incident is closed; reopen it first.";
        return Err(super::conflict(field, "incident_closed", detail).into());
    }
    Ok(())
}

fn state(of: &Deciding<'_>, incident: IncidentId) -> rusqlite::Result<Option<String>> {
    of.rows
        .prepare_cached("SELECT state FROM incident WHERE id = ?1")?
        .query_row([incident], |row| row.get(0))
        .optional()
}

/// The purpose of a call as those called are told it: whether it is a drill is the incident's to say.
pub(super) fn told_as_drill(rows: &Connection, purpose: Purpose) -> rusqlite::Result<Purpose> {
    let cause = |incident: IncidentId| -> rusqlite::Result<Option<Cause>> {
        rows.prepare_cached("SELECT cause FROM incident WHERE id = ?1")?
            .query_row([incident], |row| crate::queries::json(row, 0))
            .optional()
    };
    let is_drill = |request: crate::RequestId| -> rusqlite::Result<Option<bool>> {
        rows.prepare_cached("SELECT is_drill FROM succession WHERE id = ?1")?
            .query_row([request], |row| row.get(0))
            .optional()
    };
    Ok(match purpose {
        Purpose::Incident { incident_id, .. } => Purpose::Incident {
            incident_id,
            is_drill: cause(incident_id)? == Some(Cause::Drill {}),
        },
        Purpose::Succession { request_id, .. } => Purpose::Succession {
            request_id,
            is_drill: is_drill(request_id)?.unwrap_or(false),
        },
        other => other,
    })
}

fn no_incident() -> Refusal {
    let detail = "There is no such incident.";
    Refusal::not_found("command.incident_id", "incident_not_found", detail)
}

fn require_room(of: &Deciding<'_>) -> Result<(), DecideError> {
    let open: u64 = of
        .rows
        .prepare_cached("SELECT count(*) FROM incident WHERE state <> 'closed'")?
        .query_row([], |row| row.get(0))?;
    if open < INCIDENTS_OPEN_MAX {
        return Ok(());
    }
    let detail = format!("There are {INCIDENTS_OPEN_MAX} incidents that are not closed.");
    Err(Refusal::conflict("too_many_incidents", detail).into())
}

fn lines(field: &str, texts: &[String], most: usize) -> Result<Vec<String>, Refusal> {
    if texts.len() > most {
        let detail = format!("At most {most} can be named.");
        return Err(Refusal::invalid(field, "too_many", detail));
    }
    let checked = texts.iter().enumerate();
    checked
        .map(|(n, text)| super::text(&format!("{field}[{n}]"), text))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, MEMBER, READER, STRANGER, by, id, incident, site, team};
    use serde_json::json;

    #[test]
    fn it_is_closed_with_a_finding_or_the_reason_for_none() {
        let mut given = team();
        incident(&mut given, 5);
        let close = |extra: serde_json::Value| {
            let mut body = json!({"incident_id": id(5)});
            for (key, value) in extra.as_object().unwrap() {
                body[key] = value.clone();
            }
            body
        };
        let mut when = |body| by(&mut given, MEMBER).when("close-incident", body);
        when(close(json!({}))).refused("findings_missing");
        when(close(json!({"findings": [" "]}))).refused("too_short");
        when(close(json!({"none_because": ""}))).refused("too_short");
        when(close(json!({"findings": ["x"], "none_because": "y"}))).refused("kind_mismatch");
        when(close(json!({"findings": ["The deputy had no telephone"]})))
            .accepted("incident-closed");
        when(close(json!({"none_because": "x"}))).refused("incident_closed");
        by(&mut given, MEMBER)
            .when(
                "reopen-incident",
                json!({"incident_id": id(5), "reason": "It is back"}),
            )
            .accepted("incident-reopened");
        by(&mut given, MEMBER)
            .when(
                "close-incident",
                close(json!({"none_because": "A false alarm"})),
            )
            .accepted("incident-closed");
        given.assert_replays();
    }

    #[test]
    fn two_sites_open_one() {
        let mut given = team();
        let open = json!({"incident_id": id(5), "severity": "critical", "title": "Site b is lost",
            "cause": {"site_lost": {"site": "b"}}});
        by(&mut given, ADMIN)
            .when("open-incident", open.clone())
            .refused("kind_mismatch");
        site(&mut given)
            .when("open-incident", open.clone())
            .accepted("incident-opened call-placed call-advanced");
        site(&mut given).when("open-incident", open).unchanged();
        let note =
            json!({"incident_id": id(5), "source": "continuity 7", "at": 5, "text": "Told a"});
        site(&mut given)
            .when("note-incident", note.clone())
            .accepted("incident-noted");
        site(&mut given)
            .when("note-incident", note.clone())
            .unchanged();
        by(&mut given, ADMIN)
            .when("note-incident", note)
            .refused("not_permitted");
        given.assert_replays();
    }

    #[test]
    fn who_may_read_opens_and_the_team_acts() {
        let mut given = team();
        let open =
            |n: u128| json!({"incident_id": id(n), "severity": "minor", "title": "Printers"});
        by(&mut given, STRANGER)
            .when("open-incident", open(5))
            .refused("not_permitted");
        by(&mut given, READER)
            .when("open-incident", open(5))
            .accepted("incident-opened call-placed call-advanced");
        let mitigate = json!({"incident_id": id(5)});
        by(&mut given, READER)
            .when("mitigate-incident", mitigate.clone())
            .refused("not_permitted");
        by(&mut given, MEMBER)
            .when("mitigate-incident", mitigate.clone())
            .accepted("incident-mitigated");
        by(&mut given, MEMBER)
            .when("mitigate-incident", mitigate)
            .unchanged();
        by(&mut given, MEMBER)
            .when("mitigate-incident", json!({"incident_id": id(6)}))
            .refused("incident_not_found");
        let worse = json!({"incident_id": id(5), "severity": "major"});
        by(&mut given, MEMBER)
            .when("change-severity", worse.clone())
            .accepted("severity-changed");
        by(&mut given, MEMBER)
            .when("change-severity", worse)
            .unchanged();
        given.assert_replays();
    }
}
