//! Findings of drills.

use super::asset_list::Owner;
use super::reader;
use crate::FindingId;
use kernel::id::Uuid;
use kernel::page::{after, cut, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which findings.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FindingListParams {
    /// Only those that are open (`true`) or closed (`false`).
    pub is_open: Option<bool>,
    /// Only those of this scenario.
    pub scenario: Option<String>,
    /// Only those this person mends.
    pub owner: Option<PersonId>,
    /// Only those that are due before this moment, in milliseconds.
    pub due_before: Option<i64>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A page of findings.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingPage {
    /// The findings.
    pub items: Vec<FindingItem>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
    /// How many there are of what was asked for.
    pub total: u64,
}

/// A finding.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingItem {
    #[serde(skip)]
    number: i64,
    /// Its id.
    pub finding_id: FindingId,
    /// The scenario.
    pub scenario: String,
    /// What is amiss.
    pub words: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it; none: a drill told it.
    pub recorded_by: Option<PersonId>,
    /// The drill that told it.
    #[schema(value_type = Option<String>)]
    pub drill_id: Option<Uuid>,
    /// Who mends it.
    pub owner: Option<Owner>,
    /// Until when.
    pub due_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<PersonId>,
    /// The drill that showed it is mended.
    #[schema(value_type = Option<String>)]
    pub closed_drill: Option<Uuid>,
    /// Or why none is needed.
    pub closed_reason: Option<String>,
}

macro_rules! filter {
    () => {
        "WHERE (?1 IS NULL OR (f.closed_at IS NULL) = ?1)
           AND (?2 IS NULL OR f.scenario = ?2) AND (?3 IS NULL OR f.owner = ?3)
           AND (?4 IS NULL OR f.due_at < ?4) "
    };
}

/// Answers it.
///
/// # Errors
/// Those who may not see the programme.
pub fn finding_list(
    rows: &Connection,
    actor: &Actor,
    asked: FindingListParams,
) -> Result<FindingPage, DecideError> {
    reader(rows, actor)?;
    let limit = limit(asked.limit)?;
    let before: i64 = after(asked.cursor.as_deref())?.unwrap_or(i64::MAX);
    let items = rows
        .prepare_cached(concat!(
            "SELECT f.number, f.id, f.scenario, f.words, f.recorded_at, f.recorded_by, f.drill,
                    f.owner, coalesce(p.name, ''), coalesce(p.handle, ''),
                    coalesce(p.is_active, 0), f.due_at, f.closed_at, f.closed_by,
                    f.closed_drill, f.closed_reason
             FROM finding f LEFT JOIN person p ON p.id = f.owner ",
            filter!(),
            "AND f.number < ?5 ORDER BY f.number DESC LIMIT ?6"
        ))?
        .query_map(
            params![
                asked.is_open,
                asked.scenario,
                asked.owner,
                asked.due_before,
                before,
                limit + 1
            ],
            read,
        )?
        .collect::<Result<Vec<_>, _>>()?;
    let total = rows
        .prepare_cached(concat!("SELECT count(*) FROM finding f ", filter!()))?
        .query_row(
            params![asked.is_open, asked.scenario, asked.owner, asked.due_before],
            |row| row.get(0),
        )?;
    let (items, next) = cut(items, limit, |item: &FindingItem| item.number);
    Ok(FindingPage { items, next, total })
}

fn read(row: &Row<'_>) -> rusqlite::Result<FindingItem> {
    let drill = |column: usize| -> rusqlite::Result<Option<Uuid>> {
        let bytes: Option<Vec<u8>> = row.get(column)?;
        Ok(bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok()))
    };
    let owner: Option<PersonId> = row.get(7)?;
    let owner = match owner {
        Some(person_id) => Some(Owner {
            person_id,
            name: row.get(8)?,
            handle: row.get(9)?,
            is_here: row.get(10)?,
        }),
        None => None,
    };
    Ok(FindingItem {
        number: row.get(0)?,
        finding_id: row.get(1)?,
        scenario: row.get(2)?,
        words: row.get(3)?,
        recorded_at: Timestamp(row.get(4)?),
        recorded_by: row.get(5)?,
        drill_id: drill(6)?,
        owner,
        due_at: Timestamp(row.get(11)?),
        closed_at: row.get::<_, Option<i64>>(12)?.map(Timestamp),
        closed_by: row.get(13)?,
        closed_drill: drill(14)?,
        closed_reason: row.get(15)?,
    })
}
