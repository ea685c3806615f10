//! Verdicts: what the evidence against an actor comes to.

use crate::EntryRef;
use kernel::{Actor, Timestamp};
use serde::{Deserialize, Serialize};

/// Thousandths of certainty, from 0 to 1,000.
pub type Score = u32;

/// From this score on a human is asked.
pub const MEDIUM: Score = 500;
/// From this score on the actor is quarantined.
pub const HIGH: Score = 900;

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing.
    #[default]
    Low,
    /// Ask a human.
    Medium,
    /// Quarantine, keep the vault longer, raise the alarm.
    High,
}

impl Level {
    /// The level of a score.
    #[must_use]
    pub const fn of(score: Score) -> Self {
        match score {
            HIGH.. => Self::High,
            MEDIUM.. => Self::Medium,
            _ => Self::Low,
        }
    }
}

/// Which detector found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetectorKind {
    /// More destroyed or moved about in a time than anybody does.
    Rate,
    /// Destroyed hour after hour.
    Slow,
    /// Contents turned into noise.
    Noise,
    /// Access taken from many people to many objects.
    Sweep,
    /// An object nobody has a reason to touch was changed.
    Canary,
}

/// What one detector found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Which one.
    pub detector: DetectorKind,
    /// How much it says by itself, a maintenance window taken into account.
    pub score: Score,
    /// The finding in a sentence, with its figures and what they were measured against.
    pub words: String,
    /// Whether a maintenance window made it less.
    pub is_lowered: bool,
    /// When what it is about began.
    pub first_at: Timestamp,
    /// Entries that make it: the latest ones, at most
    /// [`EVIDENCE_ENTRIES_MAX`](crate::limits::EVIDENCE_ENTRIES_MAX).
    pub entries: Vec<EntryRef>,
}

/// What the evidence against an actor comes to. Given when the level rises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Against whom.
    pub actor: Actor,
    /// What is to be done.
    pub level: Level,
    /// The evidence combined.
    pub score: Score,
    /// The evidence, the weightiest first.
    pub evidence: Vec<Evidence>,
    /// When the earliest of it began: where a rewind of the actor's changes begins.
    pub first_at: Timestamp,
    /// The time of the entry that raised the level.
    pub at: Timestamp,
    /// The entry that raised the level.
    pub entry: EntryRef,
    /// Objects the actor harmed or moved about since `first_at`, each counted once; at least.
    pub objects_hit: u64,
}

/// Several detectors' scores as one: `1 - (1 - a)(1 - b) …`, the "noisy or" of independent causes
/// (Pearl, *Probabilistic Reasoning in Intelligent Systems*, 1988, section 4.3.2). It grows with each
/// of them, is never below the greatest, and two that each ask a human come to 750, not to
/// quarantine. No event is counted by two detectors for the same reason: losses go to rate and
/// slow, of which only the greater is taken; access goes to the sweep; noise is about contents.
#[must_use]
pub fn combined(scores: impl IntoIterator<Item = Score>) -> Score {
    let doubt = scores.into_iter().fold(1_000_000_u64, |doubt, score| {
        doubt * u64::from(1_000 - score.min(1_000)) / 1_000
    });
    u32::try_from((1_000_000 - doubt) / 1_000).unwrap_or(1_000)
}

/// A score that is 0 up to half of `limit`, [`MEDIUM`] at it, [`HIGH`] at `high`, and grows in
/// straight lines between and beyond, up to 950 at twice `high`.
pub(crate) fn graded(value: u64, limit: u64, high: u64) -> Score {
    let between = |from: u64, to: u64, low: u64, top: u64| {
        low + (value - from) * (top - low) / (to - from).max(1)
    };
    let score = match value {
        _ if value >= 2 * high => 950,
        _ if value >= high => between(high, 2 * high, 900, 950),
        _ if value >= limit => between(limit, high, 500, 900),
        _ if value >= limit / 2 => between(limit / 2, limit, 0, 500),
        _ => 0,
    };
    u32::try_from(score).unwrap_or(950)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn levels_begin_where_they_say() {
        assert_eq!(Level::of(499), Level::Low);
        assert_eq!(Level::of(500), Level::Medium);
        assert_eq!(Level::of(899), Level::Medium);
        assert_eq!(Level::of(900), Level::High);
    }

    #[test]
    fn doubts_multiply() {
        assert_eq!(combined([]), 0);
        assert_eq!(combined([500, 500]), 750);
        assert_eq!(combined([1_000, 3]), 1_000);
    }

    #[test]
    fn grades_pass_through_their_points() {
        let points = [
            (0, 0),
            (20, 0),
            (40, 500),
            (240, 900),
            (480, 950),
            (9_999, 950),
        ];
        for (value, score) in points {
            assert_eq!(graded(value, 40, 240), score, "{value}");
        }
    }

    proptest! {
        #[test]
        fn more_evidence_never_makes_less(
            scores in prop::collection::vec(0..=1_000_u32, 0..6), more in 0..=1_000_u32,
        ) {
            let less = combined(scores.iter().copied());
            let with = combined(scores.iter().copied().chain([more]));
            prop_assert!(with >= less && with <= 1_000);
            // Rounding down may cost a thousandth for each factor.
            prop_assert!(with + 6 >= more);
        }

        #[test]
        fn grades_never_fall(value in 0..2_000_u64, limit in 2..300_u64, times in 2..9_u64) {
            let high = limit * times;
            prop_assert!(graded(value, limit, high) <= graded(value + 1, limit, high));
        }
    }
}
