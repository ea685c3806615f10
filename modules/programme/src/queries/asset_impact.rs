//! What stops when an asset stops.

use super::reader;
use crate::AssetId;
use crate::rows::{StoredAsset, asset_not_found};
use kernel::page::{after, cursor, limit};
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet, VecDeque};
use utoipa::ToSchema;

/// Steps of a way that are told; the middle of a longer one is left out.
const WAY_MAX: usize = 20;

/// Which asset stops.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImpactParams {
    /// The asset's id.
    pub asset: AssetId,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// What stops.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssetImpact {
    /// What stops, the nearest first.
    pub items: Vec<Stopped>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
    /// How many assets stop, besides the one asked about.
    pub total: u64,
    /// How many of each priority class: 1, 2, 3, 4, and those without.
    pub by_class: [u64; 5],
    /// The most urgent class among what stops and the asset itself: what it really is.
    pub inherited_class: Option<u8>,
    /// Whether the asset depends on itself by way of others.
    pub is_in_cycle: bool,
}

/// An asset that stops.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stopped {
    /// Its id.
    pub asset_id: AssetId,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its priority class.
    pub class: Option<u8>,
    /// Over how many steps.
    pub steps: u32,
    /// The shortest way, by keys, from what stops first to this one; at most 20.
    pub way: Vec<String>,
    /// Whether the one asked about depends on this one in turn.
    pub is_mutual: bool,
}

struct Node {
    id: AssetId,
    key: String,
    name: String,
    class: Option<u8>,
    is_retired: bool,
}

/// Answers it.
///
/// # Errors
/// `asset_not_found`, and those who may not see the programme.
pub fn asset_impact(
    rows: &Connection,
    actor: &Actor,
    asked: ImpactParams,
) -> Result<AssetImpact, DecideError> {
    reader(rows, actor)?;
    let limit = limit(asked.limit)? as usize;
    let start: usize = after(asked.cursor.as_deref())?.unwrap_or(0);
    let asset = StoredAsset::by_id(rows, asked.asset)?;
    let asset = asset.ok_or_else(|| asset_not_found("asset"))?;
    let stopped = reached(rows, asset.number, DEPENDENTS)?;
    let needed: HashSet<i64> = reached(rows, asset.number, NEEDED)?
        .into_iter()
        .map(|step| step.number)
        .collect();
    let nodes = nodes(rows, stopped.iter().map(|step| step.number))?;
    // What was retired does not run, so it does not stop.
    let stopped: Vec<&Step> = stopped
        .iter()
        .filter(|step| nodes.get(&step.number).is_some_and(|node| !node.is_retired))
        .collect();
    let mut by_class = [0; 5];
    for step in &stopped {
        let class = nodes.get(&step.number).and_then(|node| node.class);
        let place = class.map_or(4, |class| usize::from(class.clamp(1, 4)) - 1);
        by_class[place] += 1;
    }
    let own = own_class(rows, asset.number)?;
    let classes = stopped
        .iter()
        .filter_map(|step| nodes.get(&step.number)?.class);
    let inherited_class = classes.chain(own).min();
    let ways = Ways {
        from: &asset.fields.key,
        parents: stopped
            .iter()
            .map(|step| (step.number, step.from))
            .collect(),
        nodes: &nodes,
    };
    let items: Vec<Stopped> = stopped
        .iter()
        .skip(start)
        .take(limit)
        .filter_map(|step| {
            let node = nodes.get(&step.number)?;
            Some(Stopped {
                asset_id: node.id,
                key: node.key.clone(),
                name: node.name.clone(),
                class: node.class,
                steps: step.steps,
                way: ways.to(step.number),
                is_mutual: needed.contains(&step.number),
            })
        })
        .collect();
    let end = start + items.len();
    Ok(AssetImpact {
        items,
        next: (end < stopped.len()).then(|| cursor(&end)),
        total: stopped.len() as u64,
        by_class,
        inherited_class,
        is_in_cycle: stopped.iter().any(|step| needed.contains(&step.number)),
    })
}

const DEPENDENTS: &str = "SELECT asset FROM dependency d JOIN asset a ON a.number = d.asset
     WHERE d.depends_on = ?1 AND a.retired_at IS NULL ORDER BY asset";
const NEEDED: &str = "SELECT depends_on FROM dependency d JOIN asset a ON a.number = d.depends_on
     WHERE d.asset = ?1 AND a.retired_at IS NULL ORDER BY depends_on";

struct Step {
    number: i64,
    from: i64,
    steps: u32,
}

/// Everything that is reached over dependencies, the nearest first; each once, whatever the cycles.
fn reached(rows: &Connection, start: i64, neighbours: &str) -> rusqlite::Result<Vec<Step>> {
    let mut find = rows.prepare_cached(neighbours)?;
    let mut seen = HashSet::from([start]);
    let mut waiting = VecDeque::from([(start, 0)]);
    let mut found = Vec::new();
    while let Some((from, steps)) = waiting.pop_front() {
        let mut others = find.query([from])?;
        while let Some(row) = others.next()? {
            let number: i64 = row.get(0)?;
            if seen.insert(number) {
                let steps = steps + 1;
                found.push(Step {
                    number,
                    from,
                    steps,
                });
                waiting.push_back((number, steps));
            }
        }
    }
    Ok(found)
}

fn nodes(
    rows: &Connection,
    numbers: impl Iterator<Item = i64>,
) -> rusqlite::Result<HashMap<i64, Node>> {
    let mut find = rows.prepare_cached(
        "SELECT id, key, name, class, retired_at IS NOT NULL FROM asset WHERE number = ?1",
    )?;
    numbers
        .map(|number| {
            let node = find.query_row([number], |row| {
                Ok(Node {
                    id: row.get(0)?,
                    key: row.get(1)?,
                    name: row.get(2)?,
                    class: row.get(3)?,
                    is_retired: row.get(4)?,
                })
            })?;
            Ok((number, node))
        })
        .collect()
}

fn own_class(rows: &Connection, number: i64) -> rusqlite::Result<Option<u8>> {
    rows.prepare_cached("SELECT class FROM asset WHERE number = ?1")?
        .query_row([number], |row| row.get(0))
}

/// How each asset was first reached.
struct Ways<'a> {
    from: &'a str,
    parents: HashMap<i64, i64>,
    nodes: &'a HashMap<i64, Node>,
}

impl Ways<'_> {
    /// The way to an asset, ends included.
    fn to(&self, number: i64) -> Vec<String> {
        let mut way = Vec::new();
        let mut at = Some(number);
        while let Some(number) = at.filter(|number| self.nodes.contains_key(number)) {
            way.extend(self.nodes.get(&number).map(|node| node.key.clone()));
            at = self.parents.get(&number).copied();
        }
        way.push(self.from.to_owned());
        way.reverse();
        if way.len() > WAY_MAX {
            let tail = way.split_off(way.len() - WAY_MAX / 2);
            way.truncate(WAY_MAX / 2 - 1);
            way.push("…".into());
            way.extend(tail);
        }
        way
    }
}
