//! Deciding a batch in one open transaction of the view, and what becomes of it.

use super::core::{Core, Pending};
use super::types::{AppendResult, AppliedEntry, CoreError, Outcome, Output, SWITCH_OVER};
use crate::{AppendError, chain};
use kernel::{
    Command, CommandId, DecideError, Decision, Entry, Header, Payload, Refusal, SiteName,
    Timestamp, ViewError,
};
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Commands that were decided together; the view's transaction is open meanwhile.
pub(super) struct Batch {
    attempt: u64,
    decided: Vec<(Pending, Outcome)>,
    applied: Vec<AppliedEntry>,
}

/// What deciding one command came to.
enum Verdict {
    /// It gives this entry.
    Entry(Box<Payload>, SiteName),
    /// It gives none, and this answer.
    Answer(Outcome),
}

impl Batch {
    /// How many commands it carries.
    pub(super) fn len(&self) -> usize {
        self.decided.len()
    }

    /// The command with this id in it.
    pub(super) fn find(&mut self, id: CommandId) -> Option<&mut Pending> {
        self.decided
            .iter_mut()
            .map(|(pending, _)| pending)
            .find(|p| p.command.id == id)
    }
}

impl Core {
    /// Decides what waits here and sends it off as one append.
    pub(super) fn start_batch(&mut self, now: Timestamp) -> Result<(), CoreError> {
        let after = self.view.head();
        self.view.begin()?;
        let mut batch = Batch {
            attempt: 0,
            decided: Vec::new(),
            applied: Vec::new(),
        };
        let mut entries = Vec::new();
        let mut bytes = 0;
        let only_must = *self.lead() != self.config.site && !self.appends_here(now);
        let mut kept = std::collections::VecDeque::new();
        while let Some(pending) = self.inbox.pop_front() {
            if only_must && !pending.must_append_here() {
                kept.push_back(pending);
                continue;
            }
            match self.decide_one(now, &pending.command) {
                Ok((Some(entry), applied, outcome)) => {
                    bytes += entry.sealed.len();
                    entries.push(entry);
                    batch
                        .applied
                        .push(applied.expect("an entry comes with what was applied"));
                    batch.decided.push((pending, outcome));
                }
                Ok((None, _, outcome)) => batch.decided.push((pending, outcome)),
                Err(Failure::Command(refusal)) => {
                    self.drop_failed(&pending, refusal, batch)?;
                    self.requeue_front(kept);
                    return Ok(());
                }
                Err(Failure::Core(error)) => {
                    self.view.rollback()?;
                    return Err(error);
                }
            }
            let hands_over = batch
                .applied
                .last()
                .is_some_and(|last| last.header.lead != self.config.site);
            if hands_over
                || entries.len() >= self.config.batch_max
                || bytes >= self.config.batch_bytes_max
            {
                break;
            }
        }
        self.requeue_front(kept);
        if entries.is_empty() {
            self.view.rollback()?;
            for (pending, outcome) in batch.decided {
                self.reply_all(&pending.waiters, &outcome);
            }
            return Ok(());
        }
        self.attempts += 1;
        batch.attempt = self.attempts;
        self.batch = Some(batch);
        self.outputs.push(Output::Append {
            attempt: self.attempts,
            after,
            entries,
        });
        Ok(())
    }

    fn requeue_front(&mut self, mut kept: std::collections::VecDeque<Pending>) {
        while let Some(pending) = kept.pop_back() {
            self.inbox.push_front(pending);
        }
    }

    /// One command failed inside the module: it alone is answered, everything else is decided anew.
    fn drop_failed(
        &mut self,
        failed: &Pending,
        refusal: Refusal,
        batch: Batch,
    ) -> Result<(), CoreError> {
        self.view.rollback()?;
        for (pending, _) in batch.decided.into_iter().rev() {
            self.inbox.push_front(pending);
        }
        self.reply_all(&failed.waiters, &Outcome::Refused(refusal));
        Ok(())
    }

    fn decide_one(
        &mut self,
        now: Timestamp,
        command: &Command,
    ) -> Result<(Option<Entry>, Option<AppliedEntry>, Outcome), Failure> {
        if let Some(outcome) = self.recorded(command).map_err(Failure::Core)? {
            return Ok((None, None, outcome));
        }
        let time = now.max(self.view.time());
        let work = AssertUnwindSafe(|| self.verdict(time, command));
        let verdict = catch_unwind(work).map_err(|panic| failed(&*panic))??;
        let (payload, lead) = match verdict {
            Verdict::Answer(outcome) => return Ok((None, None, outcome)),
            Verdict::Entry(payload, lead) => (payload, lead),
        };
        let entry = self.entry(time, command, lead, &payload)?;
        let applied = self.apply_own(&entry, *payload)?;
        let outcome = Outcome::Accepted {
            seq: entry.header.seq,
            answer: applied.payload.answer.clone(),
            durability: crate::Durability::StoredHere,
        };
        Ok((Some(entry), Some(applied), outcome))
    }

    fn verdict(&self, time: Timestamp, command: &Command) -> Result<Verdict, Failure> {
        if command.name == SWITCH_OVER {
            return Ok(self.switch_over(command));
        }
        match self.view.decide(time, command) {
            Ok(Decision::Accepted { events, answer }) => Ok(Verdict::Entry(
                Box::new(Payload {
                    name: command.name.clone(),
                    digest: command.digest,
                    answer,
                    events,
                }),
                self.config.site.clone(),
            )),
            Ok(Decision::Unchanged { answer }) => {
                Ok(Verdict::Answer(Outcome::Unchanged { answer }))
            }
            Err(DecideError::Refused(refusal)) => Ok(Verdict::Answer(Outcome::Refused(refusal))),
            Err(DecideError::View(error)) => Err(Failure::Core(ViewError::from(error).into())),
        }
    }

