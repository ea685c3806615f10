//! Let an account act as a person.

use super::{Wish, add_person::free_account, conflict, no_person};
use crate::acting::{Asked, On};
use crate::events::{AccountLinked, Fact};
use crate::{quarantine, rows};
use kernel::{AccountId, DecideError, Decision, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Links an account to a person that has none yet (an imported one). A link is never changed: an
/// account does not become another person.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAccount {
    /// The person.
    pub person_id: PersonId,
    /// The account.
    pub account_id: AccountId,
}

impl Wish for LinkAccount {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let field = "command.person_id";
        let person = rows::person(asked.rows, self.person_id)?.ok_or_else(|| no_person(field))?;
        asked.may("link-account", On::Person(&person))?;
        match person.account_id {
            Some(account) if account == self.account_id => return Ok(Decision::unchanged()),
            Some(_) => {
                let detail = "Another account acts as this person.";
                return Err(conflict(field, "already_linked", detail).into());
            }
            None => {}
        }
        quarantine::must_be_free(&person, field)?;
        free_account(asked.rows, "command.account_id", Some(self.account_id))?;
        let fact = AccountLinked {
            person_id: self.person_id,
            account_id: self.account_id,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, ADMIN_ACCOUNT, as_admin, id, person};
    use serde_json::json;

    #[test]
    fn a_link_is_made_once() {
        let mut given = as_admin();
        given
            .when(
                "add-person",
                json!({"person_id": person(50), "name": "Ben", "handle": "ben"}),
            )
            .accepted("person-added");
        let link = json!({"person_id": person(50), "account_id": id(150)});
        given
            .when("link-account", link.clone())
            .accepted("account-linked");
        given.when("link-account", link).unchanged();
        given
            .when(
                "link-account",
                json!({"person_id": person(50), "account_id": id(151)}),
            )
            .refused("already_linked");
        given
            .when(
                "link-account",
                json!({"person_id": person(51), "account_id": id(151)}),
            )
            .refused("person_not_found");
        given
            .when(
                "link-account",
                json!({"person_id": ADMIN, "account_id": ADMIN_ACCOUNT}),
            )
            .unchanged();
    }

    #[test]
    fn an_account_is_one_person() {
        let mut given = as_admin();
        given
            .when(
                "add-person",
                json!({"person_id": person(50), "name": "Ben", "handle": "ben"}),
            )
            .accepted("person-added");
        given
            .when(
                "link-account",
                json!({"person_id": person(50), "account_id": ADMIN_ACCOUNT}),
            )
            .refused("account_taken");
    }
}
