//! What somebody did to conversations and messages is put back.

use crate::MessageId;
use crate::testing::*;
use kernel::PutBackOutcome::{AlreadySo, Done, Impossible};
use kernel::testing::Given;
use kernel::{Aspect, PUT_BACK, PutBackOutcome};
use serde_json::{Value, json};

fn put(given: &mut Given, all: &[(Aspect, Value)]) -> Vec<PutBackOutcome> {
    let items = all
        .iter()
        .map(|(aspect, value)| given.item(aspect.clone(), value.clone()))
        .collect();
    given.by(ANN).put_back(items)
}

fn of(id: MessageId, aspect: &str) -> Aspect {
    Aspect::new("message", id, aspect)
}

#[test]
fn a_deleted_message_is_readable_again_with_the_text_and_mentions_it_had() {
    let mut given = office_with_rooms();
    let mut body = post_body(1, GROUP, "secret plan");
    body["mentions"] = json!([CYD]);
    body["mention_everyone"] = json!(true);
    given
        .by(BEN)
        .when("post-message", body)
        .accepted("message-posted");
    let id = message(1);
    given
        .when("edit-message", json!({ "message_id": id, "text": "junk" }))
        .accepted("message-edited");
    given
        .when("delete-message", json!({ "message_id": id }))
        .accepted("message-deleted");
    assert_eq!(given.aspect(&of(id, "text")), json!("junk"));
    let wanted = [
        (of(id, "text"), json!("secret plan")),
        (of(id, "deleted"), json!(false)),
    ];
    assert_eq!(put(&mut given, &wanted), [Done, Done]);
    let list = query(
        &given,
        CYD,
        "message-list",
        &format!("conversation_id={GROUP}"),
    )
    .unwrap();
    let shown = &list["items"][0];
    assert_eq!(shown["text"], "secret plan");
    assert_eq!(shown["deleted"], false);
    assert_eq!(shown["mentions"], json!([CYD]));
    assert_eq!(shown["mention_everyone"], true);
    let found = query(&given, CYD, "search", "q=secret").unwrap();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let junk = query(&given, CYD, "search", "q=junk").unwrap();
    assert_eq!(junk["items"], json!([]));
    let unread = query(&given, CYD, "unread", "").unwrap();
    assert_eq!(unread["mentions_unread"], 1);
    given.assert_replays();
}

#[test]
fn the_texts_between_are_kept() {
    let mut given = office_with_rooms();
    let id = post(given.by(BEN), GROUP, "good");
    given
        .when("edit-message", json!({ "message_id": id, "text": "bad" }))
        .accepted("message-edited");
    assert_eq!(put(&mut given, &[(of(id, "text"), json!("good"))]), [Done]);
    let history = query(&given, BEN, "message-history", &format!("message_id={id}")).unwrap();
    let texts = history["items"].as_array().unwrap();
    let texts: Vec<_> = texts.iter().map(|version| &version["text"]).collect();
    assert_eq!(texts, ["good", "bad", "good"]);
}

#[test]
fn everybody_in_the_conversation_sees_it_and_nobody_is_told_of_the_rest() {
    let mut given = office_with_rooms();
    let id = post(given.by(BEN), GROUP, "good");
    given
        .when("delete-message", json!({ "message_id": id }))
        .accepted("message-deleted");
    let item = given.item(of(id, "deleted"), json!(false));
    let body = json!({ "rewind_id": message(9), "items": [item] });
    let (events, _) = given.by(ANN).when(PUT_BACK, body).accepted_events();
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["message-restored", "changes-put-back"]);
    let topics = audience(&given, &events[0]).topics;
    assert_eq!(topics, [format!("conversation:{GROUP}")]);
    assert!(audience(&given, &events[1]).topics.is_empty());
}

#[test]
fn rooms_become_what_they_were() {
    let mut given = office_with_rooms();
    let room = |aspect: &str| Aspect::new("conversation", CHANNEL, aspect);
    let cyd = room("member").with(CYD);
    given
        .by(BEN)
        .when(
            "set-posters",
            json!({ "conversation_id": CHANNEL, "posters": [CYD] }),
        )
        .accepted("posters-set");
    for (name, body) in [
        (
            "remove-members",
            json!({ "conversation_id": CHANNEL, "people": [CYD] }),
        ),
        (
            "rename-conversation",
            json!({ "conversation_id": CHANNEL, "name": "Mine" }),
        ),
        (
            "archive-conversation",
            json!({ "conversation_id": CHANNEL }),
        ),
    ] {
        let _ = given.when(name, body).accepted_events();
    }
    let wanted = [
        (room("posters"), json!([CYD])),
        (room("topic"), Value::Null),
        (room("name"), json!("News")),
        (cyd, json!(true)),
        (room("archived"), json!(false)),
    ];
    let outcomes = put(&mut given, &wanted);
    assert_eq!(outcomes, [Done, AlreadySo, Done, Done, Done]);
    for (aspect, value) in &wanted {
        assert_eq!(given.aspect(aspect), *value, "{aspect:?}");
    }
    given.assert_replays();
}

#[test]
fn what_somebody_made_is_put_away() {
    let mut given = office_with_rooms();
    let notice = post_urgent(given.by(BEN), GROUP, 300);
    let exists = |kind: &str, id: &dyn std::fmt::Display| Aspect::new(kind, id, "exists");
    let wanted = [
        (exists("message", &notice), Value::Null),
        (exists("conversation", &GROUP), Value::Null),
        (exists("conversation", &DIRECT), Value::Null),
    ];
    let outcomes = put(&mut given, &wanted);
    assert_eq!(outcomes[..2], [Done, Done]);
    assert!(matches!(&outcomes[2], Impossible(why) if why.contains("between two people")));
    assert_eq!(given.aspect(&of(notice, "deleted")), json!(true));
    let later = given.now().plus_ms(10_000_000);
    assert!(due(&given, later).is_empty());
    assert_eq!(put(&mut given, &wanted[..1]), [AlreadySo]);
}

#[test]
fn a_group_without_a_name_has_none_again() {
    let mut given = office_with_rooms();
    let id = conversation(9);
    let body = json!({ "conversation_id": id, "kind": "group", "members": [CYD] });
    given
        .by(BEN)
        .when("create-conversation", body)
        .accepted("conversation-created");
    let named = json!({ "conversation_id": id, "name": "x" });
    given
        .when("rename-conversation", named)
        .accepted("conversation-renamed");
    let name = Aspect::new("conversation", id, "name");
    assert_eq!(put(&mut given, &[(name.clone(), Value::Null)]), [Done]);
    assert_eq!(given.aspect(&name), Value::Null);
    let channel = Aspect::new("conversation", CHANNEL, "name");
    let outcomes = put(&mut given, &[(channel, Value::Null)]);
    assert!(matches!(&outcomes[0], Impossible(_)));
}

#[test]
fn only_those_who_run_the_workspace_have_things_put_back() {
    let mut given = office_with_rooms();
    let item = given.item(Aspect::new("conversation", GROUP, "name"), json!("x"));
    let body = json!({ "rewind_id": message(9), "items": [item] });
    for person in [BEN, GUS] {
        given
            .by(person)
            .when(PUT_BACK, body.clone())
            .refused("not_permitted");
    }
    for actor in [STRANGER.into(), DEA.into(), site()] {
        let actor: kernel::Actor = actor;
        given
            .by(actor)
            .when(PUT_BACK, body.clone())
            .refused("workspace_not_found");
    }
}
