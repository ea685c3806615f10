//! Facts about assets.

use super::json;
use crate::events::*;
use crate::limits::DAY_MS;
use rusqlite::{Connection, Result, params};

pub fn registered(rows: &Connection, at: i64, fact: &AssetRegistered) -> Result<()> {
    let asset = &fact.asset;
    rows.prepare_cached(
        "INSERT INTO asset (id, key, kind, name, owner, description, review_days, measured_by,
                            registered_at, reviewed_at, review_due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10)",
    )?
    .execute(params![
        fact.asset_id,
        asset.key,
        asset.kind.as_str(),
        asset.name,
        asset.owner,
        asset.description,
        asset.review_days,
        asset.measured_by,
        at,
        due(at, asset.review_days)
    ])?;
    Ok(())
}

/// Who edits has looked: what is known is as of now.
pub fn edited(rows: &Connection, at: i64, fact: &AssetEdited) -> Result<()> {
    let asset = &fact.asset;
    rows.prepare_cached(
        "UPDATE asset SET key = ?2, kind = ?3, name = ?4, owner = ?5, description = ?6,
           review_days = ?7, measured_by = ?8, reviewed_at = ?9, reviewed_by = NULL,
           review_due_at = ?10
         WHERE id = ?1",
    )?
    .execute(params![
        fact.asset_id,
        asset.key,
        asset.kind.as_str(),
        asset.name,
        asset.owner,
        asset.description,
        asset.review_days,
        asset.measured_by,
        at,
        due(at, asset.review_days)
    ])?;
    Ok(())
}

fn due(at: i64, days: u32) -> i64 {
    at.saturating_add(i64::from(days) * DAY_MS)
}

pub fn retired(rows: &Connection, at: i64, fact: &AssetRetired) -> Result<()> {
    rows.prepare_cached(
        "UPDATE asset SET retired_at = ?2, retired_by = ?3, retired_reason = ?4 WHERE id = ?1",
    )?
    .execute(params![fact.asset_id, at, fact.retired_by, fact.reason])?;
    Ok(())
}

pub fn reinstated(rows: &Connection, at: i64, fact: &AssetReinstated) -> Result<()> {
    rows.prepare_cached(
        "UPDATE asset SET retired_at = NULL, retired_by = NULL, retired_reason = NULL,
           reviewed_at = ?2, reviewed_by = ?3, review_due_at = ?2 + review_days * ?4
         WHERE id = ?1",
    )?
    .execute(params![fact.asset_id, at, fact.reinstated_by, DAY_MS])?;
    Ok(())
}

pub fn reviewed(rows: &Connection, at: i64, fact: &AssetsReviewed) -> Result<()> {
    let mut update = rows.prepare_cached(
        "UPDATE asset SET reviewed_at = ?2, reviewed_by = ?3,
           review_due_at = ?2 + review_days * ?4 WHERE id = ?1",
    )?;
    for asset in &fact.assets {
        update.execute(params![asset, at, fact.reviewed_by, DAY_MS])?;
    }
    Ok(())
}

pub fn depend(rows: &Connection, fact: &DependenciesAdded) -> Result<()> {
    let mut insert = rows.prepare_cached(
        "INSERT OR IGNORE INTO dependency (asset, depends_on)
         SELECT a.number, b.number FROM asset a, asset b WHERE a.id = ?1 AND b.id = ?2",
    )?;
    for one in &fact.dependencies {
        insert.execute((one.asset_id, one.depends_on))?;
    }
    Ok(())
}

pub fn depend_no_more(rows: &Connection, fact: &DependenciesRemoved) -> Result<()> {
    let mut delete = rows.prepare_cached(
        "DELETE FROM dependency WHERE asset = (SELECT number FROM asset WHERE id = ?1)
           AND depends_on = (SELECT number FROM asset WHERE id = ?2)",
    )?;
    for one in &fact.dependencies {
        delete.execute((one.asset_id, one.depends_on))?;
    }
    Ok(())
}

pub fn answered(rows: &Connection, at: i64, fact: &ImpactAnswered) -> Result<()> {
    rows.prepare_cached(
        "UPDATE asset SET impact = ?2, answered_at = ?3, answered_by = ?4, class = ?5,
           tolerable_ms = ?6 WHERE id = ?1",
    )?
    .execute(params![
        fact.asset_id,
        json(&fact.impact),
        at,
        fact.answered_by,
        fact.impact.class(),
        fact.impact.tolerable_ms()
    ])?;
    Ok(())
}

pub fn promised(rows: &Connection, at: i64, fact: &ObjectiveSet) -> Result<()> {
    let Objective {
        rto_target_ms: rto,
        rpo_target_ms: rpo,
    } = fact.objective;
    rows.prepare_cached("UPDATE asset SET rto_target_ms = ?2, rpo_target_ms = ?3 WHERE id = ?1")?
        .execute(params![fact.asset_id, rto, rpo])?;
    rows.prepare_cached(
        "INSERT INTO objective_change (asset, at, by, rto_target_ms, rpo_target_ms, reason)
         SELECT number, ?2, ?3, ?4, ?5, ?6 FROM asset WHERE id = ?1",
    )?
    .execute(params![
        fact.asset_id,
        at,
        fact.set_by,
        rto,
        rpo,
        fact.reason
    ])?;
    Ok(())
}

pub fn withdrawn(rows: &Connection, at: i64, fact: &ObjectiveWithdrawn) -> Result<()> {
    rows.prepare_cached(
        "UPDATE asset SET rto_target_ms = NULL, rpo_target_ms = NULL WHERE id = ?1",
    )?
    .execute([fact.asset_id])?;
    rows.prepare_cached(
        "INSERT INTO objective_change (asset, at, by, reason)
         SELECT number, ?2, ?3, ?4 FROM asset WHERE id = ?1",
    )?
    .execute(params![fact.asset_id, at, fact.withdrawn_by, fact.reason])?;
    Ok(())
}

pub fn cost(rows: &Connection, fact: &CostStated) -> Result<()> {
    let cost = fact.cost.as_ref();
    rows.prepare_cached(
        "UPDATE asset SET currency = ?2, minor_per_minute = ?3, baseline_ms = ?4 WHERE id = ?1",
    )?
    .execute(params![
        fact.asset_id,
        cost.map(|cost| &cost.currency),
        cost.map(|cost| cost.minor_per_minute),
        cost.and_then(|cost| cost.baseline_ms)
    ])?;
    Ok(())
}
