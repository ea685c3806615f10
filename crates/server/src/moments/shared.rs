//! Moment views for queries: made once, then read by whoever asks for the same position, until others
//! were used later.

use super::MomentError;
use super::replay::Progress;
use super::scratch::ScratchFile;
use crate::runtime::{QueryFailure, Readers};
use kernel::{DecideError, PartitionId, Seq};
use rusqlite::Connection;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The most moment views kept.
const VIEWS_MAX: usize = 16;
/// The most that are made or wait to be made.
const PREPARED_MAX: usize = 16;
/// The most of those of one workspace: whoever may look back in one is not to keep others waiting.
const WORKSPACE_PREPARED_MAX: usize = 2;
/// The most failures that are kept for those who asked.
const FAILED_MAX: usize = 16;
/// Queries that may run at once on one of them.
const QUERIES_MAX: usize = 4;

/// Which rows: equal positions are one view, whatever time was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Position {
    pub partition: PartitionId,
    pub seq: Seq,
    /// Of what the module follows, in its order.
    pub followed: Vec<Seq>,
}

/// A moment view that nobody changes any more. Its file goes when the last one who reads it is done.
pub(crate) struct SharedView {
    readers: Readers,
    file: ScratchFile,
    bytes: u64,
    used: AtomicU64,
}

impl SharedView {
    pub(super) fn new(file: ScratchFile) -> std::io::Result<Self> {
        Ok(Self {
            readers: Readers::new(file.0.clone(), QUERIES_MAX),
            bytes: std::fs::metadata(&file.0)?.len(),
            file,
            used: AtomicU64::new(0),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.file.0
    }

    /// Runs a query on its rows.
    ///
    /// # Errors
    /// The module's refusal, or why the query could not be run.
    pub(crate) async fn query<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, DecideError> + Send + 'static,
    ) -> Result<T, QueryFailure> {
        self.readers.run(query).await
    }
}

/// How a preparation ended.
pub(super) type Prepared = Result<Arc<SharedView>, Arc<MomentError>>;

/// A moment view that is being made.
pub(super) struct Preparation {
    pub progress: Progress,
    pub ended: watch::Sender<Option<Prepared>>,
}

enum Slot {
    Preparing(Arc<Preparation>),
    Ready(Arc<SharedView>),
}

impl Slot {
    fn has_failed(&self) -> bool {
        match self {
            Self::Preparing(preparation) => matches!(*preparation.ended.borrow(), Some(Err(_))),
            Self::Ready(_) => false,
        }
    }

    fn is_running(&self) -> bool {
        match self {
            Self::Preparing(preparation) => preparation.ended.borrow().is_none(),
            Self::Ready(_) => false,
        }
    }
}

/// What is found for a position.
pub(super) enum Found {
    Ready(Arc<SharedView>),
    Preparing(Arc<Preparation>),
    /// The caller is to make it, and to say so with [`SharedViews::end`].
    Begun(Arc<Preparation>),
    /// It is begun when another one of the workspace is made.
    Later,
    /// Too many others are being made.
    Crowded,
}

/// All of them.
pub(super) struct SharedViews {
    slots: Mutex<HashMap<Position, Slot>>,
    bytes_max: u64,
    uses: AtomicU64,
}

impl SharedViews {
    pub(super) fn new(bytes_max: u64) -> Self {
        Self {
            slots: Mutex::default(),
            bytes_max,
            uses: AtomicU64::new(1),
        }
    }

    pub(super) fn find(&self, position: &Position) -> Found {
        let mut slots = self.slots();
        match slots.get(position) {
            // Somebody may have cleared the folder: then it is made again.
            Some(Slot::Ready(view)) if view.path().exists() => {
                self.touch(view);
                return Found::Ready(Arc::clone(view));
            }
            Some(Slot::Preparing(preparation)) => return Found::Preparing(Arc::clone(preparation)),
            Some(Slot::Ready(_)) | None => {}
        }
        // Failures wait for those who asked, who may never come back: they take nobody's place.
        if slots.values().filter(|slot| slot.has_failed()).count() >= FAILED_MAX {
            slots.retain(|_, slot| !slot.has_failed());
        }
        let running = slots.iter().filter(|(_, slot)| slot.is_running());
        let (mut all, mut of_workspace) = (0, 0);
        for (at, _) in running {
            all += 1;
            of_workspace += usize::from(at.partition.workspace == position.partition.workspace);
        }
        if of_workspace >= WORKSPACE_PREPARED_MAX {
            return Found::Later;
        }
        if all >= PREPARED_MAX {
            return Found::Crowded;
        }
        let preparation = Arc::new(Preparation {
            progress: Progress::default(),
            ended: watch::Sender::new(None),
        });
        let slot = Slot::Preparing(Arc::clone(&preparation));
        slots.insert(position.clone(), slot);
        Found::Begun(preparation)
    }

