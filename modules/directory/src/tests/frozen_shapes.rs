//! The stored shape of every event. Never change a line here: an entry like it is in somebody's
//! journal. A new shape is a new version with a line of its own.

use super::{Directory, id};
use kernel::{Actor, Event, testing::Given};
use serde_json::{Value, json};

/// In an order in which they can be applied.
fn shapes() -> Vec<(&'static str, u16, Value)> {
    let (p1, p2, d1, d2, g1) = (id(1), id(2), id(10), id(11), id(30));
    vec![
        ("workspace-founded", 1, json!({"name": "Harbour"})),
        (
            "role-defined",
            1,
            json!({"role": "owner", "permissions": ["people.manage"], "built_in": true}),
        ),
        (
            "role-defined",
            1,
            json!({"role": "crew", "permissions": [], "built_in": false}),
        ),
        (
            "role-defined",
            1,
            json!({"role": "gone", "permissions": [], "built_in": false}),
        ),
        ("role-deleted", 1, json!({"role": "gone"})),
        (
            "role-lent",
            1,
            json!({"grant_id": id(90), "person_id": p1, "role": "succession-1", "previous": "crew",
                "until": 5}),
        ),
        (
            "role-returned",
            1,
            json!({"grant_id": id(90), "person_id": p1, "role": "succession-1"}),
        ),
        (
            "department-created",
            1,
            json!({"department_id": d1, "name": "Deck"}),
        ),
        (
            "department-created",
            1,
            json!({"department_id": d2, "name": "Watch", "parent": d1}),
        ),
        (
            "department-renamed",
            1,
            json!({"department_id": d2, "name": "Galley"}),
        ),
        ("department-moved", 1, json!({"department_id": d2})),
        (
            "department-moved",
            1,
            json!({"department_id": d2, "parent": d1}),
        ),
        (
            "person-added",
            1,
            json!({"person_id": p1, "account_id": id(101), "name": "Ann", "handle": "ann",
                "email": "a@x.example", "title": "Master", "locale": "en", "departments": [d2],
                "role": "owner", "external_id": "U1"}),
        ),
        (
            "person-added",
            1,
            json!({"person_id": p2, "name": "Ben", "handle": "ben", "role": "owner"}),
        ),
        (
            "person-updated",
            1,
            json!({"person_id": p2, "name": "Benno", "handle": "benno", "email": "b@x.example",
                "title": "Cook", "locale": "id"}),
        ),
        (
            "person-updated",
            1,
            json!({"person_id": p2, "name": "Benno", "handle": "benno"}),
        ),
        (
            "account-linked",
            1,
            json!({"person_id": p2, "account_id": id(102)}),
        ),
        ("person-deactivated", 1, json!({"person_id": p2})),
        ("person-reactivated", 1, json!({"person_id": p2})),
        (
            "person-quarantined",
            1,
            json!({"person_id": p2, "because": {"text": "An alarm", "verdict": {"alarm_id": id(90)}}}),
        ),
        (
            "person-released",
            1,
            json!({"person_id": p2, "by": {"operator": id(101)}, "is_active": true, "note": "A restore"}),
        ),
        (
            "person-quarantined",
            1,
            json!({"person_id": p2, "because": {"text": "By hand"}, "by": p1}),
        ),
        (
            "person-released",
            1,
            json!({"person_id": p2, "by": {"person": p1}, "is_active": false, "note": "A restore"}),
        ),
        ("role-assigned", 1, json!({"person_id": p2, "role": "crew"})),
        (
            "departments-assigned",
            1,
            json!({"person_id": p2, "departments": [d1]}),
        ),
        (
            "department-deleted",
            1,
            json!({"department_id": d2, "successor": d1}),
        ),
        ("group-created", 1, json!({"group_id": g1, "name": "Crew"})),
        ("group-renamed", 1, json!({"group_id": g1, "name": "Hands"})),
        (
            "group-members-added",
            1,
            json!({"group_id": g1, "people": [p1, p2]}),
        ),
        (
            "group-members-removed",
            1,
            json!({"group_id": g1, "people": [p1]}),
        ),
        ("group-deleted", 1, json!({"group_id": g1})),
        (
            "invitation-made",
            1,
            json!({"invitation_id": id(60), "code_hash": "ab", "role": "crew", "email": "c@x.example",
                "person_id": p2, "invited_by": p1, "expires_at": 5}),
        ),
        (
            "invitation-made",
            1,
            json!({"invitation_id": id(61), "code_hash": "cd", "role": "crew", "invited_by": p1,
                "expires_at": 5}),
        ),
        ("invitation-revoked", 1, json!({"invitation_id": id(60)})),
        (
            "invitation-accepted",
            1,
            json!({"invitation_id": id(61), "person_id": p2}),
        ),
        (
            "changes-put-back",
            1,
            json!({"rewind_id": id(90), "by": p1, "aspects": [
                {"kind": "group", "object": g1, "aspect": "name"},
                {"kind": "group", "object": g1, "aspect": "member", "of": p2}]}),
        ),
    ]
}

