//! The canary detector: objects planted so that nobody has a reason to change them.
//!
//! Any change is conclusive, whoever makes it: a search that opens everything changes nothing, and
//! who planted a canary digs it up before touching it. No maintenance window and no habit lowers it.

use crate::actor::Trail;
use crate::{DetectorKind, Evidence};
use kernel::{PartitionId, Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// The canaries one actor changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Canary {
    changes: u64,
    first_at: Option<Timestamp>,
    trail: Trail,
}

impl Canary {
    pub(crate) fn sing(&mut self, now: Timestamp, seq: Seq) {
        self.changes = self.changes.saturating_add(1);
        self.first_at.get_or_insert(now);
        self.trail.add(seq);
    }

    /// Tells until the actor is released.
    pub(crate) fn evidence(&self, partition: &PartitionId) -> Option<Evidence> {
        self.first_at.map(|first_at| Evidence {
            detector: DetectorKind::Canary,
            score: 1_000,
            words: format!(
                "changed what was planted for nobody to change, {} {}",
                self.changes,
                if self.changes == 1 { "time" } else { "times" }
            ),
            is_lowered: false,
            first_at,
            entries: self.trail.entries(partition),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;

    #[test]
    fn one_change_is_conclusive() {
        let partition = PartitionId::new(WorkspaceId::INSTALLATION, "documents");
        let mut canary = Canary::default();
        assert_eq!(canary.evidence(&partition), None);
        canary.sing(Timestamp(5), 9);
        let evidence = canary.evidence(&partition).unwrap();
        assert_eq!((evidence.score, evidence.first_at), (1_000, Timestamp(5)));
        assert_eq!(evidence.entries[0].seq, 9);
    }
}
