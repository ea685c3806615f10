//! An export: its people, its conversations, and where their days and files are.

mod files;

use crate::archive::rows::typed;
use crate::archive::{Limits, is_json};
use crate::convert::Handles;
use crate::convert::conversation::{Conversation, Origin, conversation};
use crate::convert::message::FileMention;
use crate::convert::person::{Person, person, placeholder};
use crate::convert::text::Names;
use crate::{Archive, ArchiveError, Rows, raw};
use files::Files;
pub(crate) use files::Source;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

/// An export whose lists were read. Its days are read later, one row at a time.
pub struct Export {
    pub(crate) archive: Archive,
    pub(crate) people: Vec<Person>,
    pub(crate) conversations: Vec<Conversation>,
    /// The entries that hold each conversation's days, in order.
    pub(crate) days: Vec<Vec<String>>,
    pub(crate) files: Files,
    pub(crate) skipped: Rows,
    people_by_id: HashMap<String, usize>,
    channel_names: HashMap<String, String>,
    handles: Handles,
}

impl Export {
    /// Opens an export and reads its lists of people and conversations. Files are also looked for
    /// in `files`, where that is given.
    ///
    /// # Errors
    /// When the archive is unsafe or damaged, or is no export.
    pub fn open(path: &Path, limits: Limits, files: Option<&Path>) -> Result<Self, ArchiveError> {
        let archive = Archive::open(path, limits)?;
        let prefix = prefix(&archive)?;
        let files = Files::find(&archive, files)?;
        let mut export = Self {
            archive,
            people: Vec::new(),
            conversations: Vec::new(),
            days: Vec::new(),
            files,
            skipped: Rows::default(),
            people_by_id: HashMap::new(),
            channel_names: HashMap::new(),
            handles: Handles::default(),
        };
        export.read_people(&format!("{prefix}users.json"))?;
        for (list, origin) in Origin::LISTS {
            let entry = format!("{prefix}{list}");
            if export.archive.has(&entry) {
                export.read_conversations(&entry, origin)?;
            }
        }
        export.find_days(&prefix);
        Ok(export)
    }

    fn list<T: serde::de::DeserializeOwned>(
        &mut self,
        entry: &str,
        mut take: impl FnMut(&mut Self, usize, T) -> Result<(), String>,
    ) -> Result<(), ArchiveError> {
        // The rows are taken out first: taking one needs the whole export.
        let mut rows: Vec<Value> = Vec::new();
        self.archive.rows(entry, |_, row| {
            rows.push(row);
            ControlFlow::Continue(())
        })?;
        for (index, row) in rows.into_iter().enumerate() {
            if let Err(cause) = typed(row).and_then(|row| take(self, index, row)) {
                self.skipped.add(entry, Some(index), cause);
            }
        }
        Ok(())
    }

    fn read_people(&mut self, entry: &str) -> Result<(), ArchiveError> {
        self.list(entry, |export, _, user: raw::User| {
            if export.people_by_id.contains_key(&user.id) {
                return Err(format!("id: {:?} is in the list twice", user.id));
            }
            let person = person(user, &mut export.handles)?;
            export.add_person(person);
            Ok(())
        })
    }

    fn add_person(&mut self, person: Person) {
        self.people_by_id
            .insert(person.slack_id.clone(), self.people.len());
        self.people.push(person);
    }

    /// Adds people the export refers to without describing them, in the order of their ids.
    pub(crate) fn add_placeholders(&mut self, unknown: &BTreeMap<String, Option<String>>) {
        for (slack_id, name) in unknown {
            if !self.people_by_id.contains_key(slack_id) {
                let person = placeholder(slack_id, name.as_deref(), &mut self.handles);
                self.add_person(person);
            }
        }
    }

