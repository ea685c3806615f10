//! What the engine alone can do: one batch after the other, on a partition of its own, through the
//! same engine with the same configuration that the product uses.

use anyhow::Context;
use client::load::summarise;
use engine_postgres::{PostgresConfig, PostgresEngine};
use engine_sqlite::SqliteEngine;
use journal::engine::BATCH_MAX;
use journal::{Engine, chain};
use kernel::clock::SystemClock;
use kernel::random::OsRandom;
use kernel::{
    Actor, Clock, CommandId, Entry, Head, Header, KeyId, PartitionId, PersonId, Random, SiteName,
    WorkspaceId,
};
use serde::Serialize;
use server::config::EngineConfig;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Opens an engine as the product does.
pub async fn open(config: EngineConfig) -> anyhow::Result<Arc<dyn Engine>> {
    match config {
        EngineConfig::Sqlite { path } => Ok(Arc::new(SqliteEngine::open(&path)?)),
        EngineConfig::Postgres {
            dsn,
            password_file,
            patroni,
            local,
        } => {
            let settings = PostgresConfig {
                patroni,
                local,
                password_file,
                ..PostgresConfig::new(&dsn)
            };
            Ok(Arc::new(PostgresEngine::connect(settings).await?))
        }
    }
}

/// What the engine did.
#[derive(Clone, Debug, Serialize)]
pub struct Ceiling {
    /// Entries of each append.
    pub batch: usize,
    /// Sealed bytes of each entry.
    pub sealed_bytes: usize,
    /// Entries a second, while appends were under way.
    pub entries_per_s: f64,
    /// Appends that were made.
    pub appends: u64,
    /// How long half of them took at most, in milliseconds.
    pub append_p50_ms: f64,
    /// How long 99 of 100 took at most, in milliseconds.
    pub append_p99_ms: f64,
}

/// Appends batches for `lasts`, not counting the time it takes to make them.
pub async fn measure(
    engine: &dyn Engine,
    batch: usize,
    sealed_bytes: usize,
    lasts: Duration,
) -> anyhow::Result<Ceiling> {
    let batch = batch.clamp(1, BATCH_MAX);
    let partition = PartitionId::new(WorkspaceId::new(&SystemClock, &OsRandom), "bench");
    let mut maker = Maker::new(&partition, sealed_bytes)?;
    // The first append of a partition opens connections and pages that the others find open.
    append(engine, &partition, &mut maker, 1).await?;
    let mut took = Vec::new();
    let mut spent = Duration::ZERO;
    while spent < lasts {
        let each = append(engine, &partition, &mut maker, batch).await?;
        spent += each;
        took.push(each.as_secs_f64() * 1000.0);
    }
    let summary = summarise(took);
    #[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^52")]
    let entries = (summary.count * batch as u64) as f64;
    Ok(Ceiling {
        batch,
        sealed_bytes,
        entries_per_s: entries / spent.as_secs_f64(),
        appends: summary.count,
        append_p50_ms: summary.p50,
        append_p99_ms: summary.p99,
    })
}

async fn append(
    engine: &dyn Engine,
    partition: &PartitionId,
    maker: &mut Maker,
    batch: usize,
) -> anyhow::Result<Duration> {
    let after = maker.head;
    let entries = maker.make(batch);
    let began = Instant::now();
    engine
        .append(partition, after, &entries)
        .await
        .context("the engine did not append")?;
    Ok(began.elapsed())
}

/// Makes a chain of entries whose payloads are random, as sealed ones look.
struct Maker {
    partition: PartitionId,
    site: SiteName,
    actor: Actor,
    sealed_bytes: usize,
    head: Head,
}

impl Maker {
    fn new(partition: &PartitionId, sealed_bytes: usize) -> anyhow::Result<Self> {
        Ok(Self {
            partition: partition.clone(),
            site: SiteName::new("a")?,
            actor: Actor::Person(PersonId::new(&SystemClock, &OsRandom)),
            sealed_bytes,
            head: Head::GENESIS,
        })
    }

    fn make(&mut self, count: usize) -> Vec<Entry> {
        (0..count).map(|_| self.next()).collect()
    }

    fn next(&mut self) -> Entry {
        let mut sealed = vec![0; self.sealed_bytes];
        OsRandom.fill(&mut sealed);
        let header = Header {
            partition: self.partition.clone(),
            seq: self.head.seq + 1,
            site: self.site.clone(),
            lead: self.site.clone(),
            time: SystemClock.now(),
            actor: self.actor.clone(),
            command: CommandId::new(&SystemClock, &OsRandom),
            key: KeyId(1),
            prev: self.head.hash,
        };
        let hash = chain::hash(&header, &sealed);
        let entry = Entry {
            header,
            sealed,
            hash,
        };
        self.head = entry.head();
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use journal::engine::memory::MemoryEngine;

    #[tokio::test]
    async fn an_engine_is_measured_with_batches_that_it_takes() {
        let engine = MemoryEngine::new();
        let found = measure(&engine, 7, 100, Duration::from_millis(5))
            .await
            .unwrap();
        assert!(found.appends > 0 && found.entries_per_s > 0.0);
        let partitions = engine.partitions().await.unwrap();
        let head = engine.head(&partitions[0]).await.unwrap();
        assert_eq!(head.seq, found.appends * 7 + 1);
    }
}
