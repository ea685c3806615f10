//! The queries of the continuity record. Every signed-in account may read the timeline and the
//! results of drills: the people who depend on the installation may know how it fares.

use crate::availability::{AvailabilityParameters, AvailabilityReport, availability};
use kernel::id::Uuid;
use kernel::{Actor, DecideError, QuerySpec, Refusal, SchemaOf, Timestamp, run_query};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 200;
/// A drill without an end accounts for what happens for so long; its runner may be gone.
const OPEN_DRILL_MAX_MS: i64 = 3_600_000;

/// The queries, as the gateway mounts them.
pub const QUERIES: &[QuerySpec] = &[
    QuerySpec {
        name: "timeline",
        summary: "What was seen and done, newest first",
        parameters: SchemaOf::of::<ListParameters>(),
        answer: SchemaOf::of::<Timeline>(),
        run: |rows, actor, text| run_query(rows, actor, text, timeline),
    },
    QuerySpec {
        name: "drill-list",
        summary: "Drills and what they showed, newest first",
        parameters: SchemaOf::of::<DrillParameters>(),
        answer: SchemaOf::of::<Drills>(),
        run: |rows, actor, text| run_query(rows, actor, text, drills),
    },
    QuerySpec {
        name: "availability",
        summary: "How available the installation, its modules and their steps were",
        parameters: SchemaOf::of::<AvailabilityParameters>(),
        answer: SchemaOf::of::<AvailabilityReport>(),
        run: |rows, actor, text| run_query(rows, actor, text, availability),
    },
];

/// Which part of a list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListParameters {
    /// Where the page before ended.
    pub cursor: Option<i64>,
    /// At most this many, 1 to 200.
    pub limit: Option<u32>,
}

/// Which drills.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DrillParameters {
    /// Where the page before ended.
    pub cursor: Option<i64>,
    /// At most this many, 1 to 200.
    pub limit: Option<u32>,
    /// Only those of this scenario. Rehearsals are many: one a night.
    pub scenario: Option<String>,
}

/// A page of the timeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// The notes.
    pub items: Vec<NoteRow>,
    /// Cursor of the next page, if there is one.
    pub next: Option<i64>,
}

/// A note.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoteRow {
    /// Its number.
    pub number: i64,
    /// The incident it belongs to.
    #[schema(value_type = Option<String>)]
    pub incident: Option<Uuid>,
    /// What it is about.
    pub kind: String,
    /// The site concerned.
    pub site: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Which node noted it.
    pub noted_by: String,
    /// One sentence.
    pub detail: String,
    /// How it is known.
    #[schema(value_type = Object)]
    pub evidence: Value,
}

/// A page of drills.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Drills {
    /// The drills.
    pub items: Vec<DrillRow>,
    /// Cursor of the next page, if there is one.
    pub next: Option<i64>,
}

/// A drill.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrillRow {
    /// Its number.
    pub number: i64,
    /// Its id.
    #[schema(value_type = String)]
    pub drill_id: Uuid,
    /// The scenario's name.
    pub scenario: String,
    /// The site it broke.
    pub site: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Who ran it.
    pub started_by: String,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether it passed.
    pub passed: Option<bool>,
    /// What was measured.
    #[schema(value_type = Option<Object>)]
    pub report: Option<Value>,
    /// When somebody asked that it be stopped.
    pub stop_asked_at: Option<Timestamp>,
}

/// A note as other records take it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenNote {
    /// Its number.
    pub number: i64,
    /// Its id.
    pub note_id: Uuid,
    /// The incident it belongs to.
    pub incident: Option<Uuid>,
    /// What it is about.
    pub kind: String,
    /// The site concerned.
    pub site: Option<String>,
    /// When.
    pub at: Timestamp,
    /// One sentence.
    pub detail: String,
    /// Whether a drill was breaking that site at that time.
    pub is_drill: bool,
}

