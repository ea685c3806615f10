//! Break-glass access: the rules, a request, approvals of others, and what becomes of it.

mod policy;
mod settle;

pub use policy::{SET_POLICY, SetSuccessionPolicy, set_policy};
pub use settle::{ADVANCE, AdvanceSuccession, Step, advance, due};

use super::{Deciding, conflict, id_taken, text};
use crate::RequestId;
use crate::access::{Action, Asking};
use crate::events::{
    EndedBecause, Fact, RefusedBecause, SuccessionApproved, SuccessionEnded, SuccessionRefused,
    SuccessionRequested, SuccessionRules,
};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How asking is offered.
pub const REQUEST: CommandSpec = CommandSpec::new::<RequestSuccession>(
    "request-succession",
    "Ask for break-glass access because the administrators cannot be reached.",
);
/// How approving is offered.
pub const APPROVE: CommandSpec = CommandSpec::new::<ApproveSuccession>(
    "approve-succession",
    "Approve of break-glass access that another person asks for.",
);
/// How refusing is offered.
pub const REFUSE: CommandSpec = CommandSpec::new::<RefuseSuccession>(
    "refuse-succession",
    "Refuse break-glass access as an administrator, or withdraw one's own request.",
);
/// How ending is offered.
pub const END: CommandSpec =
    CommandSpec::new::<EndSuccession>("end-succession", "End break-glass access before its time.");

/// Ask for break-glass access.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestSuccession {
    /// The request.
    pub request_id: RequestId,
    /// Why.
    pub reason: String,
    /// Whether it is a drill: everything but the access.
    #[serde(default)]
    pub is_drill: bool,
}

/// Approve.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveSuccession {
    /// The request.
    pub request_id: RequestId,
}

/// Refuse or withdraw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseSuccession {
    /// The request.
    pub request_id: RequestId,
    /// Why.
    pub reason: String,
}

/// End it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSuccession {
    /// The request that was granted.
    pub request_id: RequestId,
}

/// A request as the rows have it.
pub(crate) struct Request {
    pub(crate) key: i64,
    pub(crate) rules: SuccessionRules,
    pub(crate) requested_by: PersonId,
    pub(crate) requested_at: Timestamp,
    pub(crate) is_drill: bool,
    pub(crate) state: String,
    pub(crate) until: Option<Timestamp>,
}

impl Request {
    pub(crate) fn find(rows: &Connection, id: RequestId) -> rusqlite::Result<Option<Self>> {
        rows.prepare_cached(
            "SELECT key, rules, requested_by, requested_at, is_drill, state, until
             FROM succession WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok(Self {
                key: row.get(0)?,
                rules: crate::queries::json(row, 1)?,
                requested_by: row.get(2)?,
                requested_at: Timestamp(row.get(3)?),
                is_drill: row.get(4)?,
                state: row.get(5)?,
                until: row.get::<_, Option<i64>>(6)?.map(Timestamp),
            })
        })
        .optional()
    }

    fn require_state(&self, wanted: &str) -> Result<(), Refusal> {
        if self.state == wanted {
            return Ok(());
        }
        let detail = format!("This request is {}.", self.state);
        Err(conflict("command.request_id", "request_over", detail))
    }
}

/// Decides asking; the others who are named are called with the same entry.
///
/// # Errors
/// `not_permitted` for those who are not named, `request_open` where they asked already.
pub fn request(of: &Deciding<'_>, body: RequestSuccession) -> Result<Decision, DecideError> {
    let asking = Asking::permitted(of.rows, of.actor, Action::RequestSuccession)?;
    let Some(rules) = policy::rules(of.rows)? else {
        return Err(no_request().into());
    };
    if Request::find(of.rows, body.request_id)?.is_some() {
        return Err(id_taken("command.request_id").into());
    }
    let is_open: bool = of
        .rows
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM succession WHERE requested_by = ?1
             AND state IN ('requested', 'granted'))",
        )?
        .query_row([asking.id], |row| row.get(0))?;
    if is_open {
        let detail = "A request of yours is under way; withdraw or end it first.";
        return Err(Refusal::conflict("request_open", detail).into());
    }
    let fact = SuccessionRequested {
        request_id: body.request_id,
        reason: text("command.reason", &body.reason)?,
        is_drill: body.is_drill,
        rules,
        by: asking.id,
    };
    let mut events = vec![fact.event()];
    events.extend(super::calls::to_request(of, &fact)?);
    Ok(Decision::Accepted {
        events,
        answer: json!({"request_id": body.request_id}),
    })
}

