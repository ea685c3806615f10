//! The detector of one partition: takes entries, keeps what the detectors need, gives verdicts.

use crate::actor::ActorState;
use crate::classify::{Class, ObjectKey, Rule, WHOLE, Weight, object_key, rule_of};
use crate::limits::{ACTORS_MAX, CANARIES_MAX, MAINTENANCE_MAX, OBJECTS_MAX};
use crate::maintenance::{COVERED_PART, lowered, work_of};
use crate::measure::{TextSample, lost_extension};
use crate::noise::Spoiling;
use crate::rate::{Harm, LOSS, SHIFT, Usual};
use crate::verdict::combined;
use crate::{
    Content, EntryRef, Evidence, Level, MaintenanceWindow, Observed, Score, Verdict, WorkKind,
};
use kernel::{Actor, Event, PartitionId, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Below this score an actor is as if nothing had been: the next rise is told again.
const CALM: Score = 250;
/// Shorter texts, in characters, are not missed.
const TEXT_MIN: u32 = 64;
/// Where more than this share of a text stays, in thousandths, nothing is lost by a change.
const KEPT: u32 = 500;
/// A text that was replaced by another of its length, in thousandths of an object: an editor's
/// rewriting and an attacker's overwriting look alike, and every earlier version is kept.
const REWRITTEN: Weight = 300;

/// Watches one partition. See the crate's documentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detector {
    partition: PartitionId,
    last_seq: Seq,
    now: Timestamp,
    /// By the actor's text form.
    actors: BTreeMap<String, ActorState>,
    usual_loss: Usual,
    usual_shift: Usual,
    canaries: BTreeSet<ObjectKey>,
    maintenance: Vec<MaintenanceWindow>,
    /// People of the workspace, where this partition's entries say so.
    people: u64,
    objects: usize,
    unknown_kinds: u64,
}

/// An entry that is not the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotNext {
    /// It belongs to another chain.
    Partition(PartitionId),
    /// Entries before it were not shown; the first of them is this one.
    Missing(Seq),
}

impl std::fmt::Display for NotNext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Partition(other) => write!(f, "the entry belongs to {other}"),
            Self::Missing(seq) => write!(f, "entry {seq} was not shown"),
        }
    }
}

impl std::error::Error for NotNext {}

/// What every event of an entry shares.
struct Now<'a> {
    entry: &'a Observed<'a>,
    /// Never before an earlier entry's, whatever the header says.
    time: Timestamp,
    covers_changes: bool,
    covers_access: bool,
}

impl Detector {
    /// A detector that has seen nothing and begins with the chain's first entry.
    #[must_use]
    pub fn new(partition: PartitionId) -> Self {
        Self::after(partition, 0)
    }

    /// A detector that begins after entry `seq` of a chain that was not watched before. Both sites
    /// must begin at the same place.
    #[must_use]
    pub fn after(partition: PartitionId, seq: Seq) -> Self {
        Self {
            partition,
            last_seq: seq,
            now: Timestamp(i64::MIN),
            actors: BTreeMap::new(),
            usual_loss: Usual::new(),
            usual_shift: Usual::new(),
            canaries: BTreeSet::new(),
            maintenance: Vec::new(),
            people: 0,
            objects: 0,
            unknown_kinds: 0,
        }
    }

    /// The last entry it has seen: go on after it.
    #[must_use]
    pub const fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// Events of kinds the table does not have; they were taken as harmless.
    #[must_use]
    pub const fn unknown_kinds(&self) -> u64 {
        self.unknown_kinds
    }

