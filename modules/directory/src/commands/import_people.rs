//! Add people from another system.

use super::{Wish, add_person};
use crate::acting::Asked;
use crate::events::{DepartmentId, Fact, PersonAdded, PersonDeactivated};
use crate::{fields, roles, rows};
use kernel::{DecideError, Decision, Event, PersonId, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashSet;
use utoipa::ToSchema;

/// Most people in one command.
const PEOPLE_MAX: usize = 500;

/// Adds people who are not there yet. People are told apart by `external_id`: whoever is there under
/// it stays as is, so a batch can be sent again. A person that breaks a rule is left out and named
/// in the answer: `{added, existing, people: [{external_id, person_id}], refused: [{index,
/// external_id, field, code, detail}]}`.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportPeople {
    /// 1 to 500 people.
    pub people: Vec<ImportedPerson>,
}

/// A person to import.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedPerson {
    /// The person's id in the other system, 1 to 200 characters.
    pub external_id: String,
    /// The person's id here, made by the client; kept only if the person is added.
    pub person_id: PersonId,
    /// Display name, 1 to 100 characters.
    pub name: String,
    /// Short unique name for mentions, ignoring case.
    pub handle: String,
    /// Mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Job title, up to 100 characters.
    #[serde(default)]
    pub title: Option<String>,
    /// Language tag.
    #[serde(default)]
    pub locale: Option<String>,
    /// Up to 20 departments.
    #[serde(default)]
    pub departments: Vec<DepartmentId>,
    /// The role; `member` where none is named.
    #[serde(default)]
    pub role: Option<String>,
    /// Whether the person is added deactivated: somebody who left, but wrote messages.
    #[serde(default)]
    pub deactivated: bool,
}

impl Wish for ImportPeople {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        self.check(asked)?;
        let mut batch = Batch::default();
        for (index, person) in self.people.into_iter().enumerate() {
            batch.take(asked, index, person)?;
        }
        let answer = batch.answer();
        if batch.events.is_empty() {
            return Ok(Decision::Unchanged { answer });
        }
        Ok(Decision::Accepted {
            events: batch.events,
            answer,
        })
    }
}

impl ImportPeople {
    /// The batch has a fit size, and whoever imports may hand out every role in it.
    fn check(&self, asked: &Asked<'_>) -> Result<(), DecideError> {
        asked.may_on_role("import-people", "command.people", roles::MEMBER)?;
        if self.people.is_empty() || self.people.len() > PEOPLE_MAX {
            let detail = format!("Import 1 to {PEOPLE_MAX} people at once.");
            return Err(Refusal::invalid("command.people", "out_of_range", detail).into());
        }
        let named: HashSet<_> = self
            .people
            .iter()
            .filter_map(|p| p.role.as_deref())
            .collect();
        for role in named {
            asked.may_on_role("import-people", "command.people", role)?;
        }
        Ok(())
    }
}

/// What has become of the batch so far.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    added: u32,
    existing: u32,
    people: Vec<Value>,
    refused: Vec<Value>,
    handles: HashSet<String>,
    external_ids: HashSet<String>,
    ids: HashSet<PersonId>,
}

