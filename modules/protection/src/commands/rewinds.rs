//! Rewinds: proposed by one person, approved by another, carried out by the lead.

use super::{Deciding, note, require_site};
use crate::RewindId;
use crate::access::{Action, Watcher, require_person};
use crate::events::{
    Choices, Fact, ObjectRef, RewindApproved, RewindCompleted, RewindOutcome, RewindProposed,
    RewindWithdrawn, Selection,
};
use crate::limits::{CHOICES_MAX, LEFT_OVER_MAX, OBJECTS_MAX};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal, Timestamp};
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// How proposing is offered.
pub const PROPOSE: CommandSpec = CommandSpec::new::<ProposeRewind>(
    "propose-rewind",
    "Propose to take back what one person changed, and that alone.",
);

/// How approving is offered.
pub const APPROVE: CommandSpec = CommandSpec::new::<ApproveRewind>(
    "approve-rewind",
    "Approve, as a second person, of a rewind: it is carried out at once.",
);

/// How withdrawing is offered.
pub const WITHDRAW: CommandSpec = CommandSpec::new::<WithdrawRewind>(
    "withdraw-rewind",
    "Withdraw a rewind that was not approved.",
);

/// How completing is offered.
pub const COMPLETE: CommandSpec =
    CommandSpec::new::<CompleteRewind>("complete-rewind", "Say what a rewind came to.").internal();

/// Propose to take changes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeRewind {
    /// The rewind's id.
    pub rewind_id: RewindId,
    /// Whose changes.
    pub selection: Selection,
    /// Why.
    pub note: String,
}

/// Approve of a rewind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveRewind {
    /// The rewind.
    pub rewind_id: RewindId,
    /// What else than the proposal is to become of single things; at most 10,000.
    #[serde(default)]
    pub choices: Choices,
}

/// Withdraw a rewind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRewind {
    /// The rewind.
    pub rewind_id: RewindId,
}

/// Say what a rewind came to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteRewind {
    /// The rewind.
    pub rewind_id: RewindId,
    /// What it came to.
    pub outcome: RewindOutcome,
}

struct Rewind {
    proposed_by: PersonId,
    selection: String,
    is_approved: bool,
    is_withdrawn: bool,
    is_completed: bool,
}

