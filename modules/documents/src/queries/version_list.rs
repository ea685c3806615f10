//! The named versions of a document.

use crate::access::Viewer;
use crate::place::Place;
use crate::{DocumentId, VersionId};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which part of the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionListParams {
    /// The document.
    pub document_id: DocumentId,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A named version.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionRow {
    /// Its id.
    pub version_id: VersionId,
    /// Its name.
    pub name: String,
    /// Position of the last update it has.
    pub seq: u64,
    /// Who named it.
    pub named_by: PersonId,
    /// When.
    pub named_at: Timestamp,
}

/// Answers it.
///
/// # Errors
/// `item_not_found` for whoever may not read it.
pub fn version_list(
    rows: &Connection,
    actor: &Actor,
    params: VersionListParams,
) -> Result<Page<VersionRow>, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::document(rows, viewer, "document_id", params.document_id)?;
    let limit = limit(params.limit)?;
    let last: Option<(i64, VersionId)> = after(params.cursor.as_deref())?;
    let (at, id) = last.map_or((i64::MAX, None), |(at, id)| (at, Some(id)));
    let items = rows
        .prepare_cached(
            "SELECT id, name, seq, named_by, named_at FROM version
             WHERE item = ?1 AND (named_at < ?2 OR (named_at = ?2 AND id < ?3))
             ORDER BY named_at DESC, id DESC LIMIT ?4",
        )?
        .query_map(params![place.key, at, id, limit + 1], |row| {
            Ok(VersionRow {
                version_id: row.get(0)?,
                name: row.get(1)?,
                seq: row.get(2)?,
                named_by: row.get(3)?,
                named_at: Timestamp(row.get(4)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |row| {
        (row.named_at, row.version_id)
    }))
}
