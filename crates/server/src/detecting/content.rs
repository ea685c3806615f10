//! What the detectors are told about contents: texts from the documents' rows, and the first bytes of
//! files.

use crate::attachments::Chunks;
use crate::moments::OpenedEntry;
use attachments::{Attachment, AttachmentId};
use bytes::Bytes;
use detector::measure::{FileSample, extension, is_known};
use detector::{Content, TextChange};
use documents::ItemId;
use documents::watching::{TextStep, Texts, held_by};
use kernel::{Event, WorkspaceId};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

/// Names that are remembered.
const NAMES_MAX: usize = 50_000;
/// So much of a file is looked at.
const FIRST_MAX: usize = 64 * 1024;

/// The first bytes of the files that a batch of entries brings.
pub(super) type FirstBytes = HashMap<AttachmentId, Bytes>;

/// Reads them, as far as they are at this site: the other one looks too, and nobody waits for it.
pub(super) async fn first_bytes(
    chunks: &Chunks,
    workspace: WorkspaceId,
    entries: &[OpenedEntry],
) -> FirstBytes {
    let mut found = FirstBytes::new();
    let events = entries.iter().flat_map(|entry| &entry.payload.events);
    for file in events.filter_map(|event| event.data.get("file")) {
        let Ok(file) = Attachment::deserialize(file) else {
            continue;
        };
        let Some(first) = file.chunks.first() else {
            continue;
        };
        if let Ok(Some(bytes)) = chunks.held_content(workspace, *first).await {
            // Not a slice: that would keep the whole chunk.
            let first = Bytes::copy_from_slice(&bytes[..bytes.len().min(FIRST_MAX)]);
            found.insert(file.attachment_id, first);
        }
    }
    found
}

/// Contents as the rows of `documents` have them.
pub(super) struct SeenContent<'a> {
    rows: &'a Connection,
    texts: RefCell<&'a mut Texts>,
    files: &'a FirstBytes,
    names: &'a Names,
}

impl<'a> SeenContent<'a> {
    pub fn new(
        rows: &'a Connection,
        texts: &'a mut Texts,
        files: &'a FirstBytes,
        names: &'a Names,
    ) -> Self {
        Self {
            rows,
            texts: RefCell::new(texts),
            files,
            names,
        }
    }
}

/// The names of items that say what kind of file they are. The rows may be ahead of the entry that is
/// looked at, and have the new name already.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// Takes over what an entry's events say.
    pub fn learn(&mut self, events: &[Event]) {
        for event in events {
            let field = |name: &str| event.data.get(name).and_then(Value::as_str);
            let (item, name) = match event.kind.as_str() {
                "document-created" => (field("document_id"), field("title")),
                "item-renamed" => (field("item_id"), field("name")),
                "file-added" => {
                    let file = event.data.get("file");
                    let name = file.and_then(|file| file.get("name"));
                    (field("document_id"), name.and_then(Value::as_str))
                }
                _ => continue,
            };
            let (Some(item), Some(name)) = (item, name) else {
                continue;
            };
            if extension(name).is_some_and(|known| is_known(&known)) {
                if self.0.len() >= NAMES_MAX {
                    // Ids begin with the time: the oldest goes.
                    self.0.pop_first();
                }
                self.0.insert(item.into(), name.into());
            } else {
                self.0.remove(item);
            }
        }
    }
}

/// What cannot be read is judged by the event alone.
fn told<T>(read: rusqlite::Result<T>) -> Option<T> {
    read.inspect_err(|error| tracing::warn!(%error, "contents cannot be read for the detectors"))
        .ok()
}

impl Content for SeenContent<'_> {
    fn text_change(&self, document_id: &str, seq: u64) -> Option<TextChange> {
        let document = document_id.parse().ok()?;
        let step = told(self.texts.borrow_mut().step(self.rows, document, seq))??;
        Some(match step {
            TextStep::Little => TextChange::of("", ""),
            TextStep::Changed { before, after } => TextChange::of(&before, &after),
        })
    }

    fn file(&self, attachment: &Value) -> Option<FileSample> {
        let file = Attachment::deserialize(attachment).ok()?;
        let first = self.files.get(&file.attachment_id)?;
        Some(FileSample::of(&file.name, first))
    }

    fn name_before(&self, item_id: &str) -> Option<String> {
        self.names.0.get(item_id).cloned()
    }

    fn held_by(&self, item_id: &str) -> Option<u64> {
        told(held_by(self.rows, item_id.parse::<ItemId>().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_name_that_says_a_kind_is_known() {
        let mut names = Names::default();
        let file = json!({"document_id": "d", "file": {"name": "plan.docx"}});
        names.learn(&[Event::new("file-added", 1, &file)]);
        assert_eq!(names.0.get("d").map(String::as_str), Some("plan.docx"));
        let renamed =
            |name: &str| Event::new("item-renamed", 1, &json!({"item_id": "d", "name": name}));
        names.learn(&[renamed("plan.xlsx")]);
        assert_eq!(names.0.get("d").map(String::as_str), Some("plan.xlsx"));
        names.learn(&[renamed("plan.lck")]);
        assert!(names.0.is_empty());
    }
}
