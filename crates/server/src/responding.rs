//! What a site does because of the command team's record, and for it: it opens incidents for lost sites
//! and high alarms, puts what the continuity record notes into the timelines of open incidents, lends
//! the rights of break-glass access and takes them back.
//!
//! Both sites do, and do it once: ids of commands follow from the fact they are about.

mod incidents;
mod succession;

use crate::runtime::Partition;
use crate::site::Site;
use journal::partition::Outcome;
use kernel::{PartitionId, Seq, WorkspaceId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How often a workspace is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Keeps up with the records for as long as the process runs.
pub fn start(site: &Arc<Site>) {
    tokio::spawn(keep(Arc::clone(site)));
}

async fn keep(site: Arc<Site>) {
    let mut every = tokio::time::interval(LOOK_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // Where everything that was recorded was seen to be done.
    let mut settled: BTreeMap<WorkspaceId, [Seq; 4]> = BTreeMap::new();
    let mut noted = incidents::Noted::default();
    loop {
        every.tick().await;
        for partition in site.partitions() {
            if partition.id.module != response::Response::NAME {
                continue;
            }
            let workspace = partition.id.workspace;
            let seen = seen(&site, &partition);
            if settled.get(&workspace) == Some(&seen) {
                continue;
            }
            let incidents = incidents::round(&site, workspace, &mut noted).await;
            let succession = succession::round(&site, workspace).await;
            if incidents && succession {
                settled.insert(workspace, seen);
            }
        }
    }
}

/// How far this site has read what matters for a workspace.
fn seen(site: &Site, response: &Partition) -> [Seq; 4] {
    let workspace = response.id.workspace;
    let of = |workspace, module: &str| {
        let partition = site.partition(&PartitionId::new(workspace, module));
        partition.map_or(0, |partition| *partition.applied().borrow())
    };
    [
        *response.applied().borrow(),
        of(workspace, "directory"),
        of(workspace, "protection"),
        of(WorkspaceId::INSTALLATION, "continuity"),
    ]
}

fn of(workspace: WorkspaceId) -> PartitionId {
    PartitionId::new(workspace, response::Response::NAME)
}

/// Whether an order took effect, now or when the other site gave it, or will not by being repeated.
fn is_settled(outcome: Outcome, name: &str) -> bool {
    match outcome {
        Outcome::Accepted { .. } | Outcome::Unchanged { .. } => true,
        Outcome::Refused(refusal) if refusal.code == "command_id_reused" => true,
        Outcome::Refused(refusal) => {
            tracing::error!(%refusal, name, "what follows from the record was refused");
            true
        }
        outcome => {
            tracing::warn!(?outcome, name, "what follows from the record waits");
            false
        }
    }
}
