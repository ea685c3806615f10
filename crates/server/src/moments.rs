//! The time machine: views as they were at a position of their chain or at a time.
//!
//! A *moment view* is a module's view replayed from the engine up to a position, with what the module
//! follows applied up to the same time. It is a view like any other, so the module's queries run on it
//! unchanged. Everything here lies in `<data>/moments/`, comes from the journal and nothing else, and
//! can be deleted at any time.

mod checkpoints;
mod opened;
mod pace;
mod positions;
mod replay;
mod scratch;
mod shared;
#[cfg(test)]
mod tests;

pub use opened::OpenedEntry;
pub(crate) use opened::Span;
pub(crate) use pace::Pace;
pub use positions::position_at;
pub use scratch::ScratchView;

use crate::config::MomentLimits;
use crate::runtime::{Partition, source_of};
use crate::site::Site;
use checkpoints::Checkpoints;
use journal::chain::ChainError;
use journal::{Engine, ReadError, SealError};
use kernel::{PartitionId, Seq, Timestamp, ViewError};
use positions::Positions;
use replay::Progress;
use scratch::ScratchFile;
use shared::{Found, Position, Preparation, SharedView, SharedViews};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Replays for queries at a time: they are to disturb nobody.
const REPLAYS_MAX: usize = 2;
/// Replays for the site's own code at a time. They do not queue behind those of people who look back:
/// a rewind is wanted now.
const SCRATCHES_MAX: usize = 2;
/// Runs of entries that are read and opened at a time for those who ask what changed.
const READINGS_MAX: usize = 2;

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
    /// The rows come from another chain than the engine's.
    #[error("the rows are of another chain of {0}")]
    OtherChain(PartitionId),
    /// It is being made; whoever asks again later finds it.
    #[error("{applied} of {total} entries are applied")]
    InPreparation {
        /// Entries applied.
        applied: u64,
        /// Entries to apply.
        total: u64,
    },
    /// Too many others are being made.
    #[error("too many moments are being prepared")]
    Crowded,
    /// It failed for somebody who asked before.
    #[error(transparent)]
    Before(std::sync::Arc<Self>),
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

impl MomentError {
    /// Whether the rows that a replay began with are to blame.
    fn is_of_the_view(&self) -> bool {
        match self {
            Self::View(error) => error.needs_new_view(),
            Self::OtherChain(_) | Self::Behind { .. } => true,
            _ => false,
        }
    }
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
    checkpoints: Checkpoints,
    shared: SharedViews,
    positions: Positions,
    replays: Semaphore,
    scratches: Semaphore,
    readings: Arc<Semaphore>,
    wait: Duration,
    is_stopped: AtomicBool,
}

impl Moments {
    /// Opens the folder and clears what an earlier life of the site left half done.
    ///
    /// # Errors
    /// When the folder cannot be made or cleared.
    pub fn open(folder: PathBuf, limits: &MomentLimits) -> std::io::Result<Self> {
        let scratch = folder.join("scratch");
        if scratch.exists() {
            std::fs::remove_dir_all(&scratch)?;
        }
        std::fs::create_dir_all(scratch)?;
        let checkpoints = folder.join("checkpoints");
        let checkpoints = Checkpoints::new(checkpoints, limits.checkpoint_every, limits.bytes_max);
        checkpoints.clear_halves()?;
        Ok(Self {
            checkpoints,
            shared: SharedViews::new(limits.bytes_max),
            positions: Positions::default(),
            folder,
            next: AtomicU64::new(1),
            replays: Semaphore::new(REPLAYS_MAX),
            scratches: Semaphore::new(SCRATCHES_MAX),
            readings: Arc::new(Semaphore::new(READINGS_MAX)),
            wait: Duration::from_millis(limits.wait_ms),
            is_stopped: AtomicBool::new(false),
        })
    }

