//! What a minute without an asset costs.

use super::Deciding;
use crate::AssetId;
use crate::events::{Cost, CostStated, Fact};
use crate::limits::{MINOR_PER_MINUTE_MAX, OUTAGE_MS_MAX};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// How stating is offered.
pub const STATE: CommandSpec = CommandSpec::new::<StateCost>(
    "state-cost",
    "State what a minute without an asset costs, or that it is not known.",
);

/// State what a minute without an asset costs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateCost {
    /// The asset.
    pub asset_id: AssetId,
    /// The cost; none: it is not known any more.
    #[serde(default)]
    pub cost: Option<Cost>,
}

/// Decides it.
///
/// # Errors
/// `asset_not_found`, `asset_retired`, `bad_currency`, `out_of_range`.
pub fn state(of: &Deciding<'_>, body: StateCost) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let asset = of.present_asset("command.asset_id", body.asset_id)?;
    if let Some(cost) = &body.cost {
        check(cost)?;
    }
    let before = of
        .rows
        .prepare_cached(
            "SELECT currency, minor_per_minute, baseline_ms FROM asset WHERE number = ?1",
        )?
        .query_row([asset.number], |row| {
            let currency: Option<String> = row.get(0)?;
            let minor: Option<i64> = row.get(1)?;
            let baseline_ms = row.get(2)?;
            Ok(currency
                .zip(minor)
                .map(|(currency, minor_per_minute)| Cost {
                    currency,
                    minor_per_minute,
                    baseline_ms,
                }))
        })?;
    if before == body.cost {
        return Ok(Decision::unchanged());
    }
    let fact = CostStated {
        asset_id: body.asset_id,
        cost: body.cost,
        stated_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn check(cost: &Cost) -> Result<(), Refusal> {
    let is_code = cost.currency.len() == 3
        && cost
            .currency
            .bytes()
            .all(|letter| letter.is_ascii_uppercase());
    if !is_code {
        let detail = "A currency is three capital letters of ISO 4217.";
        return Err(Refusal::invalid(
            "command.cost.currency",
            "bad_currency",
            detail,
        ));
    }
    if !(0..=MINOR_PER_MINUTE_MAX).contains(&cost.minor_per_minute) {
        let detail = format!("A minute costs 0 to {MINOR_PER_MINUTE_MAX} of the smallest unit.");
        let field = "command.cost.minor_per_minute";
        return Err(Refusal::invalid(field, "out_of_range", detail));
    }
    let fits = |ms: i64| (1..=OUTAGE_MS_MAX).contains(&ms);
    if cost.baseline_ms.is_some_and(|ms| !fits(ms)) {
        let detail = "A baseline is from 1 millisecond to 366 days.";
        return Err(Refusal::invalid(
            "command.cost.baseline_ms",
            "out_of_range",
            detail,
        ));
    }
    Ok(())
}
