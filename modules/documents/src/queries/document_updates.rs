//! What was written in a document after a position, for clients that come back.

use super::details::from_json;
use crate::access::Viewer;
use crate::events::Origin;
use crate::place::Place;
use crate::store::{Progress, seq_of, update_key};
use crate::{DocumentId, base64};
use kernel::page::limit;
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An answer ends after about so many bytes of updates.
const BYTES_MAX: usize = 1 << 20;

/// Which updates.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentUpdatesParams {
    /// The document.
    pub document_id: DocumentId,
    /// Those after this position.
    pub after: u64,
    /// How many; 50 unless asked for, 200 at most. An answer with large updates has fewer.
    pub limit: Option<u32>,
}

/// Updates in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentUpdates {
    /// The updates.
    pub items: Vec<UpdateRow>,
    /// Position of the document's last update; where it is beyond those here, ask again.
    pub last_seq: u64,
}

/// An update.
#[derive(Debug, Serialize, ToSchema)]
pub struct UpdateRow {
    /// Its position.
    pub seq: u64,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it.
    pub author: PersonId,
    /// The Yjs update (version 1), in base64.
    pub update: String,
    /// Where it comes from, if nobody typed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Answers it.
///
/// # Errors
/// `item_not_found` for whoever may not read it.
pub fn document_updates(
    rows: &Connection,
    actor: &Actor,
    params: DocumentUpdatesParams,
) -> Result<DocumentUpdates, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::document(rows, viewer, "document_id", params.document_id)?;
    let limit = limit(params.limit)?;
    let last_seq = Progress::of(rows, place.key)?.last_seq;
    let mut query = rows.prepare_cached(
        "SELECT key, at, author, bytes, origin FROM document_update
         WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3",
    )?;
    let from = params.after.min(last_seq);
    let bounds = (
        update_key(place.key, from),
        update_key(place.key, last_seq),
        limit,
    );
    let mut found = query.query(bounds)?;
    let mut items = Vec::new();
    let mut bytes = 0;
    while bytes < BYTES_MAX
        && let Some(row) = found.next()?
    {
        let update = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
        bytes += update.len();
        let origin: Option<String> = row.get(4)?;
        items.push(UpdateRow {
            seq: seq_of(row.get(0)?),
            at: Timestamp(row.get(1)?),
            author: row.get(2)?,
            update: base64::encode(update),
            origin: origin.map(|json| from_json(&json)).transpose()?,
        });
    }
    Ok(DocumentUpdates { items, last_seq })
}
