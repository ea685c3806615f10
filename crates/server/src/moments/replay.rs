//! Replays: from the nearest place there is to the position wanted.

use super::checkpoints::{self, Checkpoint};
use super::scratch::{ScratchFile, ScratchView};
use super::shared::SharedView;
use super::{MomentError, Moments, Origin};
use kernel::Seq;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far a replay is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub applied: AtomicU64,
    pub total: AtomicU64,
}

/// Where a replay begins.
enum Start {
    Genesis,
    Checkpoint(Checkpoint),
    Shared(Arc<SharedView>),
}

impl Moments {
    /// A moment view at `seq`, begun at the nearest checkpoint, or at `near` where that is nearer.
    /// Where `followed` is given, what the module follows is applied up to exactly there, and not to
    /// what came since and has a time as early. Blocks.
    pub(super) fn replay(
        &self,
        origin: &Origin,
        seq: Seq,
        followed: Option<&[Seq]>,
        mut near: Option<(Seq, Arc<SharedView>)>,
        progress: &Progress,
    ) -> Result<ScratchView, MomentError> {
        // A checkpoint is tried once: one that is of no use may still lie there.
        let mut up_to = Some(seq);
        loop {
            let nearest = |up_to| self.checkpoints.nearest(&origin.partition.id, up_to);
            let checkpoint = up_to.and_then(nearest);
            let start = match (near.take(), checkpoint) {
                (Some((at, near)), found) if found.as_ref().is_none_or(|c| c.seq <= at) => {
                    Start::Shared(near)
                }
                (_, Some(found)) => Start::Checkpoint(found),
                (_, None) => Start::Genesis,
            };
            if let Start::Checkpoint(checkpoint) = &start {
                up_to = checkpoint.seq.checked_sub(1);
            }
            let file = self.scratch_file()?;
            if !self.begin(&start, &file)? {
                continue;
            }
            match (self.go_on(origin, file, seq, followed, progress), start) {
                (Err(error), Start::Checkpoint(checkpoint)) if error.is_of_the_view() => {
                    tracing::warn!(%error, seq = checkpoint.seq, "a checkpoint is of no use");
                    checkpoints::discard(&checkpoint);
                }
                (Err(error), Start::Shared(_)) if error.is_of_the_view() => {}
                (done, _) => return done,
            }
        }
    }

    /// Lays the file; `false` where the start turned out to be none.
    fn begin(&self, start: &Start, file: &ScratchFile) -> Result<bool, MomentError> {
        match start {
            Start::Genesis => Ok(true),
            Start::Checkpoint(checkpoint) => Ok(self.checkpoints.copy(checkpoint, &file.0)?),
            Start::Shared(near) => match std::fs::copy(near.path(), &file.0) {
                // Somebody cleared the folder.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
                copied => Ok(copied.map(|_| true)?),
            },
        }
    }

    fn go_on(
        &self,
        origin: &Origin,
        file: ScratchFile,
        seq: Seq,
        followed: Option<&[Seq]>,
        progress: &Progress,
    ) -> Result<ScratchView, MomentError> {
        let spacing = self.checkpoints.spacing(seq);
        let mut scratch = ScratchView::open(origin, file)?.noting_every(spacing);
        scratch.check()?;
        if let Some(followed) = followed {
            scratch.follow_only(followed)?;
        }
        let begun = scratch.seq();
        progress.applied.store(0, Ordering::Relaxed);
        progress
            .total
            .store(seq.saturating_sub(begun), Ordering::Relaxed);
        scratch.advance_noting(seq, &mut |view| {
            progress
                .applied
                .store(view.seq() - begun, Ordering::Relaxed);
            if view.seq().is_multiple_of(spacing) {
                self.leave(origin, view);
            }
            if self.is_stopped.load(Ordering::Relaxed) {
                return Err(MomentError::Failed("the site goes down".into()));
            }
            Ok(())
        })?;
        if followed.is_some() {
            scratch.follow_rest()?;
        }
        Ok(scratch)
    }

    /// Leaves a checkpoint. Without it the next replay only takes longer.
    fn leave(&self, origin: &Origin, view: &ScratchView) {
        let id = &origin.partition.id;
        if let Err(error) = self.checkpoints.keep(id, view.seq(), view.file()) {
            tracing::warn!(partition = %id, %error, "a checkpoint cannot be kept");
        }
    }
}
