//! The workspace the tests act in, who gets past which door, and the frozen shapes.

mod doors;

use crate::events::{KINDS, rewritten};
use crate::{QUERIES, Response};
use kernel::id::Uuid;
use kernel::testing::Given;
use kernel::{Actor, DecideError, Event, PersonId, SiteName, Timestamp};
use serde_json::{Value, json};

pub const OWNER: PersonId = PersonId(Uuid::from_u128(0xa001));
pub const ADMIN: PersonId = PersonId(Uuid::from_u128(0xa002));
/// Commander of the [`team`]; without permissions.
pub const MEMBER: PersonId = PersonId(Uuid::from_u128(0xa003));
/// The commander's deputy; without permissions.
pub const DEPUTY: PersonId = PersonId(Uuid::from_u128(0xa004));
/// Has left.
pub const FORMER: PersonId = PersonId(Uuid::from_u128(0xa005));
/// May read.
pub const READER: PersonId = PersonId(Uuid::from_u128(0xa006));
/// Takes part, and has no permission here.
pub const STRANGER: PersonId = PersonId(Uuid::from_u128(0xa007));
pub const NOW: i64 = 1_700_000_000_000;

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x1000 + n)
}

fn directory(kind: &str, data: &Value) -> Event {
    Event::new(kind, 1, data)
}

pub fn workspace() -> Given {
    let mut given = Given::module(Response);
    given.at(Timestamp(NOW));
    let role = |name: &str, permissions: Value| {
        directory(
            "role-defined",
            &json!({"role": name, "permissions": permissions, "built_in": true}),
        )
    };
    let person = |id: PersonId, role: &str| {
        directory(
            "person-added",
            &json!({"person_id": id, "name": "x", "handle": "x", "role": role}),
        )
    };
    let runs = json!([
        "people.manage",
        "response.manage",
        "response.read",
        "roles.manage",
        "workspace.manage"
    ]);
    given.follows(
        "directory",
        vec![
            role("admin", runs),
            role("reader", json!(["response.read"])),
            role("member", json!(["messages.send"])),
            person(OWNER, "admin"),
            person(ADMIN, "admin"),
            person(MEMBER, "member"),
            person(DEPUTY, "member"),
            person(FORMER, "admin"),
            person(READER, "reader"),
            person(STRANGER, "member"),
            directory("person-deactivated", &json!({"person_id": FORMER})),
        ],
    );
    given
}

/// The workspace with a commander and their deputy, and somebody for communication.
pub fn team() -> Given {
    let mut given = workspace();
    for (n, name, holder, deputies) in [
        (1, "Incident commander", MEMBER, json!([DEPUTY])),
        (2, "Communication", ADMIN, json!([OWNER])),
    ] {
        let role = json!({"role_id": id(n), "name": name, "powers": "Decides", "place": n,
            "holder": holder, "deputies": deputies});
        by(&mut given, ADMIN)
            .when("define-command-role", role)
            .accepted("command-role-defined");
    }
    given
}

pub fn by(given: &mut Given, person: PersonId) -> &mut Given {
    given.by(Actor::Person(person))
}

pub fn site(given: &mut Given) -> &mut Given {
    given.by(Actor::Site(SiteName::new("a").unwrap()))
}

pub fn later(given: &mut Given, ms: i64) {
    let then = given.now().plus_ms(ms);
    given.at(then);
}

pub fn leaves(given: &mut Given, person: PersonId) {
    let event = directory("person-deactivated", &json!({"person_id": person}));
    given.follows("directory", vec![event]);
}

pub fn quarantined(given: &mut Given, person: PersonId) {
    let event = directory("person-quarantined", &json!({"person_id": person}));
    given.follows("directory", vec![event]);
}

pub fn incident(given: &mut Given, n: u128) {
    let body = json!({"incident_id": id(n), "severity": "major", "title": "No power",
        "assets": ["Orders"]});
    by(given, ADMIN)
        .when("open-incident", body)
        .accepted("incident-opened call-placed call-advanced");
}

/// Gives a person a mail address that counts.
pub fn reachable(given: &mut Given, person: PersonId, n: u128) {
    let address = json!({"email": {"address": format!("p{n}@example.org")}});
    let body = json!({"wish": {"point_id": id(n), "address": address}, "code": "12345678"});
    by(given, person)
        .when("add-contact-point", body)
        .accepted("contact-point-added");
    by(given, person)
        .when(
            "verify-contact-point",
            json!({"point_id": id(n), "code": "12345678"}),
        )
        .accepted("contact-point-verified");
}

/// A call body: reminding every minute, escalating after three, for an hour.
pub fn call(n: u128, audience: Value) -> Value {
    let mut body = json!({"call_id": id(n), "purpose": {"notice": {}}, "text": "Come to the bridge",
        "policy": {"remind_every_s": 60, "escalate_after_s": 180, "ends_in_s": 3_600}});
    for (key, value) in audience.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

pub fn called(given: &mut Given, n: u128, audience: Value) {
    by(given, ADMIN)
        .when("place-call", call(n, audience))
        .accepted("call-placed call-advanced");
}

/// Asks a query.
pub fn ask(given: &Given, actor: &Actor, name: &str, text: &str) -> Result<Value, DecideError> {
    let query = QUERIES.iter().find(|query| query.name == name);
    (query.expect("such a query").run)(given.rows(), actor, text)
}

fn fixtures() -> Vec<Event> {
    serde_json::from_str(include_str!("fixtures/events.json")).unwrap()
}

#[test]
fn every_stored_shape_still_applies_and_is_written_as_it_was() {
    let mut given = workspace();
    for event in fixtures() {
        assert_eq!(rewritten(&event), event);
        given.event(event);
    }
    for kind in KINDS {
        assert!(fixtures().iter().any(|event| event.kind == *kind), "{kind}");
    }
    given.assert_replays();
}

#[test]
fn what_is_missing_is_said() {
    use crate::queries::{Gap, gaps_of};
    let given = workspace();
    assert_eq!(
        gaps_of(given.rows()).unwrap().gaps,
        [Gap::NoRoles, Gap::NoSuccession]
    );
    let mut given = team();
    reachable(&mut given, MEMBER, 70);
    let added = json!({"wish": {"point_id": id(71),
        "address": {"webhook": {"provider": "sms", "to": "+62 811 1234"}}}, "code": "1"});
    by(&mut given, ADMIN)
        .when("add-contact-point", added)
        .accepted("contact-point-added");
    leaves(&mut given, DEPUTY);
    let gaps = gaps_of(given.rows()).unwrap().gaps;
    let (role_id, role) = (crate::CommandRoleId(id(1)), "Incident commander".to_owned());
    assert_eq!(
        gaps,
        [
            Gap::RoleWithoutDeputy {
                role_id,
                role: role.clone()
            },
            Gap::PersonGone {
                role_id,
                role,
                person_id: DEPUTY
            },
            Gap::ContactMissing { person_id: OWNER },
            Gap::ContactNeverVerified { person_id: ADMIN },
            Gap::NoSuccession,
        ]
    );
}
