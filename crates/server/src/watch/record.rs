//! Recording notes in the continuity partition. Both sites do; what both saw, the record keeps once. A
//! note that cannot be recorded now waits: the record is about the very times in which little can be
//! written.

use crate::site::Site;
use failover::Note;
use journal::partition::Outcome;
use kernel::{Actor, Command, CommandId, PartitionId, WorkspaceId};
use std::collections::VecDeque;

/// Notes kept while nothing can be written.
const WAITING_MAX: usize = 256;

/// Records notes in order.
#[derive(Default)]
pub struct Recorder {
    waiting: VecDeque<Note>,
}

impl Recorder {
    /// Adds notes to be recorded.
    pub fn add(&mut self, notes: Vec<Note>) {
        self.waiting.extend(notes);
        while self.waiting.len() > WAITING_MAX {
            self.waiting.pop_front();
        }
    }

    /// Records what waits, as far as that works now.
    pub async fn record(&mut self, site: &Site) {
        while let Some(note) = self.waiting.front() {
            match site.submit(&partition(), command(site, note)).await {
                Outcome::Accepted { .. } | Outcome::Unchanged { .. } => {}
                Outcome::Refused(refusal) if refusal.code == "command_id_reused" => {}
                Outcome::Refused(refusal) => {
                    tracing::error!(%refusal, kind = note.kind, "a note was refused");
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

/// The command of a note. Its id follows from what is noted, so that trying again, and both sites
/// noting the same deed, is one note: the second is told that the id was used, which is as good.
fn command(site: &Site, note: &Note) -> Command {
    let id = CommandId::derived(&format!(
        "note {} {:?} {} {}",
        note.kind,
        note.site,
        note.detail,
        note.at.millis()
    ));
    let body = serde_json::json!({
        "note_id": id.0,
        "kind": note.kind,
        "site": note.site,
        "at": note.at,
        "noted_by": site.name,
        "detail": note.detail,
        "evidence": note.evidence,
    });
    let actor = Actor::Site(site.name.clone());
    let digest = Command::digest_of(
        site.installation_key().as_bytes(),
        "note-timeline",
        &actor,
        &body,
    );
    Command {
        id,
        name: "note-timeline".into(),
        actor,
        body,
        digest,
    }
}
