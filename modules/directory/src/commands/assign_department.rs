//! Set the departments of a person.

use super::{Wish, add_person::checked_departments, no_person};
use crate::acting::{Asked, On};
use crate::events::{DepartmentId, DepartmentsAssigned, Fact};
use crate::rows;
use kernel::{DecideError, Decision, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Puts a person into these departments, and takes it out of all others.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignDepartment {
    /// The person.
    pub person_id: PersonId,
    /// All departments the person is in, up to 20.
    pub departments: Vec<DepartmentId>,
}

impl Wish for AssignDepartment {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("assign-department", On::Workspace)?;
        if rows::person(asked.rows, self.person_id)?.is_none() {
            return Err(no_person("command.person_id").into());
        }
        let departments = checked_departments(asked.rows, "command.departments", self.departments)?;
        if rows::departments_of(asked.rows, self.person_id)? == departments {
            return Ok(Decision::unchanged());
        }
        let fact = DepartmentsAssigned {
            person_id: self.person_id,
            departments,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{MEMBER, as_admin, id, person};
    use serde_json::json;

    #[test]
    fn departments_are_set_as_a_whole() {
        let mut given = as_admin();
        for n in [10, 11] {
            let body = json!({"department_id": id(n), "name": format!("D{n}")});
            given
                .when("create-department", body)
                .accepted("department-created");
        }
        let assign = |departments: &[u128]| {
            let departments: Vec<_> = departments.iter().map(|n| id(*n)).collect();
            json!({"person_id": MEMBER, "departments": departments})
        };
        given
            .when("assign-department", assign(&[11, 10, 11]))
            .accepted("departments-assigned");
        given
            .when("assign-department", assign(&[10, 11]))
            .unchanged();
        given
            .when("assign-department", assign(&[]))
            .accepted("departments-assigned");
        given
            .when("assign-department", assign(&[99]))
            .refused("department_not_found");
        given
            .when(
                "assign-department",
                json!({"person_id": person(99), "departments": []}),
            )
            .refused("person_not_found");
    }
}
