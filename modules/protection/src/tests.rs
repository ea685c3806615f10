//! The workspace the tests watch over: an owner, an admin and a member; and the frozen shapes.

use crate::Protection;
use crate::events::{
    AlarmClosed, AlarmRaised, CanariesDugUp, CanariesPlanted, Fact, KINDS, MaintenanceDeclared,
    MaintenanceEnded, RewindApproved, RewindCompleted, RewindProposed, RewindWithdrawn,
};
use kernel::id::Uuid;
use kernel::testing::Given;
use kernel::{Actor, Event, PersonId, SiteName, Timestamp};
use serde_json::{Value, json};

pub const OWNER: PersonId = PersonId(Uuid::from_u128(0xa001));
pub const ADMIN: PersonId = PersonId(Uuid::from_u128(0xa002));
pub const MEMBER: PersonId = PersonId(Uuid::from_u128(0xa003));
pub const DEPUTY: PersonId = PersonId(Uuid::from_u128(0xa004));
/// Watches over the workspace and does not run it.
pub const GUARD: PersonId = PersonId(Uuid::from_u128(0xa005));
pub const NOW: i64 = 1_700_000_000_000;

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x1000 + n)
}

pub fn workspace() -> Given {
    let mut given = Given::module(Protection);
    given.at(Timestamp(NOW));
    let role = |name: &str, permissions: Value| {
        let data = json!({"role": name, "permissions": permissions, "built_in": true});
        Event::new("role-defined", 1, &data)
    };
    let person = |id: PersonId, role: &str| {
        let data = json!({"person_id": id, "name": "x", "handle": "x", "role": role});
        Event::new("person-added", 1, &data)
    };
    given.follows(
        "directory",
        vec![
            role("owner", json!(["protection.manage", "workspace.manage"])),
            role("guard", json!(["protection.manage"])),
            role("member", json!(["messages.send"])),
            person(OWNER, "owner"),
            person(ADMIN, "owner"),
            person(MEMBER, "member"),
            person(DEPUTY, "owner"),
            person(GUARD, "guard"),
        ],
    );
    given
}

pub fn by(given: &mut Given, person: PersonId) -> &mut Given {
    given.by(Actor::Person(person))
}

pub fn site(given: &mut Given) -> &mut Given {
    given.by(Actor::Site(SiteName::new("a").unwrap()))
}

pub fn raised(n: u128, person: PersonId) -> Value {
    json!({
        "alarm_id": id(n), "person_id": person, "level": "high",
        "finding": {
            "module": "documents", "seq": 9, "first_at": NOW - 10, "at": NOW, "score": 950,
            "reasons": [{"detector": "noise", "score": 950, "words": "8 texts became noise"}],
            "objects_hit": 8,
        },
    })
}

fn fixtures() -> Vec<Event> {
    serde_json::from_str(include_str!("fixtures/events.json")).unwrap()
}

#[test]
fn every_stored_shape_still_applies_and_is_written_as_it_was() {
    let mut given = workspace();
    macro_rules! same {
        ($event:expr, $($fact:ident),*) => {
            match $event.kind.as_str() {
                $($fact::KIND => $event.decode::<$fact>().unwrap().event(),)*
                kind => panic!("{kind} is not written any more: keep decoding it"),
            }
        };
    }
    for event in fixtures() {
        let again = same!(
            event,
            AlarmRaised,
            AlarmClosed,
            CanariesPlanted,
            CanariesDugUp,
            MaintenanceDeclared,
            MaintenanceEnded,
            RewindProposed,
            RewindApproved,
            RewindWithdrawn,
            RewindCompleted
        );
        assert_eq!(again, event);
        given.event(event);
    }
    for kind in KINDS {
        assert!(fixtures().iter().any(|event| event.kind == *kind), "{kind}");
    }
    let due = crate::queries::due(given.rows()).unwrap();
    assert!(due.is_empty());
    given.assert_replays();
}

#[test]
fn whoever_is_in_quarantine_watches_no_more_until_released() {
    let mut given = workspace();
    let topics = |given: &Given| crate::access::watchers(given.rows()).unwrap();
    assert_eq!(topics(&given), [OWNER, ADMIN, DEPUTY, GUARD]);
    let quarantined = Event::new("person-quarantined", 1, &json!({"person_id": ADMIN}));
    given.follows("directory", vec![quarantined]);
    assert_eq!(topics(&given), [OWNER, DEPUTY, GUARD]);
    by(&mut given, ADMIN)
        .when("plant-canaries", json!({"items": [id(1)]}))
        .refused("workspace_not_found");
    let released = json!({"person_id": ADMIN, "is_active": true});
    given.follows(
        "directory",
        vec![Event::new("person-released", 1, &released)],
    );
    assert_eq!(topics(&given), [OWNER, ADMIN, DEPUTY, GUARD]);
    let standing = crate::queries::standing(given.rows(), Timestamp(NOW)).unwrap();
    assert!(
        matches!(standing.cleared[..], [(ADMIN, _)]),
        "they are watched anew"
    );
}

#[test]
fn sites_see_what_stands() {
    let mut given = workspace();
    let items = json!({"items": [id(1)]});
    by(&mut given, ADMIN)
        .when("plant-canaries", items)
        .accepted("canaries-planted");
    let window = json!({"window_id": id(2), "ends_at": NOW + 1_000, "kinds": ["access"],
        "reason": "new departments"});
    by(&mut given, ADMIN)
        .when("declare-maintenance", window)
        .accepted("maintenance-declared");
    let at =
        |given: &Given, now: i64| crate::queries::standing(given.rows(), Timestamp(now)).unwrap();
    assert_eq!(at(&given, NOW + 500).windows.len(), 1);
    assert_eq!(at(&given, NOW + 2_000).windows.len(), 0);
    assert_eq!(at(&given, NOW).canaries.len(), 1);
}
