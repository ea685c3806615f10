//! The [`Sealer`]: brings what is new in one partition's journal into the vault.
//!
//! It keeps nothing of its own: where it stands is what the manifest in the store says, so a sealer
//! that takes over begins with [`Sealer::catch_up`] and neither leaves a gap nor seals twice. Two at
//! once do no harm: the segment that nobody named stays unread until its retention ends.

use crate::manifest::{Link, Manifest, ManifestError, SiteKeys, link_name};
use crate::segment::{Keys, Segment, SegmentError};
use crate::store::{NameError, Store, StoreError};
use age::x25519::Recipient;
use ed25519_compact::SecretKey;
use journal::{Engine, ReadError};
use kernel::{Clock, Entry, Head, PartitionId, Seq, SiteName};
use std::sync::Arc;

/// The most entries of one segment.
const ENTRIES_MAX: usize = 1_000;

/// A segment is closed once its entries have this many bytes.
const BYTES_ENOUGH: usize = 8 << 20;

/// What a sealer works with.
#[derive(Clone)]
pub struct Parts {
    /// Where the entries are.
    pub engine: Arc<dyn Engine>,
    /// Where the segments go.
    pub store: Arc<dyn Store>,
    /// Whose entries.
    pub partition: PartitionId,
    /// The site that seals.
    pub site: SiteName,
    /// The key with which it signs links.
    pub key: SecretKey,
    /// Who can open the segments.
    pub recipients: Vec<Recipient>,
    /// The keys with which sites sign, this one's among them.
    pub trusted: SiteKeys,
    /// The present time, for the links.
    pub clock: Arc<dyn Clock>,
}

/// Seals one partition. See the [module documentation](self).
pub struct Sealer {
    parts: Parts,
    manifest: Manifest,
}

/// What one step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A segment more is in the vault.
    Sealed(Box<Link>),
    /// Another sealer was quicker; its links have been read.
    Overtaken,
    /// Everything is in the vault.
    Idle,
}

/// Why a step failed. Nothing is lost by taking it again.
#[derive(Debug, thiserror::Error)]
pub enum SealerError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] ReadError),
    /// The store does not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The manifest in the store is not whole.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The entries cannot be sealed.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// The partition cannot be named in a store.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The vault holds another history than the journal.
    #[error("entry {0} of the journal does not follow the last entry in the vault")]
    Diverged(Seq),
    /// The work was stopped.
    #[error("sealing was stopped")]
    Stopped,
}

impl Sealer {
    /// A sealer that knows nothing yet of what the vault holds.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let manifest = Manifest::new(parts.partition.clone());
        Self { parts, manifest }
    }

    /// The last entry that is in the vault, as far as this sealer has read the manifest.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.manifest.head()
    }

    /// Reads the links that are new in the store and gives their number. The first time it goes to
    /// the last one at once: whether all before it are whole is for verification to say.
    ///
    /// # Errors
    /// When the store cannot be read, or a link is not the next one.
    pub async fn catch_up(&mut self) -> Result<u64, SealerError> {
        let before = self.manifest.number();
        if before == 0 {
            self.go_to_last().await?;
        }
        loop {
            let name = link_name(&self.parts.partition, self.manifest.number() + 1)?;
            let Some(bytes) = self.parts.store.get(&name).await? else {
                return Ok(self.manifest.number() - before);
            };
            self.manifest.extend(&bytes, &self.parts.trusted)?;
        }
    }

    /// Finds the last link by doubling and halving: they are numbered without gaps.
    async fn go_to_last(&mut self) -> Result<(), SealerError> {
        let partition = self.parts.partition.clone();
        let (mut there, mut missing) = (0, 1);
        while self
            .parts
            .store
            .stat(&link_name(&partition, missing)?)
            .await?
            .is_some()
        {
            (there, missing) = (missing, missing.saturating_mul(2));
        }
        while there + 1 < missing {
            let middle = there + (missing - there) / 2;
            match self
                .parts
                .store
                .stat(&link_name(&partition, middle)?)
                .await?
            {
                Some(_) => there = middle,
                None => missing = middle,
            }
        }
        if there == 0 {
            return Ok(());
        }
        if let Some(bytes) = self.parts.store.get(&link_name(&partition, there)?).await? {
            self.manifest = Manifest::at(partition, there, &bytes, &self.parts.trusted)?;
        }
        Ok(())
    }

    /// Brings the next run of entries into the vault: the segment first, then the link that makes it
    /// count. `keys` are the partition's data keys.
    ///
    /// # Errors
    /// Why not; what is in the vault is then as it was, but for a segment that no link names.
    pub async fn step(&mut self, keys: &Keys) -> Result<Step, SealerError> {
        let head = self.manifest.head();
        let read = self
            .parts
            .engine
            .read(&self.parts.partition, head.seq, ENTRIES_MAX);
        let run = enough(read.await?);
        let Some(first) = run.first() else {
            return Ok(Step::Idle);
        };
        if first.header.prev != head.hash {
            return Err(SealerError::Diverged(first.header.seq));
        }
        let (last, sealed) = self.seal(run, keys).await?;
        let now = self.parts.clock.now();
        let link = self
            .manifest
            .next(last, &sealed, self.parts.site.clone(), now);
        let store = &self.parts.store;
        store.put(&link.segment()?, sealed.into(), None).await?;
        let name = link_name(&self.parts.partition, link.number)?;
        let bytes = link.sign(&self.parts.key);
        match store.put(&name, bytes.clone().into(), None).await {
            Ok(_) => {
                self.manifest.extend(&bytes, &self.parts.trusted)?;
                Ok(Step::Sealed(Box::new(link)))
            }
            Err(StoreError::Exists(_)) => {
                self.catch_up().await?;
                Ok(Step::Overtaken)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn seal(&self, run: Vec<Entry>, keys: &Keys) -> Result<(Head, Vec<u8>), SealerError> {
        let (keys, recipients) = (keys.clone(), self.parts.recipients.clone());
        let work = move || {
            let segment = Segment::new(run, &keys)?;
            Ok((segment.head(), segment.seal(&recipients)?))
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| SealerError::Stopped)?
    }
}

/// The entries that one segment takes: at least one.
fn enough(mut run: Vec<Entry>) -> Vec<Entry> {
    let mut bytes = 0;
    let more = |entry: &Entry| {
        let go_on = bytes < BYTES_ENOUGH;
        bytes += entry.sealed.len();
        go_on
    };
    let count = run.iter().map(more).take_while(|go_on| *go_on).count();
    run.truncate(count);
    run
}

#[cfg(test)]
pub(crate) mod tests;
