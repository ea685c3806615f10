//! What is promised of assets.

use super::{Deciding, note};
use crate::AssetId;
use crate::events::{Fact, Objective, ObjectiveSet, ObjectiveWithdrawn};
use crate::limits::OUTAGE_MS_MAX;
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// How promising is offered.
pub const SET: CommandSpec = CommandSpec::new::<SetObjective>(
    "set-objective",
    "Promise how fast an asset is back and how much may be lost; or change the promise.",
);
/// How withdrawing is offered.
pub const WITHDRAW: CommandSpec = CommandSpec::new::<WithdrawObjective>(
    "withdraw-objective",
    "Withdraw what was promised of an asset.",
);

/// Promise something of an asset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetObjective {
    /// The asset.
    pub asset_id: AssetId,
    /// What is promised: a recovery time of 1 millisecond to 366 days, and a recovery point of 0 to
    /// 366 days.
    pub objective: Objective,
    /// Why this much.
    pub reason: String,
}

/// Withdraw a promise.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawObjective {
    /// The asset.
    pub asset_id: AssetId,
    /// Why.
    pub reason: String,
}

/// Decides promising. What is slower than the outage that can be borne is refused: it would be a
/// promise to fail. Where answers change later, the standing says so.
///
/// # Errors
/// `asset_not_found`, `asset_retired`, `out_of_range`, `objective_exceeds_tolerance`.
pub fn set(of: &Deciding<'_>, body: SetObjective) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let reason = note("command.reason", &body.reason)?;
    let asset = of.present_asset("command.asset_id", body.asset_id)?;
    let Objective {
        rto_target_ms: rto,
        rpo_target_ms: rpo,
    } = body.objective;
    check(rto, rpo, asset.tolerable_ms)?;
    if asset.promised == Some((rto, rpo)) {
        return Ok(Decision::unchanged());
    }
    let fact = ObjectiveSet {
        asset_id: body.asset_id,
        objective: body.objective,
        reason,
        set_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn check(rto: i64, rpo: i64, tolerable_ms: Option<i64>) -> Result<(), Refusal> {
    let (rto_field, rpo_field) = (
        "command.objective.rto_target_ms",
        "command.objective.rpo_target_ms",
    );
    if !(1..=OUTAGE_MS_MAX).contains(&rto) {
        let detail = "A recovery time is from 1 millisecond to 366 days.";
        return Err(Refusal::invalid(rto_field, "out_of_range", detail));
    }
    if !(0..=OUTAGE_MS_MAX).contains(&rpo) {
        let detail = "A recovery point is from 0 to 366 days.";
        return Err(Refusal::invalid(rpo_field, "out_of_range", detail));
    }
    if let Some(tolerable) = tolerable_ms.filter(|tolerable| rto > *tolerable) {
        let detail =
            format!("An outage of at most {tolerable} ms can be borne; {rto} ms is longer.");
        return Err(Refusal::invalid(
            rto_field,
            "objective_exceeds_tolerance",
            detail,
        ));
    }
    Ok(())
}

/// Decides withdrawing.
///
/// # Errors
/// `asset_not_found`.
pub fn withdraw(of: &Deciding<'_>, body: WithdrawObjective) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let reason = note("command.reason", &body.reason)?;
    let asset = of.asset("command.asset_id", body.asset_id)?;
    if asset.promised.is_none() {
        return Ok(Decision::unchanged());
    }
    let fact = ObjectiveWithdrawn {
        asset_id: body.asset_id,
        reason,
        withdrawn_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