    fn read_conversations(&mut self, entry: &str, origin: Origin) -> Result<(), ArchiveError> {
        let mut ids: HashSet<String> = HashSet::new();
        let mut folders: HashSet<String> = HashSet::new();
        for known in &self.conversations {
            ids.insert(known.slack_id.clone());
            folders.insert(known.folder.clone());
        }
        self.list(entry, |export, index, given: raw::Conversation| {
            let conversation = conversation(given, origin)?;
            if !ids.insert(conversation.slack_id.clone()) {
                return Err(format!("id: {:?} is there twice", conversation.slack_id));
            }
            if !folders.insert(conversation.folder.clone()) {
                return Err(format!("name: {:?} is there twice", conversation.folder));
            }
            if let Some(name) = &conversation.name {
                export
                    .channel_names
                    .insert(conversation.slack_id.clone(), name.clone());
            }
            for cause in &conversation.unfit {
                export.skipped.add(entry, Some(index), cause);
            }
            export.conversations.push(conversation);
            Ok(())
        })
    }

    /// Finds the days of every conversation, and reports those that belong to none.
    fn find_days(&mut self, prefix: &str) {
        let folders: HashMap<&str, usize> = self
            .conversations
            .iter()
            .enumerate()
            .map(|(place, conversation)| (conversation.folder.as_str(), place))
            .collect();
        let mut days = vec![Vec::new(); self.conversations.len()];
        let mut unclaimed = Rows::default();
        for name in self.archive.names().filter(|name| is_json(name)) {
            let inner = name.strip_prefix(prefix).unwrap_or(name);
            let Some((folder, day)) = inner.rsplit_once('/') else {
                continue;
            };
            if !is_day(day) {
                continue;
            }
            match folders.get(folder) {
                Some(place) => days[*place].push(name.to_owned()),
                None => unclaimed.add(name, None, "no conversation of the export has this folder"),
            }
        }
        self.days = days;
        self.skipped.extend(unclaimed);
    }
}

/// The largest file that is attached.
const FILE_BYTES_MAX: u64 = 100 * 1024 * 1024;

impl Export {
    /// Whether the file's bytes are there and not too many.
    pub(crate) fn can_attach(&self, file: &FileMention) -> bool {
        let bytes = match self.files.source(file.id.as_deref()) {
            Some(Source::Entry(name)) => self.archive.size(name),
            Some(Source::Path(path)) => std::fs::metadata(path).ok().map(|m| m.len()),
            None => None,
        };
        bytes.is_some_and(|bytes| bytes <= FILE_BYTES_MAX)
    }
}

impl Names for Export {
    fn handle(&self, user: &str) -> Option<&str> {
        let place = *self.people_by_id.get(user)?;
        Some(&self.people[place].handle)
    }

    fn channel(&self, id: &str) -> Option<&str> {
        self.channel_names.get(id).map(String::as_str)
    }
}

/// Whether it is named like a day: `2024-01-31.json`.
fn is_day(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.len() == 15
        && bytes[4] == b'-'
        && name.ends_with(".json")
        && bytes[7] == b'-'
        && bytes[..10]
            .iter()
            .enumerate()
            .all(|(place, b)| matches!(place, 4 | 7) || b.is_ascii_digit())
}

/// What stands before every name: nothing, or the one folder the export was packed with.
fn prefix(archive: &Archive) -> Result<String, ArchiveError> {
    let missing = ArchiveError::NotAnExport("there is no users.json");
    let prefix = if archive.has("users.json") {
        String::new()
    } else {
        let mut found = archive
            .names()
            .filter_map(|name| name.strip_suffix("/users.json"))
            .filter(|folder| !folder.contains('/'));
        match (found.next(), found.next()) {
            (Some(folder), None) => format!("{folder}/"),
            _ => return Err(missing),
        }
    };
    let has_list = Origin::LISTS
        .iter()
        .any(|(list, _)| archive.has(&format!("{prefix}{list}")));
    if !has_list {
        let cause = "there is none of channels.json, groups.json, dms.json and mpims.json";
        return Err(ArchiveError::NotAnExport(cause));
    }
    Ok(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_from_other_entries() {
        assert!(is_day("2024-01-31.json"));
        for other in [
            "canvas.json",
            "2024-1-31.json",
            "2024-01-31.txt",
            "aaaa-bb-cc.json",
        ] {
            assert!(!is_day(other), "{other:?}");
        }
    }
}
