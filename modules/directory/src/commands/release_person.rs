//! End a quarantine.

use super::{Wish, conflict, no_person};
use crate::acting::{Asked, On};
use crate::events::{Fact, PersonReleased, Releaser};
use crate::{fields, quarantine, rows};
use kernel::{AccountId, Actor, DecideError, Decision, PersonId, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Ends a person's quarantine. It has the role, groups and departments it has by now; whoever was
/// deactivated stays so. Where no person of the workspace could do it, an operator of the
/// installation can.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleasePerson {
    /// The person.
    pub person_id: PersonId,
    /// What was found, 1 to 500 characters.
    pub note: String,
}

impl Wish for ReleasePerson {
    fn decide(self, asked: &Asked<'_>) -> Result<Decision, DecideError> {
        let field = "command.person_id";
        let person = rows::person(asked.rows, self.person_id)?.ok_or_else(|| no_person(field))?;
        asked.may("release-person", On::Person(&person))?;
        let by = match asked.actor {
            Actor::Account(operator) => {
                must_be_left_to_operators(asked, &person, *operator)?;
                Releaser::Operator(*operator)
            }
            // Whoever is in quarantine does not get this far.
            Actor::Person(_) | Actor::Site(_) => Releaser::Person(asked.person()?),
        };
        let note = fields::explanation("command.note", &self.note)?;
        if !person.is_quarantined {
            return Ok(Decision::unchanged());
        }
        let fact = PersonReleased {
            person_id: self.person_id,
            by,
            is_active: person.is_active,
            note,
        };
        Ok(Decision::accepted(vec![fact.event()]))
    }
}

/// Nothing, where no person of the workspace may release this one, and it is not the operator's own.
fn must_be_left_to_operators(
    asked: &Asked<'_>,
    person: &rows::Person,
    operator: AccountId,
) -> Result<(), DecideError> {
    if person.account_id == Some(operator) {
        let detail = "Nobody releases themselves; another operator has to do it.";
        return Err(Refusal::forbidden("not_yourself", detail).into());
    }
    let names = quarantine::names_of_releasers(asked.rows, person)?;
    if names.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "Operators release only whom nobody of the workspace can; here {} can.",
        names.join(", ")
    );
    Err(conflict("command.person_id", "people_can_release", &detail).into())
}

#[cfg(test)]
mod tests {
    use crate::Directory;
    use crate::tests::{ADMIN, FORMER, MEMBER, OWNER, OWNER_ACCOUNT, as_owner, id, person, site};
    use kernel::{AccountId, Actor, Module, PersonId, testing::Given};
    use serde_json::{Value, json};

    const OPERATOR: Actor = Actor::Account(AccountId(kernel::id::Uuid::from_u128(900)));

    fn quarantined(people: &[PersonId]) -> Given {
        let mut given = as_owner();
        given.by(site());
        for person in people {
            let body = json!({"person_id": person, "reason": "An alarm"});
            given
                .when("quarantine-person", body)
                .accepted("person-quarantined");
        }
        given
    }

    fn release(person: PersonId) -> Value {
        json!({"person_id": person, "note": "It was a restore"})
    }

    #[test]
    fn a_release_brings_back_what_the_person_had() {
        let mut given = quarantined(&[ADMIN]);
        let (events, _) = given
            .by(Actor::Person(OWNER))
            .when("release-person", release(ADMIN))
            .accepted_events();
        assert_eq!(
            events[0].data,
            json!({"person_id": ADMIN, "by": {"person": OWNER}, "is_active": true,
                "note": "It was a restore"})
        );
        given.when("release-person", release(ADMIN)).unchanged();
        let topics = Directory.topics(given.rows(), ADMIN).unwrap();
        assert!(
            topics.contains(&"permission:people.manage".to_owned()),
            "{topics:?}"
        );
        given
            .when("release-person", json!({"person_id": ADMIN, "note": ""}))
            .refused("too_short");
        given
            .when("release-person", release(person(99)))
            .refused("person_not_found");
        given.assert_replays();
    }

    #[test]
    fn nobody_releases_themselves_nor_above_themselves() {
        let mut given = quarantined(&[ADMIN, OWNER]);
        given
            .by(Actor::Person(ADMIN))
            .when("release-person", release(ADMIN))
            .refused("quarantined");
        let mut given = quarantined(&[OWNER]);
        given
            .by(Actor::Person(ADMIN))
            .when("release-person", release(OWNER))
            .refused("not_permitted");
        given
            .by(Actor::Account(OWNER_ACCOUNT))
            .when("release-person", release(OWNER))
            .refused("not_yourself");
        given
            .by(site())
            .when("release-person", release(OWNER))
            .refused("not_permitted");
    }

    #[test]
    fn operators_release_only_whom_nobody_else_can() {
        let mut given = quarantined(&[OWNER, ADMIN, MEMBER]);
        let (events, _) = given
            .by(OPERATOR)
            .when("release-person", release(OWNER))
            .accepted_events();
        assert_eq!(events[0].data["by"], json!({"operator": id(900)}));
        let refusal = given
            .when("release-person", release(MEMBER))
            .refused("people_can_release");
        assert!(refusal.detail.contains("Owner"), "{}", refusal.detail);
    }

    #[test]
    fn who_was_deactivated_stays_so() {
        let mut given = quarantined(&[MEMBER, FORMER]);
        given
            .by(Actor::Person(OWNER))
            .when("deactivate-person", json!({"person_id": MEMBER}))
            .accepted("person-deactivated");
        for person in [MEMBER, FORMER] {
            let (events, _) = given
                .when("release-person", release(person))
                .accepted_events();
            assert_eq!(events[0].data["is_active"], json!(false));
            assert!(Directory.topics(given.rows(), person).unwrap().is_empty());
        }
        given
            .when("reactivate-person", json!({"person_id": MEMBER}))
            .accepted("person-reactivated");
    }
}
