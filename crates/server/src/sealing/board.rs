//! How sealing stands: for the status page, the metrics and the *Now* page.

use kernel::{PartitionId, Seq, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use vault::custody::trust::Custodians;

/// Without a sign of life from the vault, or with work waiting, for this long, the alarm is raised.
const ALARM_AFTER_MS: i64 = 60_000;

/// How sealing stands at this site.
#[derive(Default)]
pub struct Board(Mutex<State>);

#[derive(Default)]
struct State {
    began: Option<Timestamp>,
    custodians: Option<Custodians>,
    departed: Vec<String>,
    last_contact: Option<Timestamp>,
    is_trust_there: Option<bool>,
    failure: Option<String>,
    partitions: BTreeMap<PartitionId, PartitionSealing>,
}

/// How one partition stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartitionSealing {
    /// The last entry that this site has applied.
    pub seq: Seq,
    /// The last entry that is in the vault; `None`: not known yet.
    pub sealed: Option<Seq>,
    /// When the oldest entry was made that is not in the vault.
    pub unsealed_since: Option<Timestamp>,
    /// When a segment was last seen to get into the vault.
    pub last_success: Option<Timestamp>,
    /// Files that entries name and that are not in the vault yet.
    pub files_waiting: usize,
    /// Since when any wait.
    pub files_since: Option<Timestamp>,
    /// Why the last round failed.
    pub failure: Option<String>,
}

impl PartitionSealing {
    /// Entries that are not in the vault; all of them while that is not known.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        self.seq.saturating_sub(self.sealed.unwrap_or(0))
    }

    /// How old the oldest work is that only the sites have, in seconds; `None`: not known.
    #[must_use]
    pub fn rpo_seconds(&self, now: Timestamp) -> Option<f64> {
        self.sealed?;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of an age fit")]
        match (self.backlog(), self.unsealed_since) {
            (0, _) => Some(0.0),
            (_, Some(since)) => Some(now.since(since).max(0) as f64 / 1_000.0),
            (_, None) => None,
        }
    }
}

/// How sealing stands, as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Sealing {
    /// Why people should look: `silent` (no sign of life from the vault) or `behind` (work has been
    /// waiting), both for a minute; `trust_missing`: the vault does not have the trust that recovery
    /// needs.
    pub alarm: Option<&'static str>,
    /// The age of the oldest work that only the sites have, in seconds, over all partitions; `None`:
    /// not known.
    pub rpo_seconds: Option<f64>,
    /// Entries that are not in the vault.
    pub backlog: u64,
    /// When the vault last answered.
    pub last_contact: Option<Timestamp>,
    /// When a segment last got into the vault.
    pub last_success: Option<Timestamp>,
    /// The last failure that was not one partition's.
    pub failure: Option<String>,
    /// Who can open the vault.
    pub custodians: Option<Custodians>,
    /// Custodians whose accounts were deactivated: rotate the keys.
    pub custodians_departed: Vec<String>,
    /// Every partition.
    pub partitions: Vec<PartitionLine>,
}

/// How one partition stands, as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct PartitionLine {
    /// The partition.
    pub partition: PartitionId,
    /// The last entry in the vault.
    pub sealed_seq: Option<Seq>,
    /// Entries that are not.
    pub backlog: u64,
    /// The age of the oldest of them, in seconds.
    pub rpo_seconds: Option<f64>,
    /// When a segment last got in.
    pub last_success: Option<Timestamp>,
    /// Files that entries name and that are not in the vault yet.
    pub files_waiting: usize,
    /// Why the last round failed.
    pub failure: Option<String>,
}

impl Board {
    /// Sealing begins.
    pub(super) fn begin(&self, custodians: &Custodians, now: Timestamp) {
        self.with(|state| {
            state.began = Some(now);
            state.custodians = Some(custodians.clone());
        });
    }

    /// The vault answered, and has the trust or not.
    pub(super) fn contact(&self, now: Timestamp, is_trust_there: bool) {
        self.with(|state| {
            state.last_contact = Some(now);
            state.is_trust_there = Some(is_trust_there);
            state.failure = None;
        });
    }

    /// Custodians who are no longer here.
    pub(super) fn departed(&self, departed: Vec<String>) {
        self.with(|state| state.departed = departed);
    }

    /// Something failed that is not one partition's.
    pub(super) fn failed(&self, failure: String) {
        self.with(|state| state.failure = Some(failure));
    }

    /// How a partition stands now.
    pub(super) fn set(&self, partition: &PartitionId, sealing: PartitionSealing) {
        self.with(|state| state.partitions.insert(partition.clone(), sealing));
    }

