//! Everything that can be asked, by those who are outside.

use crate::testing::*;
use crate::{COMMANDS, MessageId, QUERIES};
use kernel::testing::Given;
use serde_json::{Value, json};

/// A command about the group or a message in it, for each command that concerns a conversation.
fn commands(id: MessageId) -> Vec<(&'static str, Value)> {
    let group = json!({ "conversation_id": GROUP });
    let about = json!({ "message_id": id });
    let with = |base: &Value, key: &str, value: Value| {
        let mut body = base.clone();
        body[key] = value;
        body
    };
    vec![
        ("rename-conversation", with(&group, "name", json!("Mine"))),
        ("set-topic", with(&group, "topic", json!("mine"))),
        ("archive-conversation", group.clone()),
        ("unarchive-conversation", group.clone()),
        ("add-members", with(&group, "people", json!([ANN]))),
        ("remove-members", with(&group, "people", json!([CYD]))),
        ("leave-conversation", group.clone()),
        ("set-posters", with(&group, "posters", json!("members"))),
        ("post-message", post_body(7, GROUP, "hi")),
        ("edit-message", with(&about, "text", json!("x"))),
        ("delete-message", about.clone()),
        ("add-reaction", with(&about, "emoji", json!("👍"))),
        ("remove-reaction", with(&about, "emoji", json!("👍"))),
        ("mark-read", with(&group, "up_to", json!(1))),
        ("save-draft", with(&group, "text", json!("x"))),
        ("acknowledge-urgent", about),
    ]
}

/// A query about the group or a message in it, for each query that concerns a conversation.
fn queries(id: MessageId) -> Vec<(&'static str, String)> {
    let group = format!("conversation_id={GROUP}");
    let about = format!("message_id={id}");
    vec![
        ("conversation", group.clone()),
        ("conversation-members", group.clone()),
        ("message-list", group.clone()),
        ("search", format!("q=notice&{group}")),
        ("thread", about.clone()),
        ("message-history", about.clone()),
        ("read-by", about.clone()),
        ("urgent-acknowledgements", about),
    ]
}

const OWN_COMMANDS: [&str; 5] = [
    "create-conversation",
    "import-conversations",
    "import-messages",
    "remind-urgent",
    kernel::PUT_BACK,
];
/// Only for those who may import; tested on its own.
const IMPORTERS_QUERY: &str = "counts";
const OWN_QUERIES: [(&str, &str); 5] = [
    ("conversation-list", ""),
    ("urgent-list", ""),
    ("draft-list", ""),
    ("unread", ""),
    ("search", "q=urgent"),
];

fn office_with_notice() -> (Given, MessageId) {
    let mut given = office_with_rooms();
    let id = post_urgent(given.by(BEN), GROUP, 300);
    (given, id)
}

#[test]
fn the_lists_here_are_complete() {
    let concerned: Vec<_> = commands(message(1)).iter().map(|(name, _)| *name).collect();
    for spec in COMMANDS {
        assert!(
            concerned.contains(&spec.name) || OWN_COMMANDS.contains(&spec.name),
            "{}",
            spec.name
        );
    }
    let concerned: Vec<_> = queries(message(1)).iter().map(|(name, _)| *name).collect();
    for spec in QUERIES.iter().filter(|spec| spec.name != IMPORTERS_QUERY) {
        assert!(
            concerned.contains(&spec.name)
                || OWN_QUERIES.iter().any(|(name, _)| *name == spec.name),
            "{}",
            spec.name
        );
    }
}

#[test]
fn for_outsiders_there_is_no_such_conversation() {
    let (mut given, id) = office_with_notice();
    given
        .by(BEN)
        .when(
            "remove-members",
            json!({ "conversation_id": GROUP, "people": [CYD] }),
        )
        .accepted("members-removed");
    // The owner, who has every permission, and a former member.
    for person in [ANN, CYD] {
        for (name, body) in commands(id) {
            let refusal = given
                .by(person)
                .when(name, body)
                .refused("conversation_not_found");
            assert_eq!(refusal.kind, kernel::RefusalKind::NotFound, "{name}");
        }
        for (name, params) in queries(id) {
            let refusal = query(&given, person, name, &params).unwrap_err();
            assert_eq!(refusal.code, "conversation_not_found", "{name}");
        }
        for (name, params) in OWN_QUERIES {
            let answer = query(&given, person, name, params).unwrap().to_string();
            assert!(!answer.contains(&GROUP.to_string()), "{name}: {answer}");
        }
    }
}

#[test]
fn what_does_not_exist_is_refused_the_same_way() {
    let (mut given, id) = office_with_notice();
    let unknown = message(0xdead);
    for (name, body) in commands(unknown) {
        let Some(_) = body.get("message_id").filter(|_| name != "post-message") else {
            continue;
        };
        let for_member = given
            .by(CYD)
            .when(name, body.clone())
            .refused("conversation_not_found");
        let mut body = body;
        body["message_id"] = json!(id);
        let for_outsider = given
            .by(ANN)
            .when(name, body)
            .refused("conversation_not_found");
        assert_eq!(for_member, for_outsider, "{name}");
    }
}

#[test]
fn for_strangers_and_the_deactivated_there_is_no_such_workspace() {
    let (mut given, id) = office_with_notice();
    deactivate(&mut given, CYD);
    for person in [STRANGER, CYD] {
        for (name, body) in commands(id) {
            given
                .by(person)
                .when(name, body)
                .refused("workspace_not_found");
        }
        for name in ["import-conversations", "import-messages"] {
            given
                .by(person)
                .when(name, json!({}))
                .refused("workspace_not_found");
        }
        for (name, params) in queries(id) {
            let refusal = query(&given, person, name, &params).unwrap_err();
            assert_eq!(refusal.code, "workspace_not_found", "{name}");
        }
        for (name, params) in OWN_QUERIES {
            let refusal = query(&given, person, name, params).unwrap_err();
            assert_eq!(refusal.code, "workspace_not_found", "{name}");
        }
        assert!(topics(&given, person).is_empty());
    }
}

#[test]
fn members_are_answered_every_query() {
    let (given, id) = office_with_notice();
    for (name, params) in queries(id) {
        for person in [CYD, GUS, BEN] {
            let answer = query(&given, person, name, &params);
            if name == "message-history" && person != BEN {
                assert_eq!(answer.unwrap_err().code, "not_permitted");
            } else {
                assert!(answer.is_ok(), "{name}: {answer:?}");
            }
        }
    }
}

#[test]
fn guests_do_not_see_what_is_for_everyone_unless_they_are_members() {
    let mut given = office_with_rooms();
    let params = format!("conversation_id={HALL}");
    let refusal = query(&given, GUS, "message-list", &params).unwrap_err();
    assert_eq!(refusal.code, "conversation_not_found");
    given
        .by(BEN)
        .when(
            "add-members",
            json!({ "conversation_id": HALL, "people": [GUS] }),
        )
        .accepted("members-added");
    assert!(query(&given, GUS, "message-list", &params).is_ok());
    assert!(topics(&given, GUS).contains(&format!("conversation:{HALL}")));
}

#[test]
fn unknown_commands_are_refused() {
    let mut given = office();
    given
        .by(ANN)
        .when("fly", json!({}))
        .refused("command_not_found");
}
