//! A moment view of one's own, that moves on entry by entry.

use super::opened::{Opened, OpenedEntry};
use super::{MomentError, Origin};
use kernel::{Head, Module, Seq, Timestamp, View, ViewError};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;

/// The most entries applied in one transaction.
const TRANSACTION: u64 = 1_000;
/// The most entries of a followed partition applied in one transaction.
const FOLLOWED: usize = 500;

/// A view at a position of its chain, in a file of its own that goes with it. Whatever the module
/// follows is applied up to the time of the last entry applied, so that the rows are as they were.
///
/// Everything here blocks: use it on a thread made for that (`spawn_blocking`).
pub struct ScratchView {
    view: View,
    own: Opened,
    sources: Vec<Opened>,
    file: ScratchFile,
    /// A transaction ends at every multiple of this as well.
    stride: u64,
}

/// A file that is removed when nobody holds it any longer.
pub(super) struct ScratchFile(pub PathBuf);

impl Drop for ScratchFile {
    fn drop(&mut self) {
        View::remove(&self.0);
    }
}

impl ScratchView {
    /// Opens the view in `file`, which is a copy of another one or not there yet.
    pub(super) fn open(origin: &Origin, file: ScratchFile) -> Result<Self, MomentError> {
        let view = View::open_as_it_is(&file.0, Arc::clone(&origin.partition.module))?;
        // A file that goes with its holder outlives no crash, and one file is easier copied than three.
        let rows = view.rows();
        rows.pragma_update(None, "journal_mode", "MEMORY")
            .and_then(|()| rows.pragma_update(None, "synchronous", "OFF"))
            .map_err(ViewError::from)?;
        let opened = |partition: &Arc<_>, head| {
            let (engine, runtime) = (Arc::clone(&origin.engine), origin.runtime.clone());
            Opened::after(head, Arc::clone(partition), engine, runtime)
        };
        let sources = origin.sources.iter().map(|source| {
            let head = view.followed_head(&source.id.to_string())?;
            Ok(opened(source, head))
        });
        Ok(Self {
            sources: sources.collect::<Result<_, ViewError>>()?,
            own: opened(&origin.partition, view.head()),
            view,
            file,
            stride: TRANSACTION,
        })
    }

    /// Fails unless the rows come from the very chains that the engine has: the file may have been
    /// written for another installation, or before a recovery.
    pub(super) fn check(&self) -> Result<(), MomentError> {
        self.own.check(self.head())?;
        for source in &self.sources {
            let head = self.view.followed_head(&source.id().to_string())?;
            source.check(head)?;
        }
        Ok(())
    }

    /// Follows each source up to a position of its own and no further, however old what comes after
    /// is. To be said before anything is read.
    ///
    /// # Errors
    /// [`MomentError::Behind`] where the view is past one of them.
    pub(super) fn follow_only(&mut self, followed: &[Seq]) -> Result<(), MomentError> {
        let mut sources = self.sources.iter_mut().zip(followed);
        sources.try_for_each(|(source, last)| source.end_at(*last))
    }

    /// Follows whatever is left up to those positions.
    pub(super) fn follow_rest(&mut self) -> Result<(), MomentError> {
        self.sources.iter_mut().for_each(Opened::look_again);
        self.follow_until(Timestamp(i64::MAX))
    }

    /// Ends a transaction at every multiple of `stride` as well, so that it is noted.
    pub(super) fn noting_every(self, stride: u64) -> Self {
        Self { stride, ..self }
    }

    /// The rows, for queries and for the module's own questions.
    #[must_use]
    pub const fn rows(&self) -> &Connection {
        self.view.rows()
    }

    /// The last entry applied; 0 before the first.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.view.head().seq
    }

    /// The last entry applied.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.view.head()
    }

    /// The time of the last entry applied.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.view.time()
    }

    /// The module whose rows these are.
    #[must_use]
    pub fn module(&self) -> &Arc<dyn Module> {
        self.view.module()
    }

    /// The next entry of the chain, not applied yet, with the rows as they are before it: what the
    /// module follows is applied up to its time. `None` at the end of the chain.
    ///
    /// # Errors
    /// When an entry cannot be read, is not what the chain says, or cannot be followed.
    pub fn next_entry(&mut self) -> Result<Option<Arc<OpenedEntry>>, MomentError> {
        if self.own.has_to_read() {
            self.sources.iter_mut().for_each(Opened::look_again);
        }
        let Some(entry) = self.own.peek()? else {
            // The chain may have grown when somebody asks again.
            self.own.look_again();
            return Ok(None);
        };
        self.follow_until(entry.header.time)?;
        Ok(Some(entry))
    }

    /// Applies the next entry and gives it; `None` at the end of the chain.
    ///
    /// # Errors
    /// As for [`ScratchView::next_entry`], and when it cannot be applied.
    pub fn step(&mut self) -> Result<Option<Arc<OpenedEntry>>, MomentError> {
        let Some(entry) = self.next_entry()? else {
            return Ok(None);
        };
        self.apply(&entry)?;
        self.settle()?;
        Ok(Some(entry))
    }

    /// Moves on to `seq`.
    ///
    /// # Errors
    /// [`MomentError::Behind`] where the view is past it, [`MomentError::NotThere`] where the chain
    /// ends before it, and as for [`ScratchView::step`].
    pub fn advance(&mut self, seq: Seq) -> Result<(), MomentError> {
        self.advance_noting(seq, &mut |_| Ok(()))
    }

    /// The same; `note` is told of every transaction.
    pub(super) fn advance_noting(
        &mut self,
        seq: Seq,
        note: &mut dyn FnMut(&Self) -> Result<(), MomentError>,
    ) -> Result<(), MomentError> {
        if seq < self.seq() {
            let at = self.seq();
            return Err(MomentError::Behind { at, seq });
        }
        while self.seq() < seq {
            let Some(entry) = self.next_entry()? else {
                self.settle()?;
                let partition = self.own.id().clone();
                return Err(MomentError::NotThere { partition, seq });
            };
            self.apply(&entry)?;
            if self.seq().is_multiple_of(TRANSACTION) || self.seq().is_multiple_of(self.stride) {
                self.settle()?;
                note(self)?;
            }
        }
        self.settle()
    }

    /// Applies what the module follows up to a time.
    ///
    /// # Errors
    /// When an entry cannot be read, opened or applied.
    pub fn follow_until(&mut self, time: Timestamp) -> Result<(), MomentError> {
        for source in &mut self.sources {
            loop {
                let entries = source.take_until(time, FOLLOWED)?;
                if entries.is_empty() {
                    break;
                }
                if self.view.is_open() {
                    self.view.commit()?;
                }
                self.view.follow(&entries)?;
            }
        }
        Ok(())
    }

    fn apply(&mut self, entry: &OpenedEntry) -> Result<(), MomentError> {
        if !self.view.is_open() {
            self.view.begin()?;
        }
        let applied = self.view.apply(&entry.header, entry.hash, &entry.payload);
        if let Err(error) = applied {
            self.view.rollback()?;
            return Err(error.into());
        }
        self.own.take();
        Ok(())
    }

    fn settle(&mut self) -> Result<(), MomentError> {
        if self.view.is_open() {
            self.view.commit()?;
        }
        Ok(())
    }

    /// The file; between transactions it holds all rows.
    pub(super) const fn file(&self) -> &PathBuf {
        &self.file.0
    }

    /// Closes the view and hands over its file.
    pub(super) fn into_file(self) -> ScratchFile {
        self.file
    }
}
