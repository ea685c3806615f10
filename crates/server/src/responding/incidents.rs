//! Incidents that are opened by what the sites find, and what happens meanwhile.

use super::{is_settled, of};
use crate::site::Site;
use continuity::{SeenNote, notes_since};
use kernel::{CommandId, PartitionId, Timestamp, WorkspaceId};
use protection::queries::{HighAlarm, high_alarms};
use response::IncidentId;
use response::commands::incidents::{NoteIncident, OpenIncident};
use response::events::{Cause, Severity};
use response::queries::open_rooms;
use std::collections::BTreeMap;

/// No incident is opened for what was found so much earlier: a site that was away leaves that to those
/// who were there.
const OPEN_WITHIN_MS: i64 = 10 * 60_000;
/// What was noted so long before an incident was opened belongs to it.
const BEFORE_MS: i64 = 2 * 60_000;
/// Notes looked at in one go.
const NOTES: u32 = 200;

/// Up to which note of the continuity record each open incident has them.
#[derive(Default)]
pub(super) struct Noted(BTreeMap<(WorkspaceId, IncidentId), i64>);

/// Opens and notes what is due in a workspace. Whether everything is settled.
pub(super) async fn round(site: &Site, workspace: WorkspaceId, noted: &mut Noted) -> bool {
    let opened = open_for_alarms(site, workspace).await && open_for_losses(site, workspace).await;
    opened && note(site, workspace, noted).await
}

async fn open_for_alarms(site: &Site, workspace: WorkspaceId) -> bool {
    let since = site.clock.now().plus_ms(-OPEN_WITHIN_MS);
    let protection = PartitionId::new(workspace, "protection");
    let found = site.query(&protection, None, move |rows| Ok(high_alarms(rows, since)?));
    let Ok(alarms) = found.await else {
        return false;
    };
    let mut all = true;
    for HighAlarm { alarm_id, .. } in alarms {
        let body = OpenIncident {
            incident_id: id(workspace, &format!("alarm {alarm_id}")),
            severity: Severity::Major,
            title: "An account's changes look like an attack".into(),
            assets: Vec::new(),
            cause: Some(Cause::Alarm {
                alarm_id: alarm_id.to_string(),
            }),
        };
        all &= open(site, workspace, &body).await;
    }
    all
}

async fn open_for_losses(site: &Site, workspace: WorkspaceId) -> bool {
    let since = site.clock.now().plus_ms(-OPEN_WITHIN_MS);
    let Some(notes) = notes(site, since, 0).await else {
        return false;
    };
    let mut all = true;
    for note in notes.into_iter().filter(|note| note.kind == "site-lost") {
        let lost = note.site.clone().unwrap_or_default();
        let about = note.incident.unwrap_or(note.note_id);
        let (severity, cause, title) = match note.is_drill {
            true => (
                Severity::Minor,
                Cause::Drill {},
                format!("Drill: site {lost} is lost"),
            ),
            false => {
                let title = format!("Site {lost} is lost");
                (Severity::Critical, Cause::SiteLost { site: lost }, title)
            }
        };
        let body = OpenIncident {
            incident_id: id(workspace, &format!("continuity {about}")),
            severity,
            title,
            assets: Vec::new(),
            cause: Some(cause),
        };
        all &= open(site, workspace, &body).await;
    }
    all
}

async fn open(site: &Site, workspace: WorkspaceId, body: &OpenIncident) -> bool {
    let name = format!("open-incident/{workspace}/{}", body.incident_id);
    let command = site.order("open-incident", &name, body, &body.incident_id);
    is_settled(site.submit(&of(workspace), command).await, "open-incident")
}

/// The incident that is opened in a workspace for a fact: the same at either site.
fn id(workspace: WorkspaceId, about: &str) -> IncidentId {
    IncidentId(CommandId::derived(&format!("incident {workspace} {about}")).0)
}

/// Puts what the continuity record notes into the timelines of what is open.
async fn note(site: &Site, workspace: WorkspaceId, noted: &mut Noted) -> bool {
    let partition = of(workspace);
    let found = site.query(&partition, None, |rows| Ok(open_rooms(rows)?));
    let Ok(rooms) = found.await else {
        return false;
    };
    noted.0.retain(|(of, incident), _| {
        *of != workspace || rooms.iter().any(|room| room.incident_id == *incident)
    });
    for room in rooms {
        let place = (workspace, room.incident_id);
        let from = room.opened_at.plus_ms(-BEFORE_MS);
        loop {
            let after = noted.0.get(&place).copied().unwrap_or(0);
            let Some(notes) = notes(site, from, after).await else {
                return false;
            };
            let is_last = notes.len() < NOTES as usize;
            for note in notes {
                let number = note.number;
                if !put(site, workspace, room.incident_id, note).await {
                    return false;
                }
                noted.0.insert(place, number);
            }
            if is_last {
                break;
            }
        }
    }
    true
}

async fn put(site: &Site, workspace: WorkspaceId, incident_id: IncidentId, note: SeenNote) -> bool {
    let source = format!("continuity {}", note.note_id);
    let name = format!("note-incident/{workspace}/{incident_id}/{}", note.note_id);
    let body = NoteIncident {
        incident_id,
        source,
        at: note.at,
        text: note.detail,
    };
    let about = (&incident_id, &body.source);
    let command = site.order("note-incident", &name, &body, &about);
    is_settled(site.submit(&of(workspace), command).await, "note-incident")
}

async fn notes(site: &Site, from: Timestamp, after: i64) -> Option<Vec<SeenNote>> {
    let continuity = PartitionId::new(WorkspaceId::INSTALLATION, "continuity");
    let found = site.query(&continuity, None, move |rows| {
        Ok(notes_since(rows, from, after, NOTES)?)
    });
    found.await.ok()
}