    /// Plants canaries: ids of objects nobody has a reason to change. Returns whether there was room
    /// for all. Like [`Detector::expect`] and [`Detector::release`], to be called at the same place
    /// of the chain at every site.
    pub fn plant<'i>(&mut self, ids: impl IntoIterator<Item = &'i str>) -> bool {
        ids.into_iter().fold(true, |all, id| {
            let key = object_key(id);
            let is_room = self.canaries.len() < CANARIES_MAX || self.canaries.contains(&key);
            if is_room {
                self.canaries.insert(key);
            }
            all && is_room
        })
    }

    /// Digs canaries up, before they are changed for a reason.
    pub fn dig_up<'i>(&mut self, ids: impl IntoIterator<Item = &'i str>) {
        for id in ids {
            self.canaries.remove(&object_key(id));
        }
    }

    /// The maintenance windows that stand from here on, in place of those that stood; the first
    /// [`MAINTENANCE_MAX`] of them count.
    pub fn expect(&mut self, mut windows: Vec<MaintenanceWindow>) {
        windows.truncate(MAINTENANCE_MAX);
        self.maintenance = windows;
    }

    /// A human looked and found the actor's work honest: what tells against it is forgotten, what is
    /// usual for it is not.
    pub fn release(&mut self, actor: &Actor) {
        if let Some(state) = self.actors.get_mut(&actor_key(actor)) {
            self.objects -= state.objects();
            state.release();
        }
    }

    /// What was found against an actor so far.
    #[must_use]
    pub fn level(&self, actor: &Actor) -> Level {
        self.actors
            .get(&actor_key(actor))
            .map_or(Level::Low, |state| state.level)
    }

    /// Takes the next entry. An entry that was seen already is passed over, so that overlapping
    /// reads do no harm. Gives a verdict when the actor's level rises.
    ///
    /// # Errors
    /// [`NotNext`], when it is another chain's or entries before it are missing; nothing is taken.
    pub fn observe(
        &mut self,
        entry: &Observed<'_>,
        content: &dyn Content,
    ) -> Result<Option<Verdict>, NotNext> {
        if *entry.partition != self.partition {
            return Err(NotNext::Partition(entry.partition.clone()));
        }
        if entry.seq <= self.last_seq {
            return Ok(None);
        }
        if entry.seq != self.last_seq + 1 {
            return Err(NotNext::Missing(self.last_seq + 1));
        }
        self.last_seq = entry.seq;
        self.now = self.now.max(entry.time);
        for event in entry.events {
            self.count_people(event);
        }
        if matches!(entry.actor, Actor::Site(_)) {
            return Ok(None);
        }
        Ok(self.watch(entry, content))
    }

    fn watch(&mut self, entry: &Observed<'_>, content: &dyn Content) -> Option<Verdict> {
        let covers = |kind| {
            let covers = |window: &MaintenanceWindow| window.covers(entry.actor, self.now, kind);
            self.maintenance.iter().any(covers)
        };
        let now = Now {
            entry,
            time: self.now,
            covers_changes: covers(WorkKind::Changes),
            covers_access: covers(WorkKind::Access),
        };
        let key = actor_key(entry.actor);
        let mut state = match self.actors.remove(&key) {
            Some(state) => state,
            None => self.welcome(entry.actor),
        };
        state.last_seq = entry.seq;
        self.objects -= state.objects();
        let mut is_harm = false;
        for event in entry.events {
            match rule_of(&self.partition.module, &event.kind) {
                Some(rule) => is_harm |= self.judge(&mut state, &rule, event, &now, content),
                None => self.unknown_kinds = self.unknown_kinds.saturating_add(1),
            }
        }
        let verdict = is_harm.then(|| self.verdict(&mut state, &now)).flatten();
        self.objects += state.objects();
        self.actors.insert(key, state);
        self.keep_objects_bounded();
        verdict
    }

    /// Says whether anything was found that may tell against the actor.
    fn judge(
        &mut self,
        state: &mut ActorState,
        rule: &Rule,
        event: &Event,
        now: &Now<'_>,
        content: &dyn Content,
    ) -> bool {
        let Some(id) = rule.object_of(event) else {
            return false;
        };
        let (key, time, seq) = (object_key(id), now.time, now.entry.seq);
        let is_canary = rule.is_change && self.canaries.contains(&key);
        if is_canary {
            state.canary.sing(time, seq);
        }
        let is_harm = match rule.class {
            Class::Creative | Class::Neutral => false,
            Class::Shift => {
                if event.kind == "message-edited" {
                    overwritten(state, key, event, now);
                }
                self.shift(state, key, now);
                true
            }
            Class::Loss(weight) => {
                self.lose(state, key, with_contents(weight, id, content), now);
                true
            }
            Class::Access => {
                access(state, rule, event, key, now);
                true
            }
            Class::Grant => {
                if is_counted(key, now.covers_access) {
                    state.sweep.grant(key, time, seq);
                }
                true
            }
            Class::Text => self.text(state, id, event, now, content),
            Class::File => file(state, key, event, now, content),
            Class::Name => {
                let name = event.data.get("name").and_then(|name| name.as_str());
                let before = content.name_before(id);
                if lost_extension(before.as_deref(), name.unwrap_or_default()).is_some() {
                    state.noise.spoil(key, Spoiling::Name, time, seq);
                }
                self.shift(state, key, now);
                true
            }
        };
        is_harm || is_canary
    }

    fn lose(&mut self, state: &mut ActorState, key: ObjectKey, weight: Weight, now: &Now<'_>) {
        let touch = state.lost.touch(key, weight, now.time);
        let harm = now.harm(touch, state.level);
        state.slow.add(&harm);
        state.loss.add(&harm, &mut self.usual_loss);
    }

    fn shift(&mut self, state: &mut ActorState, key: ObjectKey, now: &Now<'_>) {
        let touch = state.shifted.touch(key, WHOLE, now.time);
        let harm = now.harm(touch, state.level);
        state.shift.add(&harm, &mut self.usual_shift);
    }

    /// A document's text: noise, loss, or what people do all day.
    fn text(
        &mut self,
        state: &mut ActorState,
        id: &str,
        event: &Event,
        now: &Now<'_>,
        content: &dyn Content,
    ) -> bool {
        let key = object_key(id);
        let (time, seq) = (now.time, now.entry.seq);
        let position = event.data.get("seq").and_then(|seq| seq.as_u64());
        let Some(change) = position.and_then(|seq| content.text_change(id, seq)) else {
            self.shift(state, key, now);
            return true;
        };
        state.noise.measured(time, seq);
        let had_text = change.before.chars >= TEXT_MIN && !change.before.is_noise;
        let is_replaced = change.kept < KEPT;
        if change.after.is_noise && had_text && is_replaced {
            state.noise.spoil(key, Spoiling::Text, time, seq);
        } else if change.after.is_noise && change.before.chars < TEXT_MIN {
            state.noise.spoil(key, Spoiling::Filled, time, seq);
        }
        if had_text && is_replaced {
            let gone = change.before.chars.saturating_sub(change.after.chars);
            let shrunk = crate::measure::per_mille(gone.into(), change.before.chars.into());
            self.lose(state, key, shrunk.max(REWRITTEN), now);
        }
        change.after.is_noise || (had_text && is_replaced)
    }

    fn verdict(&self, state: &mut ActorState, now: &Now<'_>) -> Option<Verdict> {
        let found = self.evidence(state, now);
        let score = combined(found.iter().map(|evidence| evidence.score));
        if score < CALM {
            state.level = Level::Low;
        }
        let level = Level::of(score);
        if level <= state.level {
            return None;
        }
        state.level = level;
        let first_at = found.iter().map(|evidence| evidence.first_at).min()?;
        Some(Verdict {
            actor: state.actor.clone(),
            level,
            score,
            evidence: found,
            first_at,
            at: now.time,
            entry: EntryRef {
                partition: self.partition.clone(),
                seq: now.entry.seq,
            },
            objects_hit: state.objects_since(first_at),
        })
    }

    /// The weightiest first; of rate and slow, which count the same losses, only the greater.
    fn evidence(&self, state: &mut ActorState, now: &Now<'_>) -> Vec<Evidence> {
        let (time, partition) = (now.time, &self.partition);
        let known_people = self.people.max(self.actors.len() as u64 + 1);
        let amounts = [
            state
                .loss
                .evidence(&LOSS, &self.usual_loss, time, partition),
            state
                .shift
                .evidence(&SHIFT, &self.usual_shift, time, partition),
            state.slow.evidence(time, partition),
        ];
        let amount = amounts
            .into_iter()
            .flatten()
            .max_by_key(|found| found.score);
        let mut found: Vec<Evidence> = [
            amount,
            state.noise.evidence(time, partition),
            state.sweep.evidence(time, known_people, partition),
            state.canary.evidence(partition),
        ]
        .into_iter()
        .flatten()
        .map(|evidence| now.weighed(evidence))
        .filter(|evidence| evidence.score > 0)
        .collect();
        found.sort_by_key(|evidence| (std::cmp::Reverse(evidence.score), evidence.detector));
        found
    }

    fn welcome(&mut self, actor: &Actor) -> ActorState {
        if self.actors.len() >= ACTORS_MAX {
            let mut ages: Vec<(Seq, String)> = self
                .actors
                .iter()
                .map(|(key, state)| (state.last_seq, key.clone()))
                .collect();
            ages.sort_unstable();
            ages.truncate(ACTORS_MAX / 8);
            for (_, key) in ages {
                if let Some(gone) = self.actors.remove(&key) {
                    self.objects -= gone.objects();
                }
            }
        }
        ActorState::new(actor.clone())
    }

    fn keep_objects_bounded(&mut self) {
        while self.objects > OBJECTS_MAX {
            // The last of the largest in the order of keys: the same at every site.
            let largest = self.actors.values_mut().max_by_key(|state| state.objects());
            let Some(largest) = largest else { return };
            let before = largest.objects();
            largest.forget_older_half();
            self.objects -= before - largest.objects();
        }
    }

    fn count_people(&mut self, event: &Event) {
        if self.partition.module != "directory" {
            return;
        }
        match event.kind.as_str() {
            "person-added" | "person-reactivated" => self.people = self.people.saturating_add(1),
            // As they go the others' share grows: deactivating many only tells sooner.
            "person-deactivated" => self.people = self.people.saturating_sub(1),
            _ => {}
        }
    }
}

