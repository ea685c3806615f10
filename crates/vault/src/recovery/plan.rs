//! In which order partitions are recovered, and how much there is.

use crate::custody::newest;
use crate::store::{ObjectName, Store, StoreError};
use kernel::{PartitionId, WorkspaceId};

/// Modules in the order in which people need them: who exists and may do what comes first. What is
/// not named comes after.
const ORDER: [&str; 8] = [
    "installation",
    "directory",
    "continuity",
    "protection",
    "programme",
    "response",
    "documents",
    "messaging",
];

const PAGE: usize = 10_000;

/// A partition that will be recovered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Which.
    pub partition: PartitionId,
    /// Bytes of its sealed segments.
    pub bytes: u64,
}

/// Every partition in the vault, or those of one workspace and the installation's own, in the order in
/// which they are recovered.
///
/// # Errors
/// When the vault cannot be listed.
pub async fn plan(
    store: &dyn Store,
    workspace: Option<WorkspaceId>,
) -> Result<Vec<Planned>, StoreError> {
    let is_wanted = |partition: &PartitionId| {
        partition.workspace == WorkspaceId::INSTALLATION
            || workspace.is_none_or(|wanted| partition.workspace == wanted)
    };
    let mut found = Vec::new();
    for partition in newest::partitions(store).await? {
        if is_wanted(&partition) {
            let bytes = sealed_bytes(store, &partition).await?;
            found.push(Planned { partition, bytes });
        }
    }
    found.sort_by_key(|planned| place(&planned.partition));
    Ok(found)
}

fn place(partition: &PartitionId) -> (usize, WorkspaceId) {
    let place = ORDER.iter().position(|name| *name == partition.module);
    (place.unwrap_or(ORDER.len()), partition.workspace)
}

async fn sealed_bytes(store: &dyn Store, partition: &PartitionId) -> Result<u64, StoreError> {
    let prefix = format!("{partition}/segments/");
    let (mut sum, mut after): (u64, Option<ObjectName>) = (0, None);
    loop {
        let page = store.list(&prefix, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(sum);
        };
        sum += page.iter().map(|stored| stored.size).sum::<u64>();
        after = Some(last.name.clone());
    }
}
