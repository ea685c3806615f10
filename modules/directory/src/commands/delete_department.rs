//! Delete a department.

use super::{Wish, conflict, no_department};
use crate::acting::{Asked, On};
use crate::events::{DepartmentDeleted, DepartmentId, Fact};
use crate::rows;
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Deletes a department that is empty, or hands its people and sub-departments to another one.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteDepartment {
    /// The department.
    pub department_id: DepartmentId,
    /// Where its people and sub-departments go.
    #[serde(default)]
    pub successor: Option<DepartmentId>,
}

impl Wish for DeleteDepartment {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("delete-department", On::Workspace)?;
        let id = self.department_id;
        if rows::department(asked.rows, id)?.is_none() {
            return Err(no_department("command.department_id").into());
        }
        let below = rows::departments_below(asked.rows, id)?;
        match self.successor {
            Some(successor) => check_successor(asked, id, successor, &below)?,
            None if below.is_empty() && !rows::has_people(asked.rows, id)? => {}
            None => {
                let detail = "The department has people or sub-departments; name a successor.";
                let field = "command.successor";
                return Err(conflict(field, "department_not_empty", detail).into());
            }
        }
        let fact = DepartmentDeleted {
            department_id: id,
            successor: self.successor,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

/// The successor stands outside of what is deleted, and has room for the names of what it gets.
fn check_successor(
    asked: &Asked<'_>,
    id: DepartmentId,
    successor: DepartmentId,
    below: &[(DepartmentId, String)],
) -> Result<(), DecideError> {
    let field = "command.successor";
    if rows::department(asked.rows, successor)?.is_none() {
        return Err(no_department(field).into());
    }
    if rows::is_within(asked.rows, successor, id)? {
        let detail = "The successor stands below the department that is deleted.";
        return Err(conflict(field, "department_cycle", detail).into());
    }
    for (_, name) in below {
        let holder = rows::department_named(asked.rows, Some(successor), name)?;
        if holder.is_some_and(|holder| holder != id) {
            let detail = "The successor has a sub-department of the same name.";
            return Err(conflict(field, "name_taken", detail).into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::events::DepartmentId;
    use crate::rows;
    use crate::tests::{MEMBER, as_admin, id};
    use kernel::testing::Given;
    use serde_json::json;

    /// 10 with 11 below it and a member in it, and 20.
    fn tree() -> Given {
        let mut given = as_admin();
        for (n, name, parent) in [
            (10, "Deck", None),
            (11, "Watch", Some(id(10))),
            (20, "Galley", None),
        ] {
            let body = json!({"department_id": id(n), "name": name, "parent": parent});
            given
                .when("create-department", body)
                .accepted("department-created");
        }
        given
            .when(
                "assign-department",
                json!({"person_id": MEMBER, "departments": [id(10)]}),
            )
            .accepted("departments-assigned");
        given
    }

    #[test]
    fn an_empty_one_goes_by_itself() {
        let mut given = tree();
        given
            .when("delete-department", json!({"department_id": id(20)}))
            .accepted("department-deleted");
        given
            .when("delete-department", json!({"department_id": id(20)}))
            .refused("department_not_found");
    }

    #[test]
    fn what_it_has_goes_to_the_successor() {
        let mut given = tree();
        given
            .when("delete-department", json!({"department_id": id(10)}))
            .refused("department_not_empty");
        given
            .when(
                "delete-department",
                json!({"department_id": id(10), "successor": id(20)}),
            )
            .accepted("department-deleted");
        let departments = rows::departments_of(given.rows(), MEMBER).unwrap();
        assert_eq!(departments, [DepartmentId(id(20))]);
        let below = rows::departments_below(given.rows(), DepartmentId(id(20))).unwrap();
        assert_eq!(below, [(DepartmentId(id(11)), "Watch".to_owned())]);
    }

    #[test]
    fn a_successor_stands_outside_and_has_room() {
        let mut given = tree();
        for (successor, code) in [
            (10, "department_cycle"),
            (11, "department_cycle"),
            (99, "department_not_found"),
        ] {
            let body = json!({"department_id": id(10), "successor": id(successor)});
            given.when("delete-department", body).refused(code);
        }
        let twin = json!({"department_id": id(21), "name": "WATCH", "parent": id(20)});
        given
            .when("create-department", twin)
            .accepted("department-created");
        given
            .when(
                "delete-department",
                json!({"department_id": id(10), "successor": id(20)}),
            )
            .refused("name_taken");
    }
}
