//! The shell around each core: inputs in, outputs carried out, timers kept.

use super::World;
use crate::history::{Reply, Sighting};
use crate::queue::Event;
use crate::site::Asker;
use journal::partition::{AppliedEntry, Input, Outcome, Output, Via};
use kernel::{Command, Seq, SiteName, Timestamp};

impl World {
    pub(super) fn start(&mut self, site: usize) {
        self.sites[site].start().expect("SQLite works in memory");
        self.trace
            .note(self.now, format_args!("site {site} starts"));
        self.plan_tick(site);
        self.queue.add(self.now + 40, Event::PolicyArrives { site });
    }

    pub(super) fn restart(&mut self, site: usize, life: u64) {
        let state = &self.sites[site];
        if state.life == life && state.core.is_none() && state.kills == 0 {
            self.start(site);
        }
    }

    /// Hands an input to a core, if it still lives; keeps it if the program is stopped.
    pub(super) fn input(&mut self, site: usize, life: u64, input: Input) {
        let state = &mut self.sites[site];
        if state.life != life || state.core.is_none() {
            return;
        }
        if state.pauses > 0 {
            state.stalled.push(input);
            return;
        }
        self.step(site, input);
    }

    fn step(&mut self, site: usize, input: Input) {
        let now = self.sites[site].clock(self.now);
        let Some(core) = self.sites[site].core.as_mut() else {
            return;
        };
        match core.step(now, input) {
            Ok(outputs) => {
                for output in outputs {
                    self.carry_out(site, output);
                }
                self.plan_tick(site);
            }
            Err(error) => self.core_failed(site, &error),
        }
    }

    /// As the server does: whoever waits learns nothing certain, the view is replaced and replayed.
    fn core_failed(&mut self, site: usize, error: &journal::partition::CoreError) {
        let text = format!("site {site}: {error:?}");
        self.trace
            .note(self.now, format_args!("core failed: {text}"));
        self.history.failures.push((text, self.history.panics));
        let askers = std::mem::take(&mut self.sites[site].askers);
        for asker in askers.into_values() {
            let cause = "the module is being restarted".to_owned();
            self.answer(site, asker, Outcome::Unknown { cause }, (0, false));
        }
        let state = &mut self.sites[site];
        state.kill(false).expect("SQLite works in memory");
        let life = state.life;
        self.queue
            .add(self.now + 200, Event::Restart { site, life });
    }

    /// Keeps the one timer a core needs.
    fn plan_tick(&mut self, site: usize) {
        let state = &mut self.sites[site];
        let Some(core) = &state.core else { return };
        let at = state.when(core.deadline()).max(self.now);
        if state
            .tick_at
            .is_none_or(|planned| planned > at || planned < self.now)
        {
            state.tick_at = Some(at);
            let life = state.life;
            self.queue.add(at, Event::Tick { site, life, at });
        }
    }

    pub(super) fn tick(&mut self, site: usize, life: u64, at: i64) {
        let state = &mut self.sites[site];
        if state.life != life || state.tick_at != Some(at) || state.core.is_none() {
            return;
        }
        state.tick_at = None;
        if state.pauses > 0 {
            return;
        }
        state.tick = match state.tick {
            (moment, steps) if moment == self.now => (moment, steps + 1),
            _ => (self.now, 1),
        };
        let steps = state.tick.1;
        self.history.busiest_tick = self.history.busiest_tick.max(steps);
        if steps < 50 {
            self.step(site, Input::Tick);
        } else {
            // A core that asks for ticks without end would stop virtual time.
            self.queue
                .add(self.now + 20, Event::Tick { site, life, at });
            self.sites[site].tick_at = Some(at);
        }
    }

    /// A stopped program goes on: everything that arrived meanwhile is there at once.
    pub(super) fn go_on(&mut self, site: usize) {
        for input in std::mem::take(&mut self.sites[site].stalled) {
            self.step(site, input);
        }
        self.sites[site].tick_at = None;
        self.plan_tick(site);
    }

