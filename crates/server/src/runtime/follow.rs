//! Feeding a partition the entries of another one that its module follows.

use super::partition::Partition;
use super::writer::Mail;
use crate::http::envelope::Scope;
use journal::Engine;
use journal::partition::Input;
use kernel::{Hash, Header, PartitionId, Payload, Seq, WorkspaceId};
use std::sync::Arc;
use std::time::Duration;

const LIMIT: usize = 500;
const RETRY: Duration = Duration::from_millis(200);

/// The partition that the module of `follower` means by the name `module`: that of its own
/// workspace, or the installation's.
#[must_use]
pub fn source_of(follower: &PartitionId, module: &str) -> PartitionId {
    if Scope::of(module) == Scope::Installation {
        PartitionId::new(WorkspaceId::INSTALLATION, module)
    } else {
        PartitionId::new(follower.workspace, module)
    }
}

/// Keeps `follower` up to date with `source` until it is dropped. Both positions are read anew each
/// time, so a restart of either side is nothing special.
pub async fn follow_source(
    follower: Arc<Partition>,
    source: Arc<Partition>,
    engine: Arc<dyn Engine>,
) {
    let name = source.id.to_string();
    let mut applied = source.applied();
    let mut followed = follower.shared.followed.subscribe();
    loop {
        let have = followed.borrow_and_update().get(&name).copied();
        let there = *applied.borrow_and_update();
        match have {
            Some(have) if have < there => match fetch(&source, &*engine, have).await {
                Some(entries) => {
                    follower.send(Mail::Input(Input::Follow(entries)));
                    // Until the writer says it has them, or was restarted.
                    let _ = tokio::time::timeout(Duration::from_secs(5), followed.changed()).await;
                }
                None => tokio::time::sleep(RETRY).await,
            },
            _ => tokio::select! {
                changed = applied.changed() => if changed.is_err() { return },
                changed = followed.changed() => if changed.is_err() { return },
            },
        }
    }
}

async fn fetch(
    source: &Partition,
    engine: &dyn Engine,
    after: Seq,
) -> Option<Vec<(Header, Hash, Payload)>> {
    let entries = engine.read(&source.id, after, LIMIT).await.ok()?;
    let keys = source.keys();
    let opened: Result<Vec<_>, _> = entries
        .into_iter()
        .map(|entry| {
            keys.open(&entry.header, &entry.sealed)
                .map(|payload| (entry.header, entry.hash, payload))
        })
        .collect();
    opened.ok().filter(|entries| !entries.is_empty())
}
