//! Recording notes and availability in the continuity partition. Both sites do; what both saw, the
//! record keeps once. What cannot be recorded now waits: the record is about the very times in which
//! little can be written.

use crate::site::Site;
use failover::{Note, Window};
use journal::partition::Outcome;
use kernel::{Actor, Command, CommandId, PartitionId, WorkspaceId};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Records kept while nothing can be written.
const WAITING_MAX: usize = 512;

/// Something to be recorded.
pub enum Record {
    /// A note on the timeline.
    Note(Note),
    /// How often each step worked in a window of time.
    Window(Window),
}

/// Records in order.
#[derive(Default)]
pub struct Recorder {
    waiting: VecDeque<Record>,
}

impl Recorder {
    /// Adds what is to be recorded.
    pub fn add(&mut self, records: impl Iterator<Item = Record>) {
        self.waiting.extend(records);
        while self.waiting.len() > WAITING_MAX {
            self.waiting.pop_front();
        }
    }

    /// Records what waits, as far as that works now.
    pub async fn record(&mut self, site: &Site) {
        while let Some(record) = self.waiting.front() {
            let command = command(site, record);
            let name = command.name.clone();
            match site.submit(&partition(), command).await {
                Outcome::Accepted { .. } | Outcome::Unchanged { .. } => {}
                Outcome::Refused(refusal) if refusal.code == "command_id_reused" => {}
                Outcome::Refused(refusal) => {
                    tracing::error!(%refusal, name, "what was seen could not be recorded");
                }
                _ => return,
            }
            self.waiting.pop_front();
        }
    }
}

fn partition() -> PartitionId {
    PartitionId::new(WorkspaceId::INSTALLATION, "continuity")
}

/// The command of a record. Its id follows from what is recorded, so that trying again, and both sites
/// noting the same deed, is one note: the second is told that the id was used, which is as good.
fn command(site: &Site, record: &Record) -> Command {
    let (id, name, body) = match record {
        Record::Note(note) => {
            let id = note_id(note);
            (id, "note-timeline", note_body(site, id, note))
        }
        Record::Window(window) => {
            let at = window.started_at.millis();
            let id = CommandId::derived(&format!("availability {at} by {}", site.name));
            (id, "record-availability", window_body(site, window))
        }
    };
    let actor = Actor::Site(site.name.clone());
    let digest = Command::digest_of(site.installation_key().as_bytes(), name, &actor, &body);
    Command {
        id,
        name: name.into(),
        actor,
        body,
        digest,
    }
}

fn note_id(note: &Note) -> CommandId {
    CommandId::derived(&format!(
        "note {} {:?} {} {}",
        note.kind,
        note.site,
        note.detail,
        note.at.millis()
    ))
}

fn note_body(site: &Site, id: CommandId, note: &Note) -> Value {
    json!({
        "note_id": id.0,
        "kind": note.kind,
        "site": note.site,
        "at": note.at,
        "noted_by": site.name,
        "detail": note.detail,
        "evidence": note.evidence,
    })
}

fn window_body(site: &Site, window: &Window) -> Value {
    json!({
        "started_at": window.started_at,
        "recorded_by": site.name,
        "lines": window.lines,
    })
}
