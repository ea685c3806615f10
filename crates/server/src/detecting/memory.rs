//! What the detector of a partition has learnt, and where it is kept.

use super::content::{FirstBytes, Names, SeenContent};
use detector::{Detector, MaintenanceWindow, NoContent, NotNext, Observed, Verdict, WorkKind};
use documents::watching::Texts;
use kernel::{Actor, PartitionId, PersonId, Seq, Timestamp};
use protection::ItemId;
use protection::events::WorkKind as Expected;
use protection::queries::Standing;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

const FOLDER: &str = "detectors";
/// Grows whenever what was learnt by an earlier release means something else.
const VERSION: u32 = 2;

/// A detector with what it goes by.
pub(super) struct Memory {
    learnt: Learnt,
    /// What holds besides, with the times from which it does.
    stands: Standing,
    texts: Texts,
    file: PathBuf,
    kept_at: Option<Timestamp>,
    kept_seq: Seq,
}

#[derive(Serialize, Deserialize)]
struct Learnt {
    version: u32,
    detector: Detector,
    canaries: BTreeSet<String>,
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
            canaries: BTreeSet::new(),
            names: Names::default(),
            cleared: BTreeMap::new(),
            found: VecDeque::new(),
        });
        Self {
            kept_seq: learnt.detector.last_seq(),
            learnt,
            stands: Standing::default(),
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

    /// Whether everything learnt is kept.
    pub fn is_kept(&self) -> bool {
        self.kept_seq == self.seen()
    }

    /// Takes over what stands for the entries that follow.
    pub fn stand(&mut self, stands: Standing) {
        let Learnt {
            detector, canaries, ..
        } = &mut self.learnt;
        let names = |(item, _): &(ItemId, Timestamp)| item.to_string();
        let planted: BTreeSet<String> = stands.canaries.iter().map(names).collect();
        detector.dig_up(canaries.difference(&planted).map(String::as_str));
        canaries.retain(|canary| planted.contains(canary));
        let windows = stands.windows.iter().map(|window| MaintenanceWindow {
            actor: window.person_id.map(Actor::Person),
            except: match window.person_id {
                Some(_) => None,
                None => Some(Actor::Person(window.declared_by)),
            },
            from: window.begins_at,
            until: window.ends_at,
            kinds: window.kinds.iter().copied().map(work_kind).collect(),
        });
        detector.expect(windows.collect());
        self.stands = stands;
    }

    /// Applies what holds from before an entry on: it may be one of long ago.
    fn hold_at(&mut self, time: Timestamp) {
        let Learnt {
            detector,
            canaries,
            cleared,
            ..
        } = &mut self.learnt;
        let due = self
            .stands
            .canaries
            .iter()
            .take_while(|(_, at)| *at <= time);
        for (item, _) in due {
            let canary = item.to_string();
            if !canaries.contains(&canary) {
                detector.plant([canary.as_str()]);
                canaries.insert(canary);
            }
        }
        for (person, cleared_at) in &self.stands.cleared {
            let is_new = cleared
                .get(person)
                .is_none_or(|at| *at < cleared_at.millis());
            if *cleared_at <= time && is_new {
                cleared.insert(*person, cleared_at.millis());
                detector.release(&Actor::Person(*person));
            }
        }
    }

    /// Shows the detector the next entry.
    ///
    /// # Errors
    /// When it is not the next one.
    pub fn observe(&mut self, entry: &Observed<'_>) -> Result<(), NotNext> {
        self.hold_at(entry.time);
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
        self.hold_at(entry.time);
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
    use kernel::id::Uuid;
    use kernel::{Event, WorkspaceId};
    use serde_json::json;

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
    fn what_holds_holds_from_its_time_on() {
        let dir = tempfile::tempdir().unwrap();
        let mut memory = Memory::open(dir.path(), &partition());
        let canary = ItemId(Uuid::from_u128(7));
        memory.stand(Standing {
            canaries: vec![(canary, Timestamp(2_000))],
            ..Standing::default()
        });
        let mut rename = |seq, time| {
            let event = Event::new("item-renamed", 1, &json!({"item_id": canary, "name": "x"}));
            let observed = Observed {
                partition: &partition(),
                seq,
                time: Timestamp(time),
                actor: &Actor::Person(PersonId(Uuid::from_u128(2))),
                command: "rename-document",
                events: &[event],
            };
            memory.observe(&observed).unwrap();
            memory.next_found().is_some()
        };
        assert!(!rename(1, 1_999), "before it was planted");
        assert!(rename(2, 2_000));
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