    /// How sealing stands; `None` where this site does not seal. Of the `open` partitions, with what
    /// is applied of each, those that were not looked at yet are not known to be in the vault.
    pub fn look(
        &self,
        now: Timestamp,
        open: impl IntoIterator<Item = (PartitionId, Seq)>,
    ) -> Option<Sealing> {
        self.with(|state| {
            let began = state.began?;
            for (partition, seq) in open {
                state
                    .partitions
                    .entry(partition)
                    .or_insert_with(|| PartitionSealing {
                        seq,
                        ..PartitionSealing::default()
                    });
            }
            let lines: Vec<PartitionLine> = state
                .partitions
                .iter()
                .map(|(partition, sealing)| PartitionLine {
                    partition: partition.clone(),
                    sealed_seq: sealing.sealed,
                    backlog: sealing.backlog(),
                    rpo_seconds: sealing.rpo_seconds(now),
                    last_success: sealing.last_success,
                    files_waiting: sealing.files_waiting,
                    failure: sealing.failure.clone(),
                })
                .collect();
            let ages: Option<Vec<f64>> = lines.iter().map(|line| line.rpo_seconds).collect();
            let rpo_seconds = ages
                .filter(|ages| !ages.is_empty())
                .map(|ages| ages.into_iter().fold(0.0, f64::max));
            Some(Sealing {
                alarm: alarm(state, began, now),
                rpo_seconds,
                backlog: lines.iter().map(|line| line.backlog).sum(),
                last_contact: state.last_contact,
                last_success: lines.iter().filter_map(|line| line.last_success).max(),
                failure: state.failure.clone(),
                custodians: state.custodians.clone(),
                custodians_departed: state.departed.clone(),
                partitions: lines,
            })
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn alarm(state: &State, began: Timestamp, now: Timestamp) -> Option<&'static str> {
    let is_late = |since: Timestamp| now.since(since) > ALARM_AFTER_MS;
    let is_behind = |sealing: &PartitionSealing| {
        let waits = sealing.backlog() > 0 && is_late(sealing.unsealed_since.unwrap_or(began));
        waits || sealing.files_since.is_some_and(is_late)
    };
    if is_late(state.last_contact.unwrap_or(began)) {
        Some("silent")
    } else if state.partitions.values().any(is_behind) {
        Some("behind")
    } else if state.is_trust_there == Some(false) {
        Some("trust_missing")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;

    fn board() -> (Board, PartitionId) {
        let board = Board::default();
        let custodians = Custodians {
            count: 3,
            threshold: 2,
            names: Vec::new(),
        };
        board.begin(&custodians, Timestamp(0));
        (board, PartitionId::new(WorkspaceId::INSTALLATION, "m"))
    }

    fn sealing(seq: Seq, sealed: Option<Seq>, since: Option<i64>) -> PartitionSealing {
        PartitionSealing {
            seq,
            sealed,
            unsealed_since: since.map(Timestamp),
            ..PartitionSealing::default()
        }
    }

    fn alarm_at(board: &Board, now: i64) -> Option<&'static str> {
        board.look(Timestamp(now), []).unwrap().alarm
    }

    #[test]
    fn a_site_without_a_vault_has_nothing_to_show() {
        assert!(Board::default().look(Timestamp(5), []).is_none());
    }

    #[test]
    fn a_minute_of_silence_is_an_alarm() {
        let (board, _) = board();
        assert_eq!(alarm_at(&board, 60_000), None);
        assert_eq!(alarm_at(&board, 60_001), Some("silent"));
        board.contact(Timestamp(60_001), true);
        assert_eq!(alarm_at(&board, 60_002), None);
        assert_eq!(alarm_at(&board, 120_002), Some("silent"));
    }

    #[test]
    fn a_minute_of_waiting_is_an_alarm() {
        let (board, partition) = board();
        board.contact(Timestamp(100_000), true);
        board.set(&partition, sealing(5, Some(4), Some(40_000)));
        assert_eq!(alarm_at(&board, 100_000), None);
        assert_eq!(alarm_at(&board, 100_001), Some("behind"));
        board.set(&partition, sealing(5, Some(5), None));
        assert_eq!(alarm_at(&board, 100_001), None);
        let mut files = sealing(5, Some(5), None);
        (files.files_waiting, files.files_since) = (1, Some(Timestamp(40_000)));
        board.set(&partition, files);
        assert_eq!(alarm_at(&board, 100_001), Some("behind"));
    }

    #[test]
    fn a_minute_of_not_knowing_what_the_vault_has_is_an_alarm() {
        let (board, partition) = board();
        board.set(&partition, sealing(5, None, None));
        board.contact(Timestamp(60_000), true);
        assert_eq!(alarm_at(&board, 60_000), None);
        assert_eq!(alarm_at(&board, 60_001), Some("behind"));
    }

    #[test]
    fn a_vault_without_the_trust_is_an_alarm() {
        let (board, _) = board();
        board.contact(Timestamp(1), false);
        assert_eq!(alarm_at(&board, 1), Some("trust_missing"));
    }

    #[test]
    fn what_is_not_known_is_not_zero() {
        let (board, partition) = board();
        let look = |board: &Board| board.look(Timestamp(9_000), []).unwrap();
        assert_eq!(look(&board).rpo_seconds, None);
        let other = PartitionId::new(WorkspaceId::INSTALLATION, "other");
        let found = board
            .look(Timestamp(9_000), [(partition.clone(), 7)])
            .unwrap();
        assert_eq!((found.rpo_seconds, found.backlog), (None, 7));
        board.set(&other, sealing(1, Some(1), None));
        assert_eq!(look(&board).rpo_seconds, None);
        board.set(&partition, sealing(5, None, None));
        assert_eq!((look(&board).rpo_seconds, look(&board).backlog), (None, 5));
        board.set(&partition, sealing(5, Some(3), Some(7_500)));
        assert_eq!(
            (look(&board).rpo_seconds, look(&board).backlog),
            (Some(1.5), 2)
        );
        board.set(&partition, sealing(5, Some(5), None));
        assert_eq!(
            (look(&board).rpo_seconds, look(&board).backlog),
            (Some(0.0), 0)
        );
    }
}
