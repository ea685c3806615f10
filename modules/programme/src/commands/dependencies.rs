//! What stops when something else does.

use super::Deciding;
use crate::events::{DependenciesAdded, DependenciesRemoved, Dependency, Fact};
use crate::limits::{DEPENDENCIES_AT_ONCE_MAX, DEPENDENCIES_MAX};
use crate::rows::{StoredAsset, count};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use rusqlite::Connection;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// How adding is offered.
pub const ADD: CommandSpec = CommandSpec::new::<AddDependencies>(
    "add-dependencies",
    "Say on what assets depend. Cycles are allowed: the world has them.",
);
/// How removing is offered.
pub const REMOVE: CommandSpec = CommandSpec::new::<RemoveDependencies>(
    "remove-dependencies",
    "Say on what assets do not depend any more.",
);

/// Say on what assets depend.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddDependencies {
    /// 1 to 2,000, none of them there already.
    pub dependencies: Vec<Dependency>,
}

/// Say on what assets do not depend any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveDependencies {
    /// 1 to 2,000, all of them there.
    pub dependencies: Vec<Dependency>,
}

/// Decides adding.
///
/// # Errors
/// `asset_not_found`, `asset_retired`, `depends_on_itself`, `dependency_exists`,
/// `too_many_dependencies`, `out_of_range`.
pub fn add(of: &Deciding<'_>, body: AddDependencies) -> Result<Decision, DecideError> {
    of.keeper()?;
    let mut seen = BTreeSet::new();
    for (n, one) in numbered(&body.dependencies)? {
        let field = format!("command.dependencies[{n}]");
        let asset = of.present_asset(&format!("{field}.asset_id"), one.asset_id)?;
        let on = of.present_asset(&format!("{field}.depends_on"), one.depends_on)?;
        if asset.id == on.id {
            let detail = format!("{} cannot depend on itself.", asset.fields.key);
            return Err(Refusal::invalid(&field, "depends_on_itself", detail).into());
        }
        if !seen.insert(one) || is_there(of.rows, &asset, &on)? {
            let (from, to) = (&asset.fields.key, &on.fields.key);
            let detail = format!("dependencies[{n}]: {from} depends on {to} already.");
            return Err(Refusal::conflict("dependency_exists", detail).into());
        }
    }
    require_room(of, body.dependencies.len() as u64)?;
    let fact = DependenciesAdded {
        dependencies: body.dependencies,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides removing.
///
/// # Errors
/// `asset_not_found`, `dependency_not_found`, `out_of_range`.
pub fn remove(of: &Deciding<'_>, body: RemoveDependencies) -> Result<Decision, DecideError> {
    of.keeper()?;
    for (n, one) in numbered(&body.dependencies)? {
        let field = format!("command.dependencies[{n}]");
        let asset = of.asset(&format!("{field}.asset_id"), one.asset_id)?;
        let on = of.asset(&format!("{field}.depends_on"), one.depends_on)?;
        if !is_there(of.rows, &asset, &on)? {
            let (from, to) = (&asset.fields.key, &on.fields.key);
            let detail = format!("{from} does not depend on {to}.");
            return Err(Refusal::not_found(&field, "dependency_not_found", detail).into());
        }
    }
    let fact = DependenciesRemoved {
        dependencies: body.dependencies,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

fn numbered(
    dependencies: &[Dependency],
) -> Result<impl Iterator<Item = (usize, Dependency)>, Refusal> {
    if !(1..=DEPENDENCIES_AT_ONCE_MAX).contains(&dependencies.len()) {
        let detail = format!("Name 1 to {DEPENDENCIES_AT_ONCE_MAX} at once.");
        return Err(Refusal::invalid(
            "command.dependencies",
            "out_of_range",
            detail,
        ));
    }
    Ok(dependencies.iter().copied().enumerate())
}

/// Whether one depends on the other.
///
/// # Errors
/// When the view cannot be read.
pub(super) fn is_there(
    rows: &Connection,
    asset: &StoredAsset,
    on: &StoredAsset,
) -> rusqlite::Result<bool> {
    rows.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM dependency WHERE asset = ?1 AND depends_on = ?2)",
    )?
    .query_row([asset.number, on.number], |row| row.get(0))
}

/// Nothing, where so many more dependencies fit.
///
/// # Errors
/// `too_many_dependencies`.
pub(super) fn require_room(of: &Deciding<'_>, more: u64) -> Result<(), DecideError> {
    let there = count(of.rows, "SELECT count(*) FROM dependency")?;
    if there + more > DEPENDENCIES_MAX {
        let detail =
            format!("A workspace has at most {DEPENDENCIES_MAX} dependencies; {there} are there.");
        return Err(Refusal::conflict("too_many_dependencies", detail).into());
    }
    Ok(())
}
