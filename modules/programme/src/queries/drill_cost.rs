//! What a drill's outages cost and avoided.

use super::circles::components;
use super::reader;
use crate::AssetId;
use kernel::id::Uuid;
use kernel::{Actor, DecideError, Refusal, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

/// Assets that are listed one by one.
const ITEMS_MAX: usize = 500;

/// How the figures come about.
pub const METHOD: &str = "An asset that the drill measured was away for the time until it was back; \
     every asset that depends on it, over any number of steps, for the longest such time. The cost \
     of an asset is these minutes times its stated cost a minute. An asset's stated cost takes in \
     what it depends on, so where an affected asset depends on another one with a stated cost, only \
     the first is counted. Avoided is the time from there to the stated baseline – without one, to \
     the recovery time objective – times the same cost; never less than nothing. Assets without a \
     stated cost count for nothing and are told.";

/// Which drill.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillCostParams {
    /// The drill; none: the last that ended.
    #[schema(value_type = Option<String>)]
    pub drill_id: Option<Uuid>,
}

/// What a drill cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillCost {
    /// The drill.
    #[schema(value_type = String)]
    pub drill_id: Uuid,
    /// Its scenario.
    pub scenario: String,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Sums, one for each currency.
    pub sums: Vec<CostSum>,
    /// Affected assets with a stated cost, the dearest first; at most 500.
    pub items: Vec<CostItem>,
    /// Affected assets without a stated cost.
    pub without_cost: u64,
    /// How the figures come about.
    pub method: &'static str,
}

/// A sum in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CostSum {
    /// The currency.
    pub currency: String,
    /// What the outages cost, in minor units.
    pub cost_minor: i64,
    /// What was avoided, in minor units.
    pub avoided_minor: i64,
}

/// An affected asset.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CostItem {
    /// Its id.
    pub asset_id: AssetId,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// How long it was away.
    pub outage_ms: i64,
    /// The currency.
    pub currency: String,
    /// What a minute costs, in minor units.
    pub minor_per_minute: i64,
    /// What this outage cost, in minor units; 0 where it is in another asset's.
    pub cost_minor: i64,
    /// What was avoided, in minor units; 0 where it is in another asset's.
    pub avoided_minor: i64,
    /// The key of the asset in whose cost this one's is.
    pub included_in: Option<String>,
}

struct Affected {
    number: i64,
    baseline_ms: Option<i64>,
    item: CostItem,
}

