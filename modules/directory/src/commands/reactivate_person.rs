//! Let a person back in.

use super::{Wish, no_person};
use crate::acting::{Asked, On};
use crate::events::{Fact, PersonReactivated};
use crate::{quarantine, rows};
use kernel::{DecideError, Decision, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Makes a person active again, with the role, groups and departments it had. It ends no quarantine.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReactivatePerson {
    /// The person.
    pub person_id: PersonId,
}

impl Wish for ReactivatePerson {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let field = "command.person_id";
        let person = rows::person(asked.rows, self.person_id)?.ok_or_else(|| no_person(field))?;
        asked.may("reactivate-person", On::Person(&person))?;
        if person.is_active {
            return Ok(Decision::unchanged());
        }
        // Modules that follow would take the person as taking part again.
        quarantine::must_be_free(&person, field)?;
        let person_id = self.person_id;
        Ok(Decision::accepted(vec![
            PersonReactivated { person_id }.event(),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use crate::Directory;
    use crate::tests::{FORMER, MEMBER, as_admin, person};
    use kernel::{Actor, Module};
    use serde_json::json;

    #[test]
    fn people_come_back_with_their_rights() {
        let mut given = as_admin();
        given
            .when("reactivate-person", json!({"person_id": FORMER}))
            .accepted("person-reactivated");
        given
            .when("reactivate-person", json!({"person_id": MEMBER}))
            .unchanged();
        let topics = Directory.topics(given.rows(), FORMER).unwrap();
        assert!(
            topics.contains(&"permission:people.manage".to_owned()),
            "{topics:?}"
        );
    }

    #[test]
    fn nobody_brings_themselves_back() {
        let mut given = as_admin();
        given
            .by(Actor::Person(FORMER))
            .when("reactivate-person", json!({"person_id": FORMER}))
            .refused("workspace_not_found");
        as_admin()
            .when("reactivate-person", json!({"person_id": person(99)}))
            .refused("person_not_found");
    }
}
