//! The sweep detector: access taken from many people to many objects.
//!
//! One person losing access to many objects is a leaver; many people losing access to one object is
//! a closed project. A sweep is both at once, so the lesser of the two, each against its own limit,
//! is what tells. Rights that are written without anybody seen to lose one are counted apart and ask
//! a human at most.

use crate::actor::Trail;
use crate::classify::ObjectKey;
use crate::limits::SWEPT_MAX;
use crate::measure::per_mille;
use crate::rate::DAY_MS;
use crate::verdict::graded;
use crate::{DetectorKind, Evidence, Score};
use kernel::{PartitionId, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const HOUR_MS: i64 = 60 * 60 * 1_000;
/// Windows, with the objects and people from which a human is asked. An afternoon's tidying takes
/// fewer; within a day an administrator may close several projects.
const WINDOWS: [(i64, u64, u64, &str); 2] =
    [(HOUR_MS, 20, 5, "an hour"), (DAY_MS, 100, 15, "24 hours")];
/// So many times both limits is certain enough for quarantine.
const HIGH_TIMES: u64 = 3;
/// Where fewer than this share of the known people lost anything, in thousandths, it is no sweep of
/// the workspace but one of its parts: a human is asked.
const SHARE_MIN: u32 = 200;
/// The most such a partial sweep says.
const PARTIAL_MAX: Score = 700;
/// Objects given other rights within an hour, nobody seen to lose one, from which a human is asked.
const GRANTS: u64 = 300;
const GRANTS_SCORE_MAX: Score = 600;

/// What one actor took from whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sweep {
    objects: BTreeMap<ObjectKey, Timestamp>,
    people: BTreeMap<ObjectKey, Timestamp>,
    granted: BTreeMap<ObjectKey, Timestamp>,
    trail: Trail,
}

impl Sweep {
    pub(crate) fn take(
        &mut self,
        object: ObjectKey,
        people: impl Iterator<Item = ObjectKey>,
        now: Timestamp,
        seq: Seq,
    ) {
        let mut is_any = false;
        for person in people {
            put(&mut self.people, person, now);
            is_any = true;
        }
        if is_any {
            put(&mut self.objects, object, now);
            self.trail.add(seq);
        }
    }

    pub(crate) fn grant(&mut self, object: ObjectKey, now: Timestamp, seq: Seq) {
        put(&mut self.granted, object, now);
        self.trail.add(seq);
    }

    pub(crate) fn objects_since(&self, first_at: Timestamp) -> impl Iterator<Item = ObjectKey> {
        self.objects
            .iter()
            .filter(move |(_, at)| **at >= first_at)
            .map(|(key, _)| *key)
    }

    /// `known_people` is how many there are in the workspace, as far as this partition knows.
    pub(crate) fn evidence(
        &mut self,
        now: Timestamp,
        known_people: u64,
        partition: &PartitionId,
    ) -> Option<Evidence> {
        let mut most: Option<(Score, String, Timestamp)> = None;
        for (length_ms, objects_min, people_min, within) in WINDOWS {
            let people_min = people_min.min((known_people / 4).max(2));
            let objects = in_window(&self.objects, now, length_ms);
            let people = in_window(&self.people, now, length_ms);
            // Both against their limits, in thousandths of them.
            let times = (objects.0 * 1_000 / objects_min).min(people.0 * 1_000 / people_min);
            let mut score = graded(times, 1_000, 1_000 * HIGH_TIMES);
            if per_mille(people.0, known_people) < SHARE_MIN {
                score = score.min(PARTIAL_MAX);
            }
            if score > most.as_ref().map_or(0, |(score, ..)| *score) {
                let words = format!(
                    "{} people lost access through {} objects within {within}; both from \
                     {people_min} people and {objects_min} objects on is remarkable",
                    people.0, objects.0
                );
                most = Some((score, words, objects.1.min(people.1)));
            }
        }
        let granted = in_window(&self.granted, now, HOUR_MS);
        let score = graded(granted.0, GRANTS, GRANTS * 6).min(GRANTS_SCORE_MAX);
        if score > most.as_ref().map_or(0, |(score, ..)| *score) {
            let words = format!(
                "the rights of {} objects were written within an hour; from {GRANTS} on is remarkable",
                granted.0
            );
            most = Some((score, words, granted.1));
        }
        let (score, words, first_at) = most?;
        Some(Evidence {
            detector: DetectorKind::Sweep,
            score,
            words,
            is_lowered: false,
            first_at,
            entries: self.trail.entries(partition),
        })
    }
}

fn put(keys: &mut BTreeMap<ObjectKey, Timestamp>, key: ObjectKey, now: Timestamp) {
    if keys.len() >= SWEPT_MAX && !keys.contains_key(&key) {
        keys.retain(|_, at| now.since(*at) < DAY_MS);
        let oldest = keys.iter().min_by_key(|(key, at)| (**at, **key));
        if let Some(oldest) = oldest.map(|(key, _)| *key)
            && keys.len() >= SWEPT_MAX
        {
            keys.remove(&oldest);
        }
    }
    keys.insert(key, now);
}

/// How many there are in the window, and the time of the first.
fn in_window(
    keys: &BTreeMap<ObjectKey, Timestamp>,
    now: Timestamp,
    length_ms: i64,
) -> (u64, Timestamp) {
    keys.values()
        .filter(|at| now.since(**at) < length_ms)
        .fold((0, now), |(count, first), at| (count + 1, first.min(*at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HIGH, MEDIUM};
    use kernel::WorkspaceId;

    fn sweep(objects: u64, people: u64) -> Sweep {
        let mut sweep = Sweep::default();
        for object in 0..objects {
            sweep.take(object, 0..people, Timestamp(0), 1);
        }
        sweep
    }

    fn score(sweep: &mut Sweep, ms: i64, known: u64) -> Score {
        let partition = PartitionId::new(WorkspaceId::INSTALLATION, "documents");
        sweep
            .evidence(Timestamp(ms), known, &partition)
            .map_or(0, |found| found.score)
    }

    #[test]
    fn many_people_and_many_objects_are_a_sweep() {
        assert_eq!(score(&mut sweep(20, 5), 0, 20), MEDIUM);
        assert_eq!(score(&mut sweep(60, 15), 0, 20), HIGH);
        assert_eq!(score(&mut sweep(60, 15), DAY_MS, 20), 0);
    }

    #[test]
    fn a_leaver_and_a_closed_project_are_none() {
        assert_eq!(score(&mut sweep(900, 1), 0, 20), 0);
        assert_eq!(score(&mut sweep(1, 900), 0, 1_000), 0);
        assert_eq!(score(&mut sweep(900, 0), 0, 20), 0);
    }

    #[test]
    fn a_part_of_the_workspace_asks_a_human() {
        assert_eq!(score(&mut sweep(300, 300), 0, 20_000), PARTIAL_MAX);
        assert_eq!(score(&mut sweep(300, 300), 0, 1_000), 950);
    }

    #[test]
    fn small_teams_have_smaller_limits() {
        assert_eq!(score(&mut sweep(60, 3), 0, 8), 600);
        assert_eq!(score(&mut sweep(60, 6), 0, 8), HIGH);
    }

    #[test]
    fn rights_alone_ask_a_human_at_most() {
        let mut sweep = Sweep::default();
        for object in 0..5_000 {
            sweep.grant(object, Timestamp(0), 1);
        }
        assert_eq!(sweep.granted.len(), SWEPT_MAX);
        assert_eq!(score(&mut sweep, 0, 20), GRANTS_SCORE_MAX);
    }
}
