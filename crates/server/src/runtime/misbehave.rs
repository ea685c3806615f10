//! A module that is made to misbehave for a drill: it panics, hangs, is flooded or leaks, in its own
//! writer thread and for a bounded time. Only operators of a site that says `drills = true` get here.

use kernel::{Clock, Timestamp};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What deciding one command costs, more or less.
const NOISE: Duration = Duration::from_micros(200);
const LEAK_STEP_BYTES: usize = 4 << 20;
const LEAK_MAX_BYTES: usize = 256 << 20;

/// How a module misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Every step panics.
    Panic,
    /// A step does not end.
    Hang,
    /// Its mailbox is kept full.
    Flood,
    /// It takes memory, up to a bound, and keeps it.
    Leak,
}

/// What was ordered of a writer, and what it has leaked.
#[derive(Default)]
pub(super) struct Orders(Mutex<Ordered>);

#[derive(Default)]
struct Ordered {
    what: Option<(Misbehaviour, Timestamp)>,
    leaked: Vec<Vec<u8>>,
}

impl Orders {
    pub(super) fn give(&self, what: Misbehaviour, until: Timestamp) {
        self.lock().what = Some((what, until));
    }

    /// Everything is as it was, what was leaked too.
    pub(super) fn take_back(&self) {
        *self.lock() = Ordered::default();
    }

    /// What is ordered at this moment.
    pub(super) fn now(&self, now: Timestamp) -> Option<Misbehaviour> {
        let mut ordered = self.lock();
        match ordered.what {
            Some((what, until)) if now < until => Some(what),
            Some(_) => {
                *ordered = Ordered::default();
                None
            }
            None => None,
        }
    }

    /// Carries it out in the middle of a step.
    ///
    /// # Panics
    /// Where that is what was ordered.
    pub(super) fn carry_out(&self, clock: &dyn Clock) {
        match self.now(clock.now()) {
            None | Some(Misbehaviour::Flood) => {}
            Some(Misbehaviour::Panic) => panic!("ordered by a drill"),
            Some(Misbehaviour::Hang) => {
                while self.now(clock.now()) == Some(Misbehaviour::Hang) {
                    std::thread::sleep(LOOK_EVERY);
                }
            }
            Some(Misbehaviour::Leak) => {
                let mut ordered = self.lock();
                if ordered.leaked.len() * LEAK_STEP_BYTES < LEAK_MAX_BYTES {
                    // Written to, so that it is really taken.
                    ordered.leaked.push(vec![1; LEAK_STEP_BYTES]);
                }
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Ordered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes as long as a command that is decided.
pub(super) fn noise() {
    std::thread::sleep(NOISE);
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::ManualClock;

    #[test]
    fn an_order_ends_by_itself_or_when_it_is_taken_back() {
        let clock = ManualClock::at(Timestamp(1_000));
        let orders = Orders::default();
        orders.carry_out(&clock);
        orders.give(Misbehaviour::Leak, Timestamp(2_000));
        orders.carry_out(&clock);
        orders.carry_out(&clock);
        assert_eq!(orders.lock().leaked.len(), 2);
        assert_eq!(orders.now(Timestamp(2_000)), None);
        assert!(orders.lock().leaked.is_empty());
        orders.give(Misbehaviour::Hang, Timestamp(2_000));
        orders.take_back();
        orders.carry_out(&clock);
    }

    #[test]
    #[should_panic(expected = "ordered by a drill")]
    fn a_panic_is_a_real_one() {
        let orders = Orders::default();
        orders.give(Misbehaviour::Panic, Timestamp(2_000));
        orders.carry_out(&ManualClock::at(Timestamp(1_000)));
    }
}
