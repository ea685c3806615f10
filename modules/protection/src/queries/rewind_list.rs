//! Rewinds.

use super::{json, json_or_none};
use crate::RewindId;
use crate::access::{Action, Watcher};
use crate::events::{Choices, RewindOutcome, Selection};
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which part of the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RewindListParams {
    /// Only this one.
    pub rewind_id: Option<RewindId>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A rewind.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rewind {
    #[serde(skip)]
    key: i64,
    /// Its id.
    pub rewind_id: RewindId,
    /// Whose changes.
    pub selection: Selection,
    /// Why.
    pub note: String,
    /// `proposed`, `approved` (it is carried out), `withdrawn` or `completed`.
    pub state: String,
    /// Who proposed it.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: Timestamp,
    /// Who approved of it.
    pub approved_by: Option<PersonId>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// What else than the proposal was to become of single things.
    pub choices: Option<Choices>,
    /// Who withdrew it.
    pub withdrawn_by: Option<PersonId>,
    /// When.
    pub withdrawn_at: Option<Timestamp>,
    /// When it was done.
    pub completed_at: Option<Timestamp>,
    /// What it came to.
    pub outcome: Option<RewindOutcome>,
}

macro_rules! rewind_columns {
    () => {
        "key, id, selection, note, proposed_by, proposed_at, approved_by, approved_at, choices,
         withdrawn_by, withdrawn_at, completed_at, outcome"
    };
}
pub(super) use rewind_columns;

impl Rewind {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let at = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
            Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
        };
        let (approved_at, withdrawn_at, completed_at) = (at(7)?, at(10)?, at(11)?);
        let state = if completed_at.is_some() {
            "completed"
        } else if approved_at.is_some() {
            "approved"
        } else if withdrawn_at.is_some() {
            "withdrawn"
        } else {
            "proposed"
        };
        Ok(Self {
            key: row.get(0)?,
            rewind_id: row.get(1)?,
            selection: json(row, 2)?,
            note: row.get(3)?,
            state: state.into(),
            proposed_by: row.get(4)?,
            proposed_at: Timestamp(row.get(5)?),
            approved_by: row.get(6)?,
            approved_at,
            choices: json_or_none(row, 8)?,
            withdrawn_by: row.get(9)?,
            withdrawn_at,
            completed_at,
            outcome: json_or_none(row, 12)?,
        })
    }
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who do not watch over the workspace.
pub fn rewind_list(
    rows: &Connection,
    actor: &Actor,
    params: RewindListParams,
) -> Result<Page<Rewind>, DecideError> {
    Watcher::of(rows, actor)?.require(Action::Look)?;
    let limit = limit(params.limit)?;
    let before: i64 = after(params.cursor.as_deref())?.unwrap_or(i64::MAX);
    let items = rows
        .prepare_cached(concat!(
            "SELECT ",
            rewind_columns!(),
            " FROM rewind WHERE key < ?1 AND (?2 IS NULL OR id = ?2) ORDER BY key DESC LIMIT ?3"
        ))?
        .query_map(params![before, params.rewind_id, limit + 1], Rewind::read)?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |rewind: &Rewind| rewind.key))
}

/// One rewind, for whoever may look.
///
/// # Errors
/// `rewind_not_found`, and those who may not look.
pub fn rewind(rows: &Connection, actor: &Actor, id: RewindId) -> Result<Rewind, DecideError> {
    Watcher::of(rows, actor)?.require(Action::Look)?;
    let found = rows
        .prepare_cached(concat!(
            "SELECT ",
            rewind_columns!(),
            " FROM rewind WHERE id = ?1"
        ))?
        .query_row([id], Rewind::read)
        .optional()?;
    Ok(found.ok_or_else(|| {
        let detail = "There is no such rewind.";
        kernel::Refusal::not_found("rewind_id", "rewind_not_found", detail)
    })?)
}