/// Decides approving.
///
/// # Errors
/// `second_person_needed` for who asked, `approved_already`, `request_over`, and those who were not
/// named when it was asked for, or are not now.
pub fn approve(of: &Deciding<'_>, body: ApproveSuccession) -> Result<Decision, DecideError> {
    let asking = Asking::of(of.rows, of.actor)?;
    let request = Request::find(of.rows, body.request_id)?;
    let whose = request.as_ref().map(|request| request.requested_by);
    asking.require_about(Action::ApproveSuccession, whose)?;
    let request = request.ok_or_else(no_request)?;
    if !request.rules.named.contains(&asking.id) {
        let detail = "You were not named when this was asked for.";
        return Err(Refusal::forbidden("not_permitted", detail).into());
    }
    request.require_state("requested")?;
    let has_approved: bool = of
        .rows
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM succession_approval WHERE request = ?1 AND person = ?2)",
        )?
        .query_row((request.key, asking.id), |row| row.get(0))?;
    if has_approved {
        let detail = "You have approved of this already; it counts once.";
        return Err(Refusal::conflict("approved_already", detail).into());
    }
    let fact = SuccessionApproved {
        request_id: body.request_id,
        by: asking.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides refusing.
///
/// # Errors
/// `request_not_found`, `request_over`, and those who neither asked nor run the workspace.
pub fn refuse(of: &Deciding<'_>, body: RefuseSuccession) -> Result<Decision, DecideError> {
    let asking = Asking::of(of.rows, of.actor)?;
    let request = Request::find(of.rows, body.request_id)?;
    let is_own = request
        .as_ref()
        .is_some_and(|r| r.requested_by == asking.id);
    if !is_own {
        asking.require(Action::RefuseSuccession)?;
        policy::require_rights_of_ones_own(of.rows, asking.id)?;
    }
    let request = request.ok_or_else(no_request)?;
    request.require_state("requested")?;
    let because = match is_own {
        true => RefusedBecause::Withdrawn,
        false => RefusedBecause::Administrator,
    };
    let fact = SuccessionRefused {
        request_id: body.request_id,
        because,
        reason: Some(text("command.reason", &body.reason)?),
        by: Some(asking.id),
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides ending early.
///
/// # Errors
/// `request_not_found`, `request_over`, and those who may not.
pub fn end(of: &Deciding<'_>, body: EndSuccession) -> Result<Decision, DecideError> {
    let asking = Asking::of(of.rows, of.actor)?;
    let request = Request::find(of.rows, body.request_id)?;
    let whose = request.as_ref().map(|request| request.requested_by);
    asking.require_about(Action::EndSuccession, whose)?;
    if whose != Some(asking.id) {
        policy::require_rights_of_ones_own(of.rows, asking.id)?;
    }
    let request = request.ok_or_else(no_request)?;
    request.require_state("granted")?;
    let fact = SuccessionEnded {
        request_id: body.request_id,
        person_id: request.requested_by,
        because: EndedBecause::Early,
        by: Some(asking.id),
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn no_request() -> Refusal {
    let detail = "There is no such request for break-glass access.";
    Refusal::not_found("command.request_id", "request_not_found", detail)
}

#[cfg(test)]
mod tests;