    /// Says how a preparation ended. A failure stays for the next one who asks for the same, unless
    /// too many others fail before.
    pub(super) fn end(&self, position: &Position, preparation: &Preparation, ended: Prepared) {
        if let Ok(view) = &ended {
            self.touch(view);
            let mut slots = self.slots();
            slots.insert(position.clone(), Slot::Ready(Arc::clone(view)));
            self.tidy(&mut slots);
        }
        preparation.ended.send_replace(Some(ended));
    }

    /// Forgets a preparation that failed, so that the next one who asks has it tried again. One that
    /// somebody else has begun since stays.
    pub(super) fn forget(&self, position: &Position, failed: &Arc<Preparation>) {
        let mut slots = self.slots();
        if let Some(Slot::Preparing(there)) = slots.get(position)
            && Arc::ptr_eq(there, failed)
        {
            slots.remove(position);
        }
    }

    /// The furthest view from which a replay to `position` can go on.
    pub(super) fn nearest(&self, position: &Position) -> Option<(Seq, Arc<SharedView>)> {
        let slots = self.slots();
        let before = slots.iter().filter_map(|(at, slot)| match slot {
            Slot::Ready(view) if at.is_before(position) => Some((at.seq, Arc::clone(view))),
            _ => None,
        });
        before.max_by_key(|(seq, _)| *seq)
    }

    /// Lets go of what was used longest ago until the rest fits; the newest stays.
    fn tidy(&self, slots: &mut HashMap<Position, Slot>) {
        loop {
            let ready = slots.iter().filter_map(|(at, slot)| match slot {
                Slot::Ready(view) => Some((at, view.used.load(Ordering::Relaxed), view.bytes)),
                Slot::Preparing(_) => None,
            });
            let (mut count, mut bytes, mut oldest) = (0, 0, None);
            for (at, used, len) in ready {
                count += 1;
                bytes += len;
                if oldest.is_none_or(|(_, before)| used < before) {
                    oldest = Some((at, used));
                }
            }
            let is_fitting = count <= VIEWS_MAX && bytes <= self.bytes_max;
            let Some(oldest) = oldest.map(|(at, _)| at.clone()).filter(|_| !is_fitting) else {
                return;
            };
            if count == 1 {
                return;
            }
            slots.remove(&oldest);
        }
    }

