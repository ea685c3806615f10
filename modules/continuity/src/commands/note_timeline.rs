//! Noting what was seen or done.

use crate::Standing;
use crate::events::{NoteKind, TimelineNoted, event};
use crate::incident;
use kernel::id::Uuid;
use kernel::{DecideError, Decision, Refusal, SiteName, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

const DETAIL_CHARS_MAX: usize = 500;
const EVIDENCE_BYTES_MAX: usize = 16 << 10;

/// Note what was seen or done. What the timeline says already changes nothing; a site that is lost
/// opens an incident, and notes belong to the one that is open.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteTimeline {
    /// Id of the note; the same note twice is one note.
    #[schema(value_type = String, format = Uuid)]
    pub note_id: Uuid,
    /// What it is about.
    pub kind: NoteKind,
    /// The site concerned.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub site: Option<SiteName>,
    /// When it was seen or done, by the noting node's clock; milliseconds since the Unix epoch.
    pub at: Timestamp,
    /// Which node notes it.
    #[schema(value_type = String)]
    pub noted_by: SiteName,
    /// One English sentence, at most 500 characters.
    pub detail: String,
    /// How it is known, at most 16 KiB of JSON.
    #[schema(value_type = Object)]
    #[serde(default)]
    pub evidence: Value,
}

/// Decides it.
pub fn decide(
    rows: &Connection,
    standing: &Standing,
    note: NoteTimeline,
) -> Result<Decision, DecideError> {
    if !standing.may_note {
        return Err(Refusal::forbidden(
            "not_permitted",
            "only sites, operators and the probers' account note on the timeline",
        )
        .into());
    }
    if note.detail.chars().count() > DETAIL_CHARS_MAX {
        return Err(Refusal::invalid(
            "command.detail",
            "too_long",
            format!("at most {DETAIL_CHARS_MAX} characters"),
        )
        .into());
    }
    if note.evidence.to_string().len() > EVIDENCE_BYTES_MAX {
        return Err(Refusal::invalid(
            "command.evidence",
            "too_long",
            format!("at most {EVIDENCE_BYTES_MAX} bytes of JSON"),
        )
        .into());
    }
    let is_known: bool = rows
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM note WHERE id = ?1)")?
        .query_row([note.note_id.as_bytes().to_vec()], |row| row.get(0))?;
    if is_known || incident::is_told(rows, &note)? {
        return Ok(Decision::unchanged());
    }
    let opens = (note.kind == NoteKind::SiteLost).then_some(note.note_id);
    let fact = TimelineNoted {
        note_id: note.note_id,
        incident: incident::open(rows)?.or(opens),
        kind: note.kind,
        site: note.site,
        at: note.at,
        noted_by: note.noted_by,
        detail: note.detail,
        evidence: note.evidence,
    };
    Ok(Decision::accepted(vec![event(TimelineNoted::KIND, &fact)]))
}