impl Batch {
    fn take(
        &mut self,
        asked: &Asked<'_>,
        index: usize,
        person: ImportedPerson,
    ) -> Result<(), DecideError> {
        if let Some(present) = rows::person_by_external_id(asked.rows, person.external_id.trim())? {
            self.existing += 1;
            self.found(&person.external_id, present.person_id);
            return Ok(());
        }
        let external_id = person.external_id.clone();
        let is_deactivated = person.deactivated;
        match self.added(asked, person) {
            Ok(fact) => {
                self.added += 1;
                self.found(&external_id, fact.person_id);
                self.events.push(fact.event());
                if is_deactivated {
                    let person_id = fact.person_id;
                    self.events.push(PersonDeactivated { person_id }.event());
                }
                Ok(())
            }
            Err(DecideError::Refused(refusal)) => {
                self.refused.push(json!({
                    "index": index, "external_id": external_id, "field": refusal.field,
                    "code": refusal.code, "detail": refusal.detail}));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The fact of a person that breaks no rule, here and in the batch.
    fn added(
        &mut self,
        asked: &Asked<'_>,
        person: ImportedPerson,
    ) -> Result<PersonAdded, DecideError> {
        let fact = PersonAdded {
            person_id: person.person_id,
            account_id: None,
            name: fields::name("name", &person.name)?,
            handle: fields::handle("handle", &person.handle)?,
            email: fields::email("email", person.email.as_deref())?,
            title: fields::title("title", person.title.as_deref())?,
            locale: fields::locale("locale", person.locale.as_deref())?,
            departments: add_person::checked_departments(
                asked.rows,
                "departments",
                person.departments,
            )?,
            role: person.role.unwrap_or_else(|| roles::MEMBER.into()),
            external_id: Some(fields::external_id("external_id", &person.external_id)?),
        };
        add_person::free_handle(asked.rows, "handle", &fact.handle)?;
        let handle = fact.handle.to_lowercase();
        let external_id = fact.external_id.clone().unwrap_or_default();
        if self.handles.contains(&handle) {
            return Err(
                super::conflict("handle", "handle_taken", "The batch has it twice.").into(),
            );
        }
        if self.external_ids.contains(&external_id) {
            return Err(
                super::conflict("external_id", "id_taken", "The batch has it twice.").into(),
            );
        }
        let is_taken = rows::person(asked.rows, fact.person_id)?.is_some();
        if is_taken || self.ids.contains(&fact.person_id) {
            return Err(super::id_taken("person_id").into());
        }
        self.handles.insert(handle);
        self.external_ids.insert(external_id);
        self.ids.insert(fact.person_id);
        Ok(fact)
    }

    fn found(&mut self, external_id: &str, person_id: PersonId) {
        self.people
            .push(json!({"external_id": external_id, "person_id": person_id}));
    }

    fn answer(&self) -> Value {
        json!({"added": self.added, "existing": self.existing, "people": self.people,
            "refused": self.refused})
    }
}

#[cfg(test)]
mod tests {
    use crate::rows;
    use crate::tests::{as_admin, person};
    use serde_json::{Value, json};

    fn row(n: u128, handle: &str) -> Value {
        json!({"external_id": format!("U{n}"), "person_id": person(n), "name": "Ann", "handle": handle})
    }

    #[test]
    fn a_batch_sent_again_adds_nobody_twice() {
        let mut given = as_admin();
        let batch = json!({"people": [row(50, "ann"), row(51, "ben")]});
        let answer = given
            .when("import-people", batch)
            .accepted("person-added person-added");
        assert_eq!(
            (&answer["added"], &answer["existing"]),
            (&json!(2), &json!(0))
        );
        let mut again = row(51, "other");
        again["person_id"] = json!(person(90));
        let answer = given
            .when("import-people", json!({"people": [again, row(52, "cyd")]}))
            .accepted("person-added");
        assert_eq!(
            answer["people"][0],
            json!({"external_id": "U51", "person_id": person(51)})
        );
        let answer = given
            .when("import-people", json!({"people": [row(52, "cyd")]}))
            .unchanged();
        assert_eq!(answer["existing"], json!(1));
    }

    #[test]
    fn rows_that_break_a_rule_are_named_and_the_others_added() {
        let mut given = as_admin();
        let mut nameless = row(55, "fay");
        nameless["name"] = json!("");
        let batch = json!({"people": [
            row(50, "ann"), row(51, "ANN"), row(52, "admin"), row(50, "dee"), row(54, "b d"), nameless]});
        let answer = given.when("import-people", batch).accepted("person-added");
        let refused: Vec<_> = answer["refused"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                (
                    row["index"].as_u64().unwrap(),
                    row["code"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            refused,
            [
                (1, "handle_taken"),
                (2, "handle_taken"),
                (3, "id_taken"),
                (4, "bad_handle"),
                (5, "too_short")
            ]
        );
    }

    #[test]
    fn people_who_left_come_deactivated() {
        let mut given = as_admin();
        let mut gone = row(50, "ann");
        gone["deactivated"] = json!(true);
        given
            .when("import-people", json!({"people": [gone]}))
            .accepted("person-added person-deactivated");
        assert!(
            !rows::person(given.rows(), person(50))
                .unwrap()
                .unwrap()
                .is_active
        );
    }

    #[test]
    fn batches_and_roles_have_limits() {
        let mut given = as_admin();
        given
            .when("import-people", json!({"people": []}))
            .refused("out_of_range");
        let many: Vec<_> = (0..501).map(|n| row(1000 + n, "x")).collect();
        given
            .when("import-people", json!({"people": many}))
            .refused("out_of_range");
        let mut owner = row(50, "ann");
        owner["role"] = json!("owner");
        given
            .when("import-people", json!({"people": [owner]}))
            .refused("not_permitted");
        let mut captain = row(50, "ann");
        captain["role"] = json!("captain");
        given
            .when("import-people", json!({"people": [captain]}))
            .refused("role_not_found");
    }
}
