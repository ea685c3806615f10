//! Clients: they wish, wait, ask again with the same id at either site, and sometimes misbehave.

use super::World;
use crate::history::{Attempt, Issue, Kind, Reply, is_final};
use crate::ledger::command;
use crate::plan::Mix;
use crate::queue::Event;
use crate::site::Asker;
use journal::partition::{Input, SWITCH_OVER, Via};
use kernel::id::Uuid;
use kernel::{Actor, Command, PersonId};
use serde_json::{Value, json};

impl World {
    pub(super) fn client_wakes(&mut self, client: usize) {
        if self.is_healed {
            return;
        }
        let (command, kind) = self.wish(client);
        self.trace.note(
            self.now,
            format_args!(
                "client {client} wishes {} {} {} ({kind:?})",
                self.history.issues.len(),
                command.name,
                command.body
            ),
        );
        self.history.issues.push(Issue {
            client,
            command,
            kind,
            began_at: self.now,
            attempts: Vec::new(),
            answer: None,
        });
        let issue = self.history.issues.len() - 1;
        let home = client % 2;
        let site = if self.dice.chance(150) {
            1 - home
        } else {
            home
        };
        self.client_sends(issue, site);
        if self.dice.chance(40) {
            self.client_sends(issue, 1 - site);
        }
    }

    fn wish(&mut self, client: usize) -> (Command, Kind) {
        let accepted: Vec<usize> = (0..self.history.issues.len())
            .filter(|issue| {
                let issue = &self.history.issues[*issue];
                issue.kind == Kind::First && issue.accepted().is_some()
            })
            .collect();
        if !accepted.is_empty() && self.dice.chance(150) {
            let of = accepted[self.dice.below(accepted.len())];
            let first = self.history.issues[of].command.clone();
            if self.dice.chance(350) {
                let body = json!({ "account": "reused", "amount": 1 });
                let actor = first.actor.clone();
                return (command(first.id, "deposit", actor, body), Kind::Reuse(of));
            }
            return (first, Kind::Repeat(of));
        }
        let (name, body) = self.some_command();
        let actor = Actor::Person(PersonId(Uuid::from_u128(client as u128 + 1)));
        let id = self.dice.command_id();
        (command(id, name, actor, body), Kind::First)
    }

    fn some_command(&mut self) -> (&'static str, Value) {
        let account = |number| format!("account-{number}");
        match self.dice.below(100) {
            0..=39 => {
                let amount = self.dice.between(1, 200);
                let account = account(self.dice.below(4));
                ("deposit", json!({ "account": account, "amount": amount }))
            }
            40..=69 => {
                let from = account(self.dice.below(4));
                let to = account(self.dice.below(4));
                let amount = self.dice.between(1, 300);
                (
                    "transfer",
                    json!({ "from": from, "to": to, "amount": amount }),
                )
            }
            70..=86 => {
                let register = format!("register-{}", self.dice.below(3));
                let value = self.dice.between(1, 4);
                ("set", json!({ "register": register, "value": value }))
            }
            87..=93 => {
                self.timers += 1;
                let timer = format!("timer-{}", self.timers);
                let after_ms = self.dice.between(0, 3_000);
                ("schedule", json!({ "timer": timer, "after_ms": after_ms }))
            }
            94 => ("fail-decide", json!({})),
            95 => ("fail-apply", json!({ "panics": self.dice.chance(500) })),
            96 => ("no-such-command", json!({})),
            _ => {
                let to = ["a", "b"][self.dice.below(2)];
                (SWITCH_OVER, json!({ "to": to }))
            }
        }
    }

    pub(super) fn client_sends(&mut self, issue: usize, site: usize) {
        let wish = &mut self.history.issues[issue];
        if wish.answer.is_some() {
            return;
        }
        wish.attempts.push(Attempt {
            site,
            sent_at: self.now,
            reply: None,
        });
        let attempt = wish.attempts.len() - 1;
        if self.network.serves_clients(site) {
            let event = Event::RequestArrives { issue, attempt };
            self.queue.add(self.now + self.way(), event);
        }
        let patience = self.dice.between(2_500, 10_000);
        let event = Event::ClientGivesUp { issue, attempt };
        self.queue.add(self.now + patience, event);
    }

    pub(super) fn request_arrives(&mut self, issue: usize, attempt: usize) {
        let wish = &self.history.issues[issue];
        let (site, command) = (wish.attempts[attempt].site, wish.command.clone());
        let state = &mut self.sites[site];
        if state.core.is_none() {
            let event = Event::ClientGivesUp { issue, attempt };
            self.queue.add(self.now + self.way(), event);
            return;
        }
        let waiter = state.register(Asker::Client { issue, attempt });
        let life = state.life;
        let via = Via::Client;
        let input = Input::Submit {
            waiter,
            via,
            command,
        };
        self.input(site, life, input);
    }

    pub(super) fn answer_arrives(&mut self, issue: usize, attempt: usize, reply: Reply) {
        let wish = &mut self.history.issues[issue];
        let asked = wish.attempts[attempt].site;
        wish.attempts[attempt].reply = Some(reply.clone());
        if wish.answer.is_some() {
            return;
        }
        if is_final(&reply.outcome) {
            wish.answer = Some(reply);
            let client = wish.client;
            let think = self.dice.between(0, self.plan.think_ms);
            self.queue.add(self.now + think, Event::ClientWakes(client));
        } else if wish.attempts.len() == attempt + 1 {
            let moves = self.plan.mix != Mix::Storm || self.dice.chance(600);
            let site = if moves { 1 - asked } else { asked };
            let pause = self.dice.between(20, 400);
            self.queue
                .add(self.now + pause, Event::ClientSends { issue, site });
        }
    }

    pub(super) fn client_gives_up(&mut self, issue: usize, attempt: usize) {
        let wish = &self.history.issues[issue];
        if wish.answer.is_some() || wish.attempts[attempt].reply.is_some() {
            return;
        }
        if wish.attempts.len() > attempt + 1 {
            return;
        }
        let site = 1 - wish.attempts[attempt].site;
        let pause = self.dice.between(5, 100);
        self.queue
            .add(self.now + pause, Event::ClientSends { issue, site });
    }
}
