//! Counting what entries bring, by the facts in them.

use crate::files::{FileFact, files_in};
use crate::segment::Keys;
use journal::KeyRing;
use kernel::{Entry, Event};
use serde::Serialize;
use std::collections::BTreeSet;

/// What is in entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Entries.
    pub entries: u64,
    /// Messages posted or imported, also those that were deleted later.
    pub messages: u64,
    /// Documents created, also those that were deleted later.
    pub documents: u64,
}

impl Count {
    /// Adds what is in entries, and the files that they name to `files`. An entry that does not open
    /// is counted as an entry alone: that it is whole is for its hash to say.
    pub(super) fn add(&mut self, entries: &[Entry], keys: &Keys, files: &mut BTreeSet<FileFact>) {
        let mut ring = KeyRing::default();
        for (id, key) in keys {
            ring.insert(*id, key.clone());
        }
        for entry in entries {
            self.entries += 1;
            if let Ok(payload) = ring.open(&entry.header, &entry.sealed) {
                for event in &payload.events {
                    self.add_fact(event);
                    files.extend(files_in(event));
                }
            }
        }
    }

    fn add_fact(&mut self, event: &Event) {
        match event.kind.as_str() {
            "message-posted" => self.messages += 1,
            "messages-imported" => {
                let messages = event.data["messages"].as_array();
                self.messages += messages.map_or(0, |messages| messages.len() as u64);
            }
            "document-created" => self.documents += 1,
            _ => {}
        }
    }
}

impl<'a> std::iter::Sum<&'a Self> for Count {
    fn sum<I: Iterator<Item = &'a Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, one| Self {
            entries: sum.entries + one.entries,
            messages: sum.messages + one.messages,
            documents: sum.documents + one.documents,
        })
    }
}
