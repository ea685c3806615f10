//! Stored shapes are frozen: every event in `fixtures/events.json` decodes and applies for ever, in
//! the order given. Events are added there, never changed.

use crate::testing::*;
use kernel::Event;

fn fixtures() -> Vec<Event> {
    serde_json::from_str(include_str!("fixtures/events.json")).unwrap()
}

#[test]
fn every_stored_shape_still_applies() {
    let mut given = office();
    for event in fixtures() {
        given.event(event);
    }
    let count = |table: &str| -> u32 {
        given
            .rows()
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap()
    };
    let tables = [
        "item",
        "permission",
        "content",
        "document_update",
        "sitting",
        "version",
        "comment",
        "attached",
    ];
    assert_eq!(tables.map(count), [3, 6, 1, 5, 5, 1, 2, 1]);
    assert_eq!(text_of(&given, NOTES), "hello\n");
    given.assert_replays();
}

#[test]
fn every_kind_has_a_fixture_and_is_written_as_it_was() {
    use crate::events::*;
    for kind in KINDS {
        assert!(fixtures().iter().any(|event| event.kind == *kind), "{kind}");
    }
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
            FolderCreated,
            DocumentCreated,
            FileAdded,
            ItemRenamed,
            ItemMoved,
            ItemTrashed,
            ItemRestored,
            PermissionsSet,
            AccessLost,
            DocumentUpdated,
            DocumentSettled,
            VersionNamed,
            CommentAdded,
            CommentEdited,
            CommentDeleted,
            CommentRestored,
            ChangesPutBack,
            CommentResolved,
            CommentReopened,
            FileAttached
        );
        assert_eq!(again, event);
    }
}
