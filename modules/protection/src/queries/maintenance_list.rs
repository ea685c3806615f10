//! Maintenance windows.

use super::json;
use crate::WindowId;
use crate::access::{Action, Watcher};
use crate::events::WorkKind;
use kernel::page::{Page, after, limit};
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which part of the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceListParams {
    /// Where the page begins.
    pub cursor: Option<String>,
    /// How many; 50 unless asked for, 200 at most.
    pub limit: Option<u32>,
}

/// A maintenance window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Window {
    #[serde(skip)]
    key: i64,
    /// Its id.
    pub window_id: WindowId,
    /// Who does the work; none: everyone.
    pub person_id: Option<PersonId>,
    /// When it begins.
    pub begins_at: Timestamp,
    /// When it is over.
    pub ends_at: Timestamp,
    /// What is expected.
    pub kinds: Vec<WorkKind>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub declared_by: PersonId,
    /// When it was declared.
    pub declared_at: Timestamp,
    /// Who ended it before its time.
    pub ended_by: Option<PersonId>,
}

/// The columns that [`Window::read`] reads.
macro_rules! window_columns {
    () => {
        "key, id, person, begins_at, ends_at, kinds, reason, declared_by, declared_at, ended_by"
    };
}
pub(super) use window_columns;

impl Window {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(0)?,
            window_id: row.get(1)?,
            person_id: row.get(2)?,
            begins_at: Timestamp(row.get(3)?),
            ends_at: Timestamp(row.get(4)?),
            kinds: json(row, 5)?,
            reason: row.get(6)?,
            declared_by: row.get(7)?,
            declared_at: Timestamp(row.get(8)?),
            ended_by: row.get(9)?,
        })
    }
}

/// Answers it.
///
/// # Errors
/// `not_permitted` for those who do not watch over the workspace.
pub fn maintenance_list(
    rows: &Connection,
    actor: &Actor,
    params: MaintenanceListParams,
) -> Result<Page<Window>, DecideError> {
    Watcher::of(rows, actor)?.require(Action::Look)?;
    let limit = limit(params.limit)?;
    let before: i64 = after(params.cursor.as_deref())?.unwrap_or(i64::MAX);
    let items = rows
        .prepare_cached(concat!(
            "SELECT ",
            window_columns!(),
            " FROM maintenance WHERE key < ?1 ORDER BY key DESC LIMIT ?2"
        ))?
        .query_map(params![before, limit + 1], Window::read)?
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(items, limit, |window: &Window| window.key))
}
