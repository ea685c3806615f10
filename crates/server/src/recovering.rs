//! A site whose journal is being brought back from the vault: until a partition is released, nothing
//! here may read or write it, or its history would fork.
//!
//! The state is a file in the site's data folder, written by the recovery and read by the site.

use kernel::PartitionId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::path::Path;

const FILE: &str = "recovering.json";

/// What is released so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recovering {
    released: BTreeSet<PartitionId>,
}

impl Recovering {
    /// The recovery that is under way in a data folder, if one is.
    ///
    /// # Errors
    /// When the file cannot be read: it is then not known what may be used.
    pub fn read(data: &Path) -> std::io::Result<Option<Self>> {
        match std::fs::read(data.join(FILE)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a partition may be used already.
    #[must_use]
    pub fn has_released(&self, partition: &PartitionId) -> bool {
        self.released.contains(partition)
    }

    /// A recovery begins, or goes on.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn begin(data: &Path) -> std::io::Result<()> {
        Self::read(data)?.unwrap_or_default().write(data)
    }

    /// A partition is whole and may be used.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn release(data: &Path, partition: &PartitionId) -> std::io::Result<()> {
        let mut state = Self::read(data)?.unwrap_or_default();
        state.released.insert(partition.clone());
        state.write(data)
    }

    /// The recovery is over.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn finish(data: &Path) -> std::io::Result<()> {
        match std::fs::remove_file(data.join(FILE)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn write(&self, data: &Path) -> std::io::Result<()> {
        let partial = data.join(format!("{FILE}.partial"));
        let mut file = std::fs::File::create(&partial)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        std::fs::rename(&partial, data.join(FILE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;

    #[test]
    fn what_is_released_is_known_until_all_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let read = || Recovering::read(folder.path()).unwrap();
        let one = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
        assert_eq!(read(), None);
        Recovering::begin(folder.path()).unwrap();
        assert!(!read().unwrap().has_released(&one));
        Recovering::release(folder.path(), &one).unwrap();
        // Going on forgets nothing.
        Recovering::begin(folder.path()).unwrap();
        assert!(read().unwrap().has_released(&one));
        Recovering::finish(folder.path()).unwrap();
        assert_eq!(read(), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_releases_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert!(Recovering::read(folder.path()).is_err());
    }
}
