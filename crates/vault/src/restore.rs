//! The way back: a partition's entries from the vault into an engine.
//!
//! It can be stopped anywhere and started again: it goes on after the engine's own head, once it has
//! seen that this head is one of the vault's. Every link, segment and entry is checked on the way.

use crate::manifest::{Link, Manifest, ManifestError, SiteKeys, link_name};
use crate::segment::{Keys, Limits, Segment, SegmentError};
use crate::store::{NameError, ObjectName, Store, StoreError};
use age::x25519::Identity;
use journal::engine::BATCH_MAX;
use journal::{AppendError, Engine, ReadError};
use kernel::{Entry, Head, PartitionId, Seq, Timestamp};

/// How often one append whose outcome is unknown is looked up and tried again.
const TRIES: usize = 5;

/// What is restored, and how.
pub struct Restore<'a> {
    /// Where the segments are.
    pub store: &'a dyn Store,
    /// Where the entries go.
    pub engine: &'a dyn Engine,
    /// The keys with which sites sign.
    pub trusted: &'a SiteKeys,
    /// What the custodians hold, and held before: a segment is opened with whichever it was sealed
    /// for.
    pub identities: &'a [Identity],
    /// Entries decided later than this are left out.
    pub until: Option<Timestamp>,
}

/// One run of entries that is in the engine now.
pub struct Run<'a> {
    /// The link that names it.
    pub link: &'a Link,
    /// Its entries, as far as they are wanted.
    pub entries: &'a [Entry],
    /// The keys that open them.
    pub keys: &'a Keys,
}

struct Wanted<'a> {
    in_time: &'a [Entry],
    /// Those of them that the engine does not have.
    new: &'a [Entry],
}

/// Why a partition was not restored to its end. What is in the engine is whole; it can go on.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The store does not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The manifest is not whole.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A segment that the manifest names is not in the store.
    #[error("link {number} names segment {name}, which the store does not have")]
    Missing {
        /// The link.
        number: u64,
        /// The segment.
        name: ObjectName,
    },
    /// A segment does not open, or is damaged.
    #[error("the segment of link {number}: {cause}")]
    Segment {
        /// The link.
        number: u64,
        /// Why.
        cause: SegmentError,
    },
    /// A segment holds other entries than its link says.
    #[error("the segment of link {number} holds other entries than the link says")]
    Contents {
        /// The link.
        number: u64,
    },
    /// The engine already holds something else.
    #[error(
        "entry {0} in the engine is not the one in the vault: the engine holds another history"
    )]
    Diverged(Seq),
    /// The engine cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The engine cannot be written.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The partition cannot be named in a store.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl Restore<'_> {
    /// Restores one partition and gives its head in the engine: [`Head::GENESIS`] where the vault
    /// has nothing of it. `progress` is told of every run on the way, also of those that the engine
    /// had already: they are opened and checked all the same.
    ///
    /// # Errors
    /// Why it could not go on.
    pub async fn partition(
        &self,
        partition: &PartitionId,
        mut progress: impl FnMut(&Run<'_>),
    ) -> Result<Head, RestoreError> {
        let mut head = self.engine.head(partition).await?;
        let mut manifest = Manifest::new(partition.clone());
        loop {
            let name = link_name(partition, manifest.number() + 1)?;
            let Some(bytes) = self.store.get(&name).await? else {
                break;
            };
            let link = manifest.extend(&bytes, self.trusted)?;
            let (entries, keys) = segment(self.store, &link, self.identities)
                .await?
                .into_parts();
            let (wanted, is_all) = self.wanted(&entries, head)?;
            for batch in wanted.new.chunks(BATCH_MAX) {
                head = self.append(partition, head, batch).await?;
            }
            progress(&Run {
                link: &link,
                entries: wanted.in_time,
                keys: &keys,
            });
            if !is_all {
                return Ok(head);
            }
        }
        if head.seq > manifest.head().seq {
            return Err(RestoreError::Diverged(head.seq));
        }
        Ok(head)
    }

    /// What of a run is wanted, and whether that is all of it, so that what follows may be wanted too.
    fn wanted<'e>(&self, run: &'e [Entry], head: Head) -> Result<(Wanted<'e>, bool), RestoreError> {
        if let Some(there) = run.iter().find(|entry| entry.header.seq == head.seq)
            && there.head() != head
        {
            return Err(RestoreError::Diverged(head.seq));
        }
        let is_early = |entry: &&Entry| self.until.is_none_or(|until| entry.header.time <= until);
        let in_time = &run[..run.iter().take_while(is_early).count()];
        let known = in_time.partition_point(|entry| entry.header.seq <= head.seq);
        let wanted = Wanted {
            in_time,
            new: &in_time[known..],
        };
        Ok((wanted, in_time.len() == run.len()))
    }

    /// Appends a batch; where the outcome is unknown, looks and tries again.
    async fn append(
        &self,
        partition: &PartitionId,
        after: Head,
        batch: &[Entry],
    ) -> Result<Head, RestoreError> {
        let last = batch.last().map_or(after, Entry::head);
        let mut outcome = self.engine.append(partition, after, batch).await;
        for _ in 0..TRIES {
            if !matches!(outcome, Err(AppendError::Unknown(_))) {
                break;
            }
            if self.engine.head(partition).await? == last {
                return Ok(last);
            }
            outcome = self.engine.append(partition, after, batch).await;
        }
        match outcome {
            Ok(_) => Ok(last),
            // Its first try may have landed after all.
            Err(AppendError::Conflict) if self.engine.head(partition).await? == last => Ok(last),
            Err(error) => Err(error.into()),
        }
    }
}

/// The segment that a link names, checked against the link and opened.
///
/// # Errors
/// What is wrong with it, or that it is not there.
pub(crate) async fn segment(
    store: &dyn Store,
    link: &Link,
    identities: &[Identity],
) -> Result<Segment, RestoreError> {
    let number = link.number;
    let name = link.segment()?;
    let Some(sealed) = store.get(&name).await? else {
        return Err(RestoreError::Missing { number, name });
    };
    link.check_segment(&sealed)?;
    let segment = Segment::open(&sealed, identities, &Limits::default())
        .map_err(|cause| RestoreError::Segment { number, cause })?;
    let says = (&link.partition, link.before, link.head);
    if (segment.partition(), segment.before(), segment.head()) != says {
        return Err(RestoreError::Contents { number });
    }
    Ok(segment)
}

#[cfg(test)]
mod tests;
