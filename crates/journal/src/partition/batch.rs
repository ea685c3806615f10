//! A batch: commands decided together in one open transaction of the view, one append, and what
//! becomes of them.

use super::core::Core;
use super::decide::{Decided, Failure};
use super::inbox::Pending;
use super::types::{AppendResult, AppliedEntry, CoreError, Outcome, Output};
use crate::{AppendError, Durability};
use kernel::{Entry, Refusal, Timestamp};
use std::collections::VecDeque;

/// Commands that were decided together; the view's transaction is open meanwhile.
#[derive(Default)]
pub(super) struct Batch {
    attempt: u64,
    decided: Vec<(Pending, Verdict)>,
    applied: Vec<AppliedEntry>,
    entries: Vec<Entry>,
    bytes: usize,
}

/// What one command of a batch came to.
enum Verdict {
    /// An entry, with this answer.
    Entry(kernel::Seq, serde_json::Value),
    /// It was recorded before, perhaps by this batch, with this answer.
    Recorded(Outcome),
    /// No entry, and this answer.
    Answer(Outcome),
}

impl Batch {
    /// How many commands it carries.
    pub(super) fn len(&self) -> usize {
        self.decided.len()
    }

    /// The commands in it.
    pub(super) fn pendings(&mut self) -> impl Iterator<Item = &mut Pending> {
        self.decided.iter_mut().map(|(pending, _)| pending)
    }

    fn add(&mut self, entry: Entry, applied: AppliedEntry) {
        self.bytes += entry.sealed.len();
        self.entries.push(entry);
        self.applied.push(applied);
    }
}

impl Core {
    /// Decides what waits here and sends it off as one append.
    pub(super) fn start_batch(&mut self, now: Timestamp) -> Result<(), CoreError> {
        let mut failed = Vec::new();
        loop {
            self.view.begin()?;
            match self.decide_batch(now, &mut failed) {
                Ok(batch) => return self.send_off(batch),
                Err(Stop::Command(pending, refusal)) => {
                    // Its rows cannot be told from the others': everything else is decided anew.
                    self.view.rollback()?;
                    failed.push((*pending, Verdict::Answer(Outcome::Refused(refusal))));
                }
                Err(Stop::Core(error)) => {
                    self.view.rollback()?;
                    return Err(error);
                }
            }
        }
    }

    fn decide_batch(
        &mut self,
        now: Timestamp,
        failed: &mut Vec<(Pending, Verdict)>,
    ) -> Result<Batch, Stop> {
        let mut batch = Batch::default();
        let only_urged = !self.leads() && !self.appends_here(now);
        let mut kept = VecDeque::new();
        while let Some(pending) = self.inbox.pop_front() {
            if only_urged && !pending.must_append_here() {
                kept.push_back(pending);
                continue;
            }
            match self.decide_one(now, &pending.command) {
                Ok(Decided::Entry(entry, applied)) => {
                    let answer = applied.payload.answer.clone();
                    let verdict = Verdict::Entry(entry.header.seq, answer);
                    batch.decided.push((pending, verdict));
                    batch.add(*entry, *applied);
                }
                Ok(Decided::Recorded(outcome)) if batch.entries.is_empty() => {
                    self.reply_all(&pending, &outcome);
                }
                Ok(Decided::Recorded(outcome)) => {
                    batch.decided.push((pending, Verdict::Recorded(outcome)));
                }
                Ok(Decided::Answer(outcome)) => {
                    batch.decided.push((pending, Verdict::Answer(outcome)));
                }
                Err(failure) => {
                    self.take_back(kept);
                    return Err(self.stop(batch, pending, failure));
                }
            }
            if self.is_full(&batch) {
                break;
            }
        }
        self.take_back(kept);
        batch.decided.append(failed);
        if self.must_confirm(now, &batch) {
            let (entry, applied) = self.take_over(now).map_err(Stop::Core)?;
            batch.add(entry, applied);
        }
        Ok(batch)
    }

    fn is_full(&self, batch: &Batch) -> bool {
        // After a switchover the other site leads: the rest goes there.
        let hands_over = !batch.entries.is_empty() && !self.leads();
        hands_over
            || batch.entries.len() >= self.config.batch_max
            || batch.bytes >= self.config.batch_bytes_max
    }

