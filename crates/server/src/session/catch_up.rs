//! Looking at the engine before somebody is turned away.
//!
//! A site may be a moment behind. Turning away a person who was let in at the other site a moment
//! ago would be wrong, and a client takes it as final; so before it says no, a site reads on.

use crate::site::Site;
use kernel::PartitionId;
use std::time::Duration;

const LOOK_MAX: Duration = Duration::from_secs(1);
const READ_MAX: Duration = Duration::from_secs(2);

/// Waits until this site has applied what the engine has of a partition. Says whether it applied
/// more than before. Where the engine does not answer, what is known here has to do.
pub async fn catch_up(site: &Site, id: &PartitionId) -> bool {
    let Some(partition) = site.partition(id) else {
        return false;
    };
    let mut applied = partition.applied();
    let before = *applied.borrow();
    let head = match tokio::time::timeout(LOOK_MAX, site.engine.head(id)).await {
        Ok(Ok(head)) if head.seq > before => head,
        Ok(_) | Err(_) => return false,
    };
    let reached = applied.wait_for(|have| *have >= head.seq);
    // Too slow is no failure here: the caller looks at what there is.
    let _ = tokio::time::timeout(READ_MAX, reached).await;
    *partition.applied().borrow() > before
}

/// Whether this site has read a partition that was begun, as far as it knows.
#[must_use]
pub fn has_read(site: &Site, id: &PartitionId) -> bool {
    let core = site
        .partition(id)
        .and_then(|partition| partition.status().core);
    core.is_some_and(|core| core.head.seq > 0 && core.head.seq >= core.known)
}
