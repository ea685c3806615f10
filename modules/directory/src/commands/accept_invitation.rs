//! Let in an account that holds a code.

use super::{Wish, add_person::free_account, conflict, no_person};
use crate::acting::{Asked, On};
use crate::events::{AccountLinked, Fact, InvitationAccepted, PersonAdded, RoleAssigned};
use crate::{fields, rows};
use kernel::{AccountId, DecideError, Decision, Event, PersonId, Refusal};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Accepts an invitation for an account the gateway knows (it has just been made, or is signed in).
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// [`InvitationCode::hash`](crate::invitation::InvitationCode::hash) of the code.
    pub code_hash: String,
    /// The account that joins.
    pub account_id: AccountId,
    /// The id of the person to add, where the invitation is not for a person that exists.
    pub person_id: PersonId,
    /// Display name, 1 to 100 characters.
    pub name: String,
    /// The handle wished; where somebody has it, a number is added.
    pub handle: String,
    /// Language tag.
    #[serde(default)]
    pub locale: Option<String>,
}

impl Wish for AcceptInvitation {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        asked.may("accept-invitation", On::Workspace)?;
        let invitation = rows::invitation_by_code(asked.rows, &self.code_hash)?.ok_or_else(gone)?;
        if let Some(person) = invitation.accepted_by {
            return self.accepted_before(asked.rows, person);
        }
        if invitation.is_revoked {
            return Err(gone().into());
        }
        if invitation.expires_at <= asked.time {
            let detail = "This invitation has expired; ask for a new one.";
            return Err(conflict("command.invitation_code", "invitation_expired", detail).into());
        }
        free_account(asked.rows, "command.account_id", Some(self.account_id))?;
        let (person_id, mut events) = match invitation.person_id {
            Some(person) => (person, self.become_person(asked.rows, &invitation, person)?),
            None => (self.person_id, self.join(asked.rows, &invitation)?),
        };
        let invitation_id = invitation.invitation_id;
        let accepted = InvitationAccepted {
            invitation_id,
            person_id,
        };
        events.push(accepted.event());
        Ok(Decision::Accepted {
            events,
            answer: json!({"person_id": person_id}),
        })
    }
}

impl AcceptInvitation {
    /// Whoever accepted it may ask again; for others it is used up.
    fn accepted_before(
        &self,
        rows: &Connection,
        person: PersonId,
    ) -> Result<Decision, DecideError> {
        let holder = rows::person(rows, person)?.and_then(|person| person.account_id);
        if holder == Some(self.account_id) {
            return Ok(Decision::Unchanged {
                answer: json!({"person_id": person}),
            });
        }
        let detail = "This invitation was used already; ask for a new one.";
        Err(conflict("command.invitation_code", "invitation_used", detail).into())
    }

    fn join(
        &self,
        rows: &Connection,
        invitation: &rows::Invitation,
    ) -> Result<Vec<Event>, DecideError> {
        if rows::person(rows, self.person_id)?.is_some() {
            return Err(super::id_taken("command.person_id").into());
        }
        let fact = PersonAdded {
            person_id: self.person_id,
            account_id: Some(self.account_id),
            name: fields::name("command.name", &self.name)?,
            handle: free_handle_like(rows, &fields::handle("command.handle", &self.handle)?)?,
            email: invitation.email.clone(),
            title: None,
            locale: fields::locale("command.locale", self.locale.as_deref())?,
            departments: Vec::new(),
            role: invitation.role.clone(),
            external_id: None,
        };
        Ok(vec![fact.event()])
    }

    fn become_person(
        &self,
        rows: &Connection,
        invitation: &rows::Invitation,
        person_id: PersonId,
    ) -> Result<Vec<Event>, DecideError> {
        let field = "command.invitation_code";
        let person = rows::person(rows, person_id)?.ok_or_else(|| no_person(field))?;
        if person.account_id.is_some() || !person.takes_part() {
            return Err(gone().into());
        }
        let linked = AccountLinked {
            person_id,
            account_id: self.account_id,
        };
        let mut events = vec![linked.event()];
        if person.role != invitation.role {
            let role = invitation.role.clone();
            events.push(RoleAssigned { person_id, role }.event());
        }
        Ok(events)
    }
}