    /// Whether answers that need no entry must be confirmed by one: this site does not lead, or
    /// cannot be sure that it still does, so the rows they rest on may be old; or an earlier append
    /// may still land.
    fn must_confirm(&self, now: Timestamp, batch: &Batch) -> bool {
        let is_sure = self.leads() && !self.is_cut_off(now) && !self.is_unwritable;
        let mut verdicts = batch.decided.iter();
        batch.entries.is_empty()
            && verdicts.any(|(pending, verdict)| {
                matches!(verdict, Verdict::Answer(_)) && (!is_sure || pending.lost_append)
            })
    }

    fn send_off(&mut self, mut batch: Batch) -> Result<(), CoreError> {
        if batch.entries.is_empty() {
            self.view.rollback()?;
            self.answer(batch);
            return Ok(());
        }
        self.attempts += 1;
        batch.attempt = self.attempts;
        let entries = std::mem::take(&mut batch.entries);
        self.batch = Some(batch);
        self.outputs.push(Output::Append {
            attempt: self.attempts,
            after: self.view.committed(),
            entries,
        });
        Ok(())
    }

    /// Puts back what was decided before a command failed, and says what failed.
    fn stop(&mut self, batch: Batch, failed: Pending, failure: Failure) -> Stop {
        self.requeue(batch, false);
        match failure {
            Failure::Command(refusal) => Stop::Command(Box::new(failed), refusal),
            Failure::Core(error) => Stop::Core(error),
        }
    }

    fn take_back(&mut self, mut kept: VecDeque<Pending>) {
        while let Some(pending) = kept.pop_back() {
            self.inbox.push_front(pending);
        }
    }

    /// An append ended.
    pub(super) fn appended(
        &mut self,
        now: Timestamp,
        attempt: u64,
        result: AppendResult,
    ) -> Result<(), CoreError> {
        let Some(mut batch) = self.batch.take_if(|batch| batch.attempt == attempt) else {
            return Ok(());
        };
        match result {
            Ok(appended) => {
                self.durability = Some(appended.durability);
                self.is_unwritable = false;
                self.avoid_engine_until = Timestamp(i64::MIN);
                self.trouble = None;
                self.last_read = now;
                self.keep(&mut batch);
                self.answer(batch);
                return Ok(());
            }
            Err(AppendError::Conflict) => {
                self.view.rollback()?;
                self.must_read = true;
                self.known = self.known.max(self.view.head().seq + 1);
                self.requeue(batch, false);
            }
            Err(AppendError::Unavailable(cause)) => {
                self.view.rollback()?;
                self.engine_failed(now, cause);
                self.requeue(batch, false);
            }
            Err(AppendError::Unknown(cause)) => {
                self.view.rollback()?;
                self.must_read = true;
                self.engine_failed(now, cause);
                self.requeue(batch, true);
            }
        }
        self.append_not_before = now.plus_ms(self.config.retry_ms);
        Ok(())
    }

    /// The batch is durable: its rows become permanent.
    fn keep(&mut self, batch: &mut Batch) {
        if let Err(error) = self.view.commit() {
            // The journal has it, only our rows do not: they come back by reading.
            tracing::error!(%error, "a durable batch could not be kept in the view; reading it back");
            self.must_read = true;
            let last = batch.applied.last().map_or(0, |last| last.header.seq);
            self.known = self.known.max(last);
        } else {
            let applied = std::mem::take(&mut batch.applied);
            self.outputs.push(Output::Applied(applied));
        }
    }

    /// Tells everyone what their commands came to.
    fn answer(&mut self, batch: Batch) {
        let is_settled = batch.attempt > 0;
        let durability = self.durability.unwrap_or(Durability::StoredHere);
        for (pending, verdict) in batch.decided {
            match verdict {
                Verdict::Entry(seq, answer) => {
                    let outcome = Outcome::Accepted {
                        seq,
                        answer,
                        durability,
                    };
                    self.reply_all(&pending, &outcome);
                }
                Verdict::Recorded(outcome) => self.reply_all(&pending, &outcome),
                Verdict::Answer(outcome) => self.deny(&pending, &outcome, is_settled),
            }
        }
    }

    fn requeue(&mut self, batch: Batch, is_lost: bool) {
        for (mut pending, verdict) in batch.decided.into_iter().rev() {
            pending.lost_append |= is_lost && matches!(verdict, Verdict::Entry(..));
            self.inbox.push_front(pending);
        }
    }
}

/// Why a batch was not decided to its end.
enum Stop {
    /// The module failed on this command.
    Command(Box<Pending>, Refusal),
    /// The partition cannot go on.
    Core(CoreError),
}
