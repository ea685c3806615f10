//! Reading a conversation for the second time, in batches. Runs on a thread of its own.

use super::people::People;
use super::{Bringing, ImportError};
use crate::archive::rows::typed;
use crate::convert::Moment;
use crate::convert::message::{Change, Converted, DELETED_TEXT, FileMention, Message, convert};
use crate::export::Source;
use crate::{Archive, ArchiveError, Rows};
use kernel::CommandId;
use kernel::id::Uuid;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fs::File;
use std::io::Seek;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Messages in one command.
const MESSAGES_MAX: usize = 1_000;
/// Bytes of one command's messages, as far as they can be told; requests have 2 MiB at most.
const BYTES_MAX: usize = 900 * 1024;
/// Bytes of files that lie on this machine's disk for one batch.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Messages to send together.
#[derive(Default)]
pub(super) struct Batch {
    pub rows: Vec<BatchRow>,
    bytes: usize,
    file_bytes: u64,
}

/// A message to send.
pub(super) struct BatchRow {
    pub entry: Arc<str>,
    pub index: usize,
    pub json: Value,
    pub files: Vec<BatchFile>,
}

/// A file to send before its message.
pub(super) struct BatchFile {
    pub id: Uuid,
    pub name: String,
    pub content_type: String,
    pub content: File,
}

