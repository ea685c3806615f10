//! What this process knows of each partition, so that reads are right and cheap.

use kernel::{PartitionId, Seq};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is known of one partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Up to here appends were acknowledged to this process: a read must reach it.
    pub acked: Seq,
    /// Up to here entries were seen on the primary, perhaps not replicated: a read should reach it.
    pub hinted: Seq,
    /// Up to here entries are known to be on enough copies: they need no barrier.
    pub trusted: Seq,
}

impl Mark {
    /// How far a read should reach.
    pub fn wanted(&self) -> Seq {
        self.acked.max(self.hinted)
    }
}

/// The marks of all partitions.
#[derive(Debug, Default)]
pub struct Marks(Mutex<HashMap<PartitionId, Mark>>);

impl Marks {
    /// The mark of a partition.
    pub fn get(&self, partition: &PartitionId) -> Mark {
        self.lock().get(partition).copied().unwrap_or_default()
    }

    /// An append was acknowledged.
    pub fn acknowledge(&self, partition: &PartitionId, seq: Seq, is_protected: bool) {
        self.change(partition, |mark| {
            mark.acked = mark.acked.max(seq);
            if is_protected {
                mark.trusted = mark.trusted.max(seq);
            }
        });
    }

    /// An entry is on enough copies.
    pub fn trust(&self, partition: &PartitionId, seq: Seq) {
        self.change(partition, |mark| mark.trusted = mark.trusted.max(seq));
    }

    /// The primary has, or had, entries up to `seq`.
    pub fn hint(&self, partition: &PartitionId, seq: Seq) {
        self.change(partition, |mark| mark.hinted = mark.hinted.max(seq));
    }

    /// The primary, asked after `seen` was known, has entries only up to `seq`: what was hinted is
    /// gone, which happens to rows that were never acknowledged.
    pub fn correct_hint(&self, partition: &PartitionId, seen: Mark, seq: Seq) {
        self.change(partition, |mark| {
            if mark.hinted == seen.hinted {
                mark.hinted = mark.hinted.min(seq);
            }
        });
    }

    fn change(&self, partition: &PartitionId, change: impl FnOnce(&mut Mark)) {
        let mut marks = self.lock();
        match marks.get_mut(partition) {
            Some(mark) => change(mark),
            None => change(marks.entry(partition.clone()).or_default()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PartitionId, Mark>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;

    #[test]
    fn only_protected_acknowledgements_and_proofs_are_trusted() {
        let marks = Marks::default();
        let partition = PartitionId::new(WorkspaceId::INSTALLATION, "directory");
        marks.acknowledge(&partition, 4, false);
        marks.hint(&partition, 9);
        let mark = marks.get(&partition);
        assert_eq!((mark.trusted, mark.acked, mark.wanted()), (0, 4, 9));
        marks.acknowledge(&partition, 3, true);
        marks.trust(&partition, 2);
        assert_eq!(marks.get(&partition).trusted, 3);
    }

    #[test]
    fn a_hint_that_turned_out_wrong_is_dropped_but_not_a_newer_one() {
        let marks = Marks::default();
        let partition = PartitionId::new(WorkspaceId::INSTALLATION, "directory");
        marks.hint(&partition, 9);
        let seen = marks.get(&partition);
        marks.correct_hint(&partition, seen, 5);
        assert_eq!(marks.get(&partition).wanted(), 5);
        let seen = marks.get(&partition);
        marks.hint(&partition, 12);
        marks.correct_hint(&partition, seen, 5);
        assert_eq!(marks.get(&partition).wanted(), 12);
    }
}
