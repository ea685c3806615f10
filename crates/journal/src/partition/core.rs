//! State and flow of the core: taking commands in, routing them, answering them.

use super::batch::Batch;
use super::types::{Config, CoreError, ForwardResult, Input, Outcome, Output, Status, Via, Waiter};
use crate::{Durability, KeyRing};
use kernel::{Command, CommandId, Hash, Header, Payload, Refusal, Seq, SiteName, Timestamp, View};
use std::collections::{BTreeMap, VecDeque};

/// How often a command may be sent back by a peer that does not lead before this site appends.
const BOUNCES_MAX: u8 = 3;

/// The core of one partition at one site.
pub struct Core {
    pub(super) config: Config,
    pub(super) view: View,
    pub(super) keys: KeyRing,
    pub(super) inbox: VecDeque<Pending>,
    pub(super) batch: Option<Batch>,
    pub(super) attempts: u64,
    forwarded: BTreeMap<CommandId, Forwarded>,
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
    /// The engine refused the last append; the peer may be able to.
    pub(super) is_cut_off: bool,
    avoid_peer_until: Timestamp,
    last_due: Timestamp,
    pub(super) durability: Option<Durability>,
    pub(super) trouble: Option<String>,
    pub(super) outputs: Vec<Output>,
}

/// A command that waits here.
#[derive(Debug)]
pub(super) struct Pending {
    pub command: Command,
    pub waiters: Vec<Waiter>,
    pub via: Via,
    pub deadline: Timestamp,
    /// An append or forward that carried it ended without an answer.
    pub is_uncertain: bool,
    pub bounces: u8,
}