    /// Has replays end soon: the site goes down.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
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
        in_turn(&self.moments.scratches, move || {
            let progress = Progress::default();
            site.moments.replay(&origin, seq, None, None, &progress)
        })
        .await
    }

    /// The moment view of a partition's module at a time, for queries.
    ///
    /// # Errors
    /// [`MomentError::InPreparation`] where it takes longer than a moment: it goes on being made.
    pub(crate) async fn moment(
        self: &Arc<Self>,
        partition: &PartitionId,
        time: Timestamp,
    ) -> Result<Arc<SharedView>, MomentError> {
        let origin = self.origin(partition)?;
        let position = self.position(&origin, time).await?;
        let preparation = match self.moments.shared.find(&position) {
            Found::Ready(view) => return Ok(view),
            Found::Crowded => return Err(MomentError::Crowded),
            Found::Later => {
                let (applied, total) = (0, position.seq);
                return Err(MomentError::InPreparation { applied, total });
            }
            Found::Preparing(preparation) => preparation,
            Found::Begun(preparation) => {
                let begun = Arc::clone(&preparation);
                tokio::spawn(Arc::clone(self).prepare(origin, position.clone(), begun));
                preparation
            }
        };
        let mut ended = preparation.ended.subscribe();
        let waited = tokio::time::timeout(self.moments.wait, ended.wait_for(Option::is_some)).await;
        let ended = waited
            .ok()
            .and_then(Result::ok)
            .and_then(|ended| ended.clone());
        match ended {
            Some(Ok(view)) => Ok(view),
            Some(Err(error)) => {
                self.moments.shared.forget(&position, &preparation);
                Err(MomentError::Before(error))
            }
            None => Err(MomentError::InPreparation {
                applied: preparation.progress.applied.load(Ordering::Relaxed),
                total: preparation.progress.total.load(Ordering::Relaxed),
            }),
        }
    }

    /// The last entry of a partition at a time, as [`position_at`] finds it, or as it was found
    /// before.
    ///
    /// # Errors
    /// When the engine cannot be read.
    pub(crate) async fn position_at(
        &self,
        partition: &PartitionId,
        time: Timestamp,
    ) -> Result<Seq, MomentError> {
        let positions = &self.moments.positions;
        positions.at(&*self.engine, partition, time).await
    }

    async fn position(&self, origin: &Origin, time: Timestamp) -> Result<Position, MomentError> {
        let mut followed = Vec::new();
        for source in &origin.sources {
            followed.push(self.position_at(&source.id, time).await?);
        }
        Ok(Position {
            partition: origin.partition.id.clone(),
            seq: self.position_at(&origin.partition.id, time).await?,
            followed,
        })
    }

    async fn prepare(
        self: Arc<Self>,
        origin: Origin,
        position: Position,
        preparation: Arc<Preparation>,
    ) {
        let (site, at, noted) = (
            Arc::clone(&self),
            position.clone(),
            Arc::clone(&preparation),
        );
        let made = in_turn(&self.moments.replays, move || {
            let (moments, near) = (&site.moments, site.moments.shared.nearest(&at));
            let progress = &noted.progress;
            let made = moments.replay(&origin, at.seq, Some(&at.followed), near, progress)?;
            Ok(Arc::new(SharedView::new(made.into_file())?))
        });
        let made = made.await.map_err(Arc::new);
        if let Err(error) = &made {
            tracing::error!(partition = %position.partition, %error, "a moment cannot be prepared");
        }
        self.moments.shared.end(&position, &preparation, made);
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

/// Does blocking work when it is its turn.
async fn in_turn<T: Send + 'static>(
    turns: &Semaphore,
    work: impl FnOnce() -> Result<T, MomentError> + Send + 'static,
) -> Result<T, MomentError> {
    let turn = turns.acquire().await;
    let _turn = turn.map_err(|error| MomentError::Failed(error.to_string()))?;
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(MomentError::Failed(error.to_string())))
}
