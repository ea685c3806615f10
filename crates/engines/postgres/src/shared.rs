//! What calls and background tasks of one engine share.

use crate::append::Appenders;
use crate::barrier::Barrier;
use crate::config::PostgresConfig;
use crate::finder::{Finder, Seen};
use crate::local::Local;
use crate::marks::Marks;
use crate::primary::PrimaryLink;
use crate::reader::Reader;
use journal::engine::watch_list::WatchList;
use kernel::{PartitionId, Seq};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// The engine's insides.
pub struct Shared {
    /// As given.
    pub config: PostgresConfig,
    /// Where the primary is.
    pub finder: Finder,
    /// What is known of partitions.
    pub marks: Marks,
    /// Connections that append.
    pub appenders: Appenders,
    /// Proof that what the primary shows is replicated.
    pub barrier: Barrier,
    /// This site's own node.
    pub local: Local,
    /// Someone began to watch.
    pub subscribed: Notify,
    watch_list: Mutex<WatchList>,
    primary_reader: tokio::sync::Mutex<Option<Arc<PrimaryReader>>>,
}

/// A connection for reads at the primary.
pub struct PrimaryReader {
    /// The reader; its link belongs to the primary that was found.
    pub reader: Reader,
    /// Whom it leads to.
    pub seen: Option<Seen>,
}

impl Shared {
    /// Nothing connected yet.
    pub fn new(config: PostgresConfig, finder: Finder) -> Self {
        Self {
            appenders: Appenders::new(config.connections),
            config,
            finder,
            marks: Marks::default(),
            barrier: Barrier::default(),
            local: Local::default(),
            subscribed: Notify::new(),
            watch_list: Mutex::default(),
            primary_reader: tokio::sync::Mutex::default(),
        }
    }

    /// Wakes this process's watchers of a partition.
    pub fn notice(&self, partition: &PartitionId, seq: Seq) {
        self.list().notice(partition, seq);
    }

    /// Begins to watch.
    pub fn subscribe(&self, partition: &PartitionId) -> watch::Receiver<Seq> {
        let receiver = self.list().subscribe(partition, 0);
        self.subscribed.notify_one();
        receiver
    }

    /// What is watched, and how far it was noticed.
    pub fn watched(&self) -> Vec<(PartitionId, Seq)> {
        let mut list = self.list();
        list.prune();
        list.watched()
    }

    fn list(&self) -> MutexGuard<'_, WatchList> {
        self.watch_list
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection for reads at the primary, opened anew when it is lost or leads elsewhere.
    pub async fn primary_reader(&self) -> Result<Arc<PrimaryReader>, String> {
        let mut slot = self.primary_reader.lock().await;
        if let Some(open) = &*slot
            && open.reader.link.is_usable()
            && (!self.finder.asks_patroni() || self.finder.seen() == open.seen)
        {
            return Ok(Arc::clone(open));
        }
        *slot = None;
        let primary = PrimaryLink::open(&self.finder, self.config.connect_limit).await?;
        let (link, seen) = primary.into_parts();
        let reader = Reader::new(link).await?;
        let open = Arc::new(PrimaryReader { reader, seen });
        *slot = Some(Arc::clone(&open));
        Ok(open)
    }

    /// The primary's timeline, as far as it is known now.
    pub async fn primary_timeline(&self) -> Option<u32> {
        if self.finder.asks_patroni() {
            return self.finder.seen().map(|seen| seen.timeline);
        }
        let primary = self.primary_reader().await.ok()?;
        Some(primary.reader.link.facts.timeline)
    }
}
