//! Keeping what the vault holds of a workspace longer, once somebody's changes to it looked like an
//! attack: nobody knows yet how far back one has to go.
//!
//! Retention only ever grows, so doing it again, at either site, does no harm.

use super::{Keeper, steady};
use kernel::{PartitionId, Seq, Timestamp, WorkspaceId};
use protection::queries::last_high_alarm;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use vault::store::{Store, StoreError};

/// How often alarms are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Objects are kept so long after the alarm, in milliseconds: 90 days.
const HOLD_MS: i64 = 90 * 24 * 3_600_000;
/// How often what was sealed since is added.
const LIST_EVERY_MS: i64 = 24 * 3_600_000;
/// Objects listed at once.
const LISTED: usize = 500;

/// A workspace that is kept longer.
struct Held {
    /// When the alarm was raised for which it is.
    raised_at: i64,
    /// When its objects were listed last.
    listed_at: Timestamp,
}

impl Keeper {
    /// Keeps for as long as the process runs.
    pub(super) async fn keep_held(self: Arc<Self>) {
        // Up to where a workspace was looked at, and for which alarm it is kept.
        let mut seen: BTreeMap<WorkspaceId, Seq> = BTreeMap::new();
        let mut held: BTreeMap<WorkspaceId, Held> = BTreeMap::new();
        let mut every = steady(LOOK_EVERY);
        loop {
            every.tick().await;
            for partition in self.site.partitions() {
                if partition.id.module != "protection" {
                    continue;
                }
                let workspace = partition.id.workspace;
                let seq = *partition.applied().borrow();
                let now = self.site.clock.now();
                // What was sealed since is to be kept as well.
                let is_due = held
                    .get(&workspace)
                    .is_some_and(|held| now.since(held.listed_at) > LIST_EVERY_MS);
                if seen.get(&workspace) == Some(&seq) && !is_due {
                    continue;
                }
                let found = partition.query(None, |rows| Ok(last_high_alarm(rows)?));
                let Ok(found) = found.await else { continue };
                let raised_at = found.map_or(0, Timestamp::millis);
                let until = Timestamp(raised_at.saturating_add(HOLD_MS));
                seen.insert(workspace, seq);
                let is_held = held
                    .get(&workspace)
                    .is_some_and(|held| held.raised_at >= raised_at);
                if until <= now || (is_held && !is_due) {
                    continue;
                }
                match hold(&*self.parts.store, workspace, until).await {
                    Ok(objects) => {
                        tracing::warn!(%workspace, objects, "the vault keeps the workspace longer");
                        let listed_at = now;
                        let kept = Held {
                            raised_at,
                            listed_at,
                        };
                        held.insert(workspace, kept);
                    }
                    Err(error) => {
                        seen.remove(&workspace);
                        tracing::warn!(%workspace, %error, "the vault cannot keep longer yet");
                    }
                }
            }
        }
    }
}

/// Keeps everything of a workspace, and the facts of the installation without which nothing of it can
/// be read, until `until`; gives how many objects.
async fn hold(
    store: &dyn Store,
    workspace: WorkspaceId,
    until: Timestamp,
) -> Result<u64, StoreError> {
    let installation = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
    let mut objects = 0;
    for prefix in [format!("{workspace}/"), format!("{}/", installation)] {
        let mut after = None;
        loop {
            let listed = store.list(&prefix, after.as_ref(), LISTED).await?;
            let Some(last) = listed.last() else { break };
            after = Some(last.name.clone());
            for object in &listed {
                if object.retain_until < until {
                    store.retain(&object.name, until).await?;
                }
                objects += 1;
            }
        }
    }
    Ok(objects)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use kernel::clock::ManualClock;
    use kernel::id::Uuid;
    use vault::store::directory::{DirectoryStore, Retention};
    use vault::store::{ObjectName, Put};

    #[tokio::test]
    async fn everything_of_the_workspace_is_kept_and_nothing_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp(1_000)));
        let store = DirectoryStore::open(folder.path(), Retention::days(30, 3_650), clock).unwrap();
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let name = |workspace: Uuid, n: usize| {
            ObjectName::new(format!("{workspace}/documents/segments/{n}")).unwrap()
        };
        for n in 0..3 {
            for workspace in [ours, theirs] {
                let name = name(workspace, n);
                let put = store.put(&name, Bytes::from_static(b"x"), None).await;
                assert_eq!(put.unwrap(), Put::Created);
            }
        }
        let until = Timestamp(1_000).plus_ms(HOLD_MS);
        assert_eq!(hold(&store, WorkspaceId(ours), until).await.unwrap(), 3);
        let kept = async |workspace| {
            let stored = store.stat(&name(workspace, 2)).await.unwrap().unwrap();
            stored.retain_until
        };
        assert_eq!(kept(ours).await, until);
        assert!(kept(theirs).await < until);
    }
}
