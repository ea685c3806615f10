//! Virtual time: what happens next, and when.

use crate::engine::Order;
use crate::history::Reply;
use journal::partition::Input;
use kernel::{Command, Seq};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Something that is going to happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// A client thinks of something to do.
    ClientWakes(usize),
    /// A client sends its command once more.
    ClientSends { issue: usize, site: usize },
    /// A client's request reaches a site.
    RequestArrives { issue: usize, attempt: usize },
    /// A site's answer reaches a client.
    AnswerArrives {
        issue: usize,
        attempt: usize,
        reply: Reply,
    },
    /// A client stops waiting for an answer.
    ClientGivesUp { issue: usize, attempt: usize },
    /// Something for a site's core; lost if the site was killed since.
    Input {
        site: usize,
        life: u64,
        input: Box<Input>,
    },
    /// A command reaches the peer.
    ForwardArrives {
        from: usize,
        life: u64,
        command: Box<Command>,
        at: Seq,
        must_append: bool,
    },
    /// A site's read reaches the engine.
    ReadArrives {
        site: usize,
        life: u64,
        after: Seq,
        limit: usize,
    },
    /// An append reaches the primary.
    AppendArrives(Box<Order>),
    /// An append is on a quorum.
    AppendLands(Box<Order>),
    /// A site's timer.
    Tick { site: usize, life: u64, at: i64 },
    /// The engine's own failure detection.
    EngineLooks,
    /// The followed partition grows.
    PolicyGrows,
    /// The followed partition's entries are handed to a site.
    PolicyArrives { site: usize },
    /// A fault of the plan begins.
    FaultBegins(usize),
    /// A fault of the plan ends.
    FaultEnds(usize),
    /// A site learns the newest keys.
    KeysArrive { site: usize },
    /// A site's partition is started again after its core failed.
    Restart { site: usize, life: u64 },
    /// Everything is repaired and no new commands are made.
    Heal,
}

struct Due {
    at: i64,
    number: u64,
    event: Event,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

/// Events in the order of their time; those of one moment in the order they were added.
#[derive(Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Due>,
    added: u64,
}

impl Queue {
    pub(crate) fn add(&mut self, at: i64, event: Event) {
        self.added += 1;
        self.heap.push(Due {
            at,
            number: self.added,
            event,
        });
    }

    pub(crate) fn next(&mut self) -> Option<(i64, Event)> {
        self.heap.pop().map(|due| (due.at, due.event))
    }
}
