//! State and flow of the core: one input in, whatever can be done now is done, outputs out.

use super::batch::Batch;
use super::inbox::Pending;
use super::types::{Config, CoreError, Input, Output, Status};
use crate::{Durability, KeyRing};
use kernel::{CommandId, Hash, Header, Payload, Seq, SiteName, Timestamp, View};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Before all time: whatever waits for it may happen at once.
const LONG_AGO: Timestamp = Timestamp(i64::MIN);

/// The core of one partition at one site.
pub struct Core {
    pub(super) config: Config,
    pub(super) view: View,
    pub(super) keys: KeyRing,
    pub(super) inbox: VecDeque<Pending>,
    pub(super) batch: Option<Batch>,
    pub(super) attempts: u64,
    /// Commands that wait at the peer.
    pub(super) forwarded: BTreeMap<CommandId, Forwarded>,
    pub(super) to_follow: VecDeque<Vec<(Header, Hash, Payload)>>,
    /// The engine is known to hold at least this much.
    pub(super) known: Seq,
    /// The engine must be read before anything is decided.
    pub(super) must_read: bool,
    pub(super) is_reading: bool,
    pub(super) read_not_before: Timestamp,
    /// Since when reads have given nothing although more is known to exist.
    pub(super) nothing_since: Option<Timestamp>,
    pub(super) last_read: Timestamp,
    pub(super) append_not_before: Timestamp,
    /// Until when the engine counts as out of this site's reach: the peer may be able to append.
    pub(super) avoid_engine_until: Timestamp,
    /// The engine was last seen unable to append.
    pub(super) is_unwritable: bool,
    pub(super) avoid_peer_until: Timestamp,
    pub(super) last_due: Timestamp,
    /// With the rows after this entry, nothing is due at any time.
    nothing_due_at: Option<Seq>,
    pub(super) durability: Option<Durability>,
    pub(super) trouble: Option<String>,
    pub(super) outputs: Vec<Output>,
    /// When the last step was.
    stepped: Timestamp,
}

/// A command that waits at the peer.
pub(super) struct Forwarded {
    pub pending: Pending,
    pub give_up: Timestamp,
}

impl Core {
    /// A core over a view, which may be empty or hold an earlier part of the chain.
    #[must_use]
    pub fn new(config: Config, view: View, keys: KeyRing) -> Self {
        Self {
            config,
            view,
            keys,
            inbox: VecDeque::new(),
            batch: None,
            attempts: 0,
            forwarded: BTreeMap::new(),
            to_follow: VecDeque::new(),
            known: 0,
            must_read: true,
            is_reading: false,
            read_not_before: LONG_AGO,
            nothing_since: None,
            last_read: LONG_AGO,
            append_not_before: LONG_AGO,
            avoid_engine_until: LONG_AGO,
            is_unwritable: false,
            avoid_peer_until: LONG_AGO,
            last_due: LONG_AGO,
            nothing_due_at: None,
            durability: None,
            trouble: None,
            outputs: Vec::new(),
            stepped: LONG_AGO,
        }
    }

    /// The site that leads, as far as this view has read.
    #[must_use]
    pub fn lead(&self) -> &SiteName {
        self.view.lead().unwrap_or(&self.config.initial_lead)
    }

    pub(super) fn leads(&self) -> bool {
        *self.lead() == self.config.site
    }

    /// The view. While an append is under way its rows count entries that are not durable yet:
    /// queries use connections of their own.
    #[must_use]
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// A look at the partition.
    #[must_use]
    pub fn status(&self) -> Status {
        Status {
            lead: self.lead().clone(),
            // What an open transaction applied is nobody's to read yet, and may be rolled back.
            head: self.view.committed(),
            known: self.known.max(self.view.committed().seq),
            inbox: self.inbox.len(),
            forwarded: self.forwarded.len(),
            in_flight: self.batch.as_ref().map_or(0, Batch::len),
            durability: self.durability,
            trouble: self.trouble.clone(),
        }
    }

    /// Takes one input at `now` and gives what is to be done. `now` is the site's wall clock, kept
    /// from going back by the shell.
    ///
    /// # Errors
    /// When the view cannot go on: the shell drops this core, replaces the view and replays. Whoever
    /// still waits is told [`Outcome::Unknown`](super::Outcome::Unknown) by the shell.
    pub fn step(&mut self, now: Timestamp, input: Input) -> Result<Vec<Output>, CoreError> {
        self.stepped = now;
        match input {
            Input::Submit {
                waiter,
                via,
                command,
            } => self.submit(now, waiter, via, command)?,
            Input::Appended { attempt, result } => self.appended(now, attempt, result)?,
            Input::Read(result) => self.read(now, result)?,
            Input::Forwarded { command, result } => self.forward_ended(now, command, result),
            Input::Noticed(seq) => self.known = self.known.max(seq),
            Input::Follow(entries) => self.to_follow.push_back(entries),
            Input::Keys(keys) => {
                self.keys = keys;
                self.read_not_before = LONG_AGO;
            }
            Input::Durability(durability) => {
                self.durability = durability;
                self.is_unwritable = durability.is_none();
            }
            Input::Tick => self.give_up_forwards(now),
        }
        self.drive(now)?;
        Ok(std::mem::take(&mut self.outputs))
    }

