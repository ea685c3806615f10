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
        "conversation",
        "message",
        "message_version",
        "reaction",
        "read_mark",
        "draft",
        "urgent",
        "acknowledgement",
        "former_member",
    ];
    assert_eq!(tables.map(count), [2, 4, 3, 1, 1, 1, 1, 1, 1]);
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
            ConversationCreated,
            ConversationRenamed,
            TopicSet,
            ConversationArchived,
            ConversationUnarchived,
            MembersAdded,
            MembersRemoved,
            PostersSet,
            MessagePosted,
            MessageEdited,
            MessageDeleted,
            MessageRestored,
            ReactionAdded,
            ReactionRemoved,
            ReadMarked,
            DraftSaved,
            UrgentAcknowledged,
            UrgentReminded,
            UrgentClosed,
            ConversationImported,
            MessagesImported,
            ChangesPutBack
        );
        assert_eq!(again, event);
    }
}
