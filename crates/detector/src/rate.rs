//! The rate detector: more objects destroyed, or moved about, in a time than anybody does.
//!
//! Five windows, because an attacker chooses his speed: what hides in the short ones shows in the
//! long ones. What is too much is, per window, the greatest of a floor, what is usual for the actor,
//! and what is usual in the workspace; what is usual can raise the floor eightfold at most, so that
//! nobody earns the right to destroy everything by destroying much. Windows in which the actor was
//! under suspicion are not learned from, unless a maintenance window vouched for them: an attack
//! must not become its own excuse.

use crate::actor::{Touch, Trail};
use crate::baseline::Baseline;
use crate::limits::{OWN_WINDOWS_MAX, WORKSPACE_WINDOWS_MAX};
use crate::verdict::graded;
use crate::window::Sliding;
use crate::{DetectorKind, Evidence, Score};
use kernel::{PartitionId, Seq, Timestamp};
use serde::{Deserialize, Serialize};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// What is usual raises a floor so many times at most.
const RAISED_MAX: u64 = 8;
/// So many times the limit is certain enough for quarantine, without any other evidence.
const HIGH_TIMES: u64 = 4;

/// A lane: what sort of harm is counted, and how much of it nobody is asked about.
#[derive(Debug)]
pub(crate) struct Lane {
    /// Length in milliseconds, floor in objects.
    windows: [(i64, u64); 5],
    /// The most the lane says by itself.
    score_max: Score,
    verb: &'static str,
}

/// Losses. Floors: a page of a list that is selected and trashed at once is one deliberate act (100);
/// clearing up by hand goes on at one every two or three seconds for a minute or ten (150, 300) and
/// not for an hour (600); and one clears up for a day at most a few times a year (1,500).
pub(crate) const LOSS: Lane = Lane {
    windows: [
        (10 * SECOND_MS, 100),
        (MINUTE_MS, 150),
        (10 * MINUTE_MS, 300),
        (HOUR_MS, 600),
        (DAY_MS, 1_500),
    ],
    score_max: 950,
    verb: "destroyed",
};

/// Shifts. All is still there, so a number of them alone asks a human and never quarantines: a
/// reorganisation looks the same. Floors are those of losses, raised for work that is done more
/// lightly.
pub(crate) const SHIFT: Lane = Lane {
    windows: [
        (10 * SECOND_MS, 100),
        (MINUTE_MS, 300),
        (10 * MINUTE_MS, 900),
        (HOUR_MS, 2_000),
        (DAY_MS, 5_000),
    ],
    score_max: 650,
    verb: "moved, renamed or rewritten",
};

/// One actor's harm in one lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rate {
    windows: Vec<Window>,
    trail: Trail,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    sliding: Sliding,
    /// The present window of those that lie side by side, for the baselines; in full even where a
    /// maintenance window lets it count less.
    index: i64,
    sum: u64,
    is_suspect: bool,
    own: Baseline,
}

/// What is usual in a workspace, in one lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Usual(Vec<Baseline>);

impl Usual {
    pub(crate) fn new() -> Self {
        Self(vec![Baseline::default(); LOSS.windows.len()])
    }
}

/// A harm, and how it counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Harm {
    pub(crate) touch: Touch,
    pub(crate) seq: Seq,
    pub(crate) now: Timestamp,
    /// A maintenance window covers it: so many-th part counts.
    pub(crate) part: u64,
    /// The actor is under suspicion at this moment.
    pub(crate) is_suspect: bool,
}

impl Rate {
    pub(crate) fn new(lane: &Lane) -> Self {
        let window = |(length_ms, _): (i64, u64)| Window {
            sliding: Sliding::new(length_ms),
            index: 0,
            sum: 0,
            is_suspect: false,
            own: Baseline::default(),
        };
        Self {
            windows: lane.windows.into_iter().map(window).collect(),
            trail: Trail::default(),
        }
    }