    fn switch_over(&self, command: &Command) -> Verdict {
        let wished = command.body["to"]
            .as_str()
            .and_then(|name| SiteName::new(name).ok());
        let known =
            |site: &SiteName| *site == self.config.site || Some(site) == self.config.peer.as_ref();
        let Some(to) = wished.filter(known) else {
            return Verdict::Answer(Outcome::Refused(Refusal::invalid(
                "command.to",
                "unknown_site",
                "no such site",
            )));
        };
        let answer = json!({ "lead": to });
        if *self.lead() == to && self.view.head().seq > 0 {
            return Verdict::Answer(Outcome::Unchanged { answer });
        }
        let payload = Payload {
            name: command.name.clone(),
            digest: command.digest,
            answer,
            events: Vec::new(),
        };
        Verdict::Entry(Box::new(payload), to)
    }

    fn entry(
        &self,
        time: Timestamp,
        command: &Command,
        lead: SiteName,
        payload: &Payload,
    ) -> Result<Entry, Failure> {
        let head = self.view.head();
        let (key, _) = self.keys.newest().map_err(|e| Failure::Core(e.into()))?;
        let header = Header {
            partition: self.config.partition.clone(),
            seq: head.seq + 1,
            site: self.config.site.clone(),
            lead,
            time,
            actor: command.actor.clone(),
            command: command.id,
            key,
            prev: head.hash,
        };
        let sealed = self
            .keys
            .seal(&header, payload)
            .map_err(|e| Failure::Core(e.into()))?;
        let hash = chain::hash(&header, &sealed);
        Ok(Entry {
            header,
            sealed,
            hash,
        })
    }

    /// Applies an entry of our own making; if that fails the command is at fault, not the chain.
    fn apply_own(&mut self, entry: &Entry, payload: Payload) -> Result<AppliedEntry, Failure> {
        let work = AssertUnwindSafe(|| self.apply_entry(entry, payload));
        match catch_unwind(work) {
            Ok(Ok(applied)) => Ok(applied),
            Ok(Err(error)) => {
                let detail = error_chain(&error);
                tracing::error!(command = %entry.header.command, detail, "a decision cannot be applied");
                Err(Failure::Command(Refusal::failed("module_failed", FAILED)))
            }
            Err(panic) => Err(failed(&*panic)),
        }
    }

    /// An append ended.
    pub(super) fn appended(
        &mut self,
        now: Timestamp,
        attempt: u64,
        result: AppendResult,
    ) -> Result<(), CoreError> {
        let Some(batch) = self.batch.take_if(|batch| batch.attempt == attempt) else {
            return Ok(());
        };
        match result {
            Ok(appended) => {
                self.durability = Some(appended.durability);
                self.trouble = None;
                self.is_cut_off = false;
                self.last_read = now;
                self.finish(batch)
            }
            Err(AppendError::Conflict) => {
                self.view.rollback()?;
                self.must_read = true;
                self.append_not_before = now.plus_ms(self.config.retry_ms);
                self.requeue(batch, false);
                Ok(())
            }
            Err(AppendError::Unavailable(cause)) => {
                self.view.rollback()?;
                self.is_cut_off = true;
                self.append_not_before = now.plus_ms(self.config.retry_ms);
                self.trouble = Some(cause);
                self.requeue(batch, false);
                Ok(())
            }
            Err(AppendError::Unknown(cause)) => {
                self.view.rollback()?;
                self.must_read = true;
                self.is_cut_off = true;
                self.append_not_before = now.plus_ms(self.config.retry_ms);
                self.trouble = Some(cause);
                self.requeue(batch, true);
                Ok(())
            }
        }
    }

    /// The batch is durable: its rows become permanent and everyone is told.
    fn finish(&mut self, batch: Batch) -> Result<(), CoreError> {
        if let Err(error) = self.view.commit() {
            // The journal has it, only our rows do not: they come back by reading.
            tracing::error!(%error, "a durable batch could not be kept in the view; reading it back");
            self.must_read = true;
            self.known = self
                .known
                .max(batch.applied.last().map_or(0, |last| last.header.seq));
        } else {
            self.outputs.push(Output::Applied(batch.applied));
        }
        let durability = self.durability.unwrap_or(crate::Durability::StoredHere);
        for (pending, outcome) in batch.decided {
            let outcome = match outcome {
                Outcome::Accepted { seq, answer, .. } => Outcome::Accepted {
                    seq,
                    answer,
                    durability,
                },
                other => other,
            };
            self.reply_all(&pending.waiters, &outcome);
        }
        Ok(())
    }

    fn requeue(&mut self, batch: Batch, is_uncertain: bool) {
        for (mut pending, outcome) in batch.decided.into_iter().rev() {
            pending.is_uncertain |= is_uncertain && matches!(outcome, Outcome::Accepted { .. });
            self.inbox.push_front(pending);
        }
    }
}

/// Why a command could not be decided.
enum Failure {
    /// The command is at fault.
    Command(Refusal),
    /// The partition is.
    Core(CoreError),
}

const FAILED: &str = "the module failed on this command; nothing was changed";

fn failed(panic: &(dyn std::any::Any + Send)) -> Failure {
    let message = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(message, "a module panicked while deciding");
    Failure::Command(Refusal::failed("module_failed", FAILED))
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