/// Answers it.
///
/// # Errors
/// `drill_not_found`, and those who may not see the programme.
pub fn drill_cost(
    rows: &Connection,
    actor: &Actor,
    asked: DrillCostParams,
) -> Result<DrillCost, DecideError> {
    reader(rows, actor)?;
    let wanted = asked.drill_id.map(|id| id.as_bytes().to_vec());
    let (id, scenario, ended_at): (Vec<u8>, String, i64) = rows
        .prepare_cached(
            "SELECT id, scenario, ended_at FROM drill
             WHERE ended_at IS NOT NULL AND (?1 IS NULL OR id = ?1)
             ORDER BY ended_at DESC, number DESC LIMIT 1",
        )?
        .query_row([wanted], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or_else(|| {
            let detail = "There is no such drill that ended.";
            Refusal::not_found("drill_id", "drill_not_found", detail)
        })?;
    let outages = spread(rows, &measured(rows, &id, &scenario)?)?;
    let (mut affected, without_cost) = affected(rows, &outages)?;
    include(rows, &outages, &mut affected)?;
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for one in &mut affected {
        price(one);
        let sum = sums.entry(one.item.currency.clone()).or_default();
        sum.0 = sum.0.saturating_add(one.item.cost_minor);
        sum.1 = sum.1.saturating_add(one.item.avoided_minor);
    }
    let sums = sums.into_iter().map(|(currency, (cost, avoided))| CostSum {
        currency,
        cost_minor: cost,
        avoided_minor: avoided,
    });
    let mut items: Vec<CostItem> = affected.into_iter().map(|one| one.item).collect();
    items.sort_by(|a, b| b.cost_minor.cmp(&a.cost_minor).then(a.key.cmp(&b.key)));
    items.truncate(ITEMS_MAX);
    Ok(DrillCost {
        drill_id: Uuid::from_slice(&id).unwrap_or_default(),
        scenario,
        ended_at: Timestamp(ended_at),
        sums: sums.collect(),
        items,
        without_cost,
        method: METHOD,
    })
}

/// Assets the drill measured, with how long they were away.
fn measured(
    rows: &Connection,
    drill: &[u8],
    scenario: &str,
) -> rusqlite::Result<HashMap<i64, i64>> {
    let mut found = HashMap::new();
    let mut keep = |number: i64, ms: i64| {
        let longest = found.entry(number).or_insert(0);
        *longest = ms.max(*longest);
    };
    let pair = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let mut by_function = rows.prepare_cached(
        "SELECT a.number, f.rto_ms FROM drill_function f
         JOIN asset a ON a.measured_by IN ('module:' || f.module, 'module:' || f.module || '/' || f.name)
         WHERE f.drill = ?1 AND f.rto_ms > 0 AND a.retired_at IS NULL",
    )?;
    for found in by_function.query_map([drill], pair)? {
        let (number, ms) = found?;
        keep(number, ms);
    }
    let mut by_scenario = rows.prepare_cached(
        "SELECT a.number, d.rto_ms FROM drill d JOIN asset a ON a.measured_by = 'drill:' || ?2
         WHERE d.id = ?1 AND d.rto_ms > 0 AND a.retired_at IS NULL",
    )?;
    for found in by_scenario.query_map((drill, scenario), pair)? {
        let (number, ms) = found?;
        keep(number, ms);
    }
    Ok(found)
}

/// The same with everything that depends on them: away for the longest of what it needs.
fn spread(rows: &Connection, measured: &HashMap<i64, i64>) -> rusqlite::Result<HashMap<i64, i64>> {
    let mut find = rows.prepare_cached(
        "SELECT d.asset FROM dependency d JOIN asset a ON a.number = d.asset
         WHERE d.depends_on = ?1 AND a.retired_at IS NULL",
    )?;
    let mut outages: HashMap<i64, i64> = HashMap::new();
    let mut waiting: Vec<(i64, i64)> = measured.iter().map(|(n, ms)| (*n, *ms)).collect();
    // The longest first, so that everything is reached once.
    waiting.sort_by_key(|(number, ms)| (std::cmp::Reverse(*ms), *number));
    for (start, ms) in waiting {
        let mut ring = vec![start];
        while let Some(number) = ring.pop() {
            if outages.contains_key(&number) {
                continue;
            }
            outages.insert(number, ms);
            let mut others = find.query([number])?;
            while let Some(row) = others.next()? {
                ring.push(row.get(0)?);
            }
        }
    }
    Ok(outages)
}

fn affected(
    rows: &Connection,
    outages: &HashMap<i64, i64>,
) -> rusqlite::Result<(Vec<Affected>, u64)> {
    let mut find = rows.prepare_cached(
        "SELECT id, key, name, currency, minor_per_minute, coalesce(baseline_ms, rto_target_ms)
         FROM asset WHERE number = ?1 AND currency IS NOT NULL",
    )?;
    let (mut found, mut without) = (Vec::new(), 0);
    for (number, outage_ms) in outages {
        let one = find
            .query_row([number], |row| {
                let item = CostItem {
                    asset_id: row.get(0)?,
                    key: row.get(1)?,
                    name: row.get(2)?,
                    outage_ms: *outage_ms,
                    currency: row.get(3)?,
                    minor_per_minute: row.get(4)?,
                    cost_minor: 0,
                    avoided_minor: 0,
                    included_in: None,
                };
                Ok(Affected {
                    number: *number,
                    baseline_ms: row.get(5)?,
                    item,
                })
            })
            .optional()?;
        match one {
            Some(one) => found.push(one),
            None => without += 1,
        }
    }
    // The dearest first: of assets that depend on each other it is the one that counts.
    found.sort_by(|a, b| {
        let dearer = b.item.minor_per_minute.cmp(&a.item.minor_per_minute);
        dearer.then(a.item.key.cmp(&b.item.key))
    });
    Ok((found, without))
}

/// Marks every asset that another one with a stated cost depends on, over any number of steps. What
/// lies between two affected assets is affected too, so these are all there is to walk over.
fn include(
    rows: &Connection,
    outages: &HashMap<i64, i64>,
    affected: &mut [Affected],
) -> rusqlite::Result<()> {
    let numbers: Vec<i64> = outages.keys().copied().collect();
    let places: HashMap<i64, usize> = numbers.iter().copied().zip(0..).collect();
    let mut find = rows.prepare_cached("SELECT depends_on FROM dependency WHERE asset = ?1")?;
    let mut points_to = Vec::with_capacity(numbers.len());
    for number in &numbers {
        let others: Vec<i64> = find
            .query_map([number], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let others = others.iter().filter_map(|other| places.get(other).copied());
        points_to.push(others.collect::<Vec<_>>());
    }
    // By place: which of the affected it is; the dearest come first.
    let priced: HashMap<usize, usize> = affected
        .iter()
        .enumerate()
        .filter_map(|(n, one)| Some((places.get(&one.number).copied()?, n)))
        .collect();
    let mut taker: Vec<Option<usize>> = vec![None; numbers.len()];
    // Those that others depend on come first; here the others are needed first.
    for circle in components(&points_to).into_iter().rev() {
        let outer = circle.iter().find_map(|place| taker[*place]);
        let dearest = circle.iter().filter_map(|place| priced.get(place)).min();
        let inner = outer.or(dearest.copied());
        for place in &circle {
            if let Some(own) = priced.get(place).copied() {
                let by = inner.filter(|by| *by != own);
                affected[own].item.included_in = by.map(|by| affected[by].item.key.clone());
            }
            for below in &points_to[*place] {
                if circle.binary_search(below).is_err() {
                    taker[*below] = taker[*below].or(inner);
                }
            }
        }
    }
    Ok(())
}

fn price(one: &mut Affected) {
    if one.item.included_in.is_some() {
        return;
    }
    let outage_ms = one.item.outage_ms;
    let avoided_ms = one
        .baseline_ms
        .map_or(0, |baseline| (baseline - outage_ms).max(0));
    one.item.cost_minor = minutes_at(outage_ms, one.item.minor_per_minute);
    one.item.avoided_minor = minutes_at(avoided_ms, one.item.minor_per_minute);
}

/// Milliseconds at a cost a minute, to the nearest minor unit.
fn minutes_at(ms: i64, minor_per_minute: i64) -> i64 {
    let exact = i128::from(ms) * i128::from(minor_per_minute);
    i64::try_from((exact + 30_000) / 60_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::minutes_at;

    #[test]
    fn minutes_are_priced_to_the_nearest_unit() {
        assert_eq!(minutes_at(120 * 60_000, 2_600_000), 312_000_000);
        assert_eq!(minutes_at(30_000, 1), 1);
        assert_eq!(minutes_at(29_999, 1), 0);
        assert_eq!(minutes_at(i64::MAX, i64::MAX), i64::MAX);
    }
}
