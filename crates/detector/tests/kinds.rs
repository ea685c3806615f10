//! Every kind of event the modules write is in the table, and names its object in the right field.

use detector::classify::rule_of;
use directory::events as people;

#[test]
fn every_kind_of_every_module_is_classified() {
    use people::Fact;
    macro_rules! kinds { ($($fact:ident)*) => { [$(people::$fact::KIND),*] }; }
    let directory = kinds! {
        WorkspaceFounded RoleDefined RoleDeleted PersonAdded PersonUpdated AccountLinked
        PersonDeactivated PersonReactivated PersonQuarantined PersonReleased RoleAssigned
        DepartmentsAssigned DepartmentCreated
        DepartmentRenamed DepartmentMoved DepartmentDeleted GroupCreated GroupRenamed GroupDeleted
        GroupMembersAdded GroupMembersRemoved InvitationMade InvitationRevoked InvitationAccepted
        ChangesPutBack
    };
    let all = [
        ("messaging", messaging::events::KINDS),
        ("documents", documents::events::KINDS),
        ("directory", &directory[..]),
    ];
    for (module, kinds) in all {
        for kind in kinds {
            assert!(rule_of(module, kind).is_some(), "{module}: {kind}");
        }
    }
}

/// The frozen examples of the modules' events have the fields the table reads.
#[test]
fn objects_are_where_the_table_looks() {
    for (module, text) in [
        (
            "messaging",
            include_str!("../../../modules/messaging/src/tests/fixtures/events.json"),
        ),
        (
            "documents",
            include_str!("../../../modules/documents/src/tests/fixtures/events.json"),
        ),
    ] {
        let events: serde_json::Value = serde_json::from_str(text).unwrap();
        let events: Vec<kernel::Event> = serde_json::from_value(events).unwrap();
        for event in events {
            let rule = rule_of(module, &event.kind).unwrap();
            assert!(rule.object_of(&event).is_some(), "{module}: {event:?}");
            if rule.people.is_some() {
                assert!(
                    rule.people_of(&event).next().is_some(),
                    "{module}: {event:?}"
                );
            }
        }
    }
}