/// Reads a conversation's days and hands over its batches; returns rows that cannot be brought.
pub(super) fn read(
    bringing: &Bringing,
    people: &People,
    place: usize,
    conversation: Uuid,
    to: &mpsc::Sender<Batch>,
) -> Result<Rows, ImportError> {
    let mut reader = Reader {
        bringing,
        people,
        place,
        conversation,
        seen: HashSet::new(),
        skipped: Rows::default(),
        batch: Batch::default(),
        to,
    };
    let mut days = bringing.export.archive.reopen()?;
    let mut uploads = bringing.export.archive.reopen()?;
    for entry in &bringing.export.days[place] {
        let name: Arc<str> = entry.as_str().into();
        let mut failure = None;
        days.rows(entry, |index, row| {
            match reader.take(&mut uploads, &name, index, row) {
                Ok(true) => ControlFlow::Continue(()),
                Ok(false) => ControlFlow::Break(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        if let Some(failure) = failure {
            return Err(failure);
        }
    }
    reader.hand_over();
    Ok(reader.skipped)
}

struct Reader<'a> {
    bringing: &'a Bringing,
    people: &'a People,
    place: usize,
    conversation: Uuid,
    seen: HashSet<Moment>,
    skipped: Rows,
    batch: Batch,
    to: &'a mpsc::Sender<Batch>,
}

impl Reader<'_> {
    /// Takes a row; `false` when nobody waits for batches any more.
    fn take(
        &mut self,
        uploads: &mut Archive,
        entry: &Arc<str>,
        index: usize,
        row: Value,
    ) -> Result<bool, ImportError> {
        // What cannot be converted was reported by the survey, with everything else about it.
        let converted = typed(row).and_then(|row| convert(row, &self.bringing.export));
        let Ok(Converted::Message(message)) = converted else {
            return Ok(true);
        };
        let key = (self.place, message.ts);
        if !self.seen.insert(message.ts) || self.bringing.survey.gone.contains(&key) {
            return Ok(true);
        }
        let Some(author) = self.people.get(&message.author.slack_id) else {
            let cause = format!("user: {} could not be brought", message.author.slack_id);
            self.skipped.add(entry, Some(index), cause);
            return Ok(true);
        };
        let mut message = *message;
        let export = &self.bringing.export;
        message.settle_files(|file| export.can_attach(file));
        let mut json = self.json(&message);
        json["author"] = json!(author);
        let mut files = Vec::new();
        for file in &message.files {
            let (content, bytes) = extract(self.bringing, uploads, file)?;
            self.batch.file_bytes += bytes;
            files.push(self.file(&message, file, content));
        }
        self.batch.bytes += weight(&json);
        self.batch.rows.push(BatchRow {
            entry: Arc::clone(entry),
            index,
            json,
            files,
        });
        let is_full = self.batch.rows.len() >= MESSAGES_MAX
            || self.batch.bytes >= BYTES_MAX
            || self.batch.file_bytes >= FILE_BYTES_MAX;
        Ok(!is_full || self.hand_over())
    }

    fn hand_over(&mut self) -> bool {
        let batch = std::mem::take(&mut self.batch);
        batch.rows.is_empty() || self.to.blocking_send(batch).is_ok()
    }

    fn json(&self, message: &Message) -> Value {
        let survey = &self.bringing.survey;
        let key = (self.place, message.ts);
        let mut json = json!({
            "external_id": self.external_id(message.ts),
            "conversation_id": self.conversation,
            "time": message.ts.millis(),
            "text": message.text,
        });
        let root = message
            .thread_of
            .filter(|_| !survey.detached.contains(&key));
        if let Some(root) = root {
            json["thread_of"] = json!(self.external_id(root));
        }
        if let Some(edited) = message.edited_at {
            json["edited_at"] = json!(edited.millis());
        }
        let mentions = self.ids(&message.mentions);
        if !mentions.is_empty() {
            json["mentions"] = json!(mentions);
        }
        let reactions: Vec<Value> = message
            .reactions
            .iter()
            .map(|r| json!({ "emoji": r.emoji, "people": self.ids(&r.people) }))
            .collect();
        if !reactions.is_empty() {
            json["reactions"] = json!(reactions);
        }
        if survey.hollow.contains(&key) {
            json["text"] = json!(DELETED_TEXT);
        } else if let Some(changes) = survey.changes.get(&key) {
            changed(&mut json, message, changes);
        }
        json
    }

    fn external_id(&self, ts: Moment) -> String {
        let slack_id = &self.bringing.export.conversations[self.place].slack_id;
        format!("slack:{slack_id}:{ts}")
    }

    fn ids(&self, slack_ids: &[String]) -> Vec<kernel::PersonId> {
        let id = |slack_id| self.people.get(slack_id).copied();
        slack_ids.iter().filter_map(id).collect()
    }

    fn file(&self, message: &Message, file: &FileMention, content: File) -> BatchFile {
        let slack_id = file.id.as_deref().unwrap_or_default();
        let name = format!(
            "{}/{}/{slack_id}",
            self.bringing.workspace,
            self.external_id(message.ts)
        );
        BatchFile {
            id: CommandId::derived(&name).0,
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            content,
        }
    }
}

/// Puts later texts into a message: the last one is its text, the others its history.
fn changed(json: &mut Value, message: &Message, changes: &[Change]) {
    let mut changes: Vec<&Change> = changes.iter().collect();
    changes.sort_by_key(|change| change.at);
    let first = changes.first().and_then(|change| change.before.clone());
    let mut text = first.unwrap_or_else(|| message.text.clone());
    let mut written_at = message.ts.millis();
    let mut earlier = Vec::new();
    for change in changes {
        let replaced_at = change.at.map_or(written_at, Moment::millis).max(written_at);
        if change.text != text && !change.text.trim().is_empty() {
            earlier.push(json!({ "text": text, "written_at": written_at,
                "replaced_at": replaced_at }));
            text.clone_from(&change.text);
            written_at = replaced_at;
        }
    }
    if !earlier.is_empty() {
        json["text"] = json!(text);
        json["edited_at"] = json!(written_at);
        json["earlier"] = json!(earlier);
    }
}

/// How much a row adds to a request, at most about.
fn weight(json: &Value) -> usize {
    let escaped = |text: &str| {
        let special = text
            .bytes()
            .filter(|b| *b < 0x20 || matches!(b, b'"' | b'\\'));
        text.len() + 5 * special.count()
    };
    let texts = json["text"].as_str().map_or(0, escaped);
    let earlier: usize = json["earlier"].as_array().map_or(0, |earlier| {
        let text = |version: &Value| version["text"].as_str().map_or(0, escaped) + 80;
        earlier.iter().map(text).sum()
    });
    let people = json["mentions"].as_array().map_or(0, Vec::len)
        + json["reactions"].as_array().map_or(0, |reactions| {
            let people = |r: &Value| r["people"].as_array().map_or(0, Vec::len) + 2;
            reactions.iter().map(people).sum()
        });
    320 + texts + earlier + 40 * people
}

/// Copies a file's bytes to a temporary file that is gone when it is closed.
fn extract(
    bringing: &Bringing,
    uploads: &mut Archive,
    file: &FileMention,
) -> Result<(File, u64), ImportError> {
    let mut copy = tempfile::tempfile().map_err(ImportError::Temporary)?;
    let bytes = match bringing.export.files.source(file.id.as_deref()) {
        Some(Source::Entry(name)) => uploads.read(name, |reader| {
            std::io::copy(reader, &mut copy).map_err(|e| ArchiveError::Damaged {
                entry: name.clone(),
                cause: e.to_string(),
            })
        })?,
        Some(Source::Path(path)) => {
            let bad =
                |e: std::io::Error| ArchiveError::FilesFolder(format!("{}: {e}", path.display()));
            let mut from = File::open(path).map_err(bad)?;
            std::io::copy(&mut from, &mut copy).map_err(bad)?
        }
        // It was there a moment ago; an empty file stands for it.
        None => 0,
    };
    copy.rewind().map_err(ImportError::Temporary)?;
    Ok((copy, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::message::Author;

    fn moment(text: &str) -> Moment {
        Moment::read(text).unwrap()
    }

    #[test]
    fn changes_become_history_in_their_order() {
        let message = Message {
            ts: moment("1.0"),
            author: Author {
                slack_id: "U1".into(),
                name: None,
            },
            text: "third".into(),
            mentions: Vec::new(),
            thread_of: None,
            edited_at: None,
            reactions: Vec::new(),
            files: Vec::new(),
            notes: Vec::new(),
        };
        let change = |text: &str, before: &str, at: &str| Change {
            of: moment("1.0"),
            text: text.into(),
            before: Some(before.into()),
            at: Some(moment(at)),
        };
        let mut json = json!({ "text": "third" });
        let changes = [
            change("third", "second", "3.0"),
            change("second", "first", "2.0"),
        ];
        changed(&mut json, &message, &changes);
        assert_eq!(
            json,
            json!({ "text": "third", "edited_at": 3000, "earlier": [
                { "text": "first", "written_at": 1000, "replaced_at": 2000 },
                { "text": "second", "written_at": 2000, "replaced_at": 3000 }] })
        );
    }
}
