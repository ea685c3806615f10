//! Merges and indexes what was written in a document that rests. Issued by the leading site when it
//! is due; see [`crate::due`].

use crate::DocumentId;
use crate::events::{DocumentSettled, Fact};
use crate::limits::SETTLES_AFTER_MS;
use crate::place::{item_key, no_item};
use crate::store::Progress;
use kernel::{Actor, Command, CommandSpec, DecideError, Decision, Refusal, Timestamp, parse_body};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How it is offered: not to clients.
pub const SPEC: CommandSpec = CommandSpec::new::<SettleDocument>(
    "settle-document",
    "Merge and index what was written; issued by the leading site.",
)
.internal();

/// Merge and index what was written.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleDocument {
    /// The document.
    pub document_id: DocumentId,
    /// Position of its last update.
    pub seq: u64,
}

/// Decides it.
///
/// # Errors
/// Refused for anybody but a site, unknown documents, and before it is due.
pub fn decide(
    rows: &Connection,
    time: Timestamp,
    command: &Command,
) -> Result<Decision, DecideError> {
    if !matches!(command.actor, Actor::Site(_)) {
        let detail = "Only sites settle documents.";
        return Err(Refusal::forbidden("not_permitted", detail).into());
    }
    let body: SettleDocument = parse_body(&command.body)?;
    let key =
        item_key(rows, body.document_id.into())?.ok_or_else(|| no_item("command.document_id"))?;
    let progress = Progress::of(rows, key)?;
    if progress.last_seq != body.seq || progress.merged_seq == progress.last_seq {
        return Ok(Decision::unchanged());
    }
    if time.millis() - progress.last_at < SETTLES_AFTER_MS {
        let detail = "Somebody wrote in it a moment ago.";
        return Err(Refusal::conflict("not_due", detail).into());
    }
    let fact = DocumentSettled {
        document_id: body.document_id,
        seq: body.seq,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
