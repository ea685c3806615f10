//! A workspace by seed: people at work in documents, and whoever else a test lets loose. Entries
//! come from the modules' own facts; contents are kept beside them, as a site would know them.
use detector::{Content, Detector, DetectorKind, Level, Observed, TextChange, Verdict};
use documents::events::{
    AccessLost, CommentDeleted, DocumentUpdated, Fact, ItemMoved, ItemRenamed, ItemTrashed,
    PermissionsSet,
};
use documents::{CommentId, DocumentId, FolderId, ItemId};
use kernel::id::Uuid;
use kernel::random::{Random, SeededRandom};
use kernel::{Actor, Event, PartitionId, PersonId, Timestamp, WorkspaceId};
use std::collections::{BTreeMap, BTreeSet};

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// A Monday at midnight.
pub const MONDAY: i64 = 1_714_953_600_000;

pub const fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(0xa000 + n))
}

pub const fn document(n: u64) -> Uuid {
    Uuid::from_u128(0xd000_0000 + n as u128)
}

/// An entry that is kept, so that it can be shown again.
#[derive(Clone, Debug)]
pub struct Kept {
    pub seq: u64,
    pub time: Timestamp,
    pub actor: Actor,
    pub events: Vec<Event>,
}

/// What the site knows of texts: by document and position.
#[derive(Default)]
pub struct Texts(BTreeMap<(String, u64), TextChange>);

impl Content for Texts {
    fn text_change(&self, document_id: &str, seq: u64) -> Option<TextChange> {
        self.0.get(&(document_id.to_owned(), seq)).copied()
    }
}

pub struct Workspace {
    pub dice: SeededRandom,
    pub detector: Detector,
    pub texts: Texts,
    /// Present texts of documents that were written in, by number.
    present: BTreeMap<u64, (u64, String)>,
    pub entries: Vec<Kept>,
    pub verdicts: Vec<Verdict>,
    hit: BTreeMap<PersonId, BTreeSet<Uuid>>,
}

impl Workspace {
    pub fn new(seed: u64) -> Self {
        Self {
            dice: SeededRandom::new(seed),
            detector: Detector::new(place()),
            texts: Texts::default(),
            present: BTreeMap::new(),
            entries: Vec::new(),
            verdicts: Vec::new(),
            hit: BTreeMap::new(),
        }
    }

    pub fn below(&self, end: u64) -> u64 {
        self.dice.next_u64() % end.max(1)
    }

    pub fn put(&mut self, by: PersonId, at: i64, events: Vec<Event>) -> Option<Level> {
        let entry = Kept {
            seq: self.entries.len() as u64 + 1,
            time: Timestamp(at),
            actor: Actor::Person(by),
            events,
        };
        let verdict = show(&mut self.detector, &entry, &self.texts);
        self.entries.push(entry);
        let level = verdict.as_ref().map(|verdict| verdict.level);
        self.verdicts.extend(verdict);
        level
    }

    fn hit(&mut self, by: PersonId, id: Uuid) {
        self.hit.entry(by).or_default().insert(id);
    }

    /// Objects somebody really changed for the worse.
    pub fn objects_hit(&self, by: PersonId) -> usize {
        self.hit.get(&by).map_or(0, BTreeSet::len)
    }

    pub fn trash(&mut self, by: PersonId, at: i64, n: u64) -> Option<Level> {
        self.hit(by, document(n));
        let fact = ItemTrashed {
            item_id: ItemId(document(n)),
            trashed_by: by,
        };
        self.put(by, at, vec![fact.event()])
    }

    pub fn move_to(&mut self, by: PersonId, at: i64, n: u64, folder: u128) -> Option<Level> {
        let fact = ItemMoved {
            item_id: ItemId(document(n)),
            folder_id: Some(FolderId(Uuid::from_u128(folder))),
        };
        self.put(by, at, vec![fact.event()])
    }

    pub fn rename(&mut self, by: PersonId, at: i64, n: u64, name: &str) -> Option<Level> {
        let fact = ItemRenamed {
            item_id: ItemId(document(n)),
            name: name.into(),
            renamed_by: by,
        };
        self.put(by, at, vec![fact.event()])
    }

    pub fn uncomment(&mut self, by: PersonId, at: i64, n: u64) -> Option<Level> {
        let fact = CommentDeleted {
            comment_id: CommentId(Uuid::from_u128(0xc000_0000 + u128::from(n))),
            document_id: DocumentId(document(n)),
            deleted_by: by,
        };
        self.put(by, at, vec![fact.event()])
    }

    /// Sets permissions; those named lose access.
    pub fn permit(&mut self, by: PersonId, at: i64, n: u64, lose: &[PersonId]) -> Option<Level> {
        let item_id = ItemId(document(n));
        let set = PermissionsSet {
            item_id,
            inherits: false,
            grants: Vec::new(),
        };
        let mut events = vec![set.event()];
        if !lose.is_empty() {
            self.hit(by, document(n));
            events.push(
                AccessLost {
                    item_id,
                    people: lose.to_vec(),
                }
                .event(),
            );
        }
        self.put(by, at, events)
    }

