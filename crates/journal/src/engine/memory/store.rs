//! The synchronous core: chains in a map, and compare-and-set.

use crate::engine::{AppendError, batch};
use kernel::{Entry, Head, PartitionId, Seq};
use std::collections::BTreeMap;

/// Chains in memory. Correct, without faults of its own; the same calls give the same answers.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    chains: BTreeMap<PartitionId, Vec<Entry>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends `entries` if the partition's last entry is `after`.
    ///
    /// # Errors
    /// [`AppendError::Conflict`] when it is not, [`AppendError::Unavailable`] for a malformed batch.
    pub fn append(
        &mut self,
        partition: &PartitionId,
        after: Head,
        entries: &[Entry],
    ) -> Result<(), AppendError> {
        batch::check(partition, after, entries)?;
        if self.head(partition) != after {
            return Err(AppendError::Conflict);
        }
        self.chains
            .entry(partition.clone())
            .or_default()
            .extend_from_slice(entries);
        Ok(())
    }

    /// Entries with `seq > after`, ascending, at most `limit`.
    #[must_use]
    pub fn read(&self, partition: &PartitionId, after: Seq, limit: usize) -> Vec<Entry> {
        let chain = self.chains.get(partition).map_or(&[][..], Vec::as_slice);
        let skip = usize::try_from(after).unwrap_or(usize::MAX);
        chain.iter().skip(skip).take(limit).cloned().collect()
    }

    /// The newest entry.
    #[must_use]
    pub fn head(&self, partition: &PartitionId) -> Head {
        self.chains
            .get(partition)
            .and_then(|chain| chain.last())
            .map_or(Head::GENESIS, Entry::head)
    }

    /// Every partition that has entries.
    #[must_use]
    pub fn partitions(&self) -> Vec<PartitionId> {
        self.chains.keys().cloned().collect()
    }

    /// The chain of a partition, to be altered behind the engine's back.
    pub fn chain_mut(&mut self, partition: &PartitionId) -> Option<&mut Vec<Entry>> {
        self.chains.get_mut(partition)
    }
}
