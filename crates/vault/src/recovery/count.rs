//! Counting what entries bring, by the facts in them.

use crate::segment::Keys;
use journal::KeyRing;
use kernel::{Entry, Event};
use serde::Serialize;

/// What is in entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Entries.
    pub entries: u64,
    /// Messages posted or imported, also those that were deleted later.
    pub messages: u64,
    /// Documents created, also those that were deleted later.
    pub documents: u64,
    /// Files attached or added.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
}

impl Count {
    /// Adds what is in entries. One that does not open is counted as an entry alone: that it is whole
    /// is for its hash to say.
    pub(super) fn add(&mut self, entries: &[Entry], keys: &Keys) {
        let mut ring = KeyRing::default();
        for (id, key) in keys {
            ring.insert(*id, key.clone());
        }
        for entry in entries {
            self.entries += 1;
            if let Ok(payload) = ring.open(&entry.header, &entry.sealed) {
                payload.events.iter().for_each(|event| self.add_fact(event));
            }
        }
    }

    fn add_fact(&mut self, event: &Event) {
        let list = |field: &str| event.data[field].as_array().map(Vec::as_slice);
        match event.kind.as_str() {
            "message-posted" => {
                self.messages += 1;
                self.add_files(list("attachments").unwrap_or_default());
            }
            "messages-imported" => {
                for message in list("messages").unwrap_or_default() {
                    self.messages += 1;
                    let files = message["attachments"].as_array().map(Vec::as_slice);
                    self.add_files(files.unwrap_or_default());
                }
            }
            "document-created" => self.documents += 1,
            "file-added" => self.add_files(std::slice::from_ref(&event.data["file"])),
            _ => {}
        }
    }

    fn add_files(&mut self, files: &[serde_json::Value]) {
        self.files += files.len() as u64;
        let sizes = files.iter().filter_map(|file| file["size"].as_u64());
        self.bytes += sizes.sum::<u64>();
    }
}

impl<'a> std::iter::Sum<&'a Self> for Count {
    fn sum<I: Iterator<Item = &'a Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, one| Self {
            entries: sum.entries + one.entries,
            messages: sum.messages + one.messages,
            documents: sum.documents + one.documents,
            files: sum.files + one.files,
            bytes: sum.bytes + one.bytes,
        })
    }
}
