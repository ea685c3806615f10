//! The engine as both sites see it: three copies, one of them the primary, a quorum of two, and
//! the faults of `journal::engine`'s contract. An entry is in the store from the moment it is
//! durable and never before; what a primary holds without a quorum is never read by anyone, and is
//! gone when another copy becomes the primary.

use crate::network::{Network, Place, WITNESS};
use journal::engine::memory::MemoryStore;
use journal::{AppendError, Appended, Durability};
use kernel::{Entry, Head, PartitionId, Seq};

/// How long a primary may be without a quorum before another copy takes over.
const LEASE_MS: i64 = 2_500;

/// An append on its way.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) site: Place,
    pub(crate) life: u64,
    pub(crate) attempt: u64,
    pub(crate) after: Head,
    pub(crate) entries: Vec<Entry>,
    /// The primary it was sent to, as a count of primaries.
    pub(crate) reign: u64,
    /// Whether the site is going to hear how it ended.
    pub(crate) is_answered: bool,
}

/// The replicated journal.
pub(crate) struct Engine {
    partition: PartitionId,
    store: MemoryStore,
    /// When each entry became durable, by position.
    landed_at: Vec<i64>,
    pub(crate) primary: Place,
    /// Grows with every change of the primary.
    pub(crate) reign: u64,
    without_quorum_since: Option<i64>,
    /// Orders that wait at the primary for a quorum.
    stuck: Vec<Order>,
    /// Faults that keep each copy down.
    downs: [u32; 3],
    /// What each copy has.
    seen: [Seq; 2],
    lags: [u32; 2],
    pub(crate) is_degraded: bool,
}

impl Engine {
    pub(crate) fn new(partition: PartitionId, primary: Place) -> Self {
        Self {
            partition,
            store: MemoryStore::new(),
            landed_at: Vec::new(),
            primary,
            reign: 0,
            without_quorum_since: None,
            stuck: Vec::new(),
            downs: [0; 3],
            seen: [0; 2],
            lags: [0; 2],
            is_degraded: false,
        }
    }

    pub(crate) fn stop(&mut self, place: Place) {
        self.downs[place] += 1;
    }

    pub(crate) fn start(&mut self, place: Place) {
        self.downs[place] = self.downs[place].saturating_sub(1);
    }

    pub(crate) fn lag(&mut self, site: Place) {
        self.lags[site] += 1;
    }

    pub(crate) fn catch_up(&mut self, site: Place) {
        self.lags[site] = self.lags[site].saturating_sub(1);
    }

    pub(crate) fn is_up(&self, place: Place) -> bool {
        self.downs[place] == 0
    }

    pub(crate) fn seq(&self) -> Seq {
        self.store.head(&self.partition).seq
    }

    pub(crate) fn chain(&self) -> (Vec<Entry>, Vec<i64>) {
        let all = self.store.read(&self.partition, 0, usize::MAX);
        (all, self.landed_at.clone())
    }

    fn has_quorum(&self, network: &Network, place: Place) -> bool {
        self.is_up(place)
            && (0..3)
                .any(|other| other != place && self.is_up(other) && network.connects(place, other))
    }

    /// Whether the primary can make entries durable now.
    pub(crate) fn is_writable(&self, network: &Network) -> bool {
        self.has_quorum(network, self.primary)
    }

    /// Whether an order still meets the primary it was sent to.
    pub(crate) fn knows(&self, order: &Order) -> bool {
        order.reign == self.reign && self.is_up(self.primary)
    }

    /// Keeps an order that the primary has but no quorum.
    pub(crate) fn hold(&mut self, order: Order) {
        self.stuck.push(order);
    }

    /// Position that held orders would reach: shown by an engine that reveals too much.
    pub(crate) fn undurable(&self) -> Option<Seq> {
        self.stuck
            .last()
            .and_then(|order| order.entries.last())
            .map(|entry| entry.header.seq)
    }

    /// Compare-and-set; durable from here on.
    pub(crate) fn land(&mut self, now: i64, order: &Order) -> Result<Appended, AppendError> {
        self.store
            .append(&self.partition, order.after, &order.entries)?;
        self.landed_at
            .extend(std::iter::repeat_n(now, order.entries.len()));
        Ok(Appended {
            durability: if self.is_degraded {
                Durability::StoredHere
            } else {
                Durability::Protected
            },
        })
    }

    /// After an `Ok` at a site, reads at that site see it.
    pub(crate) fn show(&mut self, site: Place, seq: Seq) {
        self.seen[site] = self.seen[site].max(seq);
    }

    /// What a site reads: a prefix that never shrinks.
    pub(crate) fn read(
        &mut self,
        network: &Network,
        site: Place,
        after: Seq,
        limit: usize,
    ) -> Option<Vec<Entry>> {
        let hears = self.is_up(self.primary) && network.carries(self.primary, site);
        if !self.is_up(site) && !hears {
            return None;
        }
        let all = self.seq();
        if hears && self.lags[site] == 0 {
            self.seen[site] = all;
        }
        let mut found = self.store.read(&self.partition, after, limit);
        found.retain(|entry| entry.header.seq <= self.seen[site]);
        Some(found)
    }

    /// The engine's own failure detection. Gives the orders that can land now.
    pub(crate) fn look(&mut self, now: i64, network: &Network) -> Vec<Order> {
        if self.is_writable(network) {
            self.without_quorum_since = None;
            return std::mem::take(&mut self.stuck);
        }
        let since = *self.without_quorum_since.get_or_insert(now);
        let other = 1 - self.primary;
        let can_take_over =
            self.is_up(other) && self.is_up(WITNESS) && network.connects(other, WITNESS);
        if now - since >= LEASE_MS && can_take_over {
            self.primary = other;
            self.reign += 1;
            self.without_quorum_since = None;
            self.stuck.clear();
        }
        Vec::new()
    }
}
