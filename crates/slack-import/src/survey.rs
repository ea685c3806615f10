//! The first reading of an export: is it sound, what is in it, who is missing?

use crate::archive::rows::typed;
use crate::convert::Moment;
use crate::convert::conversation::Kind;
use crate::convert::message::{Change, Converted, Message, convert};
use crate::{Archive, ArchiveError, Counts, Export, Rows};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

/// What the first reading found.
#[derive(Debug, Default)]
pub struct Survey {
    /// What there is to bring.
    pub counts: Counts,
    /// How many of the people are placeholders.
    pub placeholders: u64,
    /// Files named whose bytes are not there.
    pub files_missing: u64,
    /// Rows without content of their own.
    pub passed_over: u64,
    /// Rows that cannot be brought.
    pub skipped: Rows,
    /// Rows that are brought, but not just as they are.
    pub notes: Rows,
    /// Later texts by conversation and message.
    pub(crate) changes: HashMap<(usize, Moment), Vec<Change>>,
    /// Messages that were deleted and are passed over.
    pub(crate) gone: HashSet<(usize, Moment)>,
    /// Messages that were deleted and have replies.
    pub(crate) hollow: HashSet<(usize, Moment)>,
    /// Replies whose first message is not there.
    pub(crate) detached: HashSet<(usize, Moment)>,
    unknown: BTreeMap<String, Option<String>>,
}

/// What is remembered of a message until its conversation is read.
#[derive(Clone, Copy, Default)]
struct Remembered {
    is_reply: bool,
    has_replies: bool,
    reactions: u32,
    files: u8,
}

impl Survey {
    /// Reads the whole export; `advance` is told the messages read so far. Placeholders for people
    /// the export does not describe are added to it.
    ///
    /// # Errors
    /// When an entry is damaged, is not JSON or has another shape.
    pub fn of(export: &mut Export, advance: &dyn Fn(u64)) -> Result<Self, ArchiveError> {
        let mut survey = Self {
            skipped: export.skipped.clone(),
            ..Self::default()
        };
        let mut archive = export.archive.reopen()?;
        for place in 0..export.conversations.len() {
            survey.count_conversation(export, place);
            survey.read_conversation(export, &mut archive, place, advance)?;
        }
        let described = export.people.len();
        export.add_placeholders(&survey.unknown);
        survey.placeholders = (export.people.len() - described) as u64;
        survey.counts.users = export.people.len() as u64;
        Ok(survey)
    }

    fn count_conversation(&mut self, export: &Export, place: usize) {
        let conversation = &export.conversations[place];
        match conversation.kind {
            Kind::Channel => self.counts.channels += 1,
            Kind::Group => self.counts.groups += 1,
            Kind::Direct => self.counts.direct += 1,
        }
        for member in conversation.members.iter().chain(&conversation.creator) {
            self.refer_to(member, None);
        }
    }

    fn refer_to(&mut self, slack_id: &str, name: Option<&str>) {
        match self.unknown.get_mut(slack_id) {
            Some(known @ None) => *known = name.map(Into::into),
            Some(Some(_)) => {}
            None => {
                self.unknown.insert(slack_id.into(), name.map(Into::into));
            }
        }
    }

    fn read_conversation(
        &mut self,
        export: &Export,
        archive: &mut Archive,
        place: usize,
        advance: &dyn Fn(u64),
    ) -> Result<(), ArchiveError> {
        let mut messages: HashMap<Moment, Remembered> = HashMap::new();
        let mut deleted = Vec::new();
        for entry in &export.days[place] {
            let mut rows = 0;
            archive.rows(entry, |index, row| {
                rows += 1;
                match typed(row).and_then(|row| convert(row, export)) {
                    Ok(Converted::Message(message)) => {
                        self.take(export, place, (entry, index), *message, &mut messages);
                    }
                    Ok(Converted::Change(change)) => {
                        self.passed_over += 1;
                        let key = (place, change.of);
                        self.changes.entry(key).or_default().push(change);
                    }
                    Ok(Converted::Deletion(of)) => {
                        self.passed_over += 1;
                        deleted.push(of);
                    }
                    Ok(Converted::PassedOver) => self.passed_over += 1,
                    Err(cause) => self.skipped.add(entry, Some(index), cause),
                }
                ControlFlow::Continue(())
            })?;
            advance(rows);
        }
        self.settle(place, &deleted, &mut messages);
        Ok(())
    }

    fn take(
        &mut self,
        export: &Export,
        place: usize,
        (entry, index): (&str, usize),
        mut message: Message,
        messages: &mut HashMap<Moment, Remembered>,
    ) {
        if messages.contains_key(&message.ts) {
            let cause = format!("ts: {} is in the conversation twice", message.ts);
            self.skipped.add(entry, Some(index), cause);
            return;
        }
        self.files_missing += message.settle_files(|file| export.can_attach(file));
        for note in message.notes.drain(..) {
            self.notes.add(entry, Some(index), note);
        }
        self.refer_to(&message.author.slack_id, message.author.name.as_deref());
        for person in message
            .reactions
            .iter()
            .flat_map(|reaction| &reaction.people)
        {
            self.refer_to(person, None);
        }
        let mut is_reply = false;
        if let Some(root) = message.thread_of {
            match messages.get_mut(&root) {
                Some(root) if !root.is_reply => {
                    root.has_replies = true;
                    is_reply = true;
                }
                _ => {
                    self.detached.insert((place, message.ts));
                    let cause = format!("thread_ts: its first message {root} is not there");
                    self.notes.add(entry, Some(index), cause);
                }
            }
        }
        let reactions: usize = message.reactions.iter().map(|r| r.people.len()).sum();
        let remembered = Remembered {
            is_reply,
            has_replies: false,
            reactions: u32::try_from(reactions).unwrap_or(u32::MAX),
            files: u8::try_from(message.files.len()).unwrap_or(u8::MAX),
        };
        messages.insert(message.ts, remembered);
    }

    fn settle(
        &mut self,
        place: usize,
        deleted: &[Moment],
        messages: &mut HashMap<Moment, Remembered>,
    ) {
        for of in deleted {
            match messages.get(of) {
                Some(message) if message.has_replies => {
                    self.hollow.insert((place, *of));
                }
                Some(_) => {
                    self.gone.insert((place, *of));
                    messages.remove(of);
                }
                None => {}
            }
        }
        for message in messages.values() {
            self.counts.messages += 1;
            self.counts.replies += u64::from(message.is_reply);
            self.counts.threads += u64::from(message.has_replies);
            self.counts.reactions += u64::from(message.reactions);
            self.counts.files += u64::from(message.files);
        }
    }
}
