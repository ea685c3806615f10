//! Assets and dependencies to be drawn.

use super::reader;
use crate::AssetId;
use crate::rows::{StoredAsset, asset_not_found, count};
use kernel::{Actor, DecideError, Refusal};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

/// Nodes of a drawing that people can still read.
const NODES_MAX: u32 = 500;
const NODES_DEFAULT: u32 = 100;
/// Edges of a drawing.
const EDGES_MAX: usize = 5_000;
/// Steps around an asset.
const STEPS_MAX: u32 = 6;

/// What is drawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GraphParams {
    /// Only what is around this asset; none: the most urgent assets.
    pub around: Option<AssetId>,
    /// How many steps around it, 1 to 6; 2 unless asked for.
    pub steps: Option<u32>,
    /// How many assets; 100 unless asked for, 500 at most.
    pub limit: Option<u32>,
}

/// A drawing.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssetGraph {
    /// The assets.
    pub nodes: Vec<GraphNode>,
    /// The dependencies among them.
    pub edges: Vec<GraphEdge>,
    /// Whether everything that was asked for is drawn.
    pub is_complete: bool,
    /// How many assets the register has, without those that were retired.
    pub nodes_total: u64,
    /// How many dependencies the register has.
    pub edges_total: u64,
}

/// An asset in a drawing.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphNode {
    /// Its id.
    pub asset_id: AssetId,
    /// Its key.
    pub key: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its priority class.
    pub class: Option<u8>,
}

/// A dependency in a drawing.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphEdge {
    /// What depends.
    pub asset_id: AssetId,
    /// On what.
    pub depends_on: AssetId,
}

/// Answers it.
///
/// # Errors
/// `asset_not_found`, `out_of_range`, and those who may not see the programme.
pub fn asset_graph(
    rows: &Connection,
    actor: &Actor,
    asked: GraphParams,
) -> Result<AssetGraph, DecideError> {
    reader(rows, actor)?;
    let limit = within("limit", asked.limit.unwrap_or(NODES_DEFAULT), NODES_MAX)? as usize;
    let steps = within("steps", asked.steps.unwrap_or(2), STEPS_MAX)?;
    let (numbers, mut is_complete) = match asked.around {
        Some(id) => {
            let asset = StoredAsset::by_id(rows, id)?;
            let asset = asset.ok_or_else(|| asset_not_found("around"))?;
            around(rows, asset.number, steps, limit)?
        }
        None => urgent(rows, limit)?,
    };
    let nodes = nodes(rows, &numbers)?;
    let (edges, has_all_edges) = edges(rows, &nodes)?;
    is_complete &= has_all_edges;
    Ok(AssetGraph {
        nodes: nodes.into_values().collect(),
        edges,
        is_complete,
        nodes_total: count(rows, "SELECT count(*) FROM asset WHERE retired_at IS NULL")?,
        edges_total: count(rows, "SELECT count(*) FROM dependency")?,
    })
}

fn within(field: &str, asked: u32, most: u32) -> Result<u32, Refusal> {
    if (1..=most).contains(&asked) {
        return Ok(asked);
    }
    let detail = format!("It is 1 to {most}.");
    Err(Refusal::invalid(field, "out_of_range", detail))
}

fn urgent(rows: &Connection, limit: usize) -> rusqlite::Result<(Vec<i64>, bool)> {
    let mut found: Vec<i64> = rows
        .prepare_cached(
            "SELECT number FROM asset WHERE retired_at IS NULL
             ORDER BY coalesce(class, 9), key LIMIT ?1",
        )?
        .query_map([limit + 1], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let is_complete = found.len() <= limit;
    found.truncate(limit);
    Ok((found, is_complete))
}

/// What lies around an asset in both directions, the nearest first.
fn around(
    rows: &Connection,
    start: i64,
    steps: u32,
    limit: usize,
) -> rusqlite::Result<(Vec<i64>, bool)> {
    let mut find = rows.prepare_cached(
        "SELECT a.number FROM asset a WHERE a.retired_at IS NULL AND a.number IN (
           SELECT depends_on FROM dependency WHERE asset = ?1
           UNION SELECT asset FROM dependency WHERE depends_on = ?1)
         ORDER BY coalesce(a.class, 9), a.number",
    )?;
    let mut found = vec![start];
    let mut seen = std::collections::HashSet::from([start]);
    let mut ring = vec![start];
    for _ in 0..steps {
        let mut next = Vec::new();
        for from in ring {
            let mut others = find.query([from])?;
            while let Some(row) = others.next()? {
                let number: i64 = row.get(0)?;
                if !seen.insert(number) {
                    continue;
                }
                if found.len() == limit {
                    return Ok((found, false));
                }
                found.push(number);
                next.push(number);
            }
        }
        ring = next;
    }
    Ok((found, true))
}

fn nodes(rows: &Connection, numbers: &[i64]) -> rusqlite::Result<BTreeMap<i64, GraphNode>> {
    let mut find =
        rows.prepare_cached("SELECT id, key, kind, name, class FROM asset WHERE number = ?1")?;
    numbers
        .iter()
        .map(|number| {
            let node = find.query_row([number], |row| {
                Ok(GraphNode {
                    asset_id: row.get(0)?,
                    key: row.get(1)?,
                    kind: row.get(2)?,
                    name: row.get(3)?,
                    class: row.get(4)?,
                })
            })?;
            Ok((*number, node))
        })
        .collect()
}

fn edges(
    rows: &Connection,
    nodes: &BTreeMap<i64, GraphNode>,
) -> rusqlite::Result<(Vec<GraphEdge>, bool)> {
    let ids: HashMap<i64, AssetId> = nodes
        .iter()
        .map(|(number, node)| (*number, node.asset_id))
        .collect();
    let mut find = rows
        .prepare_cached("SELECT depends_on FROM dependency WHERE asset = ?1 ORDER BY depends_on")?;
    let mut edges = Vec::new();
    for (number, node) in nodes {
        let mut others = find.query([number])?;
        while let Some(row) = others.next()? {
            let Some(depends_on) = ids.get(&row.get(0)?).copied() else {
                continue;
            };
            if edges.len() == EDGES_MAX {
                return Ok((edges, false));
            }
            edges.push(GraphEdge {
                asset_id: node.asset_id,
                depends_on,
            });
        }
    }
    Ok((edges, true))
}