    fn carry_out(&mut self, site: usize, output: Output) {
        match output {
            Output::Append {
                attempt,
                after,
                entries,
            } => self.send_append(site, attempt, after, entries),
            Output::Read { after, limit } => {
                let life = self.sites[site].life;
                let event = Event::ReadArrives {
                    site,
                    life,
                    after,
                    limit,
                };
                self.queue.add(self.now + self.dice.between(0, 3), event);
            }
            Output::Forward {
                to,
                command,
                at,
                must_append,
            } => self.send_forward(site, &to, command, at, must_append),
            Output::Reply { waiter, outcome } => self.reply(site, waiter, outcome),
            Output::Applied(entries) => self.applied(site, &entries),
        }
    }

    fn applied(&mut self, site: usize, entries: &[AppliedEntry]) {
        let life = self.sites[site].life;
        for entry in entries {
            self.history.sightings[site].push(Sighting {
                life,
                seq: entry.header.seq,
                hash: entry.hash,
            });
        }
        if let Some(last) = entries.last() {
            self.trace.note(
                self.now,
                format_args!("site {site} applied to {}", last.header.seq),
            );
        }
    }

    fn send_forward(
        &mut self,
        from: usize,
        to: &SiteName,
        command: Box<Command>,
        at: Seq,
        must_append: bool,
    ) {
        let peer = 1 - from;
        debug_assert_eq!(self.sites[peer].name(), to, "there is one peer");
        self.trace.note(
            self.now,
            format_args!("site {from} forwards {} at {at} {must_append}", command.id),
        );
        if self.network.carries(from, peer) {
            let life = self.sites[from].life;
            let event = Event::ForwardArrives {
                from,
                life,
                command,
                at,
                must_append,
            };
            self.queue.add(self.now + self.way(), event);
        }
    }

    pub(super) fn forward_arrives(
        &mut self,
        from: usize,
        life: u64,
        command: Command,
        at: Seq,
        must_append: bool,
    ) {
        let site = 1 - from;
        let id = command.id;
        if self.sites[site].core.is_none() {
            // The machine is there but nobody listens: the sender learns it at once.
            if self.network.carries(site, from) && self.engine.is_up(site) {
                let result = Err("connection refused".to_owned());
                let input = Input::Forwarded {
                    command: id,
                    result,
                };
                self.plan_input_for(self.way(), from, life, input);
            }
            return;
        }
        let state = &mut self.sites[site];
        let waiter = state.register(Asker::Peer { life, command: id });
        let life_here = state.life;
        let via = Via::Peer { at, must_append };
        let input = Input::Submit {
            waiter,
            via,
            command,
        };
        self.input(site, life_here, input);
    }

    fn reply(&mut self, site: usize, waiter: u64, outcome: Outcome) {
        let Some(asker) = self.sites[site].askers.remove(&waiter) else {
            let text = format!("site {site} replied twice or to nobody: {outcome:?}");
            self.history.failures.push((text, false));
            return;
        };
        let state = self.sites[site].core.as_ref().map_or((0, false), |core| {
            let status = core.status();
            (status.head.seq, status.lead == *self.sites[site].name())
        });
        self.answer(site, asker, outcome, state);
    }

    fn answer(&mut self, site: usize, asker: Asker, outcome: Outcome, state: (Seq, bool)) {
        match asker {
            Asker::Client { issue, attempt } => {
                self.trace.note(
                    self.now,
                    format_args!("site {site} answers {issue}.{attempt} {outcome:?}"),
                );
                if self.network.serves_clients(site) {
                    let at = self.now + self.way();
                    let reply = Reply {
                        at,
                        outcome,
                        head: state.0,
                        led: state.1,
                    };
                    let event = Event::AnswerArrives {
                        issue,
                        attempt,
                        reply,
                    };
                    self.queue.add(at, event);
                }
            }
            Asker::Peer { life, command } => {
                let peer = 1 - site;
                self.trace.note(
                    self.now,
                    format_args!("site {site} answers its peer {command} {outcome:?}"),
                );
                if self.network.carries(site, peer) {
                    let result = Ok(outcome);
                    let input = Input::Forwarded { command, result };
                    self.plan_input_for(self.way(), peer, life, input);
                }
            }
        }
    }

    /// What a site's clock shows now.
    pub(super) fn clock(&self, site: usize) -> Timestamp {
        self.sites[site].clock(self.now)
    }
}
