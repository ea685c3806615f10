//! What the detector of a partition has learnt, and where it is kept.

use super::content::{FirstBytes, Names, SeenContent};
use detector::{Detector, MaintenanceWindow, NoContent, NotNext, Observed, Verdict, WorkKind};
use documents::watching::Texts;
use kernel::{Actor, PartitionId, PersonId, Seq, Timestamp};
use protection::events::WorkKind as Expected;
use protection::queries::Standing;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

const FOLDER: &str = "detectors";
/// Grows whenever what was learnt by an earlier release means something else.
const VERSION: u32 = 1;

/// A detector with what it goes by.
pub(super) struct Memory {
    learnt: Learnt,
    texts: Texts,
    file: PathBuf,
    kept_at: Option<Timestamp>,
    kept_seq: Seq,
}

#[derive(Serialize, Deserialize)]
struct Learnt {
    version: u32,
    detector: Detector,
    canaries: Vec<String>,
    names: Names,
    /// Up to when people were found honest, or released.
    cleared: BTreeMap<PersonId, i64>,
    /// What was found and is not recorded yet.
    found: VecDeque<Verdict>,
}

impl Memory {
    /// Goes on where this site was; from the chain's beginning where that is not known.
    pub fn open(data: &Path, partition: &PartitionId) -> Self {
        let name = format!("{}-{}.json", partition.workspace, partition.module);
        let file = data.join(FOLDER).join(name);
        let learnt = read(&file).unwrap_or_else(|| Learnt {
            version: VERSION,
            detector: Detector::new(partition.clone()),
            canaries: Vec::new(),
            names: Names::default(),
            cleared: BTreeMap::new(),
            found: VecDeque::new(),
        });
        Self {
            kept_seq: learnt.detector.last_seq(),
            learnt,
            texts: Texts::default(),
            file,
            kept_at: None,
        }
    }

    /// The last entry seen.
    pub const fn seen(&self) -> Seq {
        self.learnt.detector.last_seq()
    }

    /// The oldest verdict that is not recorded yet.
    pub fn next_found(&self) -> Option<&Verdict> {
        self.learnt.found.front()
    }

    /// That one is recorded.
    pub fn recorded(&mut self) {
        self.learnt.found.pop_front();
    }

    /// Takes over what stands now.
    pub fn stand(&mut self, stands: Standing) {
        let detector = &mut self.learnt.detector;
        let canaries: Vec<String> = stands.canaries.iter().map(ToString::to_string).collect();
        if canaries != self.learnt.canaries {
            detector.dig_up(self.learnt.canaries.iter().map(String::as_str));
            detector.plant(canaries.iter().map(String::as_str));
            self.learnt.canaries = canaries;
        }
        let windows = stands.windows.into_iter().map(|window| MaintenanceWindow {
            actor: window.person_id.map(Actor::Person),
            from: window.begins_at,
            until: window.ends_at,
            kinds: window.kinds.into_iter().map(work_kind).collect(),
        });
        detector.expect(windows.collect());
        for (person, cleared_at) in stands.cleared {
            if self.learnt.cleared.insert(person, cleared_at) != Some(cleared_at) {
                detector.release(&Actor::Person(person));
            }
        }
    }

    /// Shows the detector the next entry.
    ///
    /// # Errors
    /// When it is not the next one.
    pub fn observe(&mut self, entry: &Observed<'_>) -> Result<(), NotNext> {
        let verdict = self.learnt.detector.observe(entry, &NoContent)?;
        self.learnt.found.extend(verdict);
        Ok(())
    }

    /// Shows the detector the next entry of `documents`, with contents from its rows.
    ///
    /// # Errors
    /// As for [`Memory::observe`].
    pub fn observe_documents(
        &mut self,
        entry: &Observed<'_>,
        rows: &Connection,
        files: &FirstBytes,
    ) -> Result<(), NotNext> {
        let Learnt {
            detector,
            names,
            found,
            ..
        } = &mut self.learnt;
        let content = SeenContent::new(rows, &mut self.texts, files, names);
        found.extend(detector.observe(entry, &content)?);
        names.learn(entry.events);
        Ok(())
    }

    /// Keeps what was learnt, now and then. Not being able to is no reason to stop watching.
    pub fn keep_if_due(&mut self, now: Timestamp) {
        let is_fresh = self
            .kept_at
            .is_some_and(|at| now.since(at) < super::KEEP_EVERY_MS);
        if is_fresh || self.kept_seq == self.seen() {
            return;
        }
        self.kept_at = Some(now);
        let bytes = serde_json::to_vec(&self.learnt).expect("what was learnt is plain values");
        match write(&self.file, &bytes) {
            Ok(()) => self.kept_seq = self.seen(),
            Err(error) => {
                let file = self.file.display();
                tracing::warn!(%file, %error, "what detectors learnt cannot be kept");
            }
        }
    }
}

/// Puts the file there at once or not at all.
fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let new = file.with_extension("new");
    std::fs::write(&new, bytes)?;
    std::fs::rename(new, file)
}

fn read(file: &Path) -> Option<Learnt> {
    let bytes = std::fs::read(file).ok()?;
    match serde_json::from_slice::<Learnt>(&bytes) {
        Ok(learnt) if learnt.version == VERSION => Some(learnt),
        Ok(_) => None,
        Err(error) => {
            let file = file.display();
            tracing::warn!(%file, %error, "what detectors learnt is unreadable; they begin anew");
            None
        }
    }
}

const fn work_kind(kind: Expected) -> WorkKind {
    match kind {
        Expected::Changes => WorkKind::Changes,
        Expected::Access => WorkKind::Access,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;
    use kernel::id::Uuid;

    fn partition() -> PartitionId {
        PartitionId::new(WorkspaceId(Uuid::from_u128(1)), "documents")
    }

    fn show(memory: &mut Memory, seq: Seq) {
        let observed = Observed {
            partition: &partition(),
            seq,
            time: Timestamp(1_000),
            actor: &Actor::Person(PersonId(Uuid::from_u128(2))),
            command: "trash",
            events: &[],
        };
        memory.observe(&observed).unwrap();
    }

    #[test]
    fn what_was_learnt_is_kept_and_what_is_damaged_begins_anew() {
        let dir = tempfile::tempdir().unwrap();
        let mut memory = Memory::open(dir.path(), &partition());
        show(&mut memory, 1);
        memory.keep_if_due(Timestamp(0));
        show(&mut memory, 2);
        memory.keep_if_due(Timestamp(10));
        assert_eq!(
            Memory::open(dir.path(), &partition()).seen(),
            1,
            "not every time"
        );
        memory.keep_if_due(Timestamp(super::super::KEEP_EVERY_MS));
        assert_eq!(Memory::open(dir.path(), &partition()).seen(), 2);
        std::fs::write(&memory.file, b"{").unwrap();
        assert_eq!(Memory::open(dir.path(), &partition()).seen(), 0);
    }
}
