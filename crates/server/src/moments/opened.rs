//! A partition's entries from a position on, verified and opened, read ahead in batches.

use super::MomentError;
use super::pace::Pace;
use crate::runtime::Partition;
use crate::site::Site;
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
    pace: Pace,
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
            pace: Pace::new(BATCH),
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
        let count = self.pace.next();
        let read = self.engine.read(&self.partition.id, self.read.seq, count);
        let entries = self.pace.cut(self.runtime.block_on(read)?);
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

/// Which entries of a chain: `count` after a position, from the first or from the last on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub after: Seq,
    pub count: usize,
    pub is_newest_first: bool,
}

impl Site {
    /// What `keep` makes of entries, in the order asked for; not all of them where they are large.
    ///
    /// # Errors
    /// When they cannot be read or opened.
    pub(crate) async fn read_opened<T: Send + 'static>(
        &self,
        partition: &Partition,
        span: Span,
        pace: &mut Pace,
        keep: fn(OpenedEntry) -> T,
    ) -> Result<Vec<T>, MomentError> {
        let turn = Arc::clone(&self.moments.readings).acquire_owned().await;
        let turn = turn.map_err(|error| MomentError::Failed(error.to_string()))?;
        let read = self.engine.read(&partition.id, span.after, span.count);
        let mut entries = read.await?;
        if span.is_newest_first {
            entries.reverse();
        }
        let (entries, keys) = (pace.cut(entries), partition.keys());
        let opening = move || {
            // The turn lasts as long as the work, also where nobody waits for it any more.
            let _turn = turn;
            let opened = entries.into_iter().map(|entry| {
                let payload = keys.open(&entry.header, &entry.sealed)?;
                Ok(keep(OpenedEntry {
                    header: entry.header,
                    hash: entry.hash,
                    payload,
                }))
            });
            opened.collect()
        };
        tokio::task::spawn_blocking(opening)
            .await
            .unwrap_or_else(|error| Err(MomentError::Failed(error.to_string())))
    }
}
