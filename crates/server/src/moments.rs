//! The time machine: views as they were at a position of their chain or at a time.
//!
//! A *moment view* is a module's view replayed from the engine up to a position, with what the module
//! follows applied up to the same time. It is a view like any other, so the module's queries run on it
//! unchanged. Everything here lies in `<data>/moments/`, comes from the journal and nothing else, and
//! can be deleted at any time.

mod opened;
mod scratch;
#[cfg(test)]
mod tests;

pub use opened::{OpenedEntry, position_at};
pub use scratch::ScratchView;

use crate::runtime::{Partition, source_of};
use crate::site::Site;
use journal::chain::ChainError;
use journal::{Engine, ReadError, SealError};
use kernel::{PartitionId, Seq, ViewError};
use scratch::ScratchFile;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::Handle;

/// Why there is no moment view.
#[derive(Debug, thiserror::Error)]
pub enum MomentError {
    /// This site has not opened the partition.
    #[error("this site has no partition {0}")]
    NoPartition(PartitionId),
    /// The chain does not reach that far.
    #[error("{partition} has no entry {seq}")]
    NotThere {
        /// The partition.
        partition: PartitionId,
        /// The position asked for.
        seq: Seq,
    },
    /// A view never goes back.
    #[error("the view is at entry {at} and cannot go back to {seq}")]
    Behind {
        /// Where it is.
        at: Seq,
        /// The position asked for.
        seq: Seq,
    },
    /// The engine cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An entry is not what the chain says.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// An entry cannot be opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The view cannot be made.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The folder cannot be used.
    #[error("the folder for moments cannot be used")]
    Folder(#[from] std::io::Error),
    /// The replay ended without a word.
    #[error("the replay failed: {0}")]
    Failed(String),
}

/// What a moment view is made from.
#[derive(Clone)]
pub(crate) struct Origin {
    partition: Arc<Partition>,
    /// What its module follows.
    sources: Vec<Arc<Partition>>,
    engine: Arc<dyn Engine>,
    runtime: Handle,
}

/// The moment views of a site.
pub struct Moments {
    folder: PathBuf,
    next: AtomicU64,
}

impl Moments {
    /// Opens the folder and clears what an earlier life of the site left half done.
    ///
    /// # Errors
    /// When the folder cannot be made or cleared.
    pub fn open(folder: PathBuf) -> std::io::Result<Self> {
        let scratch = folder.join("scratch");
        if scratch.exists() {
            std::fs::remove_dir_all(&scratch)?;
        }
        std::fs::create_dir_all(scratch)?;
        Ok(Self {
            folder,
            next: AtomicU64::new(1),
        })
    }

    /// A file nobody else has.
    fn scratch_file(&self) -> std::io::Result<ScratchFile> {
        let folder = self.folder.join("scratch");
        // Somebody may have cleared everything here.
        std::fs::create_dir_all(&folder)?;
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        Ok(ScratchFile(folder.join(format!("{n}.sqlite"))))
    }
}

impl Site {
    /// A moment view of a partition's module at exactly `seq`, for the caller alone, who may move it on.
    ///
    /// # Errors
    /// When the partition is not open here, the chain does not reach that far, or the entries cannot be
    /// read, opened or applied.
    pub async fn scratch(
        self: &Arc<Self>,
        partition: &PartitionId,
        seq: Seq,
    ) -> Result<ScratchView, MomentError> {
        let (site, origin) = (Arc::clone(self), self.origin(partition)?);
        let made = tokio::task::spawn_blocking(move || {
            let mut scratch = ScratchView::open(&origin, site.moments.scratch_file()?)?;
            scratch.advance(seq)?;
            Ok(scratch)
        });
        made.await
            .unwrap_or_else(|error| Err(MomentError::Failed(error.to_string())))
    }

    fn origin(&self, id: &PartitionId) -> Result<Origin, MomentError> {
        let open = |id: &PartitionId| {
            self.partition(id)
                .ok_or_else(|| MomentError::NoPartition(id.clone()))
        };
        let partition = open(id)?;
        let follows = partition.module.follows().iter();
        Ok(Origin {
            sources: follows
                .map(|source| open(&source_of(id, source)))
                .collect::<Result<_, _>>()?,
            partition,
            engine: Arc::clone(&self.engine),
            runtime: Handle::current(),
        })
    }
}
