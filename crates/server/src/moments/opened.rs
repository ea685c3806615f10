//! A partition's entries from a position on, verified and opened, read ahead in batches.

use super::MomentError;
use crate::runtime::Partition;
use journal::{Engine, chain};
use kernel::{Hash, Head, Header, PartitionId, Payload, Seq, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::runtime::Handle;

/// The most entries read at once.
const BATCH: usize = 200;

/// An entry with what its payload holds.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedEntry {
    /// What anyone may read of it.
    pub header: Header,
    /// Its hash.
    pub hash: Hash,
    /// What only holders of the data key may read of it.
    pub payload: Payload,
}

/// Entries that wait to be applied. Blocking: used on threads made for that.
pub(super) struct Opened {
    partition: Arc<Partition>,
    engine: Arc<dyn Engine>,
    runtime: Handle,
    /// The last entry read.
    read: Head,
    waiting: VecDeque<Arc<OpenedEntry>>,
    /// What [`Opened::take_until`] does not go beyond.
    last: Seq,
    /// There was nothing more when the engine was last asked.
    is_at_end: bool,
}

impl Opened {
    pub(super) fn after(
        head: Head,
        partition: Arc<Partition>,
        engine: Arc<dyn Engine>,
        runtime: Handle,
    ) -> Self {
        Self {
            partition,
            engine,
            runtime,
            read: head,
            waiting: VecDeque::new(),
            last: Seq::MAX,
            is_at_end: false,
        }
    }

    /// Takes nothing after `last` for good.
    ///
    /// # Errors
    /// [`MomentError::Behind`] where more than that was read.
    pub(super) fn end_at(&mut self, last: Seq) -> Result<(), MomentError> {
        if self.read.seq > last {
            let at = self.read.seq;
            return Err(MomentError::Behind { at, seq: last });
        }
        self.last = last;
        Ok(())
    }

    pub(super) fn id(&self) -> &PartitionId {
        &self.partition.id
    }

    /// Fails unless the chain has `head`.
    pub(super) fn check(&self, head: Head) -> Result<(), MomentError> {
        if head == Head::GENESIS {
            return Ok(());
        }
        let read = self.engine.read(&self.partition.id, head.seq - 1, 1);
        match self.runtime.block_on(read)?.first() {
            Some(entry) if entry.head() == head => Ok(()),
            _ => Err(MomentError::OtherChain(self.partition.id.clone())),
        }
    }

    /// Asks the engine anew, even where it had nothing more.
    pub(super) fn look_again(&mut self) {
        self.is_at_end = false;
    }

    /// Whether the next look has to ask the engine.
    pub(super) fn has_to_read(&self) -> bool {
        self.waiting.is_empty() && !self.is_at_end
    }

    /// The next entry, which stays the next one; `None` at the end of the chain.
    pub(super) fn peek(&mut self) -> Result<Option<Arc<OpenedEntry>>, MomentError> {
        if self.has_to_read() {
            self.read_on()?;
        }
        Ok(self.waiting.front().cloned())
    }

    /// Takes the entry that [`Opened::peek`] gave.
    pub(super) fn take(&mut self) {
        self.waiting.pop_front();
    }

    /// Takes at most `max` entries up to a time.
    pub(super) fn take_until(
        &mut self,
        time: Timestamp,
        max: usize,
    ) -> Result<Vec<(Header, Hash, Payload)>, MomentError> {
        let mut taken = Vec::new();
        while taken.len() < max
            && let Some(entry) = self.peek()?
            && entry.header.time <= time
            && entry.header.seq <= self.last
        {
            self.take();
            let entry = Arc::unwrap_or_clone(entry);
            taken.push((entry.header, entry.hash, entry.payload));
        }
        Ok(taken)
    }

    fn read_on(&mut self) -> Result<(), MomentError> {
        let read = self.engine.read(&self.partition.id, self.read.seq, BATCH);
        let entries = self.runtime.block_on(read)?;
        self.is_at_end = entries.is_empty();
        let keys = self.partition.keys();
        for entry in entries {
            self.read = chain::verify(self.read, &entry)?;
            let payload = keys.open(&entry.header, &entry.sealed)?;
            self.waiting.push_back(Arc::new(OpenedEntry {
                header: entry.header,
                hash: entry.hash,
                payload,
            }));
        }
        Ok(())
    }
}

/// Entries of a partition after a position, opened; at most `count`.
///
/// # Errors
/// When they cannot be read or opened.
pub async fn read_opened(
    engine: &dyn Engine,
    partition: &Partition,
    after: Seq,
    count: u64,
) -> Result<Vec<OpenedEntry>, MomentError> {
    let keys = partition.keys();
    let limit = usize::try_from(count).unwrap_or(usize::MAX);
    let entries = engine.read(&partition.id, after, limit).await?;
    let opened = entries.into_iter().map(|entry| {
        let payload = keys.open(&entry.header, &entry.sealed)?;
        Ok(OpenedEntry {
            header: entry.header,
            hash: entry.hash,
            payload,
        })
    });
    opened.collect()
}
