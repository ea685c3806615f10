//! The slow detector: losses hour after hour.
//!
//! Somebody who destroys one object a minute stays below every floor of the shorter windows for
//! most of a day. But people clear up in sittings; losses in twelve different ten minutes of a day,
//! each time several, are a machine's work. Whether it is an honest one only a human knows: this
//! detector never quarantines by itself.

use crate::actor::Trail;
use crate::baseline::Baseline;
use crate::limits::OWN_WINDOWS_MAX;
use crate::rate::{DAY_MS, Harm};
use crate::verdict::graded;
use crate::{DetectorKind, Evidence, Score};
use kernel::{PartitionId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

const SLOT_MS: i64 = 10 * 60 * 1_000;
/// Losses, in thousandths of objects, from which a slot is a busy one.
const BUSY: u64 = 5_000;
/// Busy slots of the last 144 from which a human is asked: two hours' worth.
const SLOTS: u64 = 12;
const SCORE_MAX: Score = 700;

/// One actor's busy slots of the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Slow {
    slots: VecDeque<Slot>,
    /// The present day, how many busy slots it had, and whether the actor was under suspicion.
    day: i64,
    busy_today: u64,
    is_suspect: bool,
    /// Busy slots of days.
    own: Baseline,
    trail: Trail,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Slot {
    index: i64,
    first_at: Timestamp,
    /// In full, for what is usual.
    sum: u64,
    /// As it counts.
    counted: u64,
}

impl Slow {
    pub(crate) fn add(&mut self, harm: &Harm) {
        let day = harm.now.millis().div_euclid(DAY_MS);
        if day != self.day {
            if self.busy_today > 0 && !self.is_suspect {
                self.own.learn(self.busy_today, OWN_WINDOWS_MAX);
            }
            (self.day, self.busy_today, self.is_suspect) = (day, 0, false);
        }
        let index = harm.now.millis().div_euclid(SLOT_MS);
        if self.slots.back().is_none_or(|last| last.index != index) {
            self.slots.push_back(Slot {
                index,
                first_at: harm.now,
                sum: 0,
                counted: 0,
            });
        }
        self.slide(harm.now);
        let amount = harm.touch.adds(SLOT_MS);
        let Some(last) = self.slots.back_mut() else {
            return;
        };
        let was_busy = last.sum >= BUSY;
        last.sum += amount;
        last.counted += amount / harm.part.max(1);
        self.busy_today += u64::from(!was_busy && last.sum >= BUSY);
        self.is_suspect |= harm.is_suspect && harm.part == 1;
        self.trail.add(harm.seq);
    }

    pub(crate) fn release(&mut self) {
        *self = Self {
            own: std::mem::take(&mut self.own),
            ..Self::default()
        };
    }

    pub(crate) fn evidence(&mut self, now: Timestamp, partition: &PartitionId) -> Option<Evidence> {
        self.slide(now);
        let busy = || self.slots.iter().filter(|slot| slot.counted >= BUSY);
        let count = busy().count() as u64;
        let limit = SLOTS.max(self.own.usual_max().unwrap_or(0));
        let score = graded(count, limit, limit * 6).min(SCORE_MAX);
        (score > 0).then(|| Evidence {
            detector: DetectorKind::Slow,
            score,
            words: format!(
                "at least {} objects destroyed in each of {count} different ten minutes of the last \
                 24 hours; up to {limit} is unremarkable",
                BUSY / 1_000
            ),
            is_lowered: false,
            first_at: busy().next().map_or(now, |slot| slot.first_at),
            entries: self.trail.entries(partition),
        })
    }

    fn slide(&mut self, now: Timestamp) {
        let oldest = now.millis().div_euclid(SLOT_MS) - DAY_MS / SLOT_MS;
        while self.slots.front().is_some_and(|slot| slot.index <= oldest) {
            self.slots.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Touch;
    use kernel::WorkspaceId;

    const MINUTE_MS: i64 = 60_000;

    fn lose(slow: &mut Slow, ms: i64, part: u64) {
        let now = Timestamp(ms);
        slow.add(&Harm {
            touch: Touch::first(1_000, now),
            seq: 1,
            now,
            part,
            is_suspect: false,
        });
    }

    fn score(slow: &mut Slow, ms: i64) -> Score {
        let partition = PartitionId::new(WorkspaceId::INSTALLATION, "documents");
        slow.evidence(Timestamp(ms), &partition)
            .map_or(0, |found| found.score)
    }

    #[test]
    fn one_a_minute_for_two_hours_asks_a_human() {
        let mut slow = Slow::default();
        let asked = (1..=10_000)
            .find(|minute| {
                lose(&mut slow, minute * MINUTE_MS, 1);
                score(&mut slow, minute * MINUTE_MS) >= crate::MEDIUM
            })
            .unwrap();
        assert!((110..=120).contains(&asked), "{asked}");
        for minute in asked..asked + 3_000 {
            lose(&mut slow, minute * MINUTE_MS, 1);
        }
        assert_eq!(score(&mut slow, (asked + 3_000) * MINUTE_MS), SCORE_MAX);
        assert!(slow.slots.len() <= 144);
    }

    #[test]
    fn a_sitting_does_not() {
        let mut slow = Slow::default();
        for n in 0..300 {
            lose(&mut slow, n * 8_000, 1);
        }
        assert_eq!(score(&mut slow, 300 * 8_000), 0);
    }

    #[test]
    fn what_was_vouched_for_eight_days_is_usual() {
        let mut slow = Slow::default();
        for minute in 0..9 * 1_440 {
            lose(&mut slow, minute * MINUTE_MS, 20);
        }
        for minute in 9 * 1_440..12 * 1_440 {
            lose(&mut slow, minute * MINUTE_MS, 1);
            assert_eq!(
                score(&mut slow, minute * MINUTE_MS).max(499),
                499,
                "{minute}"
            );
        }
    }
}
