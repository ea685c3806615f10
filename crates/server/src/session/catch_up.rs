//! Looking at the engine before somebody is turned away.
//!
//! A site may be a moment behind. Turning away a person who was let in at the other site a moment
//! ago would be wrong, and a client takes it as final; so before it says no, a site reads on.

use crate::site::Site;
use kernel::{PartitionId, Seq};
use std::time::Duration;

const LOOK_MAX: Duration = Duration::from_secs(1);
const READ_MAX: Duration = Duration::from_secs(2);

/// The last entry of a partition that this site has applied; 0: none.
#[must_use]
pub fn applied(site: &Site, id: &PartitionId) -> Seq {
    site.partition(id)
        .map_or(0, |partition| *partition.applied().borrow())
}

/// Waits until this site has applied what the engine has of a partition. Says whether that is more
/// than `seen`, what had been [`applied`] before the caller looked: the site may also have read on
/// by itself since. Where the engine does not answer, what is known here has to do.
pub async fn catch_up(site: &Site, id: &PartitionId, seen: Seq) -> bool {
    let Some(partition) = site.partition(id) else {
        return false;
    };
    let mut applied = partition.applied();
    if let Ok(Ok(head)) = tokio::time::timeout(LOOK_MAX, site.engine.head(id)).await {
        let reached = applied.wait_for(|have| *have >= head.seq);
        // Too slow is no failure here: the caller looks at what there is.
        let _ = tokio::time::timeout(READ_MAX, reached).await;
    }
    *partition.applied().borrow() > seen
}

/// Whether this site has read a partition that was begun, as far as it knows.
#[must_use]
pub fn has_read(site: &Site, id: &PartitionId) -> bool {
    let core = site
        .partition(id)
        .and_then(|partition| partition.status().core);
    core.is_some_and(|core| core.head.seq > 0 && core.head.seq >= core.known)
}
