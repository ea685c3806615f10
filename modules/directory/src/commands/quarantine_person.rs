//! Put a person into quarantine.

use super::{Wish, deactivate_person::keep_an_owner, no_person};
use crate::acting::{Asked, On};
use crate::events::{
    AlarmId, Because, Fact, InvitationRevoked, PersonQuarantined, VerdictReference,
};
use crate::{fields, rows};
use kernel::{Actor, DecideError, Decision, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Puts a person into quarantine: it can do and see nothing in the workspace from this entry on, at
/// either site, until somebody releases it; the sessions of its account end where a site does it, and the invitations it
/// made are revoked. A site may do so to anybody, people not to the last owner.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuarantinePerson {
    /// The person.
    pub person_id: PersonId,
    /// Why, 1 to 500 characters; the person is told.
    pub reason: String,
    /// The alarm that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm_id: Option<AlarmId>,
}

impl Wish for QuarantinePerson {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let field = "command.person_id";
        let person = rows::person(asked.rows, self.person_id)?.ok_or_else(|| no_person(field))?;
        asked.may("quarantine-person", On::Person(&person))?;
        let text = fields::explanation("command.reason", &self.reason)?;
        if person.is_quarantined {
            return Ok(Decision::unchanged());
        }
        // The account of the last owner in an attacker's hands is the worst case: no site is held up.
        if !matches!(asked.actor, Actor::Site(_)) {
            keep_an_owner(asked.rows, &person)?;
        }
        let person_id = self.person_id;
        let verdict = self.alarm_id.map(|alarm_id| VerdictReference { alarm_id });
        let fact = PersonQuarantined {
            person_id,
            because: Because { text, verdict },
            by: asked.actor.person(),
        };
        let mut events = vec![fact.event()];
        for invitation_id in rows::open_invitations_by(asked.rows, person_id, asked.time)? {
            events.push(InvitationRevoked { invitation_id }.event());
        }
        Ok(Decision::accepted(events))
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, FORMER, GUEST, MEMBER, OWNER, as_admin, as_owner, id, person, site};
    use crate::{Directory, rows};
    use kernel::{Actor, Module};
    use serde_json::{Value, json};

    fn body(person: kernel::PersonId) -> Value {
        json!({"person_id": person, "reason": "Encrypted 300 files in a minute"})
    }

    #[test]
    fn whoever_is_in_quarantine_does_and_sees_nothing_and_is_told_why() {
        let mut given = as_owner();
        given
            .when("quarantine-person", body(ADMIN))
            .accepted("person-quarantined");
        given.when("quarantine-person", body(ADMIN)).unchanged();
        assert!(Directory.topics(given.rows(), ADMIN).unwrap().is_empty());
        let refusal = given
            .by(Actor::Person(ADMIN))
            .when("create-group", json!({"group_id": id(7), "name": "Crew"}))
            .refused("quarantined");
        assert_eq!(refusal.kind, kernel::RefusalKind::Forbidden);
        for told in ["Encrypted 300 files in a minute.", "UTC", "Ask Owner"] {
            assert!(refusal.detail.contains(told), "{}", refusal.detail);
        }
        given.assert_replays();
    }

    #[test]
    fn open_invitations_fall_with_who_made_them() {
        let mut given = as_admin();
        let wish = json!({"invitation_id": id(60), "role": "member"});
        given
            .when("invite", json!({"wish": wish, "code_hash": "0".repeat(64)}))
            .accepted("invitation-made");
        given
            .by(site())
            .when("quarantine-person", body(ADMIN))
            .accepted("person-quarantined invitation-revoked");
    }

    #[test]
    fn people_leave_an_owner_and_a_site_does_not_have_to() {
        let mut given = as_owner();
        given
            .when("quarantine-person", body(OWNER))
            .refused("last_owner");
        let mut alarmed = body(OWNER);
        alarmed["alarm_id"] = json!(id(90));
        let (events, _) = given
            .by(site())
            .when("quarantine-person", alarmed)
            .accepted_events();
        assert_eq!(
            events[0].data,
            json!({"person_id": OWNER, "because": {
                "text": "Encrypted 300 files in a minute", "verdict": {"alarm_id": id(90)}}})
        );
        let refusal = given
            .by(Actor::Person(OWNER))
            .when("deactivate-person", json!({"person_id": MEMBER}))
            .refused("quarantined");
        // An admin does not decide over owners, so nobody of the workspace can.
        assert!(
            refusal.detail.contains("Ask an operator"),
            "{}",
            refusal.detail
        );
    }

    #[test]
    fn an_owner_in_quarantine_is_none_that_is_left() {
        let mut given = as_owner();
        for (command, body) in [
            ("assign-role", json!({"person_id": ADMIN, "role": "owner"})),
            ("quarantine-person", body(ADMIN)),
        ] {
            assert!(given.when(command, body).result().is_ok());
        }
        for (command, body) in [
            ("quarantine-person", body(OWNER)),
            ("deactivate-person", json!({"person_id": OWNER})),
            ("assign-role", json!({"person_id": OWNER, "role": "member"})),
        ] {
            given.when(command, body).refused("last_owner");
        }
    }

    #[test]
    fn nobody_reaches_above_themselves() {
        as_admin()
            .when("quarantine-person", body(OWNER))
            .refused("not_permitted");
        as_admin()
            .by(Actor::Person(MEMBER))
            .when("quarantine-person", body(GUEST))
            .refused("not_permitted");
        as_admin()
            .when("quarantine-person", body(person(99)))
            .refused("person_not_found");
        let mut blank = body(MEMBER);
        blank["reason"] = json!(" ");
        let refusal = as_admin()
            .when("quarantine-person", blank)
            .refused("too_short");
        assert_eq!(refusal.field.as_deref(), Some("command.reason"));
    }

    #[test]
    fn nothing_but_a_release_ends_it() {
        let mut given = as_owner();
        for person in [FORMER, MEMBER] {
            given
                .when("quarantine-person", body(person))
                .accepted("person-quarantined");
        }
        given
            .when("reactivate-person", json!({"person_id": FORMER}))
            .refused("person_quarantined");
        given
            .when("reactivate-person", json!({"person_id": MEMBER}))
            .unchanged();
        // Somebody who is deactivated is told no more than before.
        given
            .by(Actor::Person(FORMER))
            .when("create-group", json!({"group_id": id(7), "name": "Crew"}))
            .refused("workspace_not_found");
        given
            .by(Actor::Person(OWNER))
            .when("assign-role", json!({"person_id": MEMBER, "role": "guest"}))
            .accepted("role-assigned");
        given
            .when("update-person", json!({"person_id": MEMBER, "name": "Mo"}))
            .accepted("person-updated");
        let found = rows::person(given.rows(), MEMBER).unwrap().unwrap();
        assert!(found.is_quarantined && found.is_active);
    }

    #[test]
    fn no_account_comes_to_a_person_in_quarantine() {
        let mut given = as_owner();
        let ben = json!({"person_id": person(50), "name": "Ben", "handle": "ben"});
        given.when("add-person", ben).accepted("person-added");
        let wish = json!({"invitation_id": id(60), "role": "guest", "person_id": person(50)});
        let invite = |n: u128, code: &str| {
            let mut wish = wish.clone();
            wish["invitation_id"] = json!(id(n));
            json!({"wish": wish, "code_hash": code.repeat(32)})
        };
        given
            .when("invite", invite(60, "ab"))
            .accepted("invitation-made");
        given
            .when("quarantine-person", body(person(50)))
            .accepted("person-quarantined");
        given
            .when("invite", invite(61, "cd"))
            .refused("person_quarantined");
        given
            .when(
                "link-account",
                json!({"person_id": person(50), "account_id": id(150)}),
            )
            .refused("person_quarantined");
        let accept = json!({"code_hash": "ab".repeat(32), "account_id": id(500),
            "person_id": person(70), "name": "Nia", "handle": "nia"});
        given
            .by(Actor::Account(kernel::AccountId(id(500))))
            .when("accept-invitation", accept)
            .refused("invitation_not_found");
    }
}
