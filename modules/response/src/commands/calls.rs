//! Calls: placed by people or a site, answered by those called, taken on step by step by the lead.

mod by_itself;

pub use by_itself::{SET_POLICY, SetCallPolicy, rules, set_policy, to_incident, to_request};

use super::roles::require_role;
use super::shifts::on_call;
use super::{Deciding, conflict, id_taken, is_site, require_site, text};
use crate::access::{Action, Asking, require_person, takes_part};
use crate::events::{
    CallAcknowledged, CallAdvanced, CallCancelled, CallPlaced, Fact, MessageDue, Purpose,
};
use crate::limits::{CALL_EVERY_S, CALL_LENGTH_S, CALLS_OPEN_MAX, PLACES_MAX, REMINDERS_MAX};
use crate::{CallId, CommandRoleId, MessageId, PointId};
use calling::{Advance, Answer, Call, Outcome, Place, Policy};
use kernel::{CommandId, CommandSpec, DecideError, Decision, Event, PersonId, Refusal, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// How placing is offered.
pub const PLACE: CommandSpec = CommandSpec::new::<PlaceCall>(
    "place-call",
    "Call people and roles until enough have answered.",
);

/// How going on is offered: not to clients.
pub const ADVANCE: CommandSpec = CommandSpec::new::<AdvanceCall>(
    "advance-call",
    "Remind, escalate or end a call; issued by the leading site.",
)
.internal();

/// How answering is offered.
pub const ACKNOWLEDGE: CommandSpec =
    CommandSpec::new::<AcknowledgeCall>("acknowledge-call", "Answer a call.");

/// How calling off is offered.
pub const CANCEL: CommandSpec = CommandSpec::new::<CancelCall>("cancel-call", "Call a call off.");

/// Call people.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceCall {
    /// The call.
    pub call_id: CallId,
    /// What for.
    pub purpose: Purpose,
    /// What they are told.
    pub text: String,
    /// Roles of which somebody has to answer: whoever is on call, then the holder, then the deputies.
    #[serde(default)]
    pub roles: Vec<CommandRoleId>,
    /// People who have to answer themselves.
    #[serde(default)]
    pub people: Vec<PersonId>,
    /// How insistently.
    pub policy: CallPolicy,
}

/// How insistently people are called.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallPolicy {
    /// Those who have not answered are told again after so many seconds; 15 to 86,400.
    pub remind_every_s: u32,
    /// The next of a role is told where nobody of it said yes for so many seconds; 15 to 86,400.
    pub escalate_after_s: u32,
    /// How many of the roles and people have to answer yes; none: all.
    pub needed: Option<u32>,
    /// How long the call lasts, in seconds; 30 to 604,800.
    pub ends_in_s: u32,
}

/// Take a call a step on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvanceCall {
    /// The call.
    pub call_id: CallId,
    /// The how-manieth step, from 1.
    pub step: u32,
}

/// Answer a call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeCall {
    /// The call.
    pub call_id: CallId,
    /// The answer; a later one counts instead.
    pub answer: Answer,
}

/// Call a call off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelCall {
    /// The call.
    pub call_id: CallId,
    /// Why.
    pub reason: String,
}

/// Decides placing; the first are told with the same entry.
///
/// # Errors
/// Refused for an audience or a policy that is none, and those who may not.
pub fn place(of: &Deciding<'_>, body: PlaceCall) -> Result<Decision, DecideError> {
    let by = match is_site(of) {
        true => None,
        false => Some(Asking::permitted(of.rows, of.actor, Action::PlaceCall)?.id),
    };
    if find(of.rows, body.call_id)?.is_some() {
        return match by {
            // The other site may have been first.
            None => Ok(Decision::unchanged()),
            Some(_) => Err(id_taken("command.call_id").into()),
        };
    }
    if let Some(incident) = body.purpose.incident() {
        super::incidents::require_open(of, "command.purpose.incident_id", incident)?;
    }
    let purpose = super::incidents::told_as_drill(of.rows, body.purpose.clone())?;
    let words = text("command.text", &body.text)?;
    let (places, vacant) = places(of, &body, by.is_none())?;
    let policy = policy(of.time, &body.policy, places.len())?;
    require_room(of)?;
    let call = Call::place(of.time, policy, places.clone());
    let placed = CallPlaced {
        call_id: body.call_id,
        purpose,
        text: words,
        policy,
        places,
        vacant,
        by,
    };
    let mut events = vec![placed.event()];
    let advanced = advanced(of, body.call_id, &call)?;
    events.extend(advanced.as_ref().map(Fact::event));
    let advance = advanced.map(|fact| fact.advance).unwrap_or_default();
    Ok(Decision::Accepted {
        events,
        // Where everybody has left it is over at once, and whoever places it is told so.
        answer: json!({
            "call_id": body.call_id,
            "told": advance.told.len(),
            "outcome": advance.end.map(|end| end.outcome),
        }),
    })
}

