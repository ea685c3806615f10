//! Calls that follow from a fact: an incident was opened, break-glass access is asked for. They are
//! placed with the same entry, under ids that follow from what they are about, so that neither site
//! nor a repetition places a second one.

use super::{chain, step};
use crate::access::{Action, Asking};
use crate::commands::Deciding;
use crate::commands::roles::require_role;
use crate::events::{
    CallPlaced, CallPolicySet, CallRules, Cause, Fact, IncidentOpened, Purpose, SuccessionRequested,
};
use crate::limits::{CALL_EVERY_S, CALL_LENGTH_S, PLACES_MAX, REMINDERS_MAX};
use crate::{CallId, CommandRoleId};
use calling::{Call, Place, Policy};
use kernel::{CommandId, CommandSpec, DecideError, Decision, Event, Refusal};
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SET_POLICY: CommandSpec = CommandSpec::new::<SetCallPolicy>(
    "set-call-policy",
    "Say whom an incident calls by itself, and how insistently.",
);

/// Say whom an incident calls by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCallPolicy {
    /// The rules; what is left out is as it is where nobody has set any.
    pub rules: CallRules,
}

/// Decides it.
///
/// # Errors
/// Refused for roles that are none, figures out of range, and those who may not.
pub fn set_policy(of: &Deciding<'_>, body: SetCallPolicy) -> Result<Decision, DecideError> {
    let by = Asking::permitted(of.rows, of.actor, Action::ManageTeam)?.id;
    require_roles(of, body.rules.roles.as_deref().unwrap_or_default())?;
    require_figures(&body.rules)?;
    if rules(of.rows)? == body.rules {
        return Ok(Decision::unchanged());
    }
    let fact = CallPolicySet {
        rules: body.rules,
        by,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn require_roles(of: &Deciding<'_>, roles: &[CommandRoleId]) -> Result<(), DecideError> {
    if roles.len() > PLACES_MAX {
        let detail = format!("A call is for at most {PLACES_MAX} roles.");
        return Err(Refusal::invalid("command.rules.roles", "too_many", detail).into());
    }
    for (n, role) in roles.iter().enumerate() {
        let field = format!("command.rules.roles[{n}]");
        require_role(of.rows, &field, *role)?;
        if roles[..n].contains(role) {
            return Err(super::repeated(&field).into());
        }
    }
    Ok(())
}

fn require_figures(rules: &CallRules) -> Result<(), Refusal> {
    let out = |field: &str, detail: String| {
        let field = format!("command.rules.{field}");
        Err(Refusal::invalid(&field, "out_of_range", detail))
    };
    let most = u32::try_from(PLACES_MAX).unwrap_or(u32::MAX);
    for (field, value, bounds) in [
        ("remind_every_s", rules.remind_every_s, CALL_EVERY_S),
        ("escalate_after_s", rules.escalate_after_s, CALL_EVERY_S),
        ("ends_in_s", rules.ends_in_s, CALL_LENGTH_S),
        ("needed", rules.needed, 1..=most),
    ] {
        if !bounds.contains(&value) {
            let detail = format!("This is {} to {}.", bounds.start(), bounds.end());
            return out(field, detail);
        }
    }
    if rules.ends_in_s / rules.remind_every_s > REMINDERS_MAX {
        let detail = format!("A call reminds at most {REMINDERS_MAX} times; remind less often.");
        return out("remind_every_s", detail);
    }
    Ok(())
}

/// The rules that hold now.
pub fn rules(rows: &Connection) -> rusqlite::Result<CallRules> {
    let found = rows
        .prepare_cached("SELECT rules FROM call_policy")?
        .query_row([], |row| crate::queries::json(row, 0))
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Calls the command team to an incident, as the workspace's rules say. Where nobody can be called,
/// the call is placed and over at once, which is how everybody is told.
pub fn to_incident(of: &Deciding<'_>, opened: &IncidentOpened) -> rusqlite::Result<Vec<Event>> {
    let rules = rules(of.rows)?;
    if !rules.is_on {
        return Ok(Vec::new());
    }
    let (mut places, mut vacant) = (Vec::new(), Vec::new());
    for (role, name) in roles(of.rows, rules.roles.as_deref())? {
        let chain = chain(of, role)?;
        if chain.is_empty() {
            vacant.push(name);
        } else if places.len() < PLACES_MAX {
            let name = Some(name);
            places.push(Place { name, chain });
        }
    }
    let purpose = Purpose::Incident {
        incident_id: opened.incident_id,
        is_drill: opened.cause == Cause::Drill {},
    };
    let call_id = derived(&format!("incident {}", opened.incident_id));
    let text = opened.title.clone();
    place(of, &rules, call_id, purpose, text, places, vacant)
}

/// Calls those who can approve of a request for break-glass access.
pub fn to_request(
    of: &Deciding<'_>,
    requested: &SuccessionRequested,
) -> rusqlite::Result<Vec<Event>> {
    let others = requested.rules.named.iter();
    let others = others.filter(|person| **person != requested.by);
    let places = others.map(|person| Place {
        name: None,
        chain: vec![*person],
    });
    let rules = CallRules {
        needed: requested.rules.needed,
        ..rules(of.rows)?
    };
    let purpose = Purpose::Succession {
        request_id: requested.request_id,
        is_drill: requested.is_drill,
    };
    let call_id = derived(&format!("succession {}", requested.request_id));
    let text = requested.reason.clone();
    place(
        of,
        &rules,
        call_id,
        purpose,
        text,
        places.collect(),
        Vec::new(),
    )
}

fn derived(about: &str) -> CallId {
    CallId(CommandId::derived(&format!("call to {about}")).0)
}

/// The roles that are called, in the team's order; those that were removed since are none.
fn roles(
    rows: &Connection,
    only: Option<&[CommandRoleId]>,
) -> rusqlite::Result<Vec<(CommandRoleId, String)>> {
    let mut roles: Vec<(CommandRoleId, String)> = rows
        .prepare_cached("SELECT id, name FROM command_role ORDER BY place, name_key")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    roles.retain(|(role, _)| only.is_none_or(|only| only.contains(role)));
    Ok(roles)
}

fn place(
    of: &Deciding<'_>,
    rules: &CallRules,
    call_id: CallId,
    purpose: Purpose,
    text: String,
    places: Vec<Place>,
    vacant: Vec<String>,
) -> rusqlite::Result<Vec<Event>> {
    if super::find(of.rows, call_id)?.is_some() {
        return Ok(Vec::new());
    }
    let most = u32::try_from(places.len()).unwrap_or(u32::MAX);
    let policy = Policy {
        remind_every_ms: i64::from(rules.remind_every_s) * 1_000,
        escalate_after_ms: i64::from(rules.escalate_after_s) * 1_000,
        needed: rules.needed.min(most).max(1),
        ends_at: of.time.plus_ms(i64::from(rules.ends_in_s) * 1_000),
    };
    let call = Call::place(of.time, policy, places.clone());
    let placed = CallPlaced {
        call_id,
        purpose,
        text,
        policy,
        places,
        vacant,
        by: None,
    };
    let mut events = vec![placed.event()];
    events.extend(step(of, call_id, &call)?);
    Ok(events)
}

#[cfg(test)]
mod tests;
