//! What is kept of one actor.

use crate::canary::Canary;
use crate::classify::{ObjectKey, Weight};
use crate::limits::{EVIDENCE_ENTRIES_MAX, OBJECTS_PER_ACTOR_MAX};
use crate::noise::Noise;
use crate::rate::{DAY_MS, LOSS, Rate, SHIFT};
use crate::slow::Slow;
use crate::sweep::Sweep;
use crate::{EntryRef, Level};
use kernel::{Actor, PartitionId, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// What the detectors keep of one actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ActorState {
    pub(crate) actor: Actor,
    /// Its last entry of any sort: who did nothing for longest is forgotten first.
    pub(crate) last_seq: Seq,
    pub(crate) level: Level,
    pub(crate) loss: Rate,
    pub(crate) shift: Rate,
    pub(crate) slow: Slow,
    pub(crate) noise: Noise,
    pub(crate) sweep: Sweep,
    pub(crate) canary: Canary,
    pub(crate) lost: Touched,
    pub(crate) shifted: Touched,
}

impl ActorState {
    pub(crate) fn new(actor: Actor) -> Self {
        Self {
            actor,
            last_seq: 0,
            level: Level::Low,
            loss: Rate::new(&LOSS),
            shift: Rate::new(&SHIFT),
            slow: Slow::default(),
            noise: Noise::default(),
            sweep: Sweep::default(),
            canary: Canary::default(),
            lost: Touched::default(),
            shifted: Touched::default(),
        }
    }

    /// Forgets what tells against the actor, not what is usual for it.
    pub(crate) fn release(&mut self) {
        self.level = Level::Low;
        self.loss.release();
        self.shift.release();
        self.slow.release();
        self.noise = Noise::default();
        self.sweep = Sweep::default();
        self.canary = Canary::default();
        self.lost = Touched::default();
        self.shifted = Touched::default();
    }

    pub(crate) fn objects(&self) -> usize {
        self.lost.0.len() + self.shifted.0.len()
    }

    pub(crate) fn forget_older_half(&mut self) {
        self.lost.forget_older_half();
        self.shifted.forget_older_half();
    }

    /// Objects harmed or moved about since then, each once.
    pub(crate) fn objects_since(&self, first_at: Timestamp) -> u64 {
        let mut keys: Vec<ObjectKey> = self
            .lost
            .since(first_at)
            .chain(self.shifted.since(first_at))
            .chain(self.sweep.objects_since(first_at))
            .chain(self.noise.objects_since(first_at))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len() as u64
    }
}

/// So many objects, and those that are older than every window are looked for and forgotten.
const FORGET_EVERY: usize = 64;

/// The objects an actor harmed lately, so that each counts once in a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Touched(BTreeMap<ObjectKey, (Timestamp, Weight)>);

/// A harm to an object, and what was known of it before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Touch {
    weight: Weight,
    before: Option<(Timestamp, Weight)>,
    now: Timestamp,
}

impl Touch {
    /// A harm to an object that was not harmed before.
    #[cfg(test)]
    pub(crate) const fn first(weight: Weight, now: Timestamp) -> Self {
        Self {
            weight,
            before: None,
            now,
        }
    }

    /// How much it adds to a window of this length: all, where the object was not harmed within it;
    /// otherwise what it is worse than before.
    pub(crate) fn adds(&self, length_ms: i64) -> u64 {
        match self.before {
            Some((at, weight)) if self.now.since(at) < length_ms => {
                u64::from(self.weight.saturating_sub(weight))
            }
            _ => u64::from(self.weight),
        }
    }
}

impl Touched {
    pub(crate) fn touch(&mut self, key: ObjectKey, weight: Weight, now: Timestamp) -> Touch {
        let before = self.0.get(&key).copied();
        let kept = match before {
            Some((at, old)) if now.since(at) < DAY_MS => weight.max(old),
            _ => weight,
        };
        self.0.insert(key, (now, kept));
        if self.0.len().is_multiple_of(FORGET_EVERY) {
            self.0.retain(|_, (at, _)| now.since(*at) < DAY_MS);
        }
        if self.0.len() > OBJECTS_PER_ACTOR_MAX {
            self.forget_older_half();
        }
        Touch {
            weight,
            before,
            now,
        }
    }

    fn since(&self, first_at: Timestamp) -> impl Iterator<Item = ObjectKey> {
        self.0
            .iter()
            .filter(move |(_, (at, _))| *at >= first_at)
            .map(|(key, _)| *key)
    }

    fn forget_older_half(&mut self) {
        let mut ages: Vec<(Timestamp, ObjectKey)> =
            self.0.iter().map(|(key, (at, _))| (*at, *key)).collect();
        ages.sort_unstable();
        ages.truncate(ages.len().div_ceil(2));
        for (_, key) in ages {
            self.0.remove(&key);
        }
    }
}

/// The latest entries that made a piece of evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trail(VecDeque<Seq>);

impl Trail {
    pub(crate) fn add(&mut self, seq: Seq) {
        if self.0.back() == Some(&seq) {
            return;
        }
        if self.0.len() == EVIDENCE_ENTRIES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(seq);
    }

    pub(crate) fn entries(&self, partition: &PartitionId) -> Vec<EntryRef> {
        self.0
            .iter()
            .map(|seq| EntryRef {
                partition: partition.clone(),
                seq: *seq,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_counts_once_in_a_window_and_again_after_it() {
        let mut touched = Touched::default();
        let mut adds = |weight, ms| touched.touch(1, weight, Timestamp(ms)).adds(10_000);
        assert_eq!(adds(300, 0), 300);
        assert_eq!(adds(300, 5_000), 0);
        assert_eq!(adds(1_000, 6_000), 700);
        assert_eq!(adds(300, 16_000), 300);
    }

    #[test]
    fn objects_are_bounded_and_the_oldest_go() {
        let mut touched = Touched::default();
        for key in 0..20_000 {
            touched.touch(key, 1_000, Timestamp(i64::try_from(key).unwrap()));
            assert!(touched.0.len() <= OBJECTS_PER_ACTOR_MAX);
        }
        assert!(touched.0.contains_key(&19_999) && !touched.0.contains_key(&0));
    }

    #[test]
    fn a_trail_keeps_the_latest() {
        let mut trail = Trail::default();
        for seq in [1, 1, 2].into_iter().chain(3..100) {
            trail.add(seq);
        }
        assert_eq!(trail.0.len(), EVIDENCE_ENTRIES_MAX);
        assert_eq!(trail.0.back(), Some(&99));
    }
}
