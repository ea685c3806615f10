//! Workspaces in order.

use crate::acting::{Asked, On};
use kernel::{Actor, DecideError, Timestamp, WorkspaceId, page};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which workspaces.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceListParameters {
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    pub limit: Option<u32>,
}

/// A workspace.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WorkspaceRow {
    /// The workspace.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// The data key in use, by number.
    pub data_key: u32,
}

impl WorkspaceRow {
    pub(super) fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            created_at: Timestamp(row.get(2)?),
            data_key: row.get(3)?,
        })
    }
}

/// A page of workspaces.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WorkspaceList {
    /// The workspaces.
    pub items: Vec<WorkspaceRow>,
    /// Where the next page starts; none: this is the last.
    pub next: Option<String>,
}

/// The workspaces of a page.
///
/// # Errors
/// `not_permitted` unless the actor is an operator; refusals for parameters out of bounds.
pub fn workspace_list(
    rows: &Connection,
    actor: &Actor,
    wanted: WorkspaceListParameters,
) -> Result<WorkspaceList, DecideError> {
    Asked::by(rows, actor)?.may("list-workspaces", On::Installation)?;
    let limit = page::limit(wanted.limit)?;
    // A name is unique, so it is a whole sort key.
    let after: Option<String> = page::after(wanted.cursor.as_deref())?;
    let items = rows
        .prepare_cached(
            "SELECT id, name, created_at, (SELECT max(id) FROM data_key WHERE workspace = workspace.id)
             FROM workspace WHERE ?1 IS NULL OR name_key > ?1 ORDER BY name_key LIMIT ?2",
        )?
        .query_map(params![after, limit + 1], WorkspaceRow::read)?
        .collect::<Result<_, _>>()?;
    let (items, next) = page::cut(items, limit, |workspace| workspace.name.to_lowercase());
    Ok(WorkspaceList { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ANN, OPERATOR, Sent, founded, id};
    use serde_json::json;

    #[test]
    fn operators_see_them_all() {
        let mut given = founded();
        for (n, name) in [(70, "Pier"), (71, "Harbour")] {
            let _ = given
                .send(
                    "create-workspace",
                    json!({"workspace_id": id(n), "name": name}),
                )
                .accepted_events();
        }
        let _ = given
            .send("rotate-data-key", json!({"workspace_id": id(70)}))
            .accepted_events();
        let ask = |actor| {
            workspace_list(
                given.rows(),
                &Actor::Account(actor),
                WorkspaceListParameters::default(),
            )
        };
        let list = ask(OPERATOR).unwrap();
        let found: Vec<_> = list
            .items
            .iter()
            .map(|w| (w.name.as_str(), w.data_key))
            .collect();
        assert_eq!(found, [("Harbour", 1), ("Pier", 2)]);
        assert!(ask(ANN).is_err());
    }
}