    pub(crate) fn add(&mut self, harm: &Harm, usual: &mut Usual) {
        for (window, usual) in self.windows.iter_mut().zip(&mut usual.0) {
            let length_ms = window.sliding.length_ms();
            let index = harm.now.millis().div_euclid(length_ms);
            if index != window.index {
                window.close(usual);
                window.index = index;
            }
            let amount = harm.touch.adds(length_ms);
            window.sum += amount;
            window.is_suspect |= harm.is_suspect && harm.part == 1;
            window
                .sliding
                .add(harm.now, harm.seq, amount / harm.part.max(1));
        }
        self.trail.add(harm.seq);
    }

    /// Forgets what tells against the actor, not what is usual for it.
    pub(crate) fn release(&mut self) {
        for window in &mut self.windows {
            window.sliding = Sliding::new(window.sliding.length_ms());
            window.sum = 0;
            window.is_suspect = false;
        }
        self.trail = Trail::default();
    }

    /// The window that tells most.
    pub(crate) fn evidence(
        &mut self,
        lane: &Lane,
        usual: &Usual,
        now: Timestamp,
        partition: &PartitionId,
    ) -> Option<Evidence> {
        let mut most: Option<(Score, String, Timestamp)> = None;
        let windows = self.windows.iter_mut().zip(lane.windows).zip(&usual.0);
        for ((window, (length_ms, floor)), usual) in windows {
            window.sliding.slide(now);
            let raised = |baseline: &Baseline| {
                let usual = baseline.usual_max().unwrap_or(0);
                usual.min(floor * 1_000 * RAISED_MAX)
            };
            let (own, all) = (raised(&window.own), raised(usual));
            let limit = (floor * 1_000).max(own).max(all);
            let sum = window.sliding.sum();
            let score = graded(sum, limit, limit * HIGH_TIMES).min(lane.score_max);
            let first_at = window.sliding.first_at().unwrap_or(now);
            if score > most.as_ref().map_or(0, |(score, ..)| *score) {
                let words = format!(
                    "{} objects {} within {}; up to {} is unremarkable here (nobody is asked below \
                     {floor}; usual for this actor up to {}, in this workspace up to {})",
                    objects(sum),
                    lane.verb,
                    duration(length_ms),
                    objects(limit),
                    objects(own),
                    objects(all),
                );
                most = Some((score, words, first_at));
            }
        }
        let (score, words, first_at) = most?;
        Some(Evidence {
            detector: DetectorKind::Rate,
            score,
            words,
            is_lowered: false,
            first_at,
            entries: self.trail.entries(partition),
        })
    }
}

impl Window {
    /// Learns what the window that is over held.
    fn close(&mut self, usual: &mut Baseline) {
        if self.sum > 0 && !self.is_suspect {
            self.own.learn(self.sum, OWN_WINDOWS_MAX);
            usual.learn(self.sum, WORKSPACE_WINDOWS_MAX);
        }
        self.sum = 0;
        self.is_suspect = false;
    }
}

/// Thousandths of objects as whole objects.
fn objects(thousandths: u64) -> u64 {
    thousandths / 1_000
}

