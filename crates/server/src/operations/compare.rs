//! Whether the sites have the same: the rows of each view, and the chains in the engine.

use crate::site::Site;
use journal::{Engine, ReadError, chain};
use kernel::{Fingerprint, Hash, Head, PartitionId, Refusal, Seq};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const BATCH: usize = 1_000;

/// The fingerprint of every partition's view at this site.
pub async fn fingerprints(site: &Site) -> Result<BTreeMap<PartitionId, Value>, Refusal> {
    let mut found = BTreeMap::new();
    for partition in site.partitions() {
        let taken = partition
            .query(None, |rows| Ok(kernel::fingerprint(rows)?))
            .await;
        let Fingerprint { seq, head, rows } =
            taken.map_err(|error| Refusal::failed("view_unavailable", error.to_string()))?;
        let line = json!({ "seq": seq, "head": head, "rows": rows });
        found.insert(partition.id.clone(), line);
    }
    Ok(found)
}

/// What walking one chain found.
#[derive(Clone, Debug, Serialize)]
pub struct ChainWalk {
    /// Whether every entry is whole and in its place, up to where the view is at least.
    pub valid: bool,
    /// Entries walked.
    pub entries: Seq,
    /// Hash of the last one.
    pub head: Hash,
    /// What is wrong.
    pub cause: Option<String>,
}

/// Walks every chain in the engine.
pub async fn chains(site: &Site) -> Result<BTreeMap<PartitionId, ChainWalk>, Refusal> {
    let mut walks = BTreeMap::new();
    for partition in site.partitions() {
        let applied = *partition.applied().borrow();
        let walk = walk(&*site.engine, &partition.id, applied)
            .await
            .map_err(|error| Refusal::failed("engine_unavailable", error.to_string()))?;
        walks.insert(partition.id.clone(), walk);
    }
    Ok(walks)
}

async fn walk(
    engine: &dyn Engine,
    partition: &PartitionId,
    applied: Seq,
) -> Result<ChainWalk, ReadError> {
    let mut head = Head::GENESIS;
    let broken = |head: Head, cause: String| ChainWalk {
        valid: false,
        entries: head.seq,
        head: head.hash,
        cause: Some(cause),
    };
    loop {
        let entries = match engine.read(partition, head.seq, BATCH).await {
            Ok(entries) => entries,
            Err(ReadError::Damaged { seq, cause, .. }) => {
                return Ok(broken(head, format!("entry {seq} is damaged: {cause}")));
            }
            Err(error) => return Err(error),
        };
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            match chain::verify(head, &entry) {
                Ok(next) => head = next,
                Err(error) => return Ok(broken(head, error.to_string())),
            }
        }
    }
    if head.seq < applied {
        let cause = format!(
            "entries after {} are missing: this site has applied {applied}",
            head.seq
        );
        return Ok(broken(head, cause));
    }
    Ok(ChainWalk {
        valid: true,
        entries: head.seq,
        head: head.hash,
        cause: None,
    })
}
