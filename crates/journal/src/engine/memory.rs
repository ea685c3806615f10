//! The in-memory engine, with faults on demand. [`MemoryStore`] is its synchronous core, which a
//! simulator drives step by step; [`MemoryEngine`] is the [`Engine`] around it for tests.

mod store;

pub use store::MemoryStore;

use super::watch_list::WatchList;
use super::{AppendError, Appended, Durability, Engine, ReadError};
use async_trait::async_trait;
use kernel::{Entry, Head, PartitionId, Seq};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What goes wrong with one append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It never arrives: [`AppendError::Unknown`], and it never lands.
    Lost,
    /// It lands, but the answer is lost: [`AppendError::Unknown`].
    AnswerLost,
    /// It stays under way: [`AppendError::Unknown`] now; [`MemoryEngine::land_delayed`] lands it
    /// if the head still matches.
    Delayed,
    /// It is refused: [`AppendError::Unavailable`].
    Unavailable,
}

/// Entries in memory. Clones are handles on the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryEngine {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    store: MemoryStore,
    faults: VecDeque<Fault>,
    delayed: Vec<(PartitionId, Head, Vec<Entry>)>,
    watchers: WatchList,
    degraded: bool,
    down: bool,
}

impl MemoryEngine {
    /// An empty engine without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the next append that has no fault planned yet suffer `fault`.
    pub fn plan_fault(&self, fault: Fault) {
        self.lock().faults.push_back(fault);
    }

    /// Lands, in order, the delayed appends whose head still matches; says how many did.
    pub fn land_delayed(&self) -> usize {
        let mut shared = self.lock();
        let delayed = std::mem::take(&mut shared.delayed);
        delayed
            .into_iter()
            .filter(|(partition, after, entries)| shared.land(partition, *after, entries).is_ok())
            .count()
    }

    /// Sets how well appends are kept from now on.
    pub fn set_durability(&self, durability: Durability) {
        self.lock().degraded = durability == Durability::StoredHere;
    }

    /// Takes the engine down (every call fails as unavailable) or brings it back.
    pub fn set_down(&self, down: bool) {
        self.lock().down = down;
    }

    /// Works on the store behind the engine's back, for example to damage it.
    pub fn with_store<T>(&self, work: impl FnOnce(&mut MemoryStore) -> T) -> T {
        work(&mut self.lock().store)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reachable(&self) -> Result<MutexGuard<'_, Shared>, ReadError> {
        let shared = self.lock();
        if shared.down {
            return Err(ReadError::Unavailable(DOWN.into()));
        }
        Ok(shared)
    }
}

const DOWN: &str = "the engine was taken down";

impl Shared {
    fn durability(&self) -> Durability {
        if self.degraded {
            Durability::StoredHere
        } else {
            Durability::Protected
        }
    }

    fn append(
        &mut self,
        partition: &PartitionId,
        after: Head,
        entries: &[Entry],
    ) -> Result<(), AppendError> {
        if self.down {
            return Err(AppendError::Unavailable(DOWN.into()));
        }
        let unknown = |cause: &str| Err(AppendError::Unknown(cause.into()));
        match self.faults.pop_front() {
            None => self.land(partition, after, entries),
            Some(Fault::Unavailable) => Err(AppendError::Unavailable("planned fault".into())),
            Some(Fault::Lost) => unknown("planned fault: lost"),
            Some(Fault::AnswerLost) => {
                self.land(partition, after, entries)?;
                unknown("planned fault: answer lost")
            }
            Some(Fault::Delayed) => {
                super::batch::check(partition, after, entries)?;
                self.delayed
                    .push((partition.clone(), after, entries.to_vec()));
                unknown("planned fault: delayed")
            }
        }
    }

    fn land(
        &mut self,
        partition: &PartitionId,
        after: Head,
        entries: &[Entry],
    ) -> Result<(), AppendError> {
        self.store.append(partition, after, entries)?;
        self.watchers
            .notice(partition, self.store.head(partition).seq);
        Ok(())
    }
}

#[async_trait]
impl Engine for MemoryEngine {
    async fn append(
        &self,
        partition: &PartitionId,
        after: Head,
        entries: &[Entry],
    ) -> Result<Appended, AppendError> {
        // Two points at which a caller may drop the call, as with an engine behind a network.
        tokio::task::yield_now().await;
        let durability = {
            let mut shared = self.lock();
            shared.append(partition, after, entries)?;
            shared.durability()
        };
        tokio::task::yield_now().await;
        Ok(Appended { durability })
    }

    async fn read(
        &self,
        partition: &PartitionId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        Ok(self.reachable()?.store.read(partition, after, limit))
    }

    async fn head(&self, partition: &PartitionId) -> Result<Head, ReadError> {
        Ok(self.reachable()?.store.head(partition))
    }

    fn watch(&self, partition: &PartitionId) -> watch::Receiver<Seq> {
        let mut shared = self.lock();
        let seq = shared.store.head(partition).seq;
        shared.watchers.subscribe(partition, seq)
    }

    async fn durability(&self) -> Option<Durability> {
        let shared = self.lock();
        (!shared.down).then(|| shared.durability())
    }

    async fn describe(&self) -> serde_json::Value {
        serde_json::json!({
            "engine": "memory",
            "version": env!("CARGO_PKG_VERSION"),
            "promise": "survives nothing: for simulation and tests",
            "copies": 1,
        })
    }

    async fn partitions(&self) -> Result<Vec<PartitionId>, ReadError> {
        Ok(self.reachable()?.store.partitions())
    }
}