    fn touch(&self, view: &SharedView) {
        let use_number = self.uses.fetch_add(1, Ordering::Relaxed);
        view.used.store(use_number, Ordering::Relaxed);
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Position, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Position {
    /// Whether applying more to this gives that.
    fn is_before(&self, other: &Self) -> bool {
        let mut followed = self.followed.iter().zip(&other.followed);
        self.partition == other.partition
            && self.seq <= other.seq
            && followed.all(|(at, wanted)| at <= wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;
    use kernel::id::Uuid;

    struct Place {
        dir: tempfile::TempDir,
        views: SharedViews,
    }

    fn place(bytes_max: u64) -> Place {
        Place {
            dir: tempfile::tempdir().unwrap(),
            views: SharedViews::new(bytes_max),
        }
    }

    fn at(seq: Seq, followed: Seq) -> Position {
        Position {
            partition: PartitionId::new(WorkspaceId::INSTALLATION, "messaging"),
            seq,
            followed: vec![followed],
        }
    }

    fn failed() -> Prepared {
        Err(Arc::new(MomentError::Failed("on purpose".into())))
    }

    impl Place {
        fn begin(&self, position: &Position) -> Arc<Preparation> {
            let Found::Begun(preparation) = self.views.find(position) else {
                panic!("there is none yet");
            };
            preparation
        }

        fn make(&self, position: &Position) -> std::path::PathBuf {
            let preparation = self.begin(position);
            let file = self.dir.path().join(position.seq.to_string());
            std::fs::write(&file, "0123456789").unwrap();
            let view = SharedView::new(ScratchFile(file.clone())).unwrap();
            self.views.end(position, &preparation, Ok(Arc::new(view)));
            file
        }

        fn is_ready(&self, position: &Position) -> bool {
            matches!(self.slot(position), Some(true))
        }

        fn slot(&self, position: &Position) -> Option<bool> {
            let slots = self.views.slots();
            let slot = slots.get(position)?;
            Some(matches!(slot, Slot::Ready(_)))
        }
    }

    #[test]
    fn what_was_used_longest_ago_goes_with_its_file() {
        let place = place(35);
        let files: Vec<_> = (1..=3).map(|seq| place.make(&at(seq, 1))).collect();
        assert!(matches!(place.views.find(&at(1, 1)), Found::Ready(_)));
        place.make(&at(4, 1));
        let ready = [1, 2, 3, 4].map(|seq| place.is_ready(&at(seq, 1)));
        assert_eq!(ready, [true, false, true, true]);
        assert!(files[0].exists() && !files[1].exists());
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let place = place(1_000);
        for seq in 1..=20 {
            place.make(&at(seq, 1));
        }
        let ready = (1..=20).filter(|seq| place.is_ready(&at(*seq, 1)));
        assert_eq!(ready.collect::<Vec<_>>(), (5..=20).collect::<Vec<_>>());
    }

    #[test]
    fn it_is_made_once_and_not_too_many_at_a_time() {
        let place = place(1_000);
        let of = |n: u128| Position {
            partition: PartitionId::new(WorkspaceId(Uuid::from_u128(n)), "messaging"),
            ..at(1, 1)
        };
        let first = place.begin(&of(1));
        assert!(matches!(place.views.find(&of(1)), Found::Preparing(_)));
        for n in 2..=16 {
            place.begin(&of(n));
        }
        assert!(matches!(place.views.find(&of(17)), Found::Crowded));
        place.views.forget(&of(1), &first);
        place.begin(&of(17));
    }

    #[test]
    fn one_workspace_leaves_room_for_others() {
        let place = place(1_000);
        place.begin(&at(1, 1));
        let second = place.begin(&at(2, 1));
        assert!(matches!(place.views.find(&at(3, 1)), Found::Later));
        let other = WorkspaceId(Uuid::from_u128(7));
        place.begin(&Position {
            partition: PartitionId::new(other, "messaging"),
            ..at(3, 1)
        });
        place.views.end(&at(2, 1), &second, failed());
        place.begin(&at(3, 1));
    }

    #[test]
    fn failures_that_nobody_asks_about_take_no_place() {
        let place = place(1_000);
        for seq in 1..=16 {
            let begun = place.begin(&at(seq, 1));
            place.views.end(&at(seq, 1), &begun, failed());
        }
        // Who asks for the very position is told, until too many have failed.
        assert!(matches!(place.views.find(&at(1, 1)), Found::Preparing(_)));
        assert!(matches!(place.views.find(&at(17, 1)), Found::Begun(_)));
        assert_eq!(place.views.slots().len(), 1);
    }

    #[test]
    fn a_failure_is_forgotten_but_not_what_was_begun_after_it() {
        let place = place(1_000);
        let one = place.begin(&at(1, 1));
        place.views.end(&at(1, 1), &one, failed());
        place.views.forget(&at(1, 1), &one);
        place.begin(&at(1, 1));
        place.views.forget(&at(1, 1), &one);
        assert!(matches!(place.views.find(&at(1, 1)), Found::Preparing(_)));
    }

    #[test]
    fn a_replay_goes_on_only_from_what_is_earlier_in_every_respect() {
        let place = place(1_000);
        place.make(&at(5, 3));
        place.make(&at(7, 9));
        let nearest = |seq, followed| {
            let found = place.views.nearest(&at(seq, followed));
            found.map(|(seq, _)| seq)
        };
        assert_eq!(nearest(8, 9), Some(7));
        assert_eq!(nearest(8, 8), Some(5));
        assert_eq!(nearest(8, 2), None);
        assert_eq!(nearest(4, 9), None);
    }
}
