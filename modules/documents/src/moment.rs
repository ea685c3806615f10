//! Moments of a document: a position, a time, or a named version.

use crate::VersionId;
use crate::place::Place;
use crate::store::{Progress, seq_of, update_key};
use kernel::{DecideError, Refusal};
use rusqlite::{Connection, OptionalExtension};

/// A moment as somebody asked for it; at most one of the three.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// After the update at this position; 0 is before the first.
    pub seq: Option<u64>,
    /// At this time.
    pub at: Option<i64>,
    /// The moment that has this name.
    pub version_id: Option<VersionId>,
}

impl Moment {
    /// Position of the last update the document had then; none: no moment was asked for.
    ///
    /// # Errors
    /// `moment_ambiguous` for more than one, `moment_not_found` for a position the document has not
    /// reached, `version_not_found`.
    pub fn find(
        self,
        rows: &Connection,
        place: &Place,
        field: &str,
    ) -> Result<Option<u64>, DecideError> {
        let last = Progress::of(rows, place.key)?.last_seq;
        match (self.seq, self.at, self.version_id) {
            (None, None, None) => Ok(None),
            (Some(seq), None, None) if seq <= last => Ok(Some(seq)),
            (Some(_), None, None) => {
                let detail = format!("The document has {last} updates.");
                Err(Refusal::invalid(field, "moment_not_found", detail).into())
            }
            (None, Some(at), None) => Ok(Some(seq_at(rows, place.key, at)?)),
            (None, None, Some(version)) => of_version(rows, place.key, version)?
                .map(Some)
                .ok_or_else(|| {
                    let detail = "The document has no such version.";
                    Refusal::not_found(field, "version_not_found", detail).into()
                }),
            _ => {
                let detail = "Name one moment: a position, a time, or a version.";
                Err(Refusal::invalid(field, "moment_ambiguous", detail).into())
            }
        }
    }
}

/// Times of a chain never go back, so positions and times are in the same order.
fn seq_at(rows: &Connection, item: i64, at: i64) -> rusqlite::Result<u64> {
    let key: Option<i64> = rows
        .prepare_cached(
            "SELECT key FROM document_update WHERE key BETWEEN ?1 AND ?2 AND at <= ?3
             ORDER BY key DESC LIMIT 1",
        )?
        .query_row(
            (
                update_key(item, 0),
                update_key(item, u64::from(u32::MAX)),
                at,
            ),
            |row| row.get(0),
        )
        .optional()?;
    Ok(key.map_or(0, seq_of))
}

fn of_version(rows: &Connection, item: i64, version: VersionId) -> rusqlite::Result<Option<u64>> {
    rows.prepare_cached("SELECT seq FROM version WHERE id = ?1 AND item = ?2")?
        .query_row((version, item), |row| row.get(0))
        .optional()
}