/// The notes of `from` and later, in the order of the record, after the note with number `after`; at
/// most `most`.
///
/// # Errors
/// When the view cannot be read.
pub fn notes_since(
    rows: &Connection,
    from: Timestamp,
    after: i64,
    most: u32,
) -> rusqlite::Result<Vec<SeenNote>> {
    rows.prepare_cached(
        "SELECT n.number, n.id, n.incident, n.kind, n.site, n.at, n.detail,
            EXISTS (SELECT 1 FROM drill d
                WHERE d.site IS n.site AND d.started_at <= n.at
                  AND coalesce(d.ended_at, d.started_at + ?4) >= n.at)
         FROM note n WHERE n.number > ?2 AND n.at >= ?1 ORDER BY n.number LIMIT ?3",
    )?
    .query_map((from.millis(), after, most, OPEN_DRILL_MAX_MS), |row| {
        Ok(SeenNote {
            number: row.get(0)?,
            note_id: row
                .get::<_, Vec<u8>>(1)
                .map(|id| uuid(&id).unwrap_or_default())?,
            incident: row.get::<_, Option<Vec<u8>>>(2)?.as_deref().and_then(uuid),
            kind: row.get(3)?,
            site: row.get(4)?,
            at: Timestamp(row.get(5)?),
            detail: row.get(6)?,
            is_drill: row.get(7)?,
        })
    })?
    .collect()
}

fn timeline(
    rows: &Connection,
    actor: &Actor,
    parameters: ListParameters,
) -> Result<Timeline, DecideError> {
    let limit = limit(actor, parameters.limit)?;
    let items = rows
        .prepare_cached(
            "SELECT number, incident, kind, site, at, noted_by, detail, evidence FROM note
             WHERE number < ?1 ORDER BY number DESC LIMIT ?2",
        )?
        .query_map((parameters.cursor.unwrap_or(i64::MAX), limit), note)?
        .collect::<Result<Vec<_>, _>>()?;
    let next = next(items.len(), limit, items.last().map(|note| note.number));
    Ok(Timeline { items, next })
}

fn drills(
    rows: &Connection,
    actor: &Actor,
    parameters: DrillParameters,
) -> Result<Drills, DecideError> {
    let limit = limit(actor, parameters.limit)?;
    let items = rows
        .prepare_cached(
            "SELECT number, id, scenario, site, started_at, started_by, ended_at, passed, report,
                    stop_asked_at
             FROM drill WHERE number < ?1 AND (?3 IS NULL OR scenario = ?3)
             ORDER BY number DESC LIMIT ?2",
        )?
        .query_map(
            (
                parameters.cursor.unwrap_or(i64::MAX),
                limit,
                parameters.scenario,
            ),
            drill_row,
        )?
        .collect::<Result<Vec<_>, _>>()?;
    let next = next(items.len(), limit, items.last().map(|drill| drill.number));
    Ok(Drills { items, next })
}

/// A drill by its id.
///
/// # Errors
/// When the rows cannot be read.
pub fn drill(rows: &Connection, id: Uuid) -> Result<Option<DrillRow>, rusqlite::Error> {
    rows.prepare_cached(
        "SELECT number, id, scenario, site, started_at, started_by, ended_at, passed, report,
                stop_asked_at
         FROM drill WHERE id = ?1",
    )?
    .query_row([id.as_bytes()], drill_row)
    .optional()
}

fn limit(actor: &Actor, wished: Option<u32>) -> Result<u32, Refusal> {
    if matches!(actor, Actor::Person(_)) {
        return Err(Refusal::forbidden(
            "not_permitted",
            "ask as an account, without a workspace",
        ));
    }
    match wished {
        None => Ok(LIMIT_DEFAULT),
        Some(limit @ 1..=LIMIT_MAX) => Ok(limit),
        Some(_) => Err(Refusal::invalid("limit", "out_of_bounds", "1 to 200")),
    }
}

