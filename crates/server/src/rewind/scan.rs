//! What was changed, and what would be without it: one pass over a partition's entries.

use crate::moments::{MomentError, OpenedEntry, ScratchView};
use kernel::id::Uuid;
use kernel::{Actor, Aspect, ChangesPutBack, PUT_BACK, PersonId, PutBackItem, TextWish, Timestamp};
use protection::events::ObjectRef;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whose entries are to be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Picked {
    /// Everything a person did in a time.
    Person {
        person: PersonId,
        since: Timestamp,
        until: Option<Timestamp>,
    },
    /// What another rewind put back.
    Rewind(Uuid),
    /// Everything after the beginning, to some objects or all.
    Everything(Option<Arc<BTreeSet<ObjectRef>>>),
}

impl Picked {
    fn takes(&self, entry: &OpenedEntry) -> bool {
        match *self {
            Self::Person {
                person,
                since,
                until,
            } => {
                let time = entry.header.time;
                entry.header.actor == Actor::Person(person)
                    && time >= since
                    && until.is_none_or(|until| time <= until)
                    // What somebody approved of was another's doing, and has a rewind of its own.
                    && entry.payload.name != PUT_BACK
            }
            Self::Rewind(id) => put_back_by(entry).is_some_and(|fact| fact.rewind_id == id),
            Self::Everything(_) => true,
        }
    }

    /// Whether an aspect of a module is among what is asked for.
    fn concerns(&self, module: &str, aspect: &Aspect) -> bool {
        let Self::Everything(Some(objects)) = self else {
            return true;
        };
        objects.contains(&ObjectRef {
            module: module.into(),
            kind: aspect.kind.clone(),
            object: aspect.object.clone(),
        })
    }
}

fn put_back_by(entry: &OpenedEntry) -> Option<ChangesPutBack> {
    let last = entry.payload.events.last()?;
    (entry.payload.name == PUT_BACK && last.kind == ChangesPutBack::KIND)
        .then(|| last.decode().ok())
        .flatten()
}

/// One thing that differs from what it would be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// What it is about, with what it is and what it would be.
    pub item: PutBackItem,
    /// What it was before the first of the changes.
    pub before: Value,
    /// What people call it.
    pub label: Option<String>,
    /// How many of the changes hit it.
    pub hits: u64,
    /// When the first and the last of them did.
    pub first_at: Timestamp,
    /// The last.
    pub last_at: Timestamp,
    /// Changes by others since the first of them.
    pub others: u64,
    /// Others worked on what the person made: it stays, unless somebody chooses otherwise.
    pub is_kept: bool,
}

/// What a scan has found so far.
pub(super) struct Scan {
    picked: Picked,
    /// What this rewind has put back already: it is not done twice.
    rewind: Option<Uuid>,
    tracks: BTreeMap<Aspect, Track>,
    /// Objects that were made by the changes, with how often others worked on them.
    made: BTreeMap<(String, String), u64>,
    done: BTreeSet<Aspect>,
    /// Entries that are to be taken back.
    pub entries: u64,
}

struct Track {
    before: Value,
    now: Value,
    /// What it would be.
    without: Value,
    label: Option<String>,
    hits: u64,
    first_at: Timestamp,
    last_at: Timestamp,
    others: u64,
    /// Of a text: positions of the updates to take back.
    updates: Vec<u64>,
}

impl Scan {
    pub fn new(picked: Picked, rewind: Option<Uuid>) -> Self {
        Self {
            picked,
            rewind,
            tracks: BTreeMap::new(),
            made: BTreeMap::new(),
            done: BTreeSet::new(),
            entries: 0,
        }
    }

    /// Goes through all entries after the view's position; `note` is told of each.
    ///
    /// # Errors
    /// When entries cannot be read or applied.
    pub fn run(
        &mut self,
        view: &mut ScratchView,
        note: &mut dyn FnMut(),
    ) -> Result<(), MomentError> {
        while let Some(entry) = view.next_entry()? {
            let is_ours = self.picked.takes(&entry);
            self.note_done(&entry);
            let touched = self.before(view, &entry, is_ours)?;
            view.step()?;
            self.after(view, &entry, is_ours, touched)?;
            note();
        }
        Ok(())
    }

    fn note_done(&mut self, entry: &OpenedEntry) {
        if let Some(fact) = put_back_by(entry).filter(|fact| Some(fact.rewind_id) == self.rewind) {
            self.done.extend(fact.aspects);
        }
    }

    /// The aspects an entry touches that matter here; of those that are new, what they were.
    fn before(
        &mut self,
        view: &ScratchView,
        entry: &OpenedEntry,
        is_ours: bool,
    ) -> Result<BTreeSet<Aspect>, MomentError> {
        let (rows, module) = (view.rows(), view.module());
        let mut touched = BTreeSet::new();
        for event in &entry.payload.events {
            let aspects = module.touches(rows, event);
            touched.extend(aspects.map_err(|e| MomentError::Failed(e.to_string()))?);
        }
        touched.retain(|aspect| self.picked.concerns(module.name(), aspect));
        if is_ours && !touched.is_empty() {
            self.entries += 1;
            for aspect in &touched {
                if self.tracks.contains_key(aspect) {
                    continue;
                }
                let before = module.aspect_value(rows, aspect).map_err(view_error)?;
                let track = Track {
                    label: module.object_label(rows, aspect).map_err(view_error)?,
                    now: before.clone(),
                    without: before.clone(),
                    before,
                    hits: 0,
                    first_at: entry.header.time,
                    last_at: entry.header.time,
                    others: 0,
                    updates: Vec::new(),
                };
                if aspect.aspect == "exists" && track.before.is_null() {
                    self.made.entry(object_of(aspect)).or_default();
                }
                self.tracks.insert(aspect.clone(), track);
            }
        } else if !is_ours {
            for object in touched.iter().map(object_of).collect::<BTreeSet<_>>() {
                self.worked_on(&object);
            }
        }
        Ok(touched)
    }