fn duration(ms: i64) -> String {
    match ms {
        DAY_MS => "24 hours".into(),
        HOUR_MS => "an hour".into(),
        _ if ms >= MINUTE_MS => format!("{} min", ms / MINUTE_MS),
        _ => format!("{} s", ms / SECOND_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;

    fn place() -> PartitionId {
        PartitionId::new(WorkspaceId::INSTALLATION, "documents")
    }

    struct Watch {
        rate: Rate,
        usual: Usual,
        seq: Seq,
        is_suspect: bool,
        part: u64,
    }

    impl Watch {
        fn new() -> Self {
            Self {
                rate: Rate::new(&LOSS),
                usual: Usual::new(),
                seq: 0,
                is_suspect: false,
                part: 1,
            }
        }

        fn lose(&mut self, ms: i64) {
            self.seq += 1;
            let now = Timestamp(ms);
            let harm = Harm {
                touch: Touch::first(1_000, now),
                seq: self.seq,
                now,
                part: self.part,
                is_suspect: self.is_suspect,
            };
            self.rate.add(&harm, &mut self.usual);
        }

        fn score(&mut self, ms: i64) -> Score {
            self.rate
                .evidence(&LOSS, &self.usual, Timestamp(ms), &place())
                .map_or(0, |evidence| evidence.score)
        }

        /// Days of `per_hour` losses an hour, evenly.
        fn days(&mut self, from: i64, days: i64, per_hour: i64) -> i64 {
            let step = HOUR_MS / per_hour;
            let end = from + days * DAY_MS;
            for ms in (from..end).step_by(usize::try_from(step).unwrap()) {
                self.lose(ms);
            }
            end
        }
    }

    #[test]
    fn a_page_at_once_is_left_alone_and_four_are_not() {
        let mut watch = Watch::new();
        for _ in 0..50 {
            watch.lose(1_000);
        }
        assert_eq!(watch.score(1_000), 0);
        for _ in 0..50 {
            watch.lose(1_500);
        }
        assert_eq!(watch.score(1_500), 500);
        for _ in 0..300 {
            watch.lose(6_000);
        }
        let evidence = watch
            .rate
            .evidence(&LOSS, &watch.usual, Timestamp(6_000), &place())
            .unwrap();
        assert_eq!(evidence.score, 900);
        assert_eq!(evidence.first_at, Timestamp(1_000));
        assert!(
            evidence
                .words
                .starts_with("400 objects destroyed within 10 s;"),
            "{}",
            evidence.words
        );
        assert_eq!(watch.score(7_200_000), 0, "it is over");
    }

    #[test]
    fn shifts_never_quarantine() {
        let mut rate = Rate::new(&SHIFT);
        let mut usual = Usual::new();
        for ms in 0..20_000 {
            let now = Timestamp(ms);
            let touch = Touch::first(1_000, now);
            let harm = Harm {
                touch,
                seq: 1,
                now,
                part: 1,
                is_suspect: false,
            };
            rate.add(&harm, &mut usual);
        }
        let evidence = rate
            .evidence(&SHIFT, &usual, Timestamp(20_000), &place())
            .unwrap();
        assert_eq!(evidence.score, 650);
    }

    #[test]
    fn what_was_usual_for_days_is_unremarkable() {
        let mut watch = Watch::new();
        let now = watch.days(0, 3, 120);
        let at_first = watch.score(now);
        assert!(
            (500..700).contains(&at_first),
            "2,880 a day are remarkable at first"
        );
        let mut watch = Watch::new();
        let now = watch.days(0, 10, 120);
        assert_eq!(watch.score(now), 0, "and usual after eight days");
        for _ in 0..400 {
            watch.lose(now + 1);
        }
        assert!(watch.score(now + 1) >= 900, "a burst stays one");
    }

    #[test]
    fn what_was_done_under_suspicion_is_not_learned() {
        let mut watch = Watch::new();
        watch.is_suspect = true;
        let now = watch.days(0, 10, 120);
        assert!(watch.score(now) >= 500);
        assert!(
            watch
                .rate
                .windows
                .iter()
                .all(|window| window.own == Baseline::default())
        );
    }

    #[test]
    fn what_a_maintenance_window_covers_is_learned_and_counts_little() {
        let mut watch = Watch::new();
        (watch.is_suspect, watch.part) = (true, 20);
        let now = watch.days(0, 10, 120);
        assert_eq!(watch.score(now), 0);
        (watch.is_suspect, watch.part) = (false, 1);
        let now = watch.days(now, 2, 120);
        assert_eq!(watch.score(now), 0);
    }

    #[test]
    fn habits_raise_a_floor_eightfold_at_most() {
        let mut watch = Watch::new();
        watch.part = 20;
        let now = watch.days(0, 10, 3_600);
        watch.part = 1;
        let now = watch.days(now, 1, 3_600);
        assert!(
            watch.score(now) >= 500,
            "86,400 a day are always remarkable"
        );
    }
}