    /// Makes `text` what a document says.
    pub fn write(&mut self, by: PersonId, at: i64, n: u64, text: String) -> Option<Level> {
        let (seq, before) = match self.present.remove(&n) {
            Some(present) => present,
            None => (1, prose(&self.dice, 120)),
        };
        let change = TextChange::of(&before, &text);
        if change.kept < 500 {
            self.hit(by, document(n));
        }
        let id = DocumentId(document(n));
        self.texts.0.insert((id.to_string(), seq), change);
        self.present.insert(n, (seq + 1, text));
        let fact = DocumentUpdated {
            document_id: id,
            seq,
            author: by,
            update: String::new(),
            origin: None,
        };
        self.put(by, at, vec![fact.event()])
    }

    pub fn text_of(&self, n: u64) -> String {
        match self.present.get(&n) {
            Some((_, text)) => text.clone(),
            None => prose(&self.dice, 120),
        }
    }

    /// Somebody types a sentence at a document's end.
    pub fn type_in(&mut self, by: PersonId, at: i64, n: u64) -> Option<Level> {
        if !self.present.contains_key(&n) {
            let text = prose(&self.dice, 120);
            self.present.insert(n, (1, text));
        }
        let mut text = self.text_of(n);
        text.push_str(&prose(&self.dice, 8));
        self.write(by, at, n, text)
    }

    /// Does one thing a person does at work with one of the documents that are theirs to work on.
    pub fn work(&mut self, by: PersonId, at: i64, documents: u64) -> Option<Level> {
        let n = self.below(documents);
        match self.below(100) {
            0..=84 => self.type_in(by, at, n % 400),
            85..=90 => {
                // A paragraph is written anew.
                let text = self.text_of(n % 400);
                let half = text.chars().count() / 2;
                let text: String = text.chars().take(half).collect();
                let more = prose(&self.dice, 40);
                self.write(by, at, n % 400, text + &more)
            }
            91..=93 => self.rename(by, at, n, "Notes of the week"),
            94..=95 => self.move_to(by, at, n, u128::from(n % 7)),
            96 => self.trash(by, at, n),
            97 => self.uncomment(by, at, n),
            98 => self.permit(by, at, n, &[]),
            _ => self.permit(by, at, n, &[person(30)]),
        }
    }

    /// So many people work from nine to five, an act each about every half minute.
    pub fn office_day(&mut self, day: i64, people: u128, documents: u64) {
        let (mut at, end) = (day + 9 * HOUR, day + 17 * HOUR);
        while at < end {
            let by = person(self.below(u64::try_from(people).unwrap()).into());
            self.work(by, at, documents);
            let pause = 2 * 30 * SECOND / i64::try_from(people).unwrap();
            at += 1 + i64::try_from(self.below(u64::try_from(pause).unwrap())).unwrap();
        }
    }

    pub fn levels_of(&self, by: PersonId) -> Vec<Level> {
        let of = self
            .verdicts
            .iter()
            .filter(|v| v.actor == Actor::Person(by));
        of.map(|verdict| verdict.level).collect()
    }

    pub fn first(&self, by: PersonId, level: Level) -> Option<&Verdict> {
        let is = |v: &&Verdict| v.actor == Actor::Person(by) && v.level >= level;
        self.verdicts.iter().find(is)
    }
}

pub fn has(verdict: &Verdict, kind: DetectorKind) -> bool {
    verdict
        .evidence
        .iter()
        .any(|evidence| evidence.detector == kind)
}

pub fn place() -> PartitionId {
    PartitionId::new(WorkspaceId(Uuid::from_u128(7)), "documents")
}

pub fn show(detector: &mut Detector, entry: &Kept, content: &dyn Content) -> Option<Verdict> {
    let observed = Observed {
        partition: &place(),
        seq: entry.seq,
        time: entry.time,
        actor: &entry.actor,
        command: "test",
        events: &entry.events,
    };
    detector
        .observe(&observed, content)
        .expect("the next entry")
}

/// So many words of plain English.
pub fn prose(dice: &SeededRandom, words: usize) -> String {
    const WORDS: &[&str] = &[
        "the", "tide", "harbour", "before", "a", "plan", "for", "people", "we", "meet", "at",
        "morning", "list", "of", "boats", "and", "ropes", "permit", "ends", "in", "room", "twelve",
        "please", "answer", "until", "Friday", "budget", "is", "agreed", "with", "office", "draft",
    ];
    let word = |_| WORDS[usize::try_from(dice.next_u64()).unwrap_or(0) % WORDS.len()];
    let words: Vec<&str> = (0..words).map(word).collect();
    words.join(" ") + ".\n"
}

/// Ciphertext as an attacker writes it into a document.
pub fn ciphertext(dice: &SeededRandom, len: usize) -> String {
    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = vec![0; len];
    dice.fill(&mut bytes);
    let letter = |byte: &u8| char::from(BASE64[usize::from(byte % 64)]);
    bytes.iter().map(letter).collect()
}
