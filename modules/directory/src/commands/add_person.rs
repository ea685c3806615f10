//! Add a person.

use super::{Wish, conflict, id_taken, no_department};
use crate::acting::Asked;
use crate::events::{DepartmentId, Fact, PersonAdded};
use crate::{fields, roles, rows};
use kernel::{AccountId, DecideError, Decision, PersonId, Refusal};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most departments one person is in.
const DEPARTMENTS_MAX: usize = 20;

/// Adds a person, active, without an invitation.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPerson {
    /// The person's id, made by the client.
    pub person_id: PersonId,
    /// Display name, 1 to 100 characters.
    pub name: String,
    /// Short unique name for mentions, ignoring case: 1 to 40 letters, digits, '.', '_' and '-'.
    pub handle: String,
    /// Mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// The account that acts as this person.
    #[serde(default)]
    pub account_id: Option<AccountId>,
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
}

impl Wish for AddPerson {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let role = self.role.unwrap_or_else(|| roles::MEMBER.into());
        asked.may_on_role("add-person", "command.role", &role)?;
        let fact = PersonAdded {
            person_id: self.person_id,
            account_id: self.account_id,
            name: fields::name("command.name", &self.name)?,
            handle: fields::handle("command.handle", &self.handle)?,
            email: fields::email("command.email", self.email.as_deref())?,
            title: fields::title("command.title", self.title.as_deref())?,
            locale: fields::locale("command.locale", self.locale.as_deref())?,
            departments: checked_departments(asked.rows, "command.departments", self.departments)?,
            role,
            external_id: None,
        };
        if let Some(present) = rows::person(asked.rows, fact.person_id)? {
            return if is_the_same(asked.rows, &present, &fact)? {
                Ok(Decision::unchanged())
            } else {
                Err(id_taken("command.person_id").into())
            };
        }
        free_handle(asked.rows, "command.handle", &fact.handle)?;
        free_account(asked.rows, "command.account_id", fact.account_id)?;
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

/// Departments that exist, in the order of their ids, each once.
pub fn checked_departments(
    rows: &Connection,
    field: &str,
    mut departments: Vec<DepartmentId>,
) -> Result<Vec<DepartmentId>, DecideError> {
    if departments.len() > DEPARTMENTS_MAX {
        let detail = format!("A person is in at most {DEPARTMENTS_MAX} departments.");
        return Err(Refusal::invalid(field, "too_many", detail).into());
    }
    departments.sort_unstable();
    departments.dedup();
    for department in &departments {
        if rows::department(rows, *department)?.is_none() {
            return Err(no_department(field).into());
        }
    }
    Ok(departments)
}

/// Nothing, where nobody has the handle.
pub fn free_handle(rows: &Connection, field: &str, handle: &str) -> Result<(), DecideError> {
    match rows::person_by_handle(rows, handle)? {
        None => Ok(()),
        Some(_) => Err(conflict(field, "handle_taken", "Somebody has this handle.").into()),
    }
}

/// Nothing, where the account acts as nobody yet.
pub fn free_account(
    rows: &Connection,
    field: &str,
    account: Option<AccountId>,
) -> Result<(), DecideError> {
    let Some(account) = account else {
        return Ok(());
    };
    match rows::person_of_account(rows, account)? {
        None => Ok(()),
        Some(_) => {
            let detail = "This account acts as another person of the workspace.";
            Err(conflict(field, "account_taken", detail).into())
        }
    }
}

/// Whether the person is just as the fact says.
fn is_the_same(
    rows: &Connection,
    present: &rows::Person,
    fact: &PersonAdded,
) -> Result<bool, rusqlite::Error> {
    let wished = rows::Person {
        person_id: fact.person_id,
        account_id: fact.account_id,
        name: fact.name.clone(),
        handle: fact.handle.clone(),
        email: fact.email.clone(),
        title: fact.title.clone(),
        locale: fact.locale.clone(),
        role: fact.role.clone(),
        is_active: true,
        is_quarantined: false,
        external_id: fact.external_id.clone(),
    };
    Ok(*present == wished && rows::departments_of(rows, fact.person_id)? == fact.departments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ADMIN, ADMIN_ACCOUNT, as_admin, as_owner, id, person};
    use serde_json::{Value, json};

    fn ben() -> Value {
        json!({"person_id": person(50), "name": " Ben ", "handle": "ben", "email": "ben@x.example"})
    }

    #[test]
    fn people_are_members_unless_said_otherwise() {
        let mut given = as_admin();
        given.when("add-person", ben()).accepted("person-added");
        let ben = rows::person(given.rows(), person(50)).unwrap().unwrap();
        assert_eq!(
            (ben.name.as_str(), ben.role.as_str(), ben.is_active),
            ("Ben", "member", true)
        );
    }

    #[test]
    fn the_same_again_changes_nothing_and_another_person_under_the_id_is_refused() {
        let mut given = as_admin();
        given.when("add-person", ben()).accepted("person-added");
        given.when("add-person", ben()).unchanged();
        let other = json!({"person_id": person(50), "name": "Bob", "handle": "bob"});
        given.when("add-person", other).refused("id_taken");
    }

    #[test]
    fn handles_and_accounts_are_unique() {
        let mut given = as_admin();
        let taken = json!({"person_id": person(51), "name": "Ben", "handle": "ADMIN"});
        let refusal = given.when("add-person", taken).refused("handle_taken");
        assert_eq!(refusal.field.as_deref(), Some("command.handle"));
        let taken = json!({
            "person_id": person(51), "name": "Ben", "handle": "ben", "account_id": ADMIN_ACCOUNT});
        given.when("add-person", taken).refused("account_taken");
        assert!(rows::person(given.rows(), ADMIN).unwrap().is_some());
    }

    #[test]
    fn fields_are_checked() {
        let mut given = as_admin();
        for (key, value, code) in [
            ("name", json!(""), "too_short"),
            ("name", json!("x".repeat(101)), "too_long"),
            ("handle", json!("b en"), "bad_handle"),
            ("email", json!("nowhere"), "bad_email"),
            ("locale", json!("??"), "bad_locale"),
            ("title", json!("a\u{0}b"), "control_character"),
            ("role", json!("captain"), "role_not_found"),
            ("departments", json!([id(99)]), "department_not_found"),
            ("departments", json!(vec![id(99); 21]), "too_many"),
        ] {
            let mut body = ben();
            body[key] = value;
            let refusal = given.when("add-person", body).refused(code);
            assert_eq!(refusal.field, Some(format!("command.{key}")));
        }
        let mut body = ben();
        body["is_owner"] = json!(true);
        given.when("add-person", body).refused("malformed");
    }

    #[test]
    fn only_owners_add_owners() {
        let mut body = ben();
        body["role"] = json!("owner");
        as_admin()
            .when("add-person", body.clone())
            .refused("not_permitted");
        as_owner().when("add-person", body).accepted("person-added");
    }
}
