//! Who watches which partition: the part of watching that engines share.

use kernel::{PartitionId, Seq};
use std::collections::HashMap;
use tokio::sync::watch;

/// The watched partitions of one engine handle, and the highest seq noticed in each.
#[derive(Debug, Default)]
pub struct WatchList(HashMap<PartitionId, watch::Sender<Seq>>);

impl WatchList {
    /// Begins to watch; `known` is the seq noticed so far if nobody watches the partition yet.
    pub fn subscribe(&mut self, partition: &PartitionId, known: Seq) -> watch::Receiver<Seq> {
        self.0
            .entry(partition.clone())
            .or_insert_with(|| watch::Sender::new(known))
            .subscribe()
    }

    /// Wakes whoever watches `partition`, if `seq` is news.
    pub fn notice(&self, partition: &PartitionId, seq: Seq) {
        if let Some(sender) = self.0.get(partition) {
            sender.send_if_modified(|known| {
                let is_news = seq > *known;
                *known = seq.max(*known);
                is_news
            });
        }
    }

    /// Forgets partitions nobody watches any more; says whether any are left.
    pub fn prune(&mut self) -> bool {
        self.0.retain(|_, sender| sender.receiver_count() > 0);
        !self.0.is_empty()
    }

    /// The watched partitions, each with the highest seq noticed.
    #[must_use]
    pub fn watched(&self) -> Vec<(PartitionId, Seq)> {
        self.0
            .iter()
            .map(|(partition, sender)| (partition.clone(), *sender.borrow()))
            .collect()
    }
}