impl Now<'_> {
    fn harm(&self, touch: crate::actor::Touch, level: Level) -> Harm {
        Harm {
            touch,
            seq: self.entry.seq,
            now: self.time,
            part: if self.covers_changes { COVERED_PART } else { 1 },
            is_suspect: level > Level::Low,
        }
    }

    fn weighed(&self, evidence: Evidence) -> Evidence {
        let is_covered = match work_of(evidence.detector) {
            Some(WorkKind::Changes) => self.covers_changes,
            Some(WorkKind::Access) => self.covers_access,
            None => false,
        };
        if !is_covered {
            return evidence;
        }
        Evidence {
            score: lowered(evidence.detector, evidence.score),
            is_lowered: true,
            ..evidence
        }
    }
}

/// A container takes what lies in it along, but one deed stays one: 1 for itself and 1 for every
/// doubling of what it holds, so that trashing a folder of 5,000 counts 13 and not 5,000.
fn with_contents(weight: Weight, id: &str, content: &dyn Content) -> Weight {
    let held = content.held_by(id).and_then(u64::checked_ilog2);
    weight + held.map_or(0, |doublings| (doublings + 1) * WHOLE)
}

/// One's own words overwritten with noise.
fn overwritten(state: &mut ActorState, key: ObjectKey, event: &Event, now: &Now<'_>) {
    let text = event.data.get("text").and_then(|text| text.as_str());
    if text.is_some_and(|text| TextSample::of(text).is_noise) {
        let seq = now.entry.seq;
        state.noise.spoil(key, Spoiling::Message, now.time, seq);
    }
    state.noise.measured(now.time, now.entry.seq);
}

