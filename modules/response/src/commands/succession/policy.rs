//! Who may be given what: the rules of break-glass access.

use crate::access::{Action, Asking, require_person};
use crate::commands::Deciding;
use crate::events::{Fact, SuccessionPolicySet, SuccessionRules};
use crate::limits::{GRANT_HOURS_MAX, NAMED_MAX, WAITING_S_MAX};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal};
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// How it is offered.
pub const SET_POLICY: CommandSpec = CommandSpec::new::<SetSuccessionPolicy>(
    "set-succession-policy",
    "Say who may be given which rights, by whose approval and for how long, when no administrator can \
     be reached.",
);

/// What is never given: whoever has it could keep what they were given for a time.
const NOT_LENT: &str = "roles.manage";

/// Say who may be given what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSuccessionPolicy {
    /// Who may ask, and approve of what another asks for: at least two more than `needed`, so that
    /// nobody's absence is in the way.
    pub named: BTreeSet<PersonId>,
    /// How many of them, other than who asks, have to approve.
    pub needed: u32,
    /// The permissions given; none that whoever sets this does not have, and never `roles.manage`.
    pub powers: BTreeSet<String>,
    /// For how many hours: 1 to 72.
    pub hours: u32,
    /// For how many seconds after the request an administrator can refuse before anything is given:
    /// 0 to 86,400.
    pub waiting_s: u32,
}

/// Decides it.
///
/// # Errors
/// Refused for rules that one person could fulfil or prevent, and powers that are not to be given.
pub fn set_policy(of: &Deciding<'_>, body: SetSuccessionPolicy) -> Result<Decision, DecideError> {
    let asking = Asking::permitted(of.rows, of.actor, Action::SetSuccessionPolicy)?;
    require_rights_of_ones_own(of.rows, asking.id)?;
    for (n, person) in body.named.iter().enumerate() {
        require_person(of.rows, &format!("command.named[{n}]"), *person)?;
    }
    require_figures(&body)?;
    require_powers(&body.powers, &asking.permissions)?;
    let rules = SuccessionRules {
        named: body.named.into_iter().collect(),
        needed: body.needed,
        powers: body.powers.into_iter().collect(),
        hours: body.hours,
        waiting_s: body.waiting_s,
    };
    if self::rules(of.rows)?.as_ref() == Some(&rules) {
        return Ok(Decision::unchanged());
    }
    let fact = SuccessionPolicySet {
        rules,
        by: asking.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Rights that were lent are for what is urgent, not for who may have them: whoever has them could keep
/// them for ever, or keep others from them.
pub fn require_rights_of_ones_own(rows: &Connection, person: PersonId) -> Result<(), DecideError> {
    let are_lent: bool = rows
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM succession
             WHERE state = 'granted' AND NOT is_drill AND requested_by = ?1)",
        )?
        .query_row([person], |row| row.get(0))?;
    if are_lent {
        let detail = "Your rights are lent: rules and others' access are not yours to decide.";
        return Err(Refusal::forbidden("rights_are_lent", detail).into());
    }
    Ok(())
}

fn require_figures(body: &SetSuccessionPolicy) -> Result<(), Refusal> {
    let out = |field: &str, code: &str, detail: String| {
        Err(Refusal::invalid(&format!("command.{field}"), code, detail))
    };
    if body.needed == 0 {
        let detail = "At least one other person approves: nobody takes it alone.".into();
        return out("needed", "out_of_range", detail);
    }
    let least = usize::try_from(body.needed)
        .unwrap_or(usize::MAX)
        .saturating_add(2);
    if body.named.len() < least {
        let detail = format!(
            "Name at least {least}: who asks, {} who approve, and one whose absence is in nobody's way.",
            body.needed
        );
        return out("named", "too_few_named", detail);
    }
    if body.named.len() > NAMED_MAX {
        return out(
            "named",
            "too_many",
            format!("At most {NAMED_MAX} people are named."),
        );
    }
    if !(1..=GRANT_HOURS_MAX).contains(&body.hours) {
        let detail = format!("It is given for 1 to {GRANT_HOURS_MAX} hours.");
        return out("hours", "out_of_range", detail);
    }
    if body.waiting_s > WAITING_S_MAX {
        let detail = format!("An administrator has at most {WAITING_S_MAX} seconds to refuse.");
        return out("waiting_s", "out_of_range", detail);
    }
    Ok(())
}

fn require_powers(powers: &BTreeSet<String>, own: &[String]) -> Result<(), Refusal> {
    let field = "command.powers";
    if powers.is_empty() {
        let detail = "Name at least one permission.";
        return Err(Refusal::invalid(field, "missing", detail));
    }
    if powers.contains(NOT_LENT) {
        let detail = "roles.manage is not given for a time: whoever has it could keep the rest.";
        return Err(Refusal::invalid(field, "power_not_lendable", detail));
    }
    if let Some(power) = powers.iter().find(|power| !own.contains(power)) {
        let detail = format!("You do not have {power:?} yourself.");
        return Err(Refusal::invalid(field, "power_not_held", detail));
    }
    Ok(())
}

/// The rules that hold now; none: nobody has set any.
pub fn rules(rows: &Connection) -> rusqlite::Result<Option<SuccessionRules>> {
    rows.prepare_cached("SELECT rules FROM succession_policy")?
        .query_row([], |row| crate::queries::json(row, 0))
        .optional()
}

/// What holds for a request: of the rules when it was asked for and those of now, the stricter each.
pub fn stricter(then: &SuccessionRules, now: &SuccessionRules) -> SuccessionRules {
    let both = |then: &[PersonId], now: &[PersonId]| {
        then.iter()
            .copied()
            .filter(|person| now.contains(person))
            .collect()
    };
    SuccessionRules {
        named: both(&then.named, &now.named),
        needed: then.needed.max(now.needed),
        powers: then
            .powers
            .iter()
            .filter(|power| now.powers.contains(power))
            .cloned()
            .collect(),
        hours: then.hours.min(now.hours),
        waiting_s: then.waiting_s.max(now.waiting_s),
    }
}
