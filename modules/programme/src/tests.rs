//! The workspace the tests keep a programme for, and what every test says of it.

mod authorization;
mod csv;
mod drills;
mod frozen_shapes;
mod large;
mod register;
mod template;

use crate::Programme;
use kernel::id::Uuid;
use kernel::testing::Given;
use kernel::{Actor, DecideError, Event, Module, PersonId, Refusal, SiteName, Timestamp};
use serde_json::{Value, json};

pub const KEEPER: PersonId = PersonId(Uuid::from_u128(0xa001));
pub const SECOND: PersonId = PersonId(Uuid::from_u128(0xa002));
pub const READER: PersonId = PersonId(Uuid::from_u128(0xa003));
pub const MEMBER: PersonId = PersonId(Uuid::from_u128(0xa004));
pub const FORMER: PersonId = PersonId(Uuid::from_u128(0xa005));
pub const STRANGER: PersonId = PersonId(Uuid::from_u128(0xa0ff));
pub const NOW: i64 = 1_700_000_000_000;
pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x1000 + n)
}

pub fn workspace() -> Given {
    let mut given = Given::module(Programme);
    given.at(Timestamp(NOW)).by(Actor::Person(KEEPER));
    let role = |name: &str, permissions: Value| {
        let data = json!({"role": name, "permissions": permissions, "built_in": true});
        Event::new("role-defined", 1, &data)
    };
    let person = |id: PersonId, handle: &str, role: &str| {
        let data = json!({"person_id": id, "name": handle, "handle": handle, "role": role});
        Event::new("person-added", 1, &data)
    };
    given.follows(
        "directory",
        vec![
            role("keeper", json!(["programme.manage", "programme.read"])),
            role("reader", json!(["programme.read"])),
            role("member", json!(["messages.send"])),
            person(KEEPER, "kim", "keeper"),
            person(SECOND, "sam", "keeper"),
            person(READER, "rea", "reader"),
            person(MEMBER, "mia", "member"),
            person(FORMER, "fay", "keeper"),
            leaves(FORMER),
        ],
    );
    given
}

pub fn leaves(person: PersonId) -> Event {
    Event::new("person-deactivated", 1, &json!({"person_id": person}))
}

pub fn site() -> Actor {
    Actor::Site(SiteName::new("a").unwrap())
}

pub fn fields(key: &str) -> Value {
    json!({"key": key, "kind": "module", "name": key.to_uppercase()})
}

/// An asset with this number and key.
pub fn asset(given: &mut Given, n: u128, key: &str) {
    given
        .when(
            "register-asset",
            json!({"asset_id": id(n), "asset": fields(key)}),
        )
        .accepted("asset-registered");
}

/// The first depends on the second.
pub fn depends(given: &mut Given, asset: u128, on: u128) {
    let one = json!({"asset_id": id(asset), "depends_on": id(on)});
    given
        .when("add-dependencies", json!({"dependencies": [one]}))
        .accepted("dependencies-added");
}

/// A drill of the installation that began and ended at the present time.
pub fn drill(given: &mut Given, n: u128, scenario: &str, passed: bool, report: Value) {
    let started = json!({"drill_id": id(n), "scenario": scenario, "site": "a",
        "started_by": "operator"});
    let ended = json!({"drill_id": id(n), "passed": passed, "report": report});
    given.follows(
        "continuity",
        vec![
            Event::new("drill-started", 1, &started),
            Event::new("drill-ended", 1, &ended),
        ],
    );
}

pub fn ask_as(given: &Given, actor: &Actor, query: &str, text: &str) -> Result<Value, Refusal> {
    let spec = Programme
        .queries()
        .iter()
        .find(|spec| spec.name == query)
        .unwrap();
    match (spec.run)(given.rows(), actor, text) {
        Ok(answer) => Ok(answer),
        Err(DecideError::Refused(refusal)) => Err(refusal),
        Err(error) => panic!("{query} fails: {error}"),
    }
}

pub fn ask(given: &Given, query: &str, text: &str) -> Value {
    ask_as(given, &Actor::Person(READER), query, text).unwrap()
}

/// The values of one field of all items.
pub fn each<'a>(answer: &'a Value, field: &str) -> Vec<&'a Value> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| &item[field]).collect()
}