/// The handle, or the first of `handle-2`, `handle-3`, … that nobody has.
fn free_handle_like(rows: &Connection, wished: &str) -> Result<String, rusqlite::Error> {
    let mut handle = wished.to_owned();
    let mut number = 1;
    while rows::person_by_handle(rows, &handle)?.is_some() {
        number += 1;
        let room: String = wished.chars().take(32).collect();
        handle = format!("{room}-{number}");
    }
    Ok(handle)
}

fn gone() -> Refusal {
    let detail = "This invitation does not exist or was revoked.";
    Refusal::not_found("command.invitation_code", "invitation_not_found", detail)
}

#[cfg(test)]
mod tests {
    use crate::rows;
    use crate::tests::{ADMIN, OWNER, as_admin, id, person};
    use kernel::{AccountId, Actor, testing::Given};
    use serde_json::{Value, json};

    const NEWCOMER: AccountId = AccountId(kernel::id::Uuid::from_u128(500));

    fn invited(wish: Value) -> Given {
        let mut given = as_admin();
        let mut whole = json!({"invitation_id": id(60), "role": "guest", "email": "n@x.example"});
        for (key, value) in wish.as_object().unwrap() {
            whole[key] = value.clone();
        }
        given
            .when(
                "invite",
                json!({"wish": whole, "code_hash": "ab".repeat(32)}),
            )
            .accepted("invitation-made");
        given.by(Actor::Account(NEWCOMER));
        given
    }

    fn accept(account: AccountId, code: &str) -> Value {
        json!({"code_hash": code.repeat(32), "account_id": account, "person_id": person(70),
            "name": "Nia", "handle": "Guest"})
    }

    #[test]
    fn whoever_holds_the_code_joins_once() {
        let mut given = invited(json!({}));
        given
            .when("accept-invitation", accept(NEWCOMER, "ab"))
            .accepted("person-added invitation-accepted");
        let nia = rows::person_of_account(given.rows(), NEWCOMER)
            .unwrap()
            .unwrap();
        assert_eq!((nia.person_id, nia.role.as_str()), (person(70), "guest"));
        assert_eq!(
            (nia.handle.as_str(), nia.email.as_deref()),
            ("Guest-2", Some("n@x.example"))
        );
        let again = given
            .when("accept-invitation", accept(NEWCOMER, "ab"))
            .unchanged();
        assert_eq!(again["person_id"], json!(person(70)));
        given
            .when("accept-invitation", accept(AccountId(id(501)), "ab"))
            .refused("invitation_used");
    }

    #[test]
    fn a_wrong_code_a_revoked_and_an_expired_one_let_nobody_in() {
        let mut given = invited(json!({"expires_in_hours": 1}));
        given
            .when("accept-invitation", accept(NEWCOMER, "ba"))
            .refused("invitation_not_found");
        let hour = given.now().plus_ms(3_600_000);
        given
            .at(hour)
            .when("accept-invitation", accept(NEWCOMER, "ab"))
            .refused("invitation_expired");
        let mut given = invited(json!({}));
        given
            .by(Actor::Person(ADMIN))
            .when("revoke-invitation", json!({"invitation_id": id(60)}))
            .accepted("invitation-revoked");
        given
            .by(Actor::Account(NEWCOMER))
            .when("accept-invitation", accept(NEWCOMER, "ab"))
            .refused("invitation_not_found");
    }

    #[test]
    fn a_person_without_an_account_is_taken_over() {
        let mut given = as_admin();
        given
            .when(
                "add-person",
                json!({"person_id": person(50), "name": "Ben", "handle": "ben"}),
            )
            .accepted("person-added");
        let wish = json!({"invitation_id": id(60), "role": "guest", "person_id": person(50)});
        given
            .when(
                "invite",
                json!({"wish": wish, "code_hash": "ab".repeat(32)}),
            )
            .accepted("invitation-made");
        given
            .by(Actor::Account(NEWCOMER))
            .when("accept-invitation", accept(NEWCOMER, "ab"))
            .accepted("account-linked role-assigned invitation-accepted");
        let ben = rows::person_of_account(given.rows(), NEWCOMER)
            .unwrap()
            .unwrap();
        assert_eq!((ben.person_id, ben.name.as_str()), (person(50), "Ben"));
    }

    #[test]
    fn an_account_that_is_somebody_already_does_not_join_again() {
        let mut given = invited(json!({}));
        given
            .when("accept-invitation", accept(AccountId(id(102)), "ab"))
            .refused("account_taken");
        given
            .by(Actor::Person(OWNER))
            .when("accept-invitation", accept(NEWCOMER, "ab"))
            .refused("not_permitted");
    }
}
