//! The noise detector: contents that turned into ciphertext.
//!
//! Speed does not matter here: nobody turns several documents into noise in a week for an honest
//! reason, so a maintenance window does not lower it and no habit excuses it. What counts how much
//! follows from what it takes: a text that was one and is none any more counts whole; noise that
//! came to where nothing was (a file, an emptied document) or over one's own words counts half; a
//! name that lost its type counts little and never asks a human alone, because a name destroys
//! nothing.

use crate::actor::Trail;
use crate::classify::ObjectKey;
use crate::limits::SPOILED_MAX;
use crate::measure::per_mille;
use crate::rate::DAY_MS;
use crate::window::Sliding;
use crate::{DetectorKind, Evidence, Score};
use kernel::{PartitionId, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How long a spoiled object tells.
const REMEMBERED_MS: i64 = 7 * DAY_MS;
/// Names count so much together at most, in thousandths of an object.
const NAMES_MAX: u64 = 2_000;
/// Measured changes from which their share of noise says something.
const MEASURED_MIN: u64 = 4;

/// Scores of so many whole spoiled objects: one may be a key somebody keeps, three ask a human,
/// eight are no accident.
const SCORES: [Score; 9] = [0, 200, 350, 550, 650, 750, 820, 870, 900];
const SCORE_MAX: Score = 980;

/// How an object was spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Spoiling {
    /// Its name lost its type.
    Name,
    /// Noise over one's own message.
    Message,
    /// Noise in a document that was empty.
    Filled,
    /// A file that is noise under the name of a common kind.
    File,
    /// A text turned into noise.
    Text,
}

impl Spoiling {
    /// How much of an object it takes, in thousandths.
    const fn weight(self) -> u64 {
        match self {
            Self::Name => 300,
            Self::Message | Self::Filled | Self::File => 500,
            Self::Text => 1_000,
        }
    }
}

/// What one actor spoiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noise {
    spoiled: VecDeque<Spoiled>,
    /// Changes of the last 24 hours whose content was measured.
    measured: Sliding,
    trail: Trail,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Spoiled {
    key: ObjectKey,
    at: Timestamp,
    how: Spoiling,
}

impl Default for Noise {
    fn default() -> Self {
        Self {
            spoiled: VecDeque::new(),
            measured: Sliding::new(DAY_MS),
            trail: Trail::default(),
        }
    }
}

impl Noise {
    /// A change whose content was measured, whatever it was.
    pub(crate) fn measured(&mut self, now: Timestamp, seq: Seq) {
        self.measured.add(now, seq, 1);
    }

    pub(crate) fn spoil(&mut self, key: ObjectKey, how: Spoiling, now: Timestamp, seq: Seq) {
        self.trail.add(seq);
        if let Some(known) = self.spoiled.iter_mut().find(|known| known.key == key) {
            known.how = known.how.max(how);
            return;
        }
        if self.spoiled.len() == SPOILED_MAX {
            self.spoiled.pop_front();
        }
        self.spoiled.push_back(Spoiled { key, at: now, how });
    }

    pub(crate) fn objects_since(&self, first_at: Timestamp) -> impl Iterator<Item = ObjectKey> {
        self.spoiled
            .iter()
            .filter(move |spoiled| spoiled.at >= first_at)
            .map(|spoiled| spoiled.key)
    }

