//! Who wrote in a document when.

use super::details::from_json;
use crate::DocumentId;
use crate::access::Viewer;
use crate::events::Origin;
use crate::place::Place;
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which part of the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HistoryParams {
    /// The document.
    pub document_id: DocumentId,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// What one person wrote without a pause of five minutes. Those of several people overlap where they
/// wrote together.
#[derive(Debug, Serialize, ToSchema)]
pub struct SittingRow {
    /// Who.
    pub author: PersonId,
    /// When the first update came.
    pub started_at: Timestamp,
    /// When the last came.
    pub ended_at: Timestamp,
    /// Position of the first.
    pub first_seq: u64,
    /// Position of the last.
    pub last_seq: u64,
    /// How many there were.
    pub updates: u64,
    /// Where it comes from, if nobody typed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Answers it.
///
/// # Errors
/// `item_not_found` for whoever may not read it.
pub fn history(
    rows: &Connection,
    actor: &Actor,
    params: HistoryParams,
) -> Result<Page<SittingRow>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::document(rows, viewer, "document_id", params.document_id)?;
    let limit = limit(params.limit)?;
    let before: i64 = after(params.cursor.as_deref())?.unwrap_or(i64::MAX);
    let items = rows
        .prepare_cached(
            "SELECT author, started_at, ended_at, first_seq, last_seq, updates, origin
             FROM sitting WHERE item = ?1 AND last_seq < ?2 ORDER BY last_seq DESC LIMIT ?3",
        )?
        .query_map((place.key, before, limit + 1), |row| {
            let origin: Option<String> = row.get(6)?;
            Ok(SittingRow {
                author: row.get(0)?,
                started_at: Timestamp(row.get(1)?),
                ended_at: Timestamp(row.get(2)?),
                first_seq: row.get(3)?,
                last_seq: row.get(4)?,
                updates: row.get(5)?,
                origin: origin.map(|json| from_json(&json)).transpose()?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |row| row.last_seq))
}
