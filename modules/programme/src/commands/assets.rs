//! The register: assets come, change, are looked at and are retired.

use super::fields::checked;
use super::{Deciding, note};
use crate::AssetId;
use crate::access::require_active;
use crate::events::{
    AssetEdited, AssetFields, AssetRegistered, AssetReinstated, AssetRetired, AssetsReviewed, Fact,
};
use crate::limits::{ASSETS_AT_ONCE_MAX, ASSETS_MAX};
use crate::rows::{StoredAsset, count};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// How registering is offered.
pub const REGISTER: CommandSpec = CommandSpec::new::<RegisterAsset>(
    "register-asset",
    "Take something the workspace depends on into the register.",
);
/// How editing is offered.
pub const EDIT: CommandSpec =
    CommandSpec::new::<EditAsset>("edit-asset", "Change what is known of an asset.");
/// How retiring is offered.
pub const RETIRE: CommandSpec = CommandSpec::new::<RetireAsset>(
    "retire-asset",
    "Take an asset out of use; its history stays.",
);
/// How reinstating is offered.
pub const REINSTATE: CommandSpec =
    CommandSpec::new::<ReinstateAsset>("reinstate-asset", "Take a retired asset back into use.");
/// How reviewing is offered.
pub const REVIEW: CommandSpec = CommandSpec::new::<ReviewAssets>(
    "review-assets",
    "Say that what is known of assets is still true.",
);

/// Take an asset into the register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterAsset {
    /// Its id.
    pub asset_id: AssetId,
    /// What is known of it.
    pub asset: AssetFields,
}

/// Change what is known of an asset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditAsset {
    /// The asset.
    pub asset_id: AssetId,
    /// All that is known of it from now on.
    pub asset: AssetFields,
}

/// Take an asset out of use.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireAsset {
    /// The asset.
    pub asset_id: AssetId,
    /// Why.
    pub reason: String,
}

/// Take an asset back into use.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReinstateAsset {
    /// The asset.
    pub asset_id: AssetId,
}

/// Say that what is known is still true.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewAssets {
    /// 1 to 500 assets.
    pub assets: BTreeSet<AssetId>,
}

/// Decides registering.
///
/// # Errors
/// `asset_exists`, `asset_key_taken`, `too_many_assets`, and refusals of the fields.
pub fn register(of: &Deciding<'_>, body: RegisterAsset) -> Result<Decision, DecideError> {
    of.keeper()?;
    let asset = checked("command.asset.", body.asset)?;
    if StoredAsset::by_id(of.rows, body.asset_id)?.is_some() {
        let detail = "There is an asset with this id already.";
        return Err(Refusal::conflict("asset_exists", detail).into());
    }
    require_free(of, &asset.key)?;
    require_room(of, 1)?;
    require_owner(of, &asset)?;
    let fact = AssetRegistered {
        asset_id: body.asset_id,
        asset,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides editing.
///
/// # Errors
/// `asset_not_found`, `asset_retired`, `asset_key_taken`, and refusals of the fields.
pub fn edit(of: &Deciding<'_>, body: EditAsset) -> Result<Decision, DecideError> {
    of.keeper()?;
    let asset = checked("command.asset.", body.asset)?;
    let before = of.present_asset("command.asset_id", body.asset_id)?.fields;
    if before == asset {
        return Ok(Decision::unchanged());
    }
    if before.key != asset.key {
        require_free(of, &asset.key)?;
    }
    // Somebody who left may stay named: that is shown, and no reason to refuse another change.
    if before.owner != asset.owner {
        require_owner(of, &asset)?;
    }
    let fact = AssetEdited {
        asset_id: body.asset_id,
        asset,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides retiring.
///
/// # Errors
/// `asset_not_found`.
pub fn retire(of: &Deciding<'_>, body: RetireAsset) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    let reason = note("command.reason", &body.reason)?;
    if of.asset("command.asset_id", body.asset_id)?.is_retired {
        return Ok(Decision::unchanged());
    }
    let fact = AssetRetired {
        asset_id: body.asset_id,
        reason,
        retired_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides reinstating.
///
/// # Errors
/// `asset_not_found`.
pub fn reinstate(of: &Deciding<'_>, body: ReinstateAsset) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    if !of.asset("command.asset_id", body.asset_id)?.is_retired {
        return Ok(Decision::unchanged());
    }
    let fact = AssetReinstated {
        asset_id: body.asset_id,
        reinstated_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides reviewing.
///
/// # Errors
/// `asset_not_found`, `asset_retired`, `out_of_range` for none or too many.
pub fn review(of: &Deciding<'_>, body: ReviewAssets) -> Result<Decision, DecideError> {
    let keeper = of.keeper()?;
    if !(1..=ASSETS_AT_ONCE_MAX).contains(&body.assets.len()) {
        let detail = format!("Name 1 to {ASSETS_AT_ONCE_MAX} at once.");
        return Err(Refusal::invalid("command.assets", "out_of_range", detail).into());
    }
    for asset in &body.assets {
        of.present_asset("command.assets", *asset)?;
    }
    let fact = AssetsReviewed {
        assets: body.assets.into_iter().collect(),
        reviewed_by: keeper.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Nothing, where so many more assets fit.
///
/// # Errors
/// `too_many_assets`.
pub(super) fn require_room(of: &Deciding<'_>, more: u64) -> Result<(), DecideError> {
    let there = count(of.rows, "SELECT count(*) FROM asset")?;
    if there + more > ASSETS_MAX {
        let detail = format!("A workspace has at most {ASSETS_MAX} assets; {there} are there.");
        return Err(Refusal::conflict("too_many_assets", detail).into());
    }
    Ok(())
}

fn require_free(of: &Deciding<'_>, key: &str) -> Result<(), DecideError> {
    match StoredAsset::by_key(of.rows, key)? {
        None => Ok(()),
        Some(other) => {
            let detail = format!("{:?} has the key {key}, retired or not.", other.fields.name);
            Err(Refusal::conflict("asset_key_taken", detail).into())
        }
    }
}

fn require_owner(of: &Deciding<'_>, asset: &AssetFields) -> Result<(), DecideError> {
    match asset.owner {
        Some(owner) => require_active(of.rows, "command.asset.owner", owner),
        None => Ok(()),
    }
}
