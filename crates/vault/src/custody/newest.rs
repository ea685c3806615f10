//! Seeing that identities open the newest segment of every partition in a vault: what a drill of the
//! keys shows.

use crate::manifest::{Link, Manifest, ManifestError, SiteKeys, link_name, link_prefix};
use crate::restore::{self, RestoreError};
use crate::store::{NameError, ObjectName, Store, StoreError};
use age::x25519::Identity;
use kernel::PartitionId;

/// Why the newest segment of a partition was not opened.
#[derive(Debug, thiserror::Error)]
pub enum NewestError {
    /// The store does not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The manifest is not whole.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The segment does not open, or is not what the manifest says.
    #[error(transparent)]
    Segment(#[from] RestoreError),
    /// The partition has objects, but nothing that counts.
    #[error("there is no manifest: nothing in it counts")]
    NoManifest,
    /// Links are missing before one that is there.
    #[error("link {missing} is missing, but {found} is there")]
    Gap {
        /// The first that is missing.
        missing: u64,
        /// A later one.
        found: ObjectName,
    },
    /// The partition cannot be named in a store.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// The partitions that have anything in the vault, in the order of their names.
///
/// # Errors
/// When the store cannot be listed.
pub async fn partitions(store: &dyn Store) -> Result<Vec<PartitionId>, StoreError> {
    let mut found: Vec<PartitionId> = Vec::new();
    let mut after = None;
    loop {
        let listed = store.list("", after.as_ref(), 1).await?;
        let Some(first) = listed.into_iter().next() else {
            return Ok(found);
        };
        let partition = partition_of(&first.name);
        let past = past(&first.name, partition.as_ref());
        after = Some(past.unwrap_or(first.name));
        found.extend(partition.filter(|partition| !found.contains(partition)));
    }
}

/// A name after which nothing of the same kind stands: the rest of a partition, of a workspace's files
/// and of the trusts is passed over at once. Whatever else somebody put there is looked at one by one:
/// it must not hide a partition.
fn past(name: &ObjectName, partition: Option<&PartitionId>) -> Option<ObjectName> {
    let mut parts = name.as_str().split('/');
    let begin = match (partition, parts.next()?, parts.next()?) {
        (Some(partition), _, _) => partition.to_string(),
        (None, kind @ ("trust" | "identities"), _) => kind.to_owned(),
        (None, workspace, kind @ ("chunks" | "files")) => format!("{workspace}/{kind}"),
        _ => return None,
    };
    let past = ObjectName::new(format!("{begin}/zzzzzzzz")).ok()?;
    (past > *name).then_some(past)
}

/// `<workspace>/<module>/manifests/…` or `…/segments/…`.
fn partition_of(name: &ObjectName) -> Option<PartitionId> {
    let mut parts = name.as_str().splitn(4, '/');
    let (workspace, module, kind) = (parts.next()?, parts.next()?, parts.next()?);
    let is_one = matches!(kind, "manifests" | "segments") && parts.next().is_some();
    is_one
        .then(|| format!("{workspace}/{module}").parse().ok())
        .flatten()
}

/// Follows a partition's manifest to its end and opens the last segment. Gives the last link.
///
/// # Errors
/// What stands in the way.
pub async fn open_newest(
    store: &dyn Store,
    partition: &PartitionId,
    identities: &[Identity],
    trusted: &SiteKeys,
) -> Result<Link, NewestError> {
    let mut manifest = Manifest::new(partition.clone());
    let mut last = None;
    let missing = loop {
        let name = link_name(partition, manifest.number() + 1)?;
        match store.get(&name).await? {
            Some(bytes) => last = Some(manifest.extend(&bytes, trusted)?),
            None => break name,
        }
    };
    let later = store
        .list(&link_prefix(partition), Some(&missing), 1)
        .await?;
    if let Some(later) = later.into_iter().next() {
        return Err(NewestError::Gap {
            missing: manifest.number() + 1,
            found: later.name,
        });
    }
    let link = last.ok_or(NewestError::NoManifest)?;
    restore::segment(store, &link, identities).await?;
    Ok(link)
}

#[cfg(test)]
mod tests;