/// Decides going on. What is not due, or was done by the other site, changes nothing.
///
/// # Errors
/// Refused for anybody but sites.
pub fn advance(of: &Deciding<'_>, body: AdvanceCall) -> Result<Decision, DecideError> {
    require_site(of)?;
    let Some(found) = find(of.rows, body.call_id)? else {
        return Err(no_call().into());
    };
    if body.step != found.call.steps + 1 {
        return Ok(Decision::unchanged());
    }
    if is_needless(of.rows, &found.purpose)? {
        let fact = CallAdvanced {
            call_id: body.call_id,
            advance: Advance {
                end: Some(found.call.ended(Outcome::Cancelled)),
                ..Advance::default()
            },
            messages: Vec::new(),
        };
        return Ok(Decision::accepted(vec![fact.event()]));
    }
    Ok(match step(of, body.call_id, &found.call)? {
        Some(event) => Decision::accepted(vec![event]),
        None => Decision::unchanged(),
    })
}

/// Decides answering; what follows at once (the end, or the next of a role) is in the same entry.
///
/// # Errors
/// `call_not_found` for those who are not called, and `call_over`.
pub fn acknowledge(of: &Deciding<'_>, body: AcknowledgeCall) -> Result<Decision, DecideError> {
    let asking = Asking::of(of.rows, of.actor)?;
    let mut found = find(of.rows, body.call_id)?.ok_or_else(no_call)?;
    let asked = found.call.asked(asking.id).cloned().ok_or_else(no_call)?;
    // Whoever answers a call that has been answered by enough is heard all the same.
    let outcome = found.call.end.as_ref().map(|end| end.outcome);
    let is_over = match outcome {
        None | Some(Outcome::Reached) => found.call.policy.ends_at <= of.time,
        Some(_) => true,
    };
    if is_over {
        let detail = "This call is over.";
        return Err(Refusal::conflict("call_over", detail).into());
    }
    if asked
        .answered
        .is_some_and(|said| said.answer == body.answer)
    {
        return Ok(Decision::unchanged());
    }
    let fact = CallAcknowledged {
        call_id: body.call_id,
        person_id: asking.id,
        answer: body.answer,
    };
    found.call.answer(asking.id, body.answer, of.time);
    let mut events = vec![fact.event()];
    events.extend(step(of, body.call_id, &found.call)?);
    Ok(Decision::accepted(events))
}

