//! Who may do what in an official channel: its maker who is its poster, a member, a guest who is a
//! member, and a moderator who is a member but no poster.

use crate::testing::*;
use kernel::testing::Given;
use kernel::{Decision, PersonId};
use serde_json::{Value, json};

/// The channel with an urgent notice by Ben.
fn channel() -> Given {
    let mut given = office_with_rooms();
    given
        .by(BEN)
        .when(
            "add-members",
            json!({ "conversation_id": CHANNEL, "people": [GUS, ANN] }),
        )
        .accepted("members-added");
    post_urgent(given.by(BEN), CHANNEL, 300);
    given
}

fn outcome(person: PersonId, name: &str, body: &Value) -> String {
    let mut given = channel();
    match given.by(person).when(name, body.clone()).result() {
        Ok(Decision::Accepted { .. }) => "yes".into(),
        Ok(Decision::Unchanged { .. }) => "unchanged".into(),
        Err(refusal) => refusal.code,
    }
}

#[test]
fn in_an_official_channel() {
    let id = message(1000);
    let no = "not_permitted";
    let here = |more: Value| {
        let mut body = json!({ "conversation_id": CHANNEL });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let about = |more: Value| {
        let mut body = json!({ "message_id": id });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let urgent =
        json!({ "urgent": { "remind_every_s": 300 }, "message_id": message(2), "text": "!" });
    // maker and poster, member, guest, moderator
    let table: Vec<(&str, Value, [&str; 4])> = vec![
        (
            "rename-conversation",
            here(json!({ "name": "n" })),
            ["yes", no, no, "yes"],
        ),
        (
            "set-topic",
            here(json!({ "topic": "t" })),
            ["yes", no, no, "yes"],
        ),
        (
            "archive-conversation",
            here(json!({})),
            ["yes", no, no, "yes"],
        ),
        (
            "unarchive-conversation",
            here(json!({})),
            ["unchanged", no, no, "unchanged"],
        ),
        (
            "add-members",
            here(json!({ "people": [CYD] })),
            ["unchanged", no, no, "unchanged"],
        ),
        (
            "remove-members",
            here(json!({ "people": [CYD] })),
            ["yes", no, no, "yes"],
        ),
        (
            "set-posters",
            here(json!({ "posters": [CYD] })),
            ["yes", no, no, "yes"],
        ),
        (
            "leave-conversation",
            here(json!({})),
            ["yes", "yes", "yes", "yes"],
        ),
        (
            "post-message",
            post_body(1, CHANNEL, "x"),
            ["yes", no, no, no],
        ),
        ("post-message", here(urgent), ["yes", no, no, no]),
        (
            "edit-message",
            about(json!({ "text": "x" })),
            ["yes", no, no, no],
        ),
        ("delete-message", about(json!({})), ["yes", no, no, "yes"]),
        (
            "add-reaction",
            about(json!({ "emoji": "👍" })),
            ["yes", "yes", "yes", "yes"],
        ),
        (
            "remove-reaction",
            about(json!({ "emoji": "👍" })),
            ["unchanged"; 4],
        ),
        (
            "mark-read",
            here(json!({ "up_to": 1 })),
            ["yes", "yes", "yes", "yes"],
        ),
        (
            "save-draft",
            here(json!({ "text": "x" })),
            ["yes", no, no, no],
        ),
        (
            "acknowledge-urgent",
            about(json!({})),
            ["not_a_recipient", "yes", "yes", "yes"],
        ),
    ];
    for (name, body, expected) in table {
        let outcomes = [BEN, CYD, GUS, ANN].map(|person| outcome(person, name, &body));
        assert_eq!(outcomes, expected, "{name}");
    }
}

#[test]
fn in_the_workspace() {
    let create = |kind: &str| {
        let mut body = json!({ "conversation_id": conversation(7), "kind": kind,
                               "members": [DIRECT_PARTNER] });
        if kind == "channel" {
            body["name"] = json!("x");
        }
        body
    };
    let no = "not_permitted";
    let conversations = json!({ "conversations": [{ "external_id": "C", "kind": "group",
                                                    "created_at": 1 }] });
    let table: Vec<(&str, Value, [&str; 4])> = vec![
        (
            "create-conversation",
            create("direct"),
            ["yes", "yes", no, "yes"],
        ),
        (
            "create-conversation",
            create("group"),
            ["yes", "yes", no, "yes"],
        ),
        (
            "create-conversation",
            create("channel"),
            ["yes", "yes", no, "yes"],
        ),
        ("import-conversations", conversations, [no, no, no, "yes"]),
        (
            "import-messages",
            json!({ "messages": [] }),
            [no, no, no, "unchanged"],
        ),
    ];
    for (name, body, expected) in table {
        let outcomes = [BEN, CYD, GUS, ANN].map(|person| {
            let mut given = channel();
            add_person(&mut given, DIRECT_PARTNER, "member");
            match given.by(person).when(name, body.clone()).result() {
                Ok(Decision::Accepted { .. }) => "yes".into(),
                Ok(Decision::Unchanged { .. }) => "unchanged".into(),
                Err(refusal) => refusal.code,
            }
        });
        assert_eq!(outcomes, expected, "{name} {body}");
    }
}

const DIRECT_PARTNER: PersonId = person(50);