    pub(crate) fn evidence(&mut self, now: Timestamp, partition: &PartitionId) -> Option<Evidence> {
        while let Some(oldest) = self.spoiled.front()
            && now.since(oldest.at) >= REMEMBERED_MS
        {
            self.spoiled.pop_front();
        }
        self.measured.slide(now);
        let first_at = self.spoiled.front()?.at;
        let of = |how| self.spoiled.iter().filter(|s| s.how == how).count() as u64;
        let sum = |how: Spoiling| of(how) * how.weight();
        let contents: u64 = [
            Spoiling::Message,
            Spoiling::Filled,
            Spoiling::File,
            Spoiling::Text,
        ]
        .into_iter()
        .map(sum)
        .sum();
        let today = self
            .spoiled
            .iter()
            .filter(|s| s.how != Spoiling::Name && now.since(s.at) < DAY_MS)
            .count() as u64;
        let share = per_mille(today, self.measured.sum());
        // Most of what the actor writes is noise: one object more.
        let is_mostly = self.measured.sum() >= MEASURED_MIN && share >= 500;
        let names = sum(Spoiling::Name).min(NAMES_MAX);
        let total = contents + names + if is_mostly { 1_000 } else { 0 };
        Some(Evidence {
            detector: DetectorKind::Noise,
            score: score(total),
            words: format!(
                "contents turned into noise within 7 days: {} texts, {} files without the type \
                 their name says, {} documents filled, {} messages overwritten; {} names lost their \
                 type; {} of {} measured changes of the last 24 hours ended as noise",
                of(Spoiling::Text),
                of(Spoiling::File),
                of(Spoiling::Filled),
                of(Spoiling::Message),
                of(Spoiling::Name),
                today,
                self.measured.sum(),
            ),
            is_lowered: false,
            first_at,
            entries: self.trail.entries(partition),
        })
    }
}

/// The score of so many thousandths of spoiled objects, in straight lines between whole ones.
fn score(thousandths: u64) -> Score {
    let whole = usize::try_from(thousandths / 1_000).unwrap_or(usize::MAX);
    let part = u32::try_from(thousandths % 1_000).unwrap_or(0);
    match (SCORES.get(whole), SCORES.get(whole.saturating_add(1))) {
        (Some(low), Some(next)) => low + (next - low) * part / 1_000,
        _ => {
            let beyond = u32::try_from(whole + 1 - SCORES.len()).unwrap_or(u32::MAX);
            SCORE_MAX.min(beyond.saturating_mul(10).saturating_add(HIGH_AT_LAST))
        }
    }
}

/// The last of [`SCORES`].
const HIGH_AT_LAST: Score = SCORES[SCORES.len() - 1];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HIGH, MEDIUM};
    use kernel::WorkspaceId;

    fn found(noise: &mut Noise, ms: i64) -> Score {
        let partition = PartitionId::new(WorkspaceId::INSTALLATION, "documents");
        noise
            .evidence(Timestamp(ms), &partition)
            .map_or(0, |found| found.score)
    }

    #[test]
    fn scores_grow_to_their_end() {
        let scores: Vec<Score> = (0..30_000).map(score).collect();
        assert!(scores.is_sorted());
        assert_eq!(
            (scores[0], scores[3_000], scores[8_000], scores[29_000]),
            (0, 550, HIGH, 980)
        );
    }

    #[test]
    fn three_texts_ask_a_human_and_eight_are_no_accident() {
        let mut noise = Noise::default();
        let mut levels = Vec::new();
        for n in 1..=8 {
            noise.measured(Timestamp(0), 1);
            noise.measured(Timestamp(0), 1);
            noise.measured(Timestamp(0), 1);
            noise.spoil(n, Spoiling::Text, Timestamp(0), n);
            levels.push(found(&mut noise, 0));
        }
        assert!(levels[1] < MEDIUM && levels[2] >= MEDIUM);
        assert!(levels[6] < HIGH && levels[7] == HIGH);
        assert_eq!(found(&mut noise, REMEMBERED_MS), 0);
    }

    #[test]
    fn an_object_is_spoiled_once() {
        let mut noise = Noise::default();
        for _ in 0..50 {
            noise.spoil(7, Spoiling::Text, Timestamp(0), 1);
        }
        assert_eq!(found(&mut noise, 0), 200);
    }

    #[test]
    fn names_alone_ask_nobody() {
        let mut noise = Noise::default();
        for n in 0..5_000 {
            noise.spoil(n, Spoiling::Name, Timestamp(0), n);
        }
        assert_eq!(found(&mut noise, 0), 350);
        assert_eq!(noise.spoiled.len(), SPOILED_MAX);
    }

    #[test]
    fn mostly_noise_tells_sooner() {
        let mut noise = Noise::default();
        for n in 0..4 {
            noise.measured(Timestamp(0), 1);
            if n % 2 == 0 {
                noise.spoil(n, Spoiling::Text, Timestamp(0), n);
            }
        }
        assert_eq!(found(&mut noise, 0), 550);
    }
}