    fn after(
        &mut self,
        view: &ScratchView,
        entry: &OpenedEntry,
        is_ours: bool,
        touched: BTreeSet<Aspect>,
    ) -> Result<(), MomentError> {
        let (rows, module) = (view.rows(), view.module());
        if !is_ours && !self.made.is_empty() {
            // Whoever put something into what was made works on that as well.
            for aspect in &touched {
                for holder in module.held_in(rows, aspect).map_err(view_error)? {
                    self.worked_on(&object_of(&holder));
                }
            }
        }
        for aspect in touched {
            let Some(track) = self.tracks.get_mut(&aspect) else {
                continue;
            };
            let now = module.aspect_value(rows, &aspect).map_err(view_error)?;
            if track.label.is_none() {
                track.label = module.object_label(rows, &aspect).map_err(view_error)?;
            }
            if is_ours {
                track.hits += 1;
                track.last_at = entry.header.time;
                track.updates.extend(position(&now));
            } else {
                track.others += 1;
                track.without.clone_from(&now);
            }
            track.now = now;
        }
        Ok(())
    }

    /// Somebody else worked on an object.
    fn worked_on(&mut self, object: &(String, String)) {
        if let Some(others) = self.made.get_mut(object) {
            *others += 1;
        }
    }

    /// How many things this rewind has put back already.
    pub fn done(&self) -> u64 {
        self.done.len() as u64
    }

    /// What differs from what it would be, in the order in which it can be put back.
    pub fn changes(self) -> Vec<Change> {
        let is_everything = matches!(self.picked, Picked::Everything(_));
        let Self {
            tracks, made, done, ..
        } = self;
        let mut changes: Vec<Change> = tracks
            .into_iter()
            .filter(|(aspect, _)| !done.contains(aspect))
            .filter_map(|(aspect, track)| {
                let by_others = made.get(&object_of(&aspect)).copied();
                // What was made is taken away as a whole.
                if by_others.is_some() && aspect.aspect != "exists" {
                    return None;
                }
                track.change(aspect, by_others.unwrap_or(0), is_everything)
            })
            .collect();
        sort(&mut changes);
        changes
    }
}

impl Track {
    fn change(self, aspect: Aspect, others_on_made: u64, is_everything: bool) -> Option<Change> {
        let value = if is_text(&aspect) {
            if self.updates.is_empty() {
                return None;
            }
            // Somebody may write between the plan and the command: only a moment asks for what was.
            let wish = match position(&self.before) {
                Some(before) if is_everything => TextWish::AsOf(before),
                _ => TextWish::Without(self.updates),
            };
            serde_json::to_value(wish).expect("a wish is plain values")
        } else if self.now == self.without {
            return None;
        } else {
            self.without
        };
        Some(Change {
            is_kept: others_on_made > 0,
            item: PutBackItem {
                aspect,
                expected: self.now,
                value,
            },
            before: self.before,
            label: self.label,
            hits: self.hits,
            first_at: self.first_at,
            last_at: self.last_at,
            others: self.others + others_on_made,
        })
    }
}

/// Whether an aspect is a text that several write, of which single updates are taken back.
pub(super) fn is_text(aspect: &Aspect) -> bool {
    aspect.kind == "document" && aspect.aspect == "text"
}

/// The position in a text's value.
fn position(value: &Value) -> Option<u64> {
    value.get("seq").and_then(Value::as_u64)
}

fn object_of(aspect: &Aspect) -> (String, String) {
    (aspect.kind.clone(), aspect.object.clone())
}

/// What is needed first comes first: objects that are to be there again, then the rest, texts
/// together, then objects that are to go. Everything about one object stays together, since it may
/// only make sense as a whole.
fn sort(changes: &mut [Change]) {
    let made_again: BTreeSet<_> = changes
        .iter()
        .filter(|change| change.item.aspect.aspect == "exists" && !change.item.value.is_null())
        .map(|change| object_of(&change.item.aspect))
        .collect();
    changes.sort_by_cached_key(|change| {
        let object = object_of(&change.item.aspect);
        let step = match rank(&change.item) {
            _ if is_text(&change.item.aspect) => 2,
            5 => 3,
            _ if made_again.contains(&object) => 0,
            _ => 1,
        };
        (step, object, rank(&change.item))
    });
}

/// The order of an object's own aspects.
fn rank(item: &PutBackItem) -> u8 {
    match (item.aspect.aspect.as_str(), item.value.is_null()) {
        ("exists", false) => 0,
        ("trashed" | "active" | "deleted", _) => 1,
        ("parent" | "place", _) => 2,
        ("exists", true) => 5,
        _ => 3,
    }
}

fn view_error(error: rusqlite::Error) -> MomentError {
    MomentError::View(error.into())
}