fn access(state: &mut ActorState, rule: &Rule, event: &Event, key: ObjectKey, now: &Now<'_>) {
    // Going oneself takes nothing from anybody.
    let own = now.entry.actor.person().map(|person| person.to_string());
    let people = rule
        .people_of(event)
        .filter(|person| Some(*person) != own.as_deref())
        .map(object_key);
    if is_counted(key, now.covers_access) {
        state.sweep.take(key, people, now.time, now.entry.seq);
    }
}

/// Within a maintenance window every twentieth object counts.
const fn is_counted(key: ObjectKey, is_covered: bool) -> bool {
    !is_covered || key.is_multiple_of(COVERED_PART)
}

/// A file came that is noise under the name of a common kind.
fn file(
    state: &mut ActorState,
    key: ObjectKey,
    event: &Event,
    now: &Now<'_>,
    content: &dyn Content,
) -> bool {
    let Some(sample) = event.data.get("file").and_then(|file| content.file(file)) else {
        return false;
    };
    let (time, seq) = (now.time, now.entry.seq);
    state.noise.measured(time, seq);
    if sample.is_type_lost {
        state.noise.spoil(key, Spoiling::File, time, seq);
    }
    sample.is_type_lost
}

fn actor_key(actor: &Actor) -> String {
    match actor {
        Actor::Person(id) => format!("person:{id}"),
        Actor::Account(id) => format!("account:{id}"),
        Actor::Site(name) => format!("site:{name}"),
    }
}