/// Decides proposing.
///
/// # Errors
/// `person_not_found`, `rewind_not_found`, `since_in_future`, `ends_before_it_begins`,
/// `rewind_exists`, and those who may not.
pub fn propose(of: &Deciding<'_>, body: ProposeRewind) -> Result<Decision, DecideError> {
    let watcher = Watcher::of(of.rows, of.actor)?;
    watcher.require(Action::ProposeRewind)?;
    if find(of, body.rewind_id)?.is_some() {
        let detail = "There is a rewind with this id already.";
        return Err(Refusal::conflict("rewind_exists", detail).into());
    }
    check_selection(of, &body.selection)?;
    let fact = RewindProposed {
        rewind_id: body.rewind_id,
        selection: body.selection,
        note: note("command.note", &body.note)?,
        proposed_by: watcher.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn check_selection(of: &Deciding<'_>, selection: &Selection) -> Result<(), DecideError> {
    match selection {
        Selection::Person {
            person_id,
            since,
            until,
        } => {
            require_person(of.rows, "command.selection.person.person_id", *person_id)?;
            if *since > of.time {
                let detail = "A rewind begins before now.";
                let field = "command.selection.person.since";
                return Err(Refusal::invalid(field, "since_in_future", detail).into());
            }
            if until.is_some_and(|until| until < *since) {
                let detail = "The end is before the beginning.";
                let field = "command.selection.person.until";
                return Err(Refusal::invalid(field, "ends_before_it_begins", detail).into());
            }
            Ok(())
        }
        Selection::Rewind { rewind_id } => {
            let field = "command.selection.rewind.rewind_id";
            let other = find(of, *rewind_id)?.ok_or_else(|| not_found(field))?;
            if !other.is_completed {
                let detail = "Only a rewind that was carried out can be rewound.";
                return Err(Refusal::conflict("rewind_not_completed", detail).into());
            }
            Ok(())
        }
        Selection::Moment { to, objects } => check_moment(of, *to, objects.as_ref()),
    }
}

fn check_moment(
    of: &Deciding<'_>,
    to: Timestamp,
    objects: Option<&BTreeSet<ObjectRef>>,
) -> Result<(), DecideError> {
    if to > of.time {
        let detail = "What was is before now.";
        let field = "command.selection.moment.to";
        return Err(Refusal::invalid(field, "since_in_future", detail).into());
    }
    let fits = objects.is_none_or(|objects| (1..=OBJECTS_MAX).contains(&objects.len()));
    if !fits {
        let detail = format!("Name 1 to {OBJECTS_MAX} objects, or none for the whole workspace.");
        let field = "command.selection.moment.objects";
        return Err(Refusal::invalid(field, "out_of_range", detail).into());
    }
    Ok(())
}

/// Decides approving.
///
/// # Errors
/// `rewind_not_found`, `rewind_decided`, `second_person_needed`, `too_many_choices`, and those who
/// may not.
pub fn approve(of: &Deciding<'_>, body: ApproveRewind) -> Result<Decision, DecideError> {
    let watcher = Watcher::of(of.rows, of.actor)?;
    watcher.require(Action::Look)?;
    let rewind = require_undecided(of, body.rewind_id)?;
    let doers = std::iter::once(rewind.proposed_by).chain(suspect(of, &rewind.selection)?);
    watcher.require_about(Action::ApproveRewind, doers)?;
    let Choices {
        keep,
        put_back,
        as_before,
    } = &body.choices;
    if keep.len() + put_back.len() + as_before.len() > CHOICES_MAX {
        let detail = format!("At most {CHOICES_MAX} single choices are taken.");
        return Err(Refusal::invalid("command.choices", "too_many_choices", detail).into());
    }
    let fact = RewindApproved {
        rewind_id: body.rewind_id,
        choices: body.choices,
        approved_by: watcher.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Whose changes it is about in the end: a rewind of a rewind brings them back.
fn suspect(of: &Deciding<'_>, selection: &str) -> Result<Option<PersonId>, DecideError> {
    let mut selection = selection.to_owned();
    loop {
        match serde_json::from_str(&selection) {
            Ok(Selection::Person { person_id, .. }) => return Ok(Some(person_id)),
            Ok(Selection::Rewind { rewind_id }) => match find(of, rewind_id)? {
                // Only what was completed before can be meant, so this ends.
                Some(other) => selection = other.selection,
                None => return Ok(None),
            },
            Ok(Selection::Moment { .. }) | Err(_) => return Ok(None),
        }
    }
}

/// Decides withdrawing.
///
/// # Errors
/// `rewind_not_found`, `rewind_decided`, and those who may not.
pub fn withdraw(of: &Deciding<'_>, body: WithdrawRewind) -> Result<Decision, DecideError> {
    let watcher = Watcher::of(of.rows, of.actor)?;
    watcher.require(Action::WithdrawRewind)?;
    require_undecided(of, body.rewind_id)?;
    let fact = RewindWithdrawn {
        rewind_id: body.rewind_id,
        withdrawn_by: watcher.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides completing.
///
/// # Errors
/// Refused for anybody but sites, and for a rewind nobody approved.
pub fn complete(of: &Deciding<'_>, mut body: CompleteRewind) -> Result<Decision, DecideError> {
    require_site(of)?;
    let field = "command.rewind_id";
    let rewind = find(of, body.rewind_id)?.ok_or_else(|| not_found(field))?;
    if rewind.is_completed {
        return Ok(Decision::unchanged());
    }
    if !rewind.is_approved {
        let detail = "Nobody has approved of this rewind.";
        return Err(Refusal::conflict("rewind_not_approved", detail).into());
    }
    body.outcome.left_over.truncate(LEFT_OVER_MAX);
    let fact = RewindCompleted {
        rewind_id: body.rewind_id,
        outcome: body.outcome,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn require_undecided(of: &Deciding<'_>, id: RewindId) -> Result<Rewind, DecideError> {
    let rewind = find(of, id)?.ok_or_else(|| not_found("command.rewind_id"))?;
    if rewind.is_approved || rewind.is_withdrawn {
        let detail = "This rewind was approved or withdrawn already.";
        return Err(Refusal::conflict("rewind_decided", detail).into());
    }
    Ok(rewind)
}

fn not_found(field: &str) -> Refusal {
    Refusal::not_found(field, "rewind_not_found", "There is no such rewind.")
}

fn find(of: &Deciding<'_>, id: RewindId) -> rusqlite::Result<Option<Rewind>> {
    let read = |row: &Row<'_>| {
        Ok(Rewind {
            proposed_by: row.get(0)?,
            selection: row.get(1)?,
            is_approved: row.get(2)?,
            is_withdrawn: row.get(3)?,
            is_completed: row.get(4)?,
        })
    };
    of.rows
        .prepare_cached(
            "SELECT proposed_by, selection, approved_at IS NOT NULL, withdrawn_at IS NOT NULL,
             completed_at IS NOT NULL FROM rewind WHERE id = ?1",
        )?
        .query_row([id], read)
        .optional()
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, DEPUTY, GUARD, MEMBER, NOW, OWNER, by, id, site, workspace};
    use kernel::PersonId;
    use serde_json::{Value, json};

    fn proposal(n: u128, person: PersonId) -> Value {
        let selection = json!({"person": {"person_id": person, "since": NOW - 1_000}});
        json!({"rewind_id": id(n), "selection": selection, "note": "his account was stolen"})
    }

    #[test]
    fn a_second_person_approves() {
        let mut given = workspace();
        by(&mut given, MEMBER)
            .when("propose-rewind", proposal(1, MEMBER))
            .refused("not_permitted");
        by(&mut given, ADMIN)
            .when("propose-rewind", proposal(1, MEMBER))
            .accepted("rewind-proposed");
        by(&mut given, ADMIN)
            .when("propose-rewind", proposal(1, MEMBER))
            .refused("rewind_exists");
        let approve = json!({"rewind_id": id(1)});
        by(&mut given, ADMIN)
            .when("approve-rewind", approve.clone())
            .refused("second_person_needed");
        by(&mut given, OWNER)
            .when("approve-rewind", approve.clone())
            .accepted("rewind-approved");
        by(&mut given, OWNER)
            .when("approve-rewind", approve.clone())
            .refused("rewind_decided");
        by(&mut given, OWNER)
            .when("withdraw-rewind", approve)
            .refused("rewind_decided");
        given.assert_replays();
    }

    #[test]
    fn whose_changes_it_is_about_does_not_approve() {
        let mut given = workspace();
        by(&mut given, ADMIN)
            .when("propose-rewind", proposal(1, OWNER))
            .accepted("rewind-proposed");
        by(&mut given, OWNER)
            .when("approve-rewind", json!({"rewind_id": id(1)}))
            .refused("second_person_needed");
    }

    #[test]
    fn nor_approves_that_they_come_back() {
        let mut given = workspace();
        by(&mut given, ADMIN)
            .when("propose-rewind", proposal(1, OWNER))
            .accepted("rewind-proposed");
        by(&mut given, DEPUTY)
            .when("approve-rewind", json!({"rewind_id": id(1)}))
            .accepted("rewind-approved");
        let outcome =
            json!({"done": 1, "objects": 1, "already_so": 0, "changed_since": 0, "kept": 0});
        site(&mut given)
            .when(
                "complete-rewind",
                json!({"rewind_id": id(1), "outcome": outcome}),
            )
            .accepted("rewind-completed");
        let back = json!({"rewind_id": id(2), "note": "was mine",
            "selection": {"rewind": {"rewind_id": id(1)}}});
        by(&mut given, ADMIN)
            .when("propose-rewind", back)
            .accepted("rewind-proposed");
        by(&mut given, OWNER)
            .when("approve-rewind", json!({"rewind_id": id(2)}))
            .refused("second_person_needed");
    }

    #[test]
    fn approving_takes_the_right_to_run_the_workspace() {
        let mut given = workspace();
        by(&mut given, ADMIN)
            .when("propose-rewind", proposal(1, MEMBER))
            .accepted("rewind-proposed");
        by(&mut given, GUARD)
            .when("approve-rewind", json!({"rewind_id": id(1)}))
            .refused("not_permitted");
    }

    #[test]
    fn only_what_was_carried_out_is_rewound() {
        let mut given = workspace();
        by(&mut given, ADMIN)
            .when("propose-rewind", proposal(1, MEMBER))
            .accepted("rewind-proposed");
        let again = json!({"rewind_id": id(2), "note": "wrong person",
            "selection": {"rewind": {"rewind_id": id(1)}}});
        by(&mut given, OWNER)
            .when("propose-rewind", again.clone())
            .refused("rewind_not_completed");
        let outcome =
            json!({"done": 3, "objects": 2, "already_so": 0, "changed_since": 0, "kept": 0});
        let complete = json!({"rewind_id": id(1), "outcome": outcome});
        site(&mut given)
            .when("complete-rewind", complete.clone())
            .refused("rewind_not_approved");
        by(&mut given, OWNER)
            .when("approve-rewind", json!({"rewind_id": id(1)}))
            .accepted("rewind-approved");
        site(&mut given)
            .when("complete-rewind", complete.clone())
            .accepted("rewind-completed");
        site(&mut given)
            .when("complete-rewind", complete)
            .unchanged();
        by(&mut given, OWNER)
            .when("propose-rewind", again)
            .accepted("rewind-proposed");
        given.assert_replays();
    }

    #[test]
    fn times_are_checked() {
        let mut given = workspace();
        let with = |since: i64, until: i64| {
            let selection =
                json!({"person": {"person_id": MEMBER, "since": since, "until": until}});
            json!({"rewind_id": id(1), "selection": selection, "note": "x"})
        };
        by(&mut given, ADMIN)
            .when("propose-rewind", with(NOW * 2, NOW * 3))
            .refused("since_in_future");
        by(&mut given, ADMIN)
            .when("propose-rewind", with(10, 9))
            .refused("ends_before_it_begins");
        let to = |to: i64, objects: Value| {
            let selection = json!({"moment": {"to": to, "objects": objects}});
            json!({"rewind_id": id(1), "selection": selection, "note": "x"})
        };
        by(&mut given, ADMIN)
            .when("propose-rewind", to(NOW * 2, Value::Null))
            .refused("since_in_future");
        by(&mut given, ADMIN)
            .when("propose-rewind", to(NOW - 5, json!([])))
            .refused("out_of_range");
        by(&mut given, ADMIN)
            .when("propose-rewind", to(NOW - 5, Value::Null))
            .accepted("rewind-proposed");
    }
}
