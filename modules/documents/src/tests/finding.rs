//! Search.

use crate::testing::*;
use kernel::testing::Given;
use kernel::{PersonId, Timestamp};
use serde_json::json;

fn found(given: &Given, person: PersonId, words: &str) -> Vec<String> {
    let encoded: String = words.bytes().map(|b| format!("%{b:02x}")).collect();
    let answer = query(given, person, "search", &format!("q={encoded}")).unwrap();
    let items = answer["items"].as_array().unwrap();
    let text = |pieces: &serde_json::Value| -> String {
        let pieces = pieces.as_array().unwrap();
        pieces
            .iter()
            .map(|piece| piece["text"].as_str().unwrap())
            .collect()
    };
    items.iter().map(|item| text(&item["name"])).collect()
}

fn written() -> Given {
    let mut given = office_with_notes();
    write(
        given.by(BEN),
        5,
        "# Rapat besok\n\n今天的会议室在三楼。 The quick **brown** fox, kopi panas.",
    );
    given
}

#[test]
fn three_languages_are_found_at_once_and_after_rest() {
    let mut given = written();
    for rested in [false, true] {
        for words in [
            "rapat",
            "rapat bes",
            "会议",
            "会议室 fox",
            "brown kopi",
            "QUICK",
            "notes 三楼",
        ] {
            assert_eq!(found(&given, CYD, words), ["Notes"], "{words} {rested}");
        }
        for words in ["rapat lusa", "會議", "室会", "bes "] {
            assert_eq!(found(&given, CYD, words), [""; 0], "{words} {rested}");
        }
        assert_eq!(found(&given, EVE, "rapat"), [""; 0]);
        settle(&mut given);
    }
    assert_eq!(found(&given, CYD, "plan"), ["Plans"]);
    given.assert_replays();
}

#[test]
fn the_index_follows_texts_names_and_trash() {
    let mut given = written();
    settle(&mut given);
    write(given.by(BEN), 6, "Something else altogether.");
    assert_eq!(found(&given, CYD, "rapat"), [""; 0]);
    assert_eq!(found(&given, CYD, "altogether"), ["Notes"]);
    settle(&mut given);
    assert_eq!(found(&given, CYD, "rapat"), [""; 0]);
    assert_eq!(found(&given, CYD, "altogether"), ["Notes"]);
    given
        .when(
            "rename-document",
            json!({ "document_id": NOTES, "title": "Catatan" }),
        )
        .accepted("item-renamed");
    assert_eq!(found(&given, CYD, "notes"), [""; 0]);
    assert_eq!(found(&given, CYD, "catatan altogether"), ["Catatan"]);
    given
        .when("trash", json!({ "item_id": NOTES }))
        .accepted("item-trashed");
    assert_eq!(found(&given, CYD, "catatan"), [""; 0]);
    given.assert_replays();
}

#[test]
fn documents_settle_once_they_rest() {
    let mut given = written();
    let now = given.now().millis();
    assert!(due(&given, Timestamp(now + 9_999)).is_empty());
    let commands = due(&given, Timestamp(now + 10_000));
    assert_eq!(commands.len(), 1);
    let command = commands[0].clone();
    given.decide(command.clone()).refused("not_due");
    given.at(Timestamp(now + 10_000));
    given.decide(command.clone()).accepted("document-settled");
    given.decide(command.clone()).unchanged();
    given
        .by(BEN)
        .when("settle-document", command.body)
        .refused("not_permitted");
    assert!(due(&given, Timestamp(now + 90_000)).is_empty());
    given.assert_replays();
}

#[test]
fn queries_without_words_are_refused() {
    let given = office();
    let code = |q: &str| {
        query(&given, BEN, "search", &format!("q={q}"))
            .unwrap_err()
            .code
    };
    assert_eq!(code("!"), "query_empty");
    assert_eq!(code(&"x".repeat(201)), "query_too_long");
}
