//! Create a department.

use super::{Wish, id_taken, name_taken, no_department};
use crate::acting::{Asked, On};
use crate::events::{DepartmentCreated, DepartmentId, Fact};
use crate::{fields, rows};
use kernel::{DecideError, Decision};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Creates a department, at the top or below another one.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDepartment {
    /// The department's id, made by the client.
    pub department_id: DepartmentId,
    /// Its name, 1 to 100 characters, unique among its siblings ignoring case.
    pub name: String,
    /// The department above.
    #[serde(default)]
    pub parent: Option<DepartmentId>,
}

impl Wish for CreateDepartment {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("create-department", On::Workspace)?;
        let name = fields::name("command.name", &self.name)?;
        if let Some(parent) = self.parent
            && rows::department(asked.rows, parent)?.is_none()
        {
            return Err(no_department("command.parent").into());
        }
        if let Some(present) = rows::department(asked.rows, self.department_id)? {
            return if present == (name, self.parent) {
                Ok(Decision::unchanged())
            } else {
                Err(id_taken("command.department_id").into())
            };
        }
        if rows::department_named(asked.rows, self.parent, &name)?.is_some() {
            return Err(name_taken("command.name").into());
        }
        let fact = DepartmentCreated {
            department_id: self.department_id,
            name,
            parent: self.parent,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{as_admin, id};
    use serde_json::json;

    #[test]
    fn departments_stand_below_others_with_names_of_their_own() {
        let mut given = as_admin();
        let deck = json!({"department_id": id(10), "name": "Deck"});
        given
            .when("create-department", deck.clone())
            .accepted("department-created");
        given.when("create-department", deck).unchanged();
        let watch = json!({"department_id": id(11), "name": "deck", "parent": id(10)});
        given
            .when("create-department", watch)
            .accepted("department-created");
        for (n, name, parent, code) in [
            (12, "DECK", None, "name_taken"),
            (10, "Galley", None, "id_taken"),
            (12, "Galley", Some(id(99)), "department_not_found"),
            (12, " ", None, "too_short"),
        ] {
            let body = json!({"department_id": id(n), "name": name, "parent": parent});
            given.when("create-department", body).refused(code);
        }
    }
}
