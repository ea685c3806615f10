//! Put a department elsewhere in the tree.

use super::{Wish, conflict, name_taken, no_department};
use crate::acting::{Asked, On};
use crate::events::{DepartmentId, DepartmentMoved, Fact};
use crate::rows;
use kernel::{DecideError, Decision};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Puts a department, with everything below it, below another one or at the top.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveDepartment {
    /// The department.
    pub department_id: DepartmentId,
    /// The department above; none: the top.
    #[serde(default)]
    pub parent: Option<DepartmentId>,
}

impl Wish for MoveDepartment {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("move-department", On::Workspace)?;
        let (name, present) = rows::department(asked.rows, self.department_id)?
            .ok_or_else(|| no_department("command.department_id"))?;
        if present == self.parent {
            return Ok(Decision::unchanged());
        }
        check_place(asked.rows, self.department_id, &name, self.parent)?;
        let fact = DepartmentMoved {
            department_id: self.department_id,
            parent: self.parent,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

/// Nothing, where a department of this name can stand there.
pub fn check_place(
    rows: &Connection,
    id: DepartmentId,
    name: &str,
    parent: Option<DepartmentId>,
) -> Result<(), DecideError> {
    if let Some(parent) = parent {
        if rows::department(rows, parent)?.is_none() {
            return Err(no_department("command.parent").into());
        }
        if rows::is_within(rows, parent, id)? {
            let detail = "A department cannot stand below itself.";
            return Err(conflict("command.parent", "department_cycle", detail).into());
        }
    }
    match rows::department_named(rows, parent, name)? {
        Some(holder) if holder != id => Err(name_taken("command.parent").into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{as_admin, id};
    use serde_json::json;

    #[test]
    fn the_tree_never_turns_into_a_ring() {
        let mut given = as_admin();
        for (n, parent) in [(10, None), (11, Some(id(10))), (12, Some(id(11)))] {
            let body = json!({"department_id": id(n), "name": format!("D{n}"), "parent": parent});
            given
                .when("create-department", body)
                .accepted("department-created");
        }
        for parent in [10, 11, 12] {
            given
                .when(
                    "move-department",
                    json!({"department_id": id(10), "parent": id(parent)}),
                )
                .refused("department_cycle");
        }
        let up = json!({"department_id": id(12), "parent": null});
        given
            .when("move-department", up.clone())
            .accepted("department-moved");
        given.when("move-department", up).unchanged();
        given
            .when(
                "move-department",
                json!({"department_id": id(10), "parent": id(12)}),
            )
            .accepted("department-moved");
    }

    #[test]
    fn names_stay_unique_among_siblings() {
        let mut given = as_admin();
        for (n, parent) in [(10, None), (11, Some(id(10)))] {
            let body = json!({"department_id": id(n), "name": "Deck", "parent": parent});
            given
                .when("create-department", body)
                .accepted("department-created");
        }
        given
            .when("move-department", json!({"department_id": id(11)}))
            .refused("name_taken");
        given
            .when(
                "move-department",
                json!({"department_id": id(11), "parent": id(99)}),
            )
            .refused("department_not_found");
    }
}
