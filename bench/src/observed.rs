//! How the product batched a load, read off its chain: entries of one batch carry the same time,
//! the one they were decided at.

use anyhow::{Context, bail};
use journal::Engine;
use kernel::{PartitionId, Seq, Timestamp};
use serde::Serialize;
use std::time::Duration;

/// How long this program's own look at the engine may lag behind an acknowledgement.
const LAG_MAX: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);
const READ_LIMIT: usize = 1_000;

/// What a stretch of a chain looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Batches {
    /// Entries in it.
    pub entries: u64,
    /// Batches, as far as times tell: two batches of one millisecond count as one.
    pub batches: u64,
    /// Entries of the mean batch.
    pub entries_mean: f64,
    /// Sealed bytes of the mean entry.
    pub sealed_bytes_mean: f64,
}

/// Reads `partition` from `after` (exclusive) to `until` (inclusive).
pub async fn batches(
    engine: &dyn Engine,
    partition: &PartitionId,
    after: Seq,
    until: Seq,
) -> anyhow::Result<Batches> {
    wait_for(engine, partition, until).await?;
    let mut counted = Counted::default();
    let mut at = after;
    while at < until {
        let entries = engine.read(partition, at, READ_LIMIT).await?;
        let Some(last) = entries.last() else {
            bail!("{partition} ends at {at}, before {until}");
        };
        at = last.header.seq;
        for entry in entries.iter().filter(|entry| entry.header.seq <= until) {
            counted.add(entry.header.time, entry.sealed.len());
        }
    }
    Ok(counted.batches())
}

async fn wait_for(engine: &dyn Engine, partition: &PartitionId, seq: Seq) -> anyhow::Result<()> {
    let there = async {
        while engine.head(partition).await?.seq < seq {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(LAG_MAX, there)
        .await
        .with_context(|| format!("entry {seq} of {partition} was acknowledged and is not there"))?
}

#[derive(Default)]
struct Counted {
    entries: u64,
    batches: u64,
    bytes: u64,
    time: Option<Timestamp>,
}

impl Counted {
    fn add(&mut self, time: Timestamp, bytes: usize) {
        self.entries += 1;
        self.bytes += bytes as u64;
        if self.time != Some(time) {
            self.batches += 1;
            self.time = Some(time);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^52")]
    fn batches(&self) -> Batches {
        let mean = |sum: u64, count: u64| sum as f64 / count.max(1) as f64;
        Batches {
            entries: self.entries,
            batches: self.batches,
            entries_mean: mean(self.entries, self.batches),
            sealed_bytes_mean: mean(self.bytes, self.entries),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_one_time_are_one_batch() {
        let mut counted = Counted::default();
        for (time, bytes) in [(1, 10), (1, 20), (1, 30), (2, 40)] {
            counted.add(Timestamp(time), bytes);
        }
        let found = counted.batches();
        assert_eq!((found.entries, found.batches), (4, 2));
        assert!((found.entries_mean - 2.0).abs() < 1e-9);
        assert!((found.sealed_bytes_mean - 25.0).abs() < 1e-9);
    }
}
