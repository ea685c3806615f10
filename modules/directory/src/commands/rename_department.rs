//! Rename a department.

use super::{Wish, name_taken, no_department};
use crate::acting::{Asked, On};
use crate::events::{DepartmentId, DepartmentRenamed, Fact};
use crate::{fields, rows};
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Gives a department another name.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameDepartment {
    /// The department.
    pub department_id: DepartmentId,
    /// Its name, 1 to 100 characters, unique among its siblings ignoring case.
    pub name: String,
}

impl Wish for RenameDepartment {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("rename-department", On::Workspace)?;
        let name = fields::name("command.name", &self.name)?;
        let (present, parent) = rows::department(asked.rows, self.department_id)?
            .ok_or_else(|| no_department("command.department_id"))?;
        if present == name {
            return Ok(Decision::unchanged());
        }
        let holder = rows::department_named(asked.rows, parent, &name)?;
        if holder.is_some_and(|holder| holder != self.department_id) {
            return Err(name_taken("command.name").into());
        }
        let fact = DepartmentRenamed {
            department_id: self.department_id,
            name,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{as_admin, id};
    use serde_json::json;

    #[test]
    fn a_name_can_change_its_case_but_not_become_a_siblings() {
        let mut given = as_admin();
        for (n, name) in [(10, "Deck"), (11, "Galley")] {
            given
                .when(
                    "create-department",
                    json!({"department_id": id(n), "name": name}),
                )
                .accepted("department-created");
        }
        let rename = |n: u128, name: &str| json!({"department_id": id(n), "name": name});
        given
            .when("rename-department", rename(10, "DECK"))
            .accepted("department-renamed");
        given
            .when("rename-department", rename(10, "DECK"))
            .unchanged();
        given
            .when("rename-department", rename(11, "deck"))
            .refused("name_taken");
        given
            .when("rename-department", rename(12, "Hold"))
            .refused("department_not_found");
    }
}
