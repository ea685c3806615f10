//! Change a person's profile.

use super::{Wish, add_person::free_handle, no_person};
use crate::acting::{Asked, On};
use crate::events::{Fact, PersonUpdated};
use crate::{fields, rows};
use kernel::{DecideError, Decision, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Changes what is named and leaves the rest; an empty text clears an optional field. People change
/// their own name, title and language themselves.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePerson {
    /// The person.
    pub person_id: PersonId,
    /// Display name, 1 to 100 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// Short unique name for mentions, ignoring case.
    #[serde(default)]
    pub handle: Option<String>,
    /// Mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Job title, up to 100 characters.
    #[serde(default)]
    pub title: Option<String>,
    /// Language tag.
    #[serde(default)]
    pub locale: Option<String>,
}

impl Wish for UpdatePerson {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let field = "command.person_id";
        let person = rows::person(asked.rows, self.person_id)?.ok_or_else(|| no_person(field))?;
        let changes_identity = self.handle.is_some() || self.email.is_some();
        let context = [("changes_identity", changes_identity.into())];
        asked.may_given("update-person", On::Person(&person), context)?;
        let present = PersonUpdated {
            person_id: person.person_id,
            name: person.name,
            handle: person.handle,
            email: person.email,
            title: person.title,
            locale: person.locale,
        };
        let wished = self.wished(&present)?;
        if wished == present {
            return Ok(Decision::unchanged());
        }
        // The same handle in another case is still this person's.
        if wished.handle.to_lowercase() != present.handle.to_lowercase() {
            free_handle(asked.rows, "command.handle", &wished.handle)?;
        }
        Ok(Decision::accepted(vec![wished.event()]))
    }
}

impl UpdatePerson {
    fn wished(&self, present: &PersonUpdated) -> Result<PersonUpdated, DecideError> {
        let mut wished = present.clone();
        if let Some(name) = &self.name {
            wished.name = fields::name("command.name", name)?;
        }
        if let Some(handle) = &self.handle {
            wished.handle = fields::handle("command.handle", handle)?;
        }
        if self.email.is_some() {
            wished.email = fields::email("command.email", self.email.as_deref())?;
        }
        if self.title.is_some() {
            wished.title = fields::title("command.title", self.title.as_deref())?;
        }
        if self.locale.is_some() {
            wished.locale = fields::locale("command.locale", self.locale.as_deref())?;
        }
        Ok(wished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ADMIN, MEMBER, OWNER, as_admin, as_member, person};
    use serde_json::json;

    #[test]
    fn what_is_not_named_stays_and_empty_clears() {
        let mut given = as_admin();
        let body = json!({"person_id": MEMBER, "title": "Cook", "email": "m@x.example"});
        given
            .when("update-person", body.clone())
            .accepted("person-updated");
        given.when("update-person", body).unchanged();
        given
            .when(
                "update-person",
                json!({"person_id": MEMBER, "title": "", "name": "Mo"}),
            )
            .accepted("person-updated");
        let found = rows::person(given.rows(), MEMBER).unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.title), ("Mo", None));
        assert_eq!(found.email.as_deref(), Some("m@x.example"));
    }

    #[test]
    fn people_keep_their_own_profile_but_not_their_handle() {
        let mut given = as_member();
        given
            .when(
                "update-person",
                json!({"person_id": MEMBER, "name": "Mo", "locale": "id"}),
            )
            .accepted("person-updated");
        given
            .when(
                "update-person",
                json!({"person_id": MEMBER, "handle": "mo"}),
            )
            .refused("not_permitted");
        given
            .when("update-person", json!({"person_id": ADMIN, "name": "Mo"}))
            .refused("not_permitted");
    }

    #[test]
    fn a_handle_can_change_its_case_but_not_become_anothers() {
        let mut given = as_admin();
        given
            .when(
                "update-person",
                json!({"person_id": MEMBER, "handle": "Member"}),
            )
            .accepted("person-updated");
        given
            .when(
                "update-person",
                json!({"person_id": MEMBER, "handle": "GUEST"}),
            )
            .refused("handle_taken");
    }

    #[test]
    fn owners_and_unknown_people_are_out_of_reach() {
        let mut given = as_admin();
        given
            .when("update-person", json!({"person_id": OWNER, "name": "Mo"}))
            .refused("not_permitted");
        given
            .when(
                "update-person",
                json!({"person_id": person(99), "name": "Mo"}),
            )
            .refused("person_not_found");
    }
}
