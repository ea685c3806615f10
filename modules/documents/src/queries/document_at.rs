//! A document as it was.

use crate::access::Viewer;
use crate::content::markdown;
use crate::moment::Moment;
use crate::place::Place;
use crate::store::{Progress, load_at, unusable, update_key};
use crate::{DocumentId, VersionId, base64};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which document, and when: at most one of the three; none is the present.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentAtParams {
    /// The document.
    pub document_id: DocumentId,
    /// After the update at this position; 0 is before the first.
    pub seq: Option<u64>,
    /// At this time, in milliseconds since 1970.
    pub at: Option<i64>,
    /// A named version.
    pub version_id: Option<VersionId>,
}

/// A document as it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentAt {
    /// Position of the last update it had.
    pub seq: u64,
    /// When that was made; none: before the first.
    pub at: Option<Timestamp>,
    /// Who made it.
    pub author: Option<PersonId>,
    /// Everything in it as one Yjs update (version 1), in base64.
    pub state: String,
    /// The same as Markdown.
    pub markdown: String,
}

/// Answers it.
///
/// # Errors
/// `item_not_found` for whoever may not read it, and what [`Moment::find`] says.
pub fn document_at(
    rows: &Connection,
    actor: &Actor,
    params: DocumentAtParams,
) -> Result<DocumentAt, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::document(rows, viewer, "document_id", params.document_id)?;
    let moment = Moment {
        seq: params.seq,
        at: params.at,
        version_id: params.version_id,
    };
    let seq = match moment.find(rows, &place, "seq")? {
        Some(seq) => seq,
        None => Progress::of(rows, place.key)?.last_seq,
    };
    let content = load_at(rows, place.key, seq)?;
    let blocks = content.blocks().map_err(unusable)?;
    let made: Option<(i64, PersonId)> = rows
        .prepare_cached("SELECT at, author FROM document_update WHERE key = ?1")?
        .query_row([update_key(place.key, seq)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(DocumentAt {
        seq,
        at: made.map(|(at, _)| Timestamp(at)),
        author: made.map(|(_, author)| author),
        state: base64::encode(&content.state().map_err(unusable)?),
        markdown: markdown(&blocks),
    })
}
