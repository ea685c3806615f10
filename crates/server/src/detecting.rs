//! The ransomware detectors at work: every site watches the entries of every workspace, raises an
//! alarm where somebody's changes look like an attack, and puts them in quarantine where there is
//! little doubt.
//!
//! Both sites do, and do it once: ids of commands follow from the entry that raised the level. What a
//! detector has learnt is kept in `<data>/detectors/` and is no more than a shortcut; without it the
//! chain is watched again from its beginning.

mod act;
mod content;
mod memory;

use crate::attachments::Chunks;
use crate::moments::{MomentError, OpenedEntry};
use crate::runtime::Partition;
use crate::site::Site;
use content::{FirstBytes, first_bytes};
use detector::Observed;
use kernel::{PartitionId, Seq};
use memory::Memory;
use protection::queries::standing;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Modules whose entries are watched.
const WATCHED: [&str; 3] = ["directory", "messaging", "documents"];
/// Entries looked at in one go.
const BATCH: usize = 500;
/// How often new partitions are looked for.
const OPEN_EVERY: Duration = Duration::from_secs(1);
/// Pause after a failure.
const RETRY: Duration = Duration::from_secs(1);
/// How often what was learnt is kept.
const KEEP_EVERY: Duration = Duration::from_secs(60);
const KEEP_EVERY_MS: i64 = 60_000;
/// Chains that are caught up with at once: a site that starts has to serve people first.
const AT_ONCE: usize = 2;

/// Watches for as long as the process runs.
pub fn start(site: &Arc<Site>, chunks: Chunks) {
    let watch = Arc::new(Watch {
        site: Arc::clone(site),
        chunks,
        turns: Semaphore::new(AT_ONCE),
    });
    tokio::spawn(watch.keep_all());
}

struct Watch {
    site: Arc<Site>,
    chunks: Chunks,
    turns: Semaphore,
}

/// Why a round ended.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Moment(#[from] MomentError),
    #[error(transparent)]
    Query(#[from] crate::runtime::QueryFailure),
    #[error("the detectors stopped: {0}")]
    Stopped(String),
    #[error("what was found cannot be recorded now: {0}")]
    NotRecorded(String),
}

impl Watch {
    /// Starts a task for every partition as it is opened.
    async fn keep_all(self: Arc<Self>) {
        let mut known: BTreeSet<PartitionId> = BTreeSet::new();
        let mut every = tokio::time::interval(OPEN_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            for partition in self.site.partitions() {
                let is_watched = WATCHED.contains(&partition.id.module.as_str());
                if is_watched && known.insert(partition.id.clone()) {
                    tokio::spawn(Arc::clone(&self).keep(partition));
                }
            }
        }
    }

    async fn keep(self: Arc<Self>, partition: Arc<Partition>) {
        let mut applied = partition.applied();
        let mut memory = Memory::open(&self.site.config.data, &partition.id);
        loop {
            if *applied.borrow_and_update() > memory.seen() {
                match self.round(&partition, memory).await {
                    Ok(next) => memory = next,
                    Err(error) => {
                        tracing::warn!(partition = %partition.id, %error, "detectors wait");
                        tokio::time::sleep(RETRY).await;
                        memory = Memory::open(&self.site.config.data, &partition.id);
                    }
                }
            }
            while let Some(verdict) = memory.next_found() {
                if let Err(error) = self.act(verdict).await {
                    tracing::warn!(partition = %partition.id, %error, "a verdict waits");
                    tokio::time::sleep(RETRY).await;
                    break;
                }
                memory.recorded();
            }
            memory.keep_if_due(self.site.clock.now());
            let is_behind = *applied.borrow() > memory.seen() || memory.next_found().is_some();
            if is_behind {
                continue;
            }
            // What was learnt last is kept although nothing more happens.
            let changed = if memory.is_kept() {
                applied.changed().await
            } else {
                let changed = tokio::time::timeout(KEEP_EVERY, applied.changed()).await;
                changed.unwrap_or(Ok(()))
            };
            if changed.is_err() {
                return;
            }
        }
    }

    /// Looks at the next entries.
    async fn round(&self, partition: &Arc<Partition>, memory: Memory) -> Result<Memory, Failure> {
        // Never closed: without a turn there would only be no limit.
        let _turn = self.turns.acquire().await;
        let now = self.site.clock.now();
        let id = PartitionId::new(partition.id.workspace, "protection");
        let stands = self
            .site
            .query(&id, None, move |rows| Ok(standing(rows, now)?));
        let stands = stands.await?;
        let entries = self.next_entries(partition, memory.seen()).await?;
        let Some(last) = entries.last().map(|entry| entry.header.seq) else {
            return Ok(memory);
        };
        let files = self.first_bytes(partition, &entries).await;
        let mut memory = memory;
        memory.stand(stands);
        self.look(partition, memory, entries, files, last).await
    }

    async fn next_entries(
        &self,
        partition: &Partition,
        after: Seq,
    ) -> Result<Vec<OpenedEntry>, MomentError> {
        let entries = self.site.engine.read(&partition.id, after, BATCH).await?;
        let keys = partition.keys();
        let opened = entries.into_iter().map(|entry| {
            Ok(OpenedEntry {
                payload: keys.open(&entry.header, &entry.sealed)?,
                header: entry.header,
                hash: entry.hash,
            })
        });
        opened.collect()
    }

    async fn first_bytes(&self, partition: &Partition, entries: &[OpenedEntry]) -> FirstBytes {
        if partition.id.module == "documents" {
            first_bytes(&self.chunks, partition.id.workspace, entries).await
        } else {
            FirstBytes::default()
        }
    }

    /// Shows the entries to the detector, on a reader of the view: contents are read from its rows.
    async fn look(
        &self,
        partition: &Arc<Partition>,
        mut memory: Memory,
        entries: Vec<OpenedEntry>,
        files: FirstBytes,
        last: Seq,
    ) -> Result<Memory, Failure> {
        let is_documents = partition.id.module == "documents";
        let looked = partition.query(Some(last), move |rows| {
            for entry in &entries {
                let observed = Observed::of(&entry.header, &entry.payload);
                let seen = if is_documents {
                    memory.observe_documents(&observed, rows, &files)
                } else {
                    memory.observe(&observed)
                };
                if let Err(gap) = seen {
                    return Ok(Err(Failure::Stopped(gap.to_string())));
                }
            }
            Ok(Ok(memory))
        });
        looked.await?
    }
}