struct Forwarded {
    pending: Pending,
    give_up: Timestamp,
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
            read_not_before: Timestamp(i64::MIN),
            nothing_since: None,
            last_read: Timestamp(i64::MIN),
            append_not_before: Timestamp(i64::MIN),
            is_cut_off: false,
            avoid_peer_until: Timestamp(i64::MIN),
            last_due: Timestamp(i64::MIN),
            durability: None,
            trouble: None,
            outputs: Vec::new(),
        }
    }

    /// The site that leads, as far as this view has read.
    #[must_use]
    pub fn lead(&self) -> &SiteName {
        self.view.lead().unwrap_or(&self.config.initial_lead)
    }

    /// The view, for queries at the writer itself.
    #[must_use]
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// A look at the partition.
    #[must_use]
    pub fn status(&self) -> Status {
        Status {
            lead: self.lead().clone(),
            head: self.view.head(),
            known: self.known.max(self.view.head().seq),
            inbox: self.inbox.len(),
            forwarded: self.forwarded.len(),
            in_flight: self.batch.as_ref().map_or(0, Batch::len),
            durability: self.durability,
            trouble: self.trouble.clone(),
        }
    }

    /// Takes one input at `now` and gives what is to be done.
    ///
    /// # Errors
    /// When the view cannot go on: the shell drops this core, replaces the view and replays. Whoever
    /// still waits is told [`Outcome::Unknown`] by the shell.
    pub fn step(&mut self, now: Timestamp, input: Input) -> Result<Vec<Output>, CoreError> {
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
            Input::Keys(keys) => self.keys = keys,
            Input::Durability(durability) => self.durability = durability,
            Input::Tick => self.tick(now),
        }
        self.drive(now)?;
        Ok(std::mem::take(&mut self.outputs))
    }

    /// When the next [`Input::Tick`] is needed, if nothing else happens.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        let mut next = self
            .last_read
            .plus_ms(self.config.idle_read_ms)
            .min(self.last_due.plus_ms(self.config.due_ms));
        for pending in &self.inbox {
            next = next.min(pending.deadline);
        }
        for forwarded in self.forwarded.values() {
            next = next.min(forwarded.give_up);
        }
        if self.must_read || self.known > self.view.head().seq {
            next = next.min(self.read_not_before);
        }
        if !self.inbox.is_empty() {
            next = next.min(self.append_not_before.max(self.read_not_before));
        }
        next
    }

    fn submit(
        &mut self,
        now: Timestamp,
        waiter: Waiter,
        via: Via,
        command: Command,
    ) -> Result<(), CoreError> {
        if let Via::Peer { at, .. } = via {
            self.known = self.known.max(at);
        }
        // While a batch is open the view shows rows that are not durable yet: a repeat of one of
        // its commands must wait for the batch.
        if self.batch.is_none()
            && let Some(outcome) = self.recorded(&command)?
        {
            self.reply(waiter, outcome);
            return Ok(());
        }
        if let Some(same) = self.waiting_with(command.id) {
            if same.command.digest == command.digest {
                same.waiters.push(waiter);
                if let (
                    Via::Peer {
                        must_append: true, ..
                    },
                    Via::Peer { must_append, .. },
                ) = (via, &mut same.via)
                {
                    *must_append = true;
                }
            } else {
                self.reply(waiter, reused());
            }
            return Ok(());
        }
        if self.inbox.len() >= self.config.inbox_max {
            self.reply(waiter, Outcome::Overloaded);
            return Ok(());
        }
        self.inbox.push_back(Pending {
            command,
            waiters: vec![waiter],
            via,
            deadline: now.plus_ms(self.config.command_timeout_ms),
            is_uncertain: false,
            bounces: 0,
        });
        Ok(())
    }

    /// The answer to a command that is recorded already.
    pub(super) fn recorded(&self, command: &Command) -> Result<Option<Outcome>, CoreError> {
        Ok(self.view.find_command(command.id)?.map(|first| {
            if first.digest == command.digest {
                Outcome::Accepted {
                    seq: first.seq,
                    answer: first.answer,
                    durability: self.durability.unwrap_or(Durability::StoredHere),
                }
            } else {
                reused()
            }
        }))
    }

    /// A command with this id that waits here already, wherever it waits.
    fn waiting_with(&mut self, id: CommandId) -> Option<&mut Pending> {
        if let Some(forwarded) = self.forwarded.get_mut(&id) {
            return Some(&mut forwarded.pending);
        }
        if let Some(pending) = self.inbox.iter_mut().find(|p| p.command.id == id) {
            return Some(pending);
        }
        self.batch.as_mut().and_then(|batch| batch.find(id))
    }

    pub(super) fn reply(&mut self, waiter: Waiter, outcome: Outcome) {
        self.outputs.push(Output::Reply { waiter, outcome });
    }

    pub(super) fn reply_all(&mut self, waiters: &[Waiter], outcome: &Outcome) {
        for waiter in waiters {
            self.reply(*waiter, outcome.clone());
        }
    }

    fn tick(&mut self, now: Timestamp) {
        let late: Vec<CommandId> = self
            .forwarded
            .iter()
            .filter(|(_, forwarded)| forwarded.give_up <= now)
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            self.forward_ended(now, id, Err("the lead did not answer in time".into()));
        }
        if self.last_read.plus_ms(self.config.idle_read_ms) <= now {
            self.must_read = true;
        }
    }

    fn forward_ended(&mut self, now: Timestamp, id: CommandId, result: ForwardResult) {
        let Some(Forwarded { mut pending, .. }) = self.forwarded.remove(&id) else {
            return;
        };
        match result {
            Ok(Outcome::NotLead { seq, .. }) => {
                self.known = self.known.max(seq);
                pending.bounces += 1;
                self.inbox.push_front(pending);
            }
            Ok(Outcome::Unavailable { cause }) => {
                self.peer_failed(now, cause);
                self.inbox.push_front(pending);
            }
            Ok(Outcome::Unknown { cause }) | Err(cause) => {
                // The peer may have appended it: the command record in the chain tells, so this
                // site reads before it decides.
                pending.is_uncertain = true;
                self.must_read = true;
                self.peer_failed(now, cause);
                self.inbox.push_front(pending);
            }
            Ok(outcome) => {
                self.trouble = None;
                if let Outcome::Accepted { seq, .. } = outcome {
                    self.known = self.known.max(seq);
                }
                self.reply_all(&pending.waiters, &outcome);
            }
        }
    }

    fn peer_failed(&mut self, now: Timestamp, cause: String) {
        self.avoid_peer_until = now.plus_ms(self.config.avoid_peer_ms);
        self.trouble = Some(cause);
    }

    /// Does whatever can be done now.
    fn drive(&mut self, now: Timestamp) -> Result<(), CoreError> {
        self.expire(now);
        if self.batch.is_some() {
            return Ok(());
        }
        self.follow_others()?;
        let is_behind = self.must_read || self.known > self.view.head().seq;
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

    /// Answers commands that waited too long.
    fn expire(&mut self, now: Timestamp) {
        if self.inbox.iter().all(|pending| pending.deadline > now) {
            return;
        }
        let cause = self
            .trouble
            .clone()
            .unwrap_or_else(|| "the engine did not answer".into());
        let (late, rest): (VecDeque<_>, VecDeque<_>) = self
            .inbox
            .drain(..)
            .partition(|pending| pending.deadline <= now);
        self.inbox = rest;
        for pending in late {
            let cause = cause.clone();
            let outcome = if pending.is_uncertain {
                Outcome::Unknown { cause }
            } else {
                Outcome::Unavailable { cause }
            };
            self.reply_all(&pending.waiters, &outcome);
        }
    }

    fn take_due(&mut self, now: Timestamp) -> Result<(), CoreError> {
        if self.last_due.plus_ms(self.config.due_ms) > now || *self.lead() != self.config.site {
            return Ok(());
        }
        self.last_due = now;
        let due = self
            .view
            .module()
            .due(self.view.rows(), now)
            .map_err(kernel::ViewError::from)?;
        for command in due {
            if self.waiting_with(command.id).is_none() && self.inbox.len() < self.config.inbox_max {
                self.inbox.push_back(Pending {
                    command,
                    waiters: Vec::new(),
                    via: Via::Client,
                    deadline: now.plus_ms(self.config.command_timeout_ms),
                    is_uncertain: false,
                    bounces: 0,
                });
            }
        }
        Ok(())
    }

    /// Whether this site appends what its clients wish: it leads, or the lead cannot be asked. A
    /// lead that is cut off from the engine asks the peer instead, as long as that may work.
    pub(super) fn appends_here(&self, now: Timestamp) -> bool {
        let peer_may_answer = self.config.peer.is_some() && self.avoid_peer_until <= now;
        if !peer_may_answer {
            return true;
        }
        *self.lead() == self.config.site && !self.is_cut_off
    }

    /// Hands everything that may go to the peer to it, and sends back what the peer should not have
    /// sent here. What must be appended here stays; so does, while this site is behind, what it must
    /// know more for.
    fn forward_inbox(&mut self, now: Timestamp, is_behind: bool) {
        let Some(peer) = self.config.peer.clone() else {
            return;
        };
        let leads = *self.lead() == self.config.site;
        let at = self.view.head().seq;
        for pending in std::mem::take(&mut self.inbox) {
            let waits = is_behind && (leads || pending.via != Via::Client || pending.bounces > 0);
            if waits || leads && pending.via != Via::Client || pending.must_append_here() {
                self.inbox.push_back(pending);
            } else if pending.via == Via::Client {
                self.forward(now, peer.clone(), at, leads, pending);
            } else {
                let outcome = Outcome::NotLead {
                    lead: self.lead().clone(),
                    seq: at,
                };
                self.reply_all(&pending.waiters, &outcome);
            }
        }
    }

    fn forward(&mut self, now: Timestamp, to: SiteName, at: Seq, must_append: bool, p: Pending) {
        self.outputs.push(Output::Forward {
            to,
            command: Box::new(p.command.clone()),
            at,
            must_append,
        });
        let give_up = now.plus_ms(self.config.forward_timeout_ms);
        self.forwarded.insert(
            p.command.id,
            Forwarded {
                pending: p,
                give_up,
            },
        );
    }
}

impl Pending {
    /// Whether no one else can append it.
    pub(super) fn must_append_here(&self) -> bool {
        matches!(
            self.via,
            Via::Peer {
                must_append: true,
                ..
            }
        ) || self.bounces >= BOUNCES_MAX
    }
}

/// The answer to an id that is used again for something else: the first command stands.
pub(super) fn reused() -> Outcome {
    Outcome::Refused(Refusal::conflict(
        "command_id_reused",
        "this command id was used for another command, which stands",
    ))
}
