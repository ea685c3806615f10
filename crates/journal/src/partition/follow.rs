//! Reading what others appended, and following other partitions.

use super::core::{Core, contained};
use super::types::{AppliedEntry, CoreError, Output, ReadResult};
use crate::{ReadError, SealError, chain};
use kernel::{Audience, Entry, Payload, Timestamp, ViewError};

/// The most entries of one read.
const READ_LIMIT: usize = 1_000;

impl Core {
    pub(super) fn start_read(&mut self, now: Timestamp) {
        if !self.is_reading && self.read_not_before <= now {
            self.is_reading = true;
            self.outputs.push(Output::Read {
                after: self.view.head().seq,
                limit: READ_LIMIT,
            });
        }
    }

    /// A read ended. A batch may have been started and finished meanwhile; what the view has
    /// already is passed over.
    pub(super) fn read(&mut self, now: Timestamp, result: ReadResult) -> Result<(), CoreError> {
        self.is_reading = false;
        match result {
            Ok(entries) => {
                self.last_read = now;
                if self.batch.is_none() {
                    self.read_entries(now, entries)?;
                }
                Ok(())
            }
            Err(ReadError::Unavailable(cause)) => {
                self.read_not_before = now.plus_ms(self.config.retry_ms);
                if now.since(self.last_read) >= self.config.idle_read_ms * 2 {
                    // Nothing can be decided here; the peer may be able to.
                    self.engine_failed(now, cause);
                } else {
                    self.trouble = Some(cause);
                }
                Ok(())
            }
            Err(ReadError::Damaged { seq, cause, .. }) => {
                self.read_not_before = now.plus_ms(self.config.retry_ms * 40);
                self.trouble = Some(format!("entry {seq} is damaged: {cause}"));
                Ok(())
            }
        }
    }

    fn read_entries(&mut self, now: Timestamp, entries: Vec<Entry>) -> Result<(), CoreError> {
        let is_full = entries.len() >= READ_LIMIT;
        let seq_before = self.view.head().seq;
        let applied = self.apply_read(entries)?;
        self.must_read = is_full && !applied.is_empty();
        if !applied.is_empty() {
            self.nothing_since = None;
            self.append_not_before = Timestamp(i64::MIN);
            self.outputs.push(Output::Applied(applied));
        } else if self.known > seq_before {
            self.found_nothing(now, seq_before);
        }
        Ok(())
    }

    /// The engine's reader lags behind what is known to exist; or what was noticed was never durable
    /// and is gone (an engine's old primary may have shown it), and then this site must go on.
    fn found_nothing(&mut self, now: Timestamp, seq: kernel::Seq) {
        self.read_not_before = now.plus_ms(self.config.retry_ms);
        let since = *self.nothing_since.get_or_insert(now);
        if now.since(since) >= self.config.believe_ms {
            self.known = seq;
            self.nothing_since = None;
        }
    }

    /// Applies entries in one transaction; stops, without harm, at one whose key is not here yet.
    fn apply_read(&mut self, entries: Vec<Entry>) -> Result<Vec<AppliedEntry>, CoreError> {
        let start = self.view.head().seq;
        let news: Vec<Entry> = entries
            .into_iter()
            .filter(|e| e.header.seq > start)
            .collect();
        if news.is_empty() {
            return Ok(Vec::new());
        }
        self.view.begin()?;
        match contained("applying entries", || self.apply_news(news)) {
            Ok(applied) => {
                self.view.commit()?;
                Ok(applied)
            }
            Err(error) => {
                self.view.rollback()?;
                Err(error)
            }
        }
    }

    fn apply_news(&mut self, news: Vec<Entry>) -> Result<Vec<AppliedEntry>, CoreError> {
        let mut applied = Vec::with_capacity(news.len());
        for entry in news {
            chain::verify(self.view.head(), &entry)?;
            let payload = match self.keys.open(&entry.header, &entry.sealed) {
                Ok(payload) => payload,
                Err(SealError::UnknownKey(key)) => {
                    // It exists: nothing is decided before it can be read.
                    self.known = self.known.max(entry.header.seq);
                    self.nothing_since = None;
                    self.trouble = Some(SealError::UnknownKey(key).to_string());
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            applied.push(self.apply_entry(&entry, payload)?);
        }
        Ok(applied)
    }

    /// Applies one entry inside the open transaction and finds who is shown it.
    pub(super) fn apply_entry(
        &mut self,
        entry: &Entry,
        payload: Payload,
    ) -> Result<AppliedEntry, CoreError> {
        self.view.apply(&entry.header, entry.hash, &payload)?;
        let audiences = payload
            .events
            .iter()
            .map(|event| self.view.module().audience(self.view.rows(), event))
            .collect::<Result<Vec<Audience>, _>>()
            .map_err(ViewError::from)?;
        Ok(AppliedEntry {
            header: entry.header.clone(),
            hash: entry.hash,
            payload,
            audiences,
        })
    }

    /// Applies what followed partitions told.
    pub(super) fn follow_others(&mut self) -> Result<(), CoreError> {
        while let Some(entries) = self.to_follow.pop_front() {
            let followed = contained("following another partition", || {
                Ok(self.view.follow(&entries)?)
            });
            if followed.is_err() {
                self.view.rollback()?;
            }
            followed?;
        }
        Ok(())
    }
}