    /// When the next [`Input::Tick`] is needed, if nothing else happens; later than the last step.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        let mut next = Timestamp(i64::MAX);
        let mut consider = |moment: Timestamp| next = next.min(moment);
        self.inbox.iter().for_each(|p| consider(p.deadline));
        self.forwarded.values().for_each(|f| consider(f.give_up));
        if self.batch.is_none() {
            let is_behind = self.is_behind();
            if is_behind && !self.is_reading {
                consider(self.read_not_before);
            } else if !is_behind {
                consider(self.last_read.plus_ms(self.config.idle_read_ms));
                if self.leads() {
                    consider(self.last_due.plus_ms(self.config.due_ms));
                }
            }
            if !self.inbox.is_empty() {
                [
                    self.append_not_before,
                    self.avoid_peer_until,
                    self.avoid_engine_until,
                ]
                .into_iter()
                .filter(|moment| *moment > self.stepped)
                .for_each(consider);
            }
        }
        next.max(self.stepped.plus_ms(1))
    }

    /// Whether the engine has, or may have, what this view lacks.
    pub(super) fn is_behind(&self) -> bool {
        self.must_read || self.known > self.view.head().seq
    }

    /// Whether the engine lets this site append, as far as is known.
    pub(super) fn is_cut_off(&self, now: Timestamp) -> bool {
        self.avoid_engine_until > now
    }

    /// The engine failed this site: for a while its peer is asked to append instead.
    pub(super) fn engine_failed(&mut self, now: Timestamp, cause: String) {
        self.avoid_engine_until = now.plus_ms(self.config.avoid_engine_ms);
        self.trouble = Some(cause);
    }

    /// Does whatever can be done now.
    fn drive(&mut self, now: Timestamp) -> Result<(), CoreError> {
        self.expire(now);
        if self.batch.is_some() {
            return Ok(());
        }
        // Asked here and not on ticks: a site that was stopped for a while must look before it
        // decides on rows that may be old.
        if self.last_read.plus_ms(self.config.idle_read_ms) <= now {
            self.must_read = true;
        }
        self.follow_others()?;
        let is_behind = self.is_behind();
        if is_behind {
            self.start_read(now);
        } else {
            self.take_due(now)?;
        }
        if !self.appends_here(now) {
            self.forward_inbox(now, is_behind);
        }
        if !is_behind && !self.inbox.is_empty() && self.append_not_before <= now {
            self.start_batch(now)?;
        }
        Ok(())
    }

    fn take_due(&mut self, now: Timestamp) -> Result<(), CoreError> {
        if self.last_due.plus_ms(self.config.due_ms) > now || !self.leads() {
            return Ok(());
        }
        self.last_due = now;
        let at = self.view.committed().seq;
        if self.nothing_due_at == Some(at) {
            return Ok(());
        }
        let time = now.max(self.view.time());
        let due = contained("asking what is due", || {
            let due = self.view.module().due(self.view.rows(), time);
            Ok(due.map_err(kernel::ViewError::from)?)
        })?;
        let module = self.view.module();
        // Rows of a batch under way may be taken back.
        let is_settled = self.batch.is_none() && module.follows().is_empty();
        if due.is_empty() && is_settled && !module.is_due_by_time() {
            self.nothing_due_at = Some(at);
        }
        for command in due {
            if self.waiting_with(&command).is_none() && self.inbox.len() < self.config.inbox_max {
                self.inbox.push_back(Pending::new(
                    command,
                    now.plus_ms(self.config.command_timeout_ms),
                ));
            }
        }
        Ok(())
    }

    /// Whether this site appends what its clients wish: it leads, or the lead cannot be asked. A
    /// lead that is cut off from the engine asks the peer instead, as long as that may work.
    pub(super) fn appends_here(&self, now: Timestamp) -> bool {
        let peer_may_answer = self.config.peer.is_some() && self.avoid_peer_until <= now;
        !peer_may_answer || self.leads() && !self.is_cut_off(now)
    }
}

/// Runs a part of the module; if that panics, the partition stops and nothing else does.
pub(super) fn contained<T>(
    doing: &'static str,
    work: impl FnOnce() -> Result<T, CoreError>,
) -> Result<T, CoreError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic_message(&*panic);
        tracing::error!(message, doing, "a module panicked");
        Err(CoreError::Panicked { doing, message })
    })
}

/// What a panic said.
pub(super) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}