fn next(found: usize, limit: u32, last: Option<i64>) -> Option<i64> {
    (found >= limit as usize).then_some(last).flatten()
}

fn note(row: &Row<'_>) -> Result<NoteRow, rusqlite::Error> {
    Ok(NoteRow {
        number: row.get(0)?,
        incident: row.get::<_, Option<Vec<u8>>>(1)?.as_deref().and_then(uuid),
        kind: row.get(2)?,
        site: row.get(3)?,
        at: Timestamp(row.get(4)?),
        noted_by: row.get(5)?,
        detail: row.get(6)?,
        evidence: json(&row.get::<_, String>(7)?),
    })
}

fn drill_row(row: &Row<'_>) -> Result<DrillRow, rusqlite::Error> {
    Ok(DrillRow {
        number: row.get(0)?,
        drill_id: uuid(&row.get::<_, Vec<u8>>(1)?).unwrap_or_default(),
        scenario: row.get(2)?,
        site: row.get(3)?,
        started_at: Timestamp(row.get(4)?),
        started_by: row.get(5)?,
        ended_at: row.get::<_, Option<i64>>(6)?.map(Timestamp),
        passed: row.get(7)?,
        report: row.get::<_, Option<String>>(8)?.as_deref().map(json),
        stop_asked_at: row.get::<_, Option<i64>>(9)?.map(Timestamp),
    })
}

fn uuid(bytes: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(bytes).ok()
}

/// Stored by `apply` from a JSON value, so it is one.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Continuity;
    use kernel::AccountId;
    use kernel::testing::Given;

    #[test]
    fn rehearsals_do_not_crowd_out_other_drills() {
        let given = Given::module(Continuity);
        for (number, scenario) in [(1, "site-loss"), (2, "both-sites-lost")] {
            given
                .rows()
                .execute(
                    "INSERT INTO drill (id, scenario, site, started_at, started_by)
                     VALUES (?1, ?2, 'a', 1, 'captain')",
                    (vec![number; 16], scenario),
                )
                .unwrap();
        }
        let list = |scenario: Option<&str>| {
            let actor = Actor::Account(AccountId(Uuid::nil()));
            let parameters = DrillParameters {
                limit: Some(1),
                scenario: scenario.map(String::from),
                cursor: None,
            };
            let page = drills(given.rows(), &actor, parameters).unwrap();
            page.items[0].scenario.clone()
        };
        assert_eq!(list(None), "both-sites-lost");
        assert_eq!(list(Some("site-loss")), "site-loss");
    }

    #[test]
    fn a_drill_accounts_for_its_own_site_and_not_for_ever() {
        let given = Given::module(Continuity);
        let rows = given.rows();
        for (id, site, ended) in [(1_u8, "a", Some(20)), (2, "b", None)] {
            rows.execute(
                "INSERT INTO drill (id, scenario, site, started_at, started_by, ended_at)
                 VALUES (?1, 'site-loss', ?2, 10, 'captain', ?3)",
                (vec![id; 16], site, ended),
            )
            .unwrap();
        }
        let late = 10 + OPEN_DRILL_MAX_MS;
        let noted = [
            ("a", 15, true),
            ("a", 25, false),
            ("b", late, true),
            ("b", late + 1, false),
        ];
        for (n, (site, at, _)) in noted.iter().enumerate() {
            rows.execute(
                "INSERT INTO note (id, kind, site, at, noted_by, detail, evidence)
                 VALUES (?1, 'site-lost', ?2, ?3, 'w', 'lost', 'null')",
                (vec![u8::try_from(n).unwrap(); 16], site, at),
            )
            .unwrap();
        }
        let seen = notes_since(rows, Timestamp(0), 0, 10).unwrap();
        let found: Vec<bool> = seen.iter().map(|note| note.is_drill).collect();
        assert_eq!(found, noted.map(|(_, _, is_drill)| is_drill));
    }
}
