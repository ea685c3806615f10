//! What becomes of requests by time: granted once enough have approved and nobody refused, lapsed, or
//! over.

use super::{Request, policy};
use crate::RequestId;
use crate::access::takes_part;
use crate::commands::{Deciding, require_site};
use crate::events::{
    EndedBecause, Fact, RefusedBecause, SuccessionEnded, SuccessionGranted, SuccessionRefused,
    SuccessionRules,
};
use crate::limits::REQUEST_MS_MAX;
use kernel::{CommandSpec, DecideError, Decision, Event, PersonId, Refusal, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How it is offered: not to clients.
pub const ADVANCE: CommandSpec = CommandSpec::new::<AdvanceSuccession>(
    "advance-succession",
    "Grant, drop or end break-glass access when it is due; issued by the leading site.",
)
.internal();

/// What becomes of a request by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Enough have approved, and the time to refuse is over.
    Grant,
    /// Too few approved in time.
    Lapse,
    /// Its time is over, or who has it takes part no more.
    End,
}

impl Step {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Lapse => "lapse",
            Self::End => "end",
        }
    }
}

/// Grant, drop or end it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvanceSuccession {
    /// The request.
    pub request_id: RequestId,
    /// What is due.
    pub step: Step,
}

/// Decides it. What is not due, or was done by the other site, changes nothing.
///
/// # Errors
/// Refused for anybody but sites.
pub fn advance(of: &Deciding<'_>, body: AdvanceSuccession) -> Result<Decision, DecideError> {
    require_site(of)?;
    let request = Request::find(of.rows, body.request_id)?.ok_or_else(|| {
        let detail = "There is no such request.";
        Refusal::not_found("command.request_id", "request_not_found", detail)
    })?;
    if step(of.rows, &request, of.time)? != Some(body.step) {
        return Ok(Decision::unchanged());
    }
    Ok(Decision::accepted(events(
        of,
        body.request_id,
        &request,
        body.step,
    )?))
}

/// The requests of which something is due at `now`, and what.
///
/// # Errors
/// When the view cannot be read.
pub fn due(rows: &Connection, now: Timestamp) -> rusqlite::Result<Vec<(RequestId, Step)>> {
    let open: Vec<RequestId> = rows
        .prepare_cached(
            "SELECT id FROM succession WHERE state IN ('requested', 'granted') ORDER BY key",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut due = Vec::new();
    for id in open {
        if let Some(request) = Request::find(rows, id)?
            && let Some(step) = step(rows, &request, now)?
        {
            due.push((id, step));
        }
    }
    Ok(due)
}

fn step(rows: &Connection, request: &Request, now: Timestamp) -> rusqlite::Result<Option<Step>> {
    Ok(match request.state.as_str() {
        "requested" => {
            let waited = now.since(request.requested_at);
            let rules = in_force(rows, request)?;
            let is_there = takes_part(rows, request.requested_by)?.unwrap_or(false);
            let needed = usize::try_from(rules.needed).unwrap_or(usize::MAX);
            let is_named = rules.named.contains(&request.requested_by);
            if is_there
                && is_named
                && !rules.powers.is_empty()
                && waited >= i64::from(rules.waiting_s) * 1_000
                && approving(rows, request, &rules)?.len() >= needed
            {
                Some(Step::Grant)
            } else {
                (waited >= REQUEST_MS_MAX || !is_there).then_some(Step::Lapse)
            }
        }
        "granted" => {
            let is_over = request.until.is_none_or(|until| until <= now);
            let is_there = takes_part(rows, request.requested_by)?.unwrap_or(false);
            (is_over || !is_there).then_some(Step::End)
        }
        _ => None,
    })
}

/// What holds for a request: it becomes no easier by what is set while it is under way.
fn in_force(rows: &Connection, request: &Request) -> rusqlite::Result<SuccessionRules> {
    Ok(match policy::rules(rows)? {
        Some(now) => policy::stricter(&request.rules, &now),
        None => request.rules.clone(),
    })
}

/// Who has approved, is still named and still takes part.
fn approving(
    rows: &Connection,
    request: &Request,
    rules: &SuccessionRules,
) -> rusqlite::Result<Vec<PersonId>> {
    let all: Vec<PersonId> = rows
        .prepare_cached(
            "SELECT person FROM succession_approval WHERE request = ?1 ORDER BY at, person",
        )?
        .query_map([request.key], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut counting = Vec::new();
    for person in all {
        let counts = person != request.requested_by
            && rules.named.contains(&person)
            && takes_part(rows, person)?.unwrap_or(false);
        if counts {
            counting.push(person);
        }
    }
    Ok(counting)
}

fn events(
    of: &Deciding<'_>,
    request_id: RequestId,
    request: &Request,
    step: Step,
) -> rusqlite::Result<Vec<Event>> {
    let person_id = request.requested_by;
    let ended = |because| SuccessionEnded {
        request_id,
        person_id,
        because,
        by: None,
    };
    Ok(match step {
        Step::Grant => {
            let rules = in_force(of.rows, request)?;
            let approved_by = approving(of.rows, request, &rules)?;
            let granted = SuccessionGranted {
                request_id,
                person_id,
                powers: rules.powers,
                until: of.time.plus_ms(i64::from(rules.hours) * 3_600_000),
                approved_by,
                is_drill: request.is_drill,
            };
            let mut events = vec![granted.event()];
            if request.is_drill {
                events.push(ended(EndedBecause::Drill).event());
            }
            events
        }
        Step::Lapse => {
            let fact = SuccessionRefused {
                request_id,
                because: RefusedBecause::Lapsed,
                reason: None,
                by: None,
            };
            vec![fact.event()]
        }
        Step::End => {
            let is_over = request.until.is_none_or(|until| until <= of.time);
            let because = match is_over {
                true => EndedBecause::TimeOver,
                false => EndedBecause::PersonGone,
            };
            vec![ended(because).event()]
        }
    })
}
