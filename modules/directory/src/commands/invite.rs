//! Make an invitation.

use super::{Wish, conflict, id_taken, no_person};
use crate::acting::{Asked, On};
use crate::events::{Fact, InvitationId, InvitationMade};
use crate::{fields, quarantine, rows};
use kernel::{DecideError, Decision, PersonId, Refusal, hex};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

const HOURS_DEFAULT: u32 = 7 * 24;
const HOURS_MAX: u32 = 30 * 24;
const HOUR_MS: i64 = 3_600_000;

/// Invites somebody to join with a role. The answer of the HTTP request shows the code to hand over.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// The invitation's id, made by the client.
    pub invitation_id: InvitationId,
    /// The role the newcomer gets.
    pub role: String,
    /// The mail address it is meant for, as a reminder; whoever holds the code can accept.
    #[serde(default)]
    pub email: Option<String>,
    /// A person without an account (an imported one) that the newcomer becomes.
    #[serde(default)]
    pub person_id: Option<PersonId>,
    /// Hours until it expires, 1 to 720; 168 where none are named.
    #[serde(default)]
    pub expires_in_hours: Option<u32>,
}

/// An invitation as it is decided: the gateway added the hash of the code.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InvitePrepared {
    /// What the client wished.
    pub wish: Invite,
    /// [`InvitationCode::hash`](crate::invitation::InvitationCode::hash).
    pub code_hash: String,
}

impl Wish for InvitePrepared {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let wish = self.wish;
        asked.may_on_role("invite", "command.role", &wish.role)?;
        let email = fields::email("command.email", wish.email.as_deref())?;
        let hours = wish.expires_in_hours.unwrap_or(HOURS_DEFAULT);
        if !(1..=HOURS_MAX).contains(&hours) {
            let detail = format!("An invitation is open for 1 to {HOURS_MAX} hours.");
            let field = "command.expires_in_hours";
            return Err(Refusal::invalid(field, "out_of_range", detail).into());
        }
        if hex::decode32(&self.code_hash).is_none() {
            let detail = "The code's hash has 64 hexadecimal digits.";
            return Err(Refusal::invalid("command.code_hash", "malformed", detail).into());
        }
        if rows::invitation(asked.rows, wish.invitation_id)?.is_some()
            || rows::invitation_by_code(asked.rows, &self.code_hash)?.is_some()
        {
            return Err(id_taken("command.invitation_id").into());
        }
        if let Some(person) = wish.person_id {
            check_person(asked, person)?;
        }
        let fact = InvitationMade {
            invitation_id: wish.invitation_id,
            code_hash: self.code_hash,
            role: wish.role,
            email,
            person_id: wish.person_id,
            invited_by: asked.person()?,
            expires_at: asked.time.plus_ms(i64::from(hours) * HOUR_MS),
        };
        Ok(Decision::Accepted {
            answer: json!({"expires_at": fact.expires_at}),
            events: vec![fact.event()],
        })
    }
}

/// The person exists, is active, has no account, and is in reach of whoever invites.
fn check_person(asked: &Asked<'_>, id: PersonId) -> Result<(), DecideError> {
    let field = "command.person_id";
    let person = rows::person(asked.rows, id)?.ok_or_else(|| no_person(field))?;
    asked.may("invite", On::Person(&person))?;
    if person.account_id.is_some() {
        let detail = "An account acts as this person already.";
        return Err(conflict(field, "already_linked", detail).into());
    }
    quarantine::must_be_free(&person, field)?;
    if !person.is_active {
        let detail = "This person is deactivated.";
        return Err(conflict(field, "person_deactivated", detail).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Directory;
    use crate::tests::{FORMER, MEMBER, as_admin, id};
    use kernel::Module;
    use serde_json::{Value, json};

    fn prepared(wish: Value) -> Value {
        json!({"wish": wish, "code_hash": "ab".repeat(32)})
    }

    #[test]
    fn an_invitation_is_open_for_a_week_and_shown_to_those_who_manage_people() {
        let mut given = as_admin();
        let wish = json!({"invitation_id": id(60), "role": "guest", "email": "n@x.example"});
        let (events, answer) = given
            .when("invite", prepared(wish.clone()))
            .accepted_events();
        let week = given.now().plus_ms(7 * 24 * 3_600_000);
        assert_eq!(answer["expires_at"], json!(week));
        let audience = Directory.audience(given.rows(), &events[0]).unwrap();
        assert_eq!(audience.topics, ["permission:people.manage"]);
        given.when("invite", prepared(wish)).refused("id_taken");
    }

    #[test]
    fn nobody_invites_above_themselves() {
        as_admin()
            .when(
                "invite",
                prepared(json!({"invitation_id": id(60), "role": "owner"})),
            )
            .refused("not_permitted");
    }

    #[test]
    fn fields_are_checked() {
        let mut given = as_admin();
        for (key, value, code) in [
            ("role", json!("captain"), "role_not_found"),
            ("email", json!("x"), "bad_email"),
            ("expires_in_hours", json!(0), "out_of_range"),
            ("expires_in_hours", json!(721), "out_of_range"),
            ("person_id", json!(id(99)), "person_not_found"),
            ("person_id", json!(MEMBER), "already_linked"),
            ("person_id", json!(FORMER), "already_linked"),
        ] {
            let mut wish = json!({"invitation_id": id(60), "role": "member"});
            wish[key] = value;
            let refusal = given.when("invite", prepared(wish)).refused(code);
            assert_eq!(refusal.field, Some(format!("command.{key}")));
        }
        let wish = json!({"invitation_id": id(60), "role": "member"});
        given
            .when("invite", json!({"wish": wish, "code_hash": "secret"}))
            .refused("malformed");
        given.when("invite", wish).refused("malformed");
    }
}
