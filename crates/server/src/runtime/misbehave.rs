//! A module that is made to misbehave for a drill: it panics, hangs, is flooded or leaks, for a bounded
//! time. Only operators of a site that says `drills = true` get here.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What deciding one command costs, more or less.
const NOISE: Duration = Duration::from_micros(200);
const LEAK_STEP_BYTES: usize = 16 << 20;

/// How a module misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Misbehaviour {
    /// Every step panics.
    Panic,
    /// A step does not end.
    Hang,
    /// Its mailbox is kept full.
    Flood,
    /// It takes ever more memory.
    Leak,
}

/// How the core of a module misbehaves, and for how many milliseconds from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// How.
    pub how: Misbehaviour,
    /// For so long; a panic and a leak end by themselves.
    pub lasts_ms: u64,
}

impl Fault {
    /// Misbehaves on a thread that shares its process with the whole site, of which only a panic can be
    /// survived: whatever was ordered is a panic here.
    ///
    /// # Panics
    /// Always.
    pub(super) fn happen(self) {
        panic!("ordered by a drill: {:?}", self.how);
    }

    /// Misbehaves in a process that holds nothing but one module.
    ///
    /// # Panics
    /// Where that is what was ordered.
    pub(super) fn happen_alone(self) {
        match self.how {
            Misbehaviour::Panic => self.happen(),
            Misbehaviour::Flood => {}
            Misbehaviour::Hang => {
                let (begun, lasts) = (Instant::now(), Duration::from_millis(self.lasts_ms));
                while begun.elapsed() < lasts {
                    std::hint::spin_loop();
                }
            }
            Misbehaviour::Leak => {
                let mut taken: Vec<Vec<u8>> = Vec::new();
                loop {
                    // Written to, so that it is really taken.
                    taken.push(vec![1; LEAK_STEP_BYTES]);
                    std::hint::black_box(&taken);
                }
            }
        }
    }
}

/// What was ordered of a module.
#[derive(Default)]
pub(super) struct Orders(Mutex<Option<(Misbehaviour, Timestamp)>>);

impl Orders {
    pub(super) fn give(&self, what: Misbehaviour, until: Timestamp) {
        *self.lock() = Some((what, until));
    }

    /// Everything is as it was.
    pub(super) fn take_back(&self) {
        *self.lock() = None;
    }

    /// What is ordered at this moment.
    pub(super) fn now(&self, now: Timestamp) -> Option<Misbehaviour> {
        self.standing(now).map(|(what, _)| what)
    }

    /// What the core has to do at this moment.
    pub(super) fn fault(&self, now: Timestamp) -> Option<Fault> {
        let (how, until) = self.standing(now)?;
        (how != Misbehaviour::Flood).then(|| Fault {
            how,
            lasts_ms: u64::try_from(until.since(now)).unwrap_or(0),
        })
    }

    fn standing(&self, now: Timestamp) -> Option<(Misbehaviour, Timestamp)> {
        self.lock().filter(|(_, until)| now < *until)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Misbehaviour, Timestamp)>> {
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

    #[test]
    fn an_order_ends_by_itself_or_when_it_is_taken_back() {
        let orders = Orders::default();
        assert_eq!(orders.fault(Timestamp(1_000)), None);
        orders.give(Misbehaviour::Hang, Timestamp(2_000));
        let lasts_ms = orders.fault(Timestamp(1_500)).map(|fault| fault.lasts_ms);
        assert_eq!(lasts_ms, Some(500));
        assert_eq!(orders.now(Timestamp(2_000)), None);
        orders.give(Misbehaviour::Flood, Timestamp(9_000));
        assert_eq!(orders.now(Timestamp(2_000)), Some(Misbehaviour::Flood));
        assert_eq!(orders.fault(Timestamp(2_000)), None);
        orders.take_back();
        assert_eq!(orders.now(Timestamp(2_000)), None);
    }

    #[test]
    #[should_panic(expected = "ordered by a drill")]
    fn a_panic_is_a_real_one() {
        let fault = Fault {
            how: Misbehaviour::Panic,
            lasts_ms: 1,
        };
        fault.happen_alone();
    }
}
