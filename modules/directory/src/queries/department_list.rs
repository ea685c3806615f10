//! All departments.

use super::{may, sees_quarantine, shown_active};
use crate::events::DepartmentId;
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// No parameters: a tree is of use only as a whole.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartmentListParameters {}

/// A department.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DepartmentRow {
    /// The department.
    pub id: DepartmentId,
    /// Its name.
    pub name: String,
    /// The department above; none: it stands at the top.
    pub parent: Option<DepartmentId>,
    /// Active people directly in it.
    pub people_count: u64,
}

/// All departments.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DepartmentList {
    /// The departments, in the order of their names.
    pub items: Vec<DepartmentRow>,
    /// Always none.
    pub next: Option<String>,
}

/// All departments.
///
/// # Errors
/// `workspace_not_found` for strangers.
pub fn department_list(
    rows: &Connection,
    actor: &Actor,
    _: DepartmentListParameters,
) -> Result<DepartmentList, DecideError> {
    may(rows, actor, "read")?;
    let active = shown_active(sees_quarantine(rows, actor)?);
    let items = rows
        .prepare_cached(&format!(
            "SELECT id, name, parent,
                 (SELECT count(*) FROM department_person dp JOIN person ON person.id = dp.person
                  WHERE dp.department = department.id AND {active})
             FROM department ORDER BY name_key, id"
        ))?
        .query_map([], |row| {
            Ok(DepartmentRow {
                id: row.get(0)?,
                name: row.get(1)?,
                parent: row.get(2)?,
                people_count: row.get(3)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(DepartmentList { items, next: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{FORMER, MEMBER, as_admin, id};
    use serde_json::json;

    #[test]
    fn departments_count_their_active_people() {
        let mut given = as_admin();
        for (n, name) in [(10, "Deck"), (11, "Bridge")] {
            given
                .when(
                    "create-department",
                    json!({"department_id": id(n), "name": name}),
                )
                .accepted("department-created");
        }
        for person in [MEMBER, FORMER] {
            given
                .when(
                    "assign-department",
                    json!({"person_id": person, "departments": [id(10)]}),
                )
                .accepted("departments-assigned");
        }
        let list = department_list(
            given.rows(),
            &Actor::Person(MEMBER),
            DepartmentListParameters {},
        );
        let list = list.unwrap();
        let found: Vec<_> = list
            .items
            .iter()
            .map(|d| (d.name.as_str(), d.people_count))
            .collect();
        assert_eq!(found, [("Bridge", 0), ("Deck", 1)]);
    }
}
