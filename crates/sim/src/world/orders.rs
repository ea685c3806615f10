//! Appends and reads on their way to the engine and back.

use super::World;
use crate::engine::Order;
use crate::queue::Event;
use journal::partition::{AppendResult, Input};
use journal::{AppendError, ReadError};
use kernel::{Entry, Head, Seq};

/// How long a shell waits for an append before it calls its outcome unknown.
const APPEND_TIMEOUT_MS: i64 = 3_000;

/// How long trying to connect takes.
const CONNECT_MS: i64 = 300;

impl World {
    pub(super) fn send_append(
        &mut self,
        site: usize,
        attempt: u64,
        after: Head,
        entries: Vec<Entry>,
    ) {
        let state = &self.sites[site];
        self.trace.note(
            self.now,
            format_args!("site {site} appends {} after {}", entries.len(), after.seq),
        );
        let order = Order {
            site,
            life: state.life,
            attempt,
            after,
            entries,
            reign: self.engine.reign,
            is_answered: true,
        };
        let timeout = Err(AppendError::Unknown("no answer in time".into()));
        self.append_ended(APPEND_TIMEOUT_MS, &order, timeout);
        self.dispatch(order);
    }

    /// Sends an order off, as fate has it.
    fn dispatch(&mut self, mut order: Order) {
        let primary = self.engine.primary;
        let refused = |cause: &str| Err(AppendError::Unavailable(cause.into()));
        if !self.engine.is_up(primary) {
            return self.append_ended(self.way(), &order, refused("connection refused"));
        }
        if !self.network.connects(order.site, primary) {
            // Without a connection nothing was sent; with one, the request may arrive although
            // no answer can.
            if self.dice.chance(500) {
                return self.append_ended(CONNECT_MS, &order, refused("cannot connect"));
            }
            if !self.network.carries(order.site, primary) {
                return;
            }
        }
        let way = self.way();
        let rates = self.rates;
        if self.dice.chance(rates.unavailable) {
            return self.append_ended(way, &order, refused("the engine refuses"));
        }
        if self.dice.chance(rates.lost) {
            return self.lose_sight(&order);
        }
        if self.dice.chance(rates.doubled) {
            let again = Order {
                is_answered: false,
                ..order.clone()
            };
            let late = self.dice.between(0, 4_000);
            self.queue
                .add(self.now + way + late, Event::AppendArrives(Box::new(again)));
        }
        let mut way = way;
        if self.dice.chance(rates.delayed) {
            way += self.dice.between(50, 9_000);
            self.lose_sight(&order);
            order.is_answered = false;
        } else if self.dice.chance(rates.answer_lost) {
            self.lose_sight(&order);
            order.is_answered = false;
        }
        self.queue
            .add(self.now + way, Event::AppendArrives(Box::new(order)));
    }

    /// The connection breaks, sooner or later before the timeout.
    fn lose_sight(&mut self, order: &Order) {
        let after_ms = self.dice.between(0, APPEND_TIMEOUT_MS);
        let unknown = Err(AppendError::Unknown("the connection broke".into()));
        self.append_ended(after_ms, order, unknown);
    }

    fn append_ended(&mut self, after_ms: i64, order: &Order, result: AppendResult) {
        let attempt = order.attempt;
        let input = Input::Appended { attempt, result };
        self.plan_input_for(after_ms, order.site, order.life, input);
    }

    pub(super) fn append_arrives(&mut self, order: Order) {
        if !self.engine.knows(&order) {
            return;
        }
        let flush = self.dice.between(0, 3 + self.slow_ms);
        self.queue
            .add(self.now + flush, Event::AppendLands(Box::new(order)));
    }

    pub(super) fn append_lands(&mut self, order: Order) {
        if !self.engine.knows(&order) {
            return;
        }
        if !self.engine.is_writable(&self.network) {
            self.engine.hold(order);
            return;
        }
        let result = self.engine.land(self.now, &order);
        self.trace.note(
            self.now,
            format_args!(
                "engine: site {} after {} landed: {}",
                order.site,
                order.after.seq,
                result.is_ok()
            ),
        );
        if result.is_ok() {
            self.notify();
        }
        if order.is_answered && self.network.carries(self.engine.primary, order.site) {
            if let (Ok(_), Some(last)) = (&result, order.entries.last()) {
                self.engine.show(order.site, last.header.seq);
            }
            self.append_ended(self.way(), &order, result);
        }
    }

    /// The engine's watch.
    fn notify(&mut self) {
        let seq = self.engine.seq();
        for site in 0..2 {
            if self.network.carries(self.engine.primary, site) && self.dice.chance(800) {
                let after_ms = self.way() + self.dice.between(0, 10);
                self.plan_input(after_ms, site, Input::Noticed(seq));
            }
        }
    }

    pub(super) fn engine_looks(&mut self) {
        let primary = self.engine.primary;
        let orders = self.engine.look(self.now, &self.network);
        if self.engine.primary != primary {
            self.trace.note(
                self.now,
                format_args!("engine: primary is now {}", self.engine.primary),
            );
        }
        for order in orders {
            self.append_lands(order);
        }
        self.queue.add(self.now + 250, Event::EngineLooks);
        for site in 0..2 {
            let reaches = self.network.connects(self.engine.primary, site);
            let durability = (reaches && self.engine.is_writable(&self.network)).then_some(
                if self.engine.is_degraded {
                    journal::Durability::StoredHere
                } else {
                    journal::Durability::Protected
                },
            );
            self.plan_input(self.way(), site, Input::Durability(durability));
        }
    }

    pub(super) fn read_arrives(&mut self, site: usize, life: u64, after: Seq, limit: usize) {
        let found = if self.sites[site].read_faults > 0 {
            None
        } else {
            self.engine.read(&self.network, site, after, limit)
        };
        let result = found.ok_or_else(|| ReadError::Unavailable("no copy answers".into()));
        let after_ms = self.dice.between(0, 2);
        self.plan_input_for(after_ms, site, life, Input::Read(result));
    }
}
