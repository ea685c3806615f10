//! Which entry of a partition was the last one at a time, and what of that stays true.

use super::MomentError;
use journal::Engine;
use kernel::{PartitionId, Seq, Timestamp};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most positions remembered.
const KEPT: usize = 256;

/// The last entry of a partition whose time is not after `time`; 0 where there is none. Times never go
/// back in a chain, so bisection finds it: as many reads of one entry as the length has binary digits.
///
/// # Errors
/// When the engine cannot be read.
pub async fn position_at(
    engine: &dyn Engine,
    partition: &PartitionId,
    time: Timestamp,
) -> Result<Seq, MomentError> {
    Ok(bisect(engine, partition, time).await?.0)
}

/// The same, and whether a later entry was seen: then no entry will ever come between.
async fn bisect(
    engine: &dyn Engine,
    partition: &PartitionId,
    time: Timestamp,
) -> Result<(Seq, bool), MomentError> {
    let head = engine.head(partition).await?.seq;
    let (mut low, mut high) = (0, head);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let read = engine.read(partition, middle - 1, 1).await?;
        let entry = read.first().ok_or(MomentError::NotThere {
            partition: partition.clone(),
            seq: middle,
        })?;
        if entry.header.time <= time {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok((low, low < head))
}

/// Positions found before that stay what they are. The last one asked for is the last in line.
#[derive(Default)]
pub(super) struct Positions(Mutex<VecDeque<(PartitionId, Timestamp, Seq)>>);

impl Positions {
    /// As [`position_at`]; what was found before costs nothing.
    pub(super) async fn at(
        &self,
        engine: &dyn Engine,
        partition: &PartitionId,
        time: Timestamp,
    ) -> Result<Seq, MomentError> {
        if let Some(seq) = self.find(partition, time) {
            return Ok(seq);
        }
        let (seq, is_final) = bisect(engine, partition, time).await?;
        if is_final {
            self.keep((partition.clone(), time, seq));
        }
        Ok(seq)
    }

    fn find(&self, partition: &PartitionId, time: Timestamp) -> Option<Seq> {
        let mut all = self.all();
        let is_it = |(id, at, _): &(PartitionId, Timestamp, Seq)| *at == time && id == partition;
        let at = all.iter().position(is_it)?;
        let found = all.remove(at)?;
        let seq = found.2;
        all.push_back(found);
        Some(seq)
    }

    fn keep(&self, found: (PartitionId, Timestamp, Seq)) {
        let mut all = self.all();
        all.push_back(found);
        while all.len() > KEPT {
            all.pop_front();
        }
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<(PartitionId, Timestamp, Seq)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;

    #[test]
    fn what_was_asked_for_longest_ago_goes() {
        let positions = Positions::default();
        let id = PartitionId::new(WorkspaceId::INSTALLATION, "directory");
        for seq in 0..KEPT as u64 {
            positions.keep((id.clone(), Timestamp(seq.cast_signed()), seq));
        }
        assert_eq!(positions.find(&id, Timestamp(0)), Some(0));
        positions.keep((id.clone(), Timestamp(-1), 7));
        let found = [-1, 0, 1, 2].map(|time| positions.find(&id, Timestamp(time)));
        assert_eq!(found, [Some(7), Some(0), None, Some(2)]);
        let other = PartitionId::new(WorkspaceId::INSTALLATION, "messaging");
        assert_eq!(positions.find(&other, Timestamp(0)), None);
        assert_eq!(positions.all().len(), KEPT);
    }
}
