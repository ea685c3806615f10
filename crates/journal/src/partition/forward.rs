//! What goes to the peer, what comes back, and what the peer should not have sent here.

use super::core::{Core, Forwarded};
use super::inbox::{Pending, REUSED};
use super::types::{ForwardResult, Outcome, Output};
use kernel::{CommandId, SiteName, Timestamp};

impl Core {
    /// Hands everything that may go to the peer to it, and sends back what the peer should not have
    /// sent here. What must be appended here stays; so does, while this site is behind, what it must
    /// know more for.
    pub(super) fn forward_inbox(&mut self, now: Timestamp, is_behind: bool) {
        let Some(peer) = self.config.peer.clone() else {
            return;
        };
        let leads = self.leads();
        for mut pending in std::mem::take(&mut self.inbox) {
            if !leads && !pending.must_append_here() && !pending.peers.is_empty() && !is_behind {
                let outcome = self.not_lead();
                for waiter in std::mem::take(&mut pending.peers) {
                    self.reply(waiter, outcome.clone());
                }
            }
            let came_from_peer = !pending.peers.is_empty();
            let must_know_more = is_behind && !leads && pending.bounces > 0;
            let has_namesake = self.forwarded.contains_key(&pending.command.id);
            if came_from_peer || must_know_more || has_namesake || pending.must_append_here() {
                self.inbox.push_back(pending);
            } else if pending.is_ours {
                self.forward(now, peer.clone(), leads, pending);
            }
        }
    }

    fn forward(&mut self, now: Timestamp, to: SiteName, must_append: bool, pending: Pending) {
        self.outputs.push(Output::Forward {
            to,
            command: Box::new(pending.command.clone()),
            at: self.view.head().seq,
            must_append,
        });
        let give_up = now.plus_ms(self.config.forward_timeout_ms);
        let id = pending.command.id;
        self.forwarded.insert(id, Forwarded { pending, give_up });
    }

    /// Takes back what the peer has had for too long.
    pub(super) fn give_up_forwards(&mut self, now: Timestamp) {
        let late: Vec<CommandId> = self
            .forwarded
            .iter()
            .filter(|(_, forwarded)| forwarded.give_up <= now)
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            self.forward_ended(now, id, Err("the lead did not answer in time".into()));
        }
    }

    pub(super) fn forward_ended(&mut self, now: Timestamp, id: CommandId, result: ForwardResult) {
        let Some(Forwarded { mut pending, .. }) = self.forwarded.remove(&id) else {
            return;
        };
        match result {
            Ok(Outcome::NotLead { seq, .. }) => {
                // A peer that knows less than this site is not contradicting it.
                if seq >= self.view.committed().seq {
                    pending.bounces += 1;
                }
                self.known = self.known.max(seq);
                self.inbox.push_front(pending);
            }
            Ok(Outcome::Unavailable { cause }) => {
                self.peer_failed(now, cause);
                self.inbox.push_front(pending);
            }
            Ok(Outcome::Unknown { cause }) | Err(cause) => {
                // The peer may have appended it: the command record in the chain tells, so this
                // site reads before it decides.
                pending.lost_forward = true;
                self.must_read = true;
                self.peer_failed(now, cause);
                self.inbox.push_front(pending);
            }
            Ok(outcome) => {
                self.trouble = None;
                if let Outcome::Accepted { seq, .. } = outcome {
                    self.known = self.known.max(seq);
                }
                if is_recorded(&outcome) {
                    self.reply_all(&pending, &outcome);
                } else {
                    // An earlier append of this site, or an earlier request, may still land.
                    self.deny(&pending, &outcome, false);
                }
            }
        }
    }

    fn peer_failed(&mut self, now: Timestamp, cause: String) {
        self.avoid_peer_until = now.plus_ms(self.config.avoid_peer_ms);
        self.trouble = Some(cause);
    }
}

/// Whether an outcome is final because of an entry in the chain.
fn is_recorded(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Accepted { .. } => true,
        Outcome::Refused(refusal) => refusal.code == REUSED,
        _ => false,
    }
}