/// Decides calling off.
///
/// # Errors
/// `call_not_found`, `call_over`, and those who may not.
pub fn cancel(of: &Deciding<'_>, body: CancelCall) -> Result<Decision, DecideError> {
    let asking = Asking::of(of.rows, of.actor)?;
    let found = find(of.rows, body.call_id)?;
    let whose = found.as_ref().and_then(|found| found.placed_by);
    asking.require_about(Action::CancelCall, whose)?;
    let found = found.ok_or_else(no_call)?;
    if found.call.end.is_some() {
        let detail = "This call is over.";
        return Err(Refusal::conflict("call_over", detail).into());
    }
    let fact = CallCancelled {
        call_id: body.call_id,
        reason: text("command.reason", &body.reason)?,
        by: asking.id,
        end: found.call.ended(Outcome::Cancelled),
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Whether what people are called for is over: nobody is reminded of it any more.
fn is_needless(rows: &Connection, purpose: &Purpose) -> rusqlite::Result<bool> {
    let is_over = match purpose {
        Purpose::Incident { incident_id, .. } => rows
            .prepare_cached("SELECT state = 'closed' FROM incident WHERE id = ?1")?
            .query_row([incident_id], |row| row.get(0)),
        Purpose::Succession { request_id, .. } => rows
            .prepare_cached("SELECT state <> 'requested' FROM succession WHERE id = ?1")?
            .query_row([request_id], |row| row.get(0)),
        Purpose::Drill {} | Purpose::Notice {} => return Ok(false),
    };
    Ok(is_over.optional()?.unwrap_or(false))
}

struct Found {
    call: Call,
    purpose: Purpose,
    placed_by: Option<PersonId>,
}

fn find(rows: &Connection, call: CallId) -> rusqlite::Result<Option<Found>> {
    rows.prepare_cached("SELECT state, placed_by, purpose FROM call WHERE id = ?1")?
        .query_row([call], |row| {
            Ok(Found {
                call: crate::queries::json(row, 0)?,
                placed_by: row.get(1)?,
                purpose: crate::queries::json(row, 2)?,
            })
        })
        .optional()
}

fn no_call() -> Refusal {
    let detail = "There is no such call, or you are not called.";
    Refusal::not_found("command.call_id", "call_not_found", detail)
}

/// What is due of a call now, as a fact with the messages it sends.
fn step(of: &Deciding<'_>, call_id: CallId, call: &Call) -> rusqlite::Result<Option<Event>> {
    Ok(advanced(of, call_id, call)?.map(|fact| fact.event()))
}

fn advanced(
    of: &Deciding<'_>,
    call_id: CallId,
    call: &Call,
) -> rusqlite::Result<Option<CallAdvanced>> {
    let mut failed = None;
    let is_there = |person| takes_part(of.rows, person).map(|found| found.unwrap_or(false));
    let there: std::collections::BTreeMap<PersonId, bool> = call
        .places
        .iter()
        .flat_map(|place| place.chain.iter())
        .map(|person| {
            let is_there = is_there(*person).unwrap_or_else(|error| {
                failed = Some(error);
                false
            });
            (*person, is_there)
        })
        .collect();
    if let Some(error) = failed {
        return Err(error);
    }
    let takes_part = |person: PersonId| there.get(&person).copied().unwrap_or(false);
    let Some(advance) = call.due(of.time, &takes_part) else {
        return Ok(None);
    };
    let messages = messages(of.rows, call_id, call, &advance)?;
    Ok(Some(CallAdvanced {
        call_id,
        advance,
        messages,
    }))
}

/// What is sent besides the app: to every contact point that was verified.
fn messages(
    rows: &Connection,
    call_id: CallId,
    call: &Call,
    advance: &Advance,
) -> rusqlite::Result<Vec<MessageDue>> {
    let mut messages = Vec::new();
    for person in &advance.told {
        let time = call.asked(*person).map_or(0, |asked| asked.times_told) + 1;
        let points: Vec<PointId> = rows
            .prepare_cached(
                "SELECT id FROM contact_point WHERE person = ?1 AND verified_at IS NOT NULL
                 ORDER BY added_at, id",
            )?
            .query_map([person], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        messages.extend(points.into_iter().map(|point_id| {
            let id = CommandId::derived(&format!("call {call_id} {person} {time} {point_id}"));
            MessageDue {
                message_id: MessageId(id.0),
                person_id: *person,
                point_id,
            }
        }));
    }
    Ok(messages)
}

/// The places of a call, and the names of roles that nobody could fill.
fn places(
    of: &Deciding<'_>,
    body: &PlaceCall,
    is_site: bool,
) -> Result<(Vec<Place>, Vec<String>), DecideError> {
    let count = body.roles.len() + body.people.len();
    if count > PLACES_MAX {
        let detail = format!("A call is for at most {PLACES_MAX} roles and people.");
        return Err(Refusal::invalid("command.roles", "too_many", detail).into());
    }
    let (mut places, mut vacant) = (Vec::new(), Vec::new());
    for (n, role) in body.roles.iter().enumerate() {
        let field = format!("command.roles[{n}]");
        if body.roles[..n].contains(role) {
            return Err(repeated(&field).into());
        }
        let name = require_role(of.rows, &field, *role)?;
        let chain = chain(of, *role)?;
        if chain.is_empty() {
            vacant.push(name);
        } else {
            let name = Some(name);
            places.push(Place { name, chain });
        }
    }
    for (n, person) in body.people.iter().enumerate() {
        let field = format!("command.people[{n}]");
        if body.people[..n].contains(person) {
            return Err(repeated(&field).into());
        }
        match require_person(of.rows, &field, *person) {
            // A site calls whom it can.
            Err(_) if is_site => continue,
            other => other?,
        }
        places.push(Place {
            name: None,
            chain: vec![*person],
        });
    }
    if places.is_empty() {
        let detail = "There is nobody to call: name a role that somebody holds, or a person.";
        return Err(Refusal::invalid("command.roles", "nobody_to_call", detail).into());
    }
    Ok((places, vacant))
}

fn repeated(field: &str) -> Refusal {
    let detail = "This is named twice.";
    Refusal::invalid(field, "person_repeated", detail)
}

/// Whoever is on call for a role, then its holder, then its deputies; each once.
fn chain(of: &Deciding<'_>, role: CommandRoleId) -> rusqlite::Result<Vec<PersonId>> {
    let mut chain: Vec<PersonId> = on_call(of.rows, role, of.time)?.into_iter().collect();
    let holder: Option<PersonId> = of
        .rows
        .prepare_cached("SELECT holder FROM command_role WHERE id = ?1")?
        .query_row([role], |row| row.get(0))?;
    let deputies: Vec<PersonId> = of
        .rows
        .prepare_cached("SELECT person FROM command_deputy WHERE role = ?1 ORDER BY place")?
        .query_map([role], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for person in holder.into_iter().chain(deputies) {
        if !chain.contains(&person) {
            chain.push(person);
        }
    }
    Ok(chain)
}

fn policy(now: Timestamp, asked: &CallPolicy, places: usize) -> Result<Policy, Refusal> {
    let within = |field: &str, value: u32, bounds: RangeInclusive<u32>| {
        if bounds.contains(&value) {
            return Ok(i64::from(value) * 1_000);
        }
        let (least, most) = bounds.into_inner();
        let field = format!("command.policy.{field}");
        let detail = format!("This is {least} to {most}.");
        Err(Refusal::invalid(&field, "out_of_range", detail))
    };
    let remind_every_ms = within("remind_every_s", asked.remind_every_s, CALL_EVERY_S)?;
    let escalate_after_ms = within("escalate_after_s", asked.escalate_after_s, CALL_EVERY_S)?;
    let length_ms = within("ends_in_s", asked.ends_in_s, CALL_LENGTH_S)?;
    if asked.ends_in_s / asked.remind_every_s > REMINDERS_MAX {
        let field = "command.policy.remind_every_s";
        let detail = format!("A call reminds at most {REMINDERS_MAX} times; remind less often.");
        return Err(Refusal::invalid(field, "out_of_range", detail));
    }
    let most = u32::try_from(places).unwrap_or(u32::MAX);
    let needed = asked.needed.unwrap_or(most);
    within("needed", needed, 1..=most)?;
    Ok(Policy {
        remind_every_ms,
        escalate_after_ms,
        needed,
        ends_at: now.plus_ms(length_ms),
    })
}

fn require_room(of: &Deciding<'_>) -> Result<(), DecideError> {
    let open: u64 = of
        .rows
        .prepare_cached("SELECT count(*) FROM call WHERE next_at IS NOT NULL")?
        .query_row([], |row| row.get(0))?;
    if open < CALLS_OPEN_MAX {
        return Ok(());
    }
    let detail = format!("There are {CALLS_OPEN_MAX} calls under way.");
    Err(conflict("command.call_id", "too_many_calls", detail).into())
}

#[cfg(test)]
mod tests;
