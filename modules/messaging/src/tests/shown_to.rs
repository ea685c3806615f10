//! Who is shown what as it happens, and that lists and policies agree about who may read.

use crate::events::KINDS;
use crate::testing::*;
use kernel::testing::Given;
use kernel::{Audience, PersonId};
use serde_json::{Value, json};

fn shown(given: &mut Given, name: &str, body: Value) -> Audience {
    let (events, _) = given.when(name, body).accepted_events();
    audience(given, &events[0])
}

fn topic_of(id: impl std::fmt::Display) -> String {
    format!("conversation:{id}")
}

fn topic_of_person(id: PersonId) -> String {
    format!("person:{id}")
}

#[test]
fn what_happens_in_a_conversation_is_shown_there() {
    let mut given = office_with_rooms();
    let id = post(given.by(BEN), GROUP, "x");
    for (name, body) in [
        ("post-message", post_body(1, GROUP, "y")),
        ("edit-message", json!({ "message_id": id, "text": "z" })),
        ("add-reaction", json!({ "message_id": id, "emoji": "👍" })),
        (
            "remove-reaction",
            json!({ "message_id": id, "emoji": "👍" }),
        ),
        ("mark-read", json!({ "conversation_id": GROUP, "up_to": 1 })),
        (
            "rename-conversation",
            json!({ "conversation_id": GROUP, "name": "n" }),
        ),
        (
            "set-topic",
            json!({ "conversation_id": GROUP, "topic": "t" }),
        ),
        ("delete-message", json!({ "message_id": id })),
        ("archive-conversation", json!({ "conversation_id": GROUP })),
    ] {
        let audience = shown(&mut given, name, body);
        assert_eq!(audience, Audience::topic(topic_of(GROUP)), "{name}");
    }
}

#[test]
fn whoever_comes_or_goes_is_asked_anew_and_told() {
    let mut given = office_with_rooms();
    let ask = |people: &[PersonId]| json!({ "conversation_id": GROUP, "people": people });
    for (name, person) in [("add-members", ANN), ("remove-members", CYD)] {
        let audience = shown(given.by(BEN), name, ask(&[person]));
        assert_eq!(audience.entitled_anew, [person]);
        assert_eq!(audience.topics, [topic_of(GROUP), topic_of_person(person)]);
    }
    assert!(topics(&given, ANN).contains(&topic_of(GROUP)));
    assert!(!topics(&given, CYD).contains(&topic_of(GROUP)));
}

#[test]
fn a_new_conversation_concerns_those_who_may_read_it() {
    let mut given = office();
    let body = |n, audience: &str| {
        json!({ "conversation_id": conversation(n), "kind": "channel", "name": "x",
                "audience": audience, "members": [CYD, GUS] })
    };
    let of_members = shown(given.by(BEN), "create-conversation", body(1, "members"));
    assert_eq!(of_members.entitled_anew, [BEN, CYD, GUS]);
    let of_everyone = shown(given.by(BEN), "create-conversation", body(2, "everyone"));
    assert_eq!(of_everyone.entitled_anew, [ANN, BEN, CYD, GUS]);
    let mine = topics(&given, ANN);
    assert_eq!(mine, [topic_of_person(ANN), topic_of(conversation(2))]);
}

#[test]
fn reminders_reach_those_reminded_only() {
    let mut given = office_with_rooms();
    let id = post_urgent(given.by(BEN), GROUP, 300);
    given
        .by(CYD)
        .when("acknowledge-urgent", json!({ "message_id": id }))
        .accepted("urgent-acknowledged");
    let later = given.now().plus_ms(300_000);
    let command = due(&given, later).remove(0);
    let (events, _) = given.at(later).decide(command).accepted_events();
    assert_eq!(audience(&given, &events[0]).topics, [topic_of_person(GUS)]);
}

#[test]
fn imports_are_shown_to_nobody() {
    let given = office_with_rooms();
    let data = json!({ "conversation_id": GROUP, "first_position": 1, "messages": [] });
    let event = kernel::Event::new("messages-imported", 1, &data);
    assert_eq!(audience(&given, &event), Audience::default());
    assert!(KINDS.contains(&event.kind.as_str()));
}

#[test]
fn lists_and_policies_agree_about_who_may_read() {
    let mut given = office_with_rooms();
    given
        .by(BEN)
        .when(
            "add-members",
            json!({ "conversation_id": HALL, "people": [GUS] }),
        )
        .accepted("members-added");
    deactivate(&mut given, CYD);
    for person in [ANN, BEN, CYD, GUS, DEA, STRANGER] {
        let listed = topics(&given, person);
        for room in [GROUP, DIRECT, CHANNEL, HALL] {
            let params = format!("conversation_id={room}");
            let may_read = query(&given, person, "conversation", &params).is_ok();
            assert_eq!(
                may_read,
                listed.contains(&topic_of(room)),
                "{person} {room}"
            );
        }
    }
}