#[test]
fn every_stored_shape_is_applied() {
    let mut given = Given::module(Directory);
    for (kind, version, data) in shapes() {
        given.event(Event {
            kind: kind.into(),
            version,
            data,
        });
    }
    let left: String = given
        .rows()
        .query_row(
            "SELECT group_concat(handle, ' ') FROM person ORDER BY handle",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, "ann benno");
    given.assert_replays();
}

#[test]
fn shapes_are_written_as_they_are_frozen() {
    use crate::events::*;
    fn written<F: Fact>(shape: &(&str, u16, Value)) -> Option<Value> {
        let event = Event {
            kind: shape.0.into(),
            version: shape.1,
            data: shape.2.clone(),
        };
        (F::KIND == shape.0 && F::VERSION == shape.1)
            .then(|| serde_json::to_value(event.decode::<F>().unwrap()).unwrap())
    }
    for shape in shapes() {
        let written = [
            written::<WorkspaceFounded>(&shape),
            written::<RoleDefined>(&shape),
            written::<RoleDeleted>(&shape),
            written::<PersonAdded>(&shape),
            written::<PersonUpdated>(&shape),
            written::<AccountLinked>(&shape),
            written::<PersonDeactivated>(&shape),
            written::<PersonReactivated>(&shape),
            written::<PersonQuarantined>(&shape),
            written::<PersonReleased>(&shape),
            written::<RoleAssigned>(&shape),
            written::<RoleLent>(&shape),
            written::<RoleReturned>(&shape),
            written::<DepartmentsAssigned>(&shape),
            written::<DepartmentCreated>(&shape),
            written::<DepartmentRenamed>(&shape),
            written::<DepartmentMoved>(&shape),
            written::<DepartmentDeleted>(&shape),
            written::<GroupCreated>(&shape),
            written::<GroupRenamed>(&shape),
            written::<GroupDeleted>(&shape),
            written::<GroupMembersAdded>(&shape),
            written::<GroupMembersRemoved>(&shape),
            written::<InvitationMade>(&shape),
            written::<InvitationRevoked>(&shape),
            written::<InvitationAccepted>(&shape),
            written::<ChangesPutBack>(&shape),
        ];
        let found: Vec<_> = written.into_iter().flatten().collect();
        assert_eq!(found, [shape.2], "{}", shape.0);
    }
}

#[test]
fn an_event_of_a_newer_release_stops_the_view() {
    use kernel::{ApplyError, EventError, Module};
    let given = Given::module(Directory);
    let header = kernel::Header {
        partition: kernel::PartitionId::new(kernel::WorkspaceId(id(1)), "directory"),
        seq: 1,
        site: kernel::SiteName::new("a").unwrap(),
        lead: kernel::SiteName::new("a").unwrap(),
        time: kernel::Timestamp(1),
        actor: Actor::Person(super::OWNER),
        command: kernel::CommandId(id(1)),
        key: kernel::KeyId(1),
        prev: kernel::Hash::ZERO,
    };
    for (kind, version) in [("person-added", 2), ("department-sunk", 1), ("", 0)] {
        let event = Event {
            kind: kind.into(),
            version,
            data: json!({}),
        };
        let applied = Directory.apply(given.rows(), &header, &event);
        assert!(
            matches!(applied, Err(ApplyError::Event(EventError::Unknown { .. }))),
            "{kind}"
        );
    }
}
