//! Maintenance windows: honest bulk work that somebody answers for.

use crate::{DetectorKind, Score};
use kernel::{Actor, Timestamp};
use serde::{Deserialize, Serialize};

/// What sort of bulk work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// Moving, renaming, trashing, deleting.
    Changes,
    /// Taking and giving rights, removing members, deactivating people.
    Access,
}

/// A time for which an operator expects bulk work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceWindow {
    /// Who does it; none: everyone.
    pub actor: Option<Actor>,
    /// Whom it does not cover: who declared it for everyone. Nobody covers themselves.
    pub except: Option<Actor>,
    /// When it begins.
    pub from: Timestamp,
    /// When it is over.
    pub until: Timestamp,
    /// What is expected.
    pub kinds: Vec<WorkKind>,
}

/// The most that rate, slow or sweep say within a window: below what asks a human, so that the
/// declared work is left alone, and not nothing, so that noise is believed sooner.
const LOWERED_MAX: Score = 400;
/// Work a window covers counts a twentieth, so that it does not tell against its actor when the
/// window is over, and still does when it was out of all proportion.
pub(crate) const COVERED_PART: u64 = 20;

impl MaintenanceWindow {
    /// Whether it is about what this actor does at this time.
    #[must_use]
    pub fn covers(&self, actor: &Actor, now: Timestamp, kind: WorkKind) -> bool {
        (self.from..self.until).contains(&now)
            && self.actor.as_ref().is_none_or(|of| of == actor)
            && self.except.as_ref() != Some(actor)
            && self.kinds.contains(&kind)
    }
}

/// What a detector's score is worth while a window covers its kind of work: half, and at most 400.
/// Canaries and noise are worth what they are: no honest work turns documents into noise.
pub(crate) fn lowered(detector: DetectorKind, score: Score) -> Score {
    match detector {
        DetectorKind::Rate | DetectorKind::Slow | DetectorKind::Sweep => {
            (score / 2).min(LOWERED_MAX)
        }
        DetectorKind::Noise | DetectorKind::Canary => score,
    }
}

/// Which work a window must cover to lower a detector.
pub(crate) const fn work_of(detector: DetectorKind) -> Option<WorkKind> {
    match detector {
        DetectorKind::Rate | DetectorKind::Slow => Some(WorkKind::Changes),
        DetectorKind::Sweep => Some(WorkKind::Access),
        DetectorKind::Noise | DetectorKind::Canary => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HIGH, MEDIUM};
    use kernel::PersonId;
    use kernel::id::Uuid;

    #[test]
    fn a_window_covers_its_actor_time_and_kinds() {
        let actor = |n| Actor::Person(PersonId(Uuid::from_u128(n)));
        let mut window = MaintenanceWindow {
            actor: Some(actor(1)),
            except: None,
            from: Timestamp(10),
            until: Timestamp(20),
            kinds: vec![WorkKind::Changes],
        };
        assert!(window.covers(&actor(1), Timestamp(10), WorkKind::Changes));
        assert!(!window.covers(&actor(1), Timestamp(20), WorkKind::Changes));
        assert!(!window.covers(&actor(1), Timestamp(10), WorkKind::Access));
        assert!(!window.covers(&actor(2), Timestamp(10), WorkKind::Changes));
        window.actor = None;
        assert!(window.covers(&actor(2), Timestamp(10), WorkKind::Changes));
        window.except = Some(actor(2));
        assert!(!window.covers(&actor(2), Timestamp(10), WorkKind::Changes));
    }

    #[test]
    fn only_amounts_are_lowered() {
        for detector in [DetectorKind::Rate, DetectorKind::Slow, DetectorKind::Sweep] {
            assert!(lowered(detector, 950) < MEDIUM);
        }
        for detector in [DetectorKind::Noise, DetectorKind::Canary] {
            assert_eq!(lowered(detector, HIGH), HIGH);
        }
    }
}
