//! Commands that wait here: taken in, recognised when they come again, answered, given up.

use super::core::Core;
use super::types::{CoreError, Outcome, Output, Via, Waiter};
use crate::Durability;
use kernel::{Command, Refusal, Timestamp};
use std::collections::VecDeque;

/// How often a command may be sent back by a peer that does not lead before this site appends.
const BOUNCES_MAX: u8 = 3;

/// Code of the refusal of an id that is recorded for another command.
pub(super) const REUSED: &str = "command_id_reused";

/// A command that waits here.
#[derive(Debug)]
pub(super) struct Pending {
    pub command: Command,
    /// This site's clients.
    pub waiters: Vec<Waiter>,
    /// The peer's requests.
    pub peers: Vec<Waiter>,
    /// It is this site's to see to: a client of this site or the module itself wishes it.
    pub is_ours: bool,
    /// The peer cannot append and asks this site to.
    pub is_urged: bool,
    pub deadline: Timestamp,
    /// An append that carried it ended without an answer. Once another entry follows the same
    /// head, that append is void.
    pub lost_append: bool,
    /// The peer had it and did not answer: the peer may bring it into the chain at any time.
    pub lost_forward: bool,
    pub bounces: u8,
}

impl Pending {
    /// A command of this site itself, for which nobody waits.
    pub(super) fn new(command: Command, deadline: Timestamp) -> Self {
        Self {
            command,
            waiters: Vec::new(),
            peers: Vec::new(),
            is_ours: true,
            is_urged: false,
            deadline,
            lost_append: false,
            lost_forward: false,
            bounces: 0,
        }
    }

    /// Whether no one else can append it.
    pub(super) fn must_append_here(&self) -> bool {
        self.is_urged || self.bounces >= BOUNCES_MAX
    }

    fn join(&mut self, waiter: Waiter, via: Via) {
        match via {
            Via::Client => {
                self.waiters.push(waiter);
                self.is_ours = true;
            }
            Via::Peer { must_append, .. } => {
                self.peers.push(waiter);
                self.is_urged |= must_append;
            }
        }
    }
}

impl Core {
    pub(super) fn submit(
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
        if self.waiting_with(&command).is_some() {
            self.join(waiter, via, &command);
            return Ok(());
        }
        if self.inbox.len() + self.forwarded.len() >= self.config.inbox_max {
            self.reply(waiter, Outcome::Overloaded);
            return Ok(());
        }
        let deadline = now.plus_ms(self.config.command_timeout_ms);
        let mut pending = Pending::new(command, deadline);
        pending.is_ours = false;
        pending.join(waiter, via);
        self.inbox.push_back(pending);
        Ok(())
    }

    /// Lets a waiter wait for a command that waits here already.
    fn join(&mut self, waiter: Waiter, via: Via, command: &Command) {
        let is_at_peer = self.forwarded.contains_key(&command.id);
        let is_urged = matches!(
            via,
            Via::Peer {
                must_append: true,
                ..
            }
        );
        if via != Via::Client && !is_urged && is_at_peer && !self.is_behind() {
            // Each site takes the other for the lead; waiting for each other would help nobody.
            let outcome = self.not_lead();
            self.reply(waiter, outcome);
        } else if let Some(same) = self.waiting_with(command) {
            same.join(waiter, via);
        }
    }

    /// What the peer is told when it should ask elsewhere.
    pub(super) fn not_lead(&self) -> Outcome {
        Outcome::NotLead {
            lead: self.lead().clone(),
            seq: self.view.committed().seq,
        }
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

    /// This command, where it waits here already. Another one with the same id waits beside it:
    /// which of them stands is known when one of them is recorded.
    pub(super) fn waiting_with(&mut self, command: &Command) -> Option<&mut Pending> {
        let is_same =
            |p: &Pending| p.command.id == command.id && p.command.digest == command.digest;
        let at_peer = self.forwarded.get_mut(&command.id).map(|f| &mut f.pending);
        if let Some(pending) = at_peer.filter(|p| is_same(p)) {
            return Some(pending);
        }
        if let Some(pending) = self.inbox.iter_mut().find(|p| is_same(p)) {
            return Some(pending);
        }
        let batch = self.batch.as_mut()?;
        batch.pendings().find(|p| is_same(p))
    }

    pub(super) fn reply(&mut self, waiter: Waiter, outcome: Outcome) {
        self.outputs.push(Output::Reply { waiter, outcome });
    }

    /// Tells everyone who waits for a command.
    pub(super) fn reply_all(&mut self, pending: &Pending, outcome: &Outcome) {
        for waiter in pending.waiters.iter().chain(&pending.peers) {
            self.reply(*waiter, outcome.clone());
        }
    }

    /// Tells everyone who waits for a command that it has no entry. What an earlier append or the
    /// peer may still bring into the chain cannot be denied; `is_settled` says that this site's
    /// earlier appends are void.
    pub(super) fn deny(&mut self, pending: &Pending, outcome: &Outcome, is_settled: bool) {
        if pending.lost_forward || pending.lost_append && !is_settled {
            let cause = "an earlier attempt has not ended yet".to_owned();
            self.reply_all(pending, &Outcome::Unknown { cause });
        } else {
            self.reply_all(pending, outcome);
        }
    }

    /// Answers commands that waited too long.
    pub(super) fn expire(&mut self, now: Timestamp) {
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
            self.deny(&pending, &Outcome::Unavailable { cause }, false);
        }
    }
}

/// The answer to an id that is used again for something else: the first command stands.
pub(super) fn reused() -> Outcome {
    Outcome::Refused(Refusal::conflict(
        REUSED,
        "this command id was used for another command, which stands",
    ))
}
