//! Earlier moments: read, compared, named, restored.

use crate::testing::*;
use kernel::Timestamp;
use kernel::testing::Given;
use serde_json::{Value, json};

const FIRST: &str = "# Plan\n\nWe meet **tomorrow**.\n\n- tea\n- cake\n";
const SECOND: &str =
    "# Plan\n\nWe meet **today**.\n\n- tea\n\nBring [this](https://example.org).\n";

fn ask(given: &Given, name: &str, more: &str) -> Value {
    query(given, CYD, name, &format!("document_id={NOTES}{more}")).unwrap()
}

fn written_twice() -> Given {
    let mut given = office_with_notes();
    write(given.by(BEN), 5, FIRST);
    given.at(Timestamp(2_000_000));
    let body = json!({ "version_id": version(1), "document_id": NOTES, "name": "Draft 草稿" });
    let answer = given
        .when("name-version", body.clone())
        .accepted("version-named");
    assert_eq!(answer, json!({ "seq": 1 }));
    given.when("name-version", body).refused("version_exists");
    write(&mut given, 6, SECOND);
    given
}

#[test]
fn every_moment_can_be_read() {
    let given = written_twice();
    for (more, seq, text) in [
        ("&seq=0", 0, ""),
        ("&seq=1", 1, FIRST),
        ("&at=1999999", 1, FIRST),
        ("&at=999", 0, ""),
        (&format!("&version_id={}", version(1)), 1, FIRST),
        ("&at=2000000", 2, SECOND),
        ("", 2, SECOND),
    ] {
        let answer = ask(&given, "document-at", more);
        assert_eq!(
            (&answer["seq"], &answer["markdown"]),
            (&json!(seq), &json!(text)),
            "{more}"
        );
    }
    let refused = |more: &str| {
        query(
            &given,
            CYD,
            "document-at",
            &format!("document_id={NOTES}{more}"),
        )
        .unwrap_err()
        .code
    };
    assert_eq!(refused("&seq=3"), "moment_not_found");
    assert_eq!(refused("&seq=1&at=5"), "moment_ambiguous");
    assert_eq!(
        refused(&format!("&version_id={}", version(7))),
        "version_not_found"
    );
    let versions = ask(&given, "version-list", "");
    assert_eq!(versions["items"][0]["name"], "Draft 草稿");
}

#[test]
fn restoring_is_exact_and_loses_nothing_that_came_between() {
    let mut given = written_twice();
    let comment_on = json!({ "comment_id": comment(1), "document_id": NOTES, "text": "Late." });
    given
        .when("add-comment", comment_on)
        .accepted("comment-added");
    let body = json!({ "document_id": NOTES, "version_id": version(1) });
    let (events, answer) = given
        .when("restore-version", body.clone())
        .accepted_events();
    assert_eq!(answer, json!({ "seq": 3 }));
    let origin = json!({ "restore": { "seq": 1, "version_id": version(1) } });
    assert_eq!(events[0].data["origin"], origin);
    assert_eq!(text_of(&given, NOTES), FIRST);
    let blocks = |seq| {
        crate::store::load_at(given.rows(), key(&given, NOTES), seq)
            .unwrap()
            .blocks()
    };
    assert_eq!(blocks(1), blocks(3));
    assert_eq!(ask(&given, "document-at", "&seq=2")["markdown"], SECOND);
    assert_eq!(ask(&given, "comment-list", "")["items"][0]["text"], "Late.");
    assert_eq!(
        given.when("restore-version", body).unchanged(),
        json!({ "seq": 3 })
    );
    // And back again.
    given
        .when("restore-version", json!({ "document_id": NOTES, "seq": 2 }))
        .accepted("document-updated");
    assert_eq!(text_of(&given, NOTES), SECOND);
    given
        .when("restore-version", json!({ "document_id": NOTES, "at": 5 }))
        .accepted("document-updated");
    assert_eq!(text_of(&given, NOTES), "");
    given
        .when("restore-version", json!({ "document_id": NOTES }))
        .refused("moment_missing");
    given.assert_replays();
}

#[test]
fn whoever_has_it_open_sees_the_restored_text_and_writes_on() {
    let mut given = written_twice();
    let editor = Editor::open(&given, 8, NOTES);
    given
        .when("restore-version", json!({ "document_id": NOTES, "seq": 1 }))
        .accepted("document-updated");
    // Typed before the restoration arrived: a paragraph at the end.
    let body = editor.write(&format!("{SECOND}\nTyped meanwhile.\n"));
    given
        .when("update-document", body)
        .accepted("document-updated");
    let text = text_of(&given, NOTES);
    assert!(text.starts_with("# Plan\n\nWe meet **tomorrow**"), "{text}");
    assert!(text.contains("Typed meanwhile."), "{text}");
}

#[test]
fn two_moments_are_compared_word_by_word() {
    let given = written_twice();
    let answer = ask(&given, "document-compare", "&from_seq=1");
    assert_eq!(
        (&answer["from_seq"], &answer["to_seq"]),
        (&json!(1), &json!(2))
    );
    let blocks = answer["blocks"].as_array().unwrap();
    assert_eq!(blocks[0], json!({ "change": "same", "markdown": "# Plan" }));
    let hunks = json!([{ "kind": "same", "text": "We meet **" },
                       { "kind": "deleted", "text": "tomorrow" },
                       { "kind": "inserted", "text": "today" },
                       { "kind": "same", "text": "**." }]);
    assert_eq!(blocks[1], json!({ "change": "changed", "hunks": hunks }));
    assert_eq!(
        blocks[2]["hunks"][1],
        json!({ "kind": "deleted", "text": "\n- cake" })
    );
    assert_eq!(blocks[3]["change"], "added");
    let params = format!("document_id={NOTES}&from_seq=2&to_seq=1");
    let refusal = query(&given, CYD, "document-compare", &params).unwrap_err();
    assert_eq!(refusal.code, "moments_reversed");
}

#[test]
fn sittings_end_after_a_pause_and_belong_to_one_person() {
    let mut given = office_with_notes();
    share(given.by(BEN), json!(PLANS), &[(CYD, "editor")]);
    let start = 10_000_000;
    let mut step = |n: u32, person, minutes: i64| {
        given.at(Timestamp(start + minutes * 60_000));
        write(given.by(person), 10 + n, &format!("text {n}"));
    };
    for (n, person, minutes) in [
        (1, BEN, 0),
        (2, CYD, 1),
        (3, BEN, 4),
        (4, BEN, 9),
        (5, CYD, 9),
        (6, BEN, 15),
    ] {
        step(n, person, minutes);
    }
    given
        .when("restore-version", json!({ "document_id": NOTES, "seq": 1 }))
        .accepted("document-updated");
    let history = ask(&given, "history", "");
    let sittings: Vec<(Value, u64, u64, u64)> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            let number = |name: &str| s[name].as_u64().unwrap();
            (
                s["author"].clone(),
                number("first_seq"),
                number("last_seq"),
                number("updates"),
            )
        })
        .collect();
    let (ben, cyd) = (json!(BEN), json!(CYD));
    assert_eq!(
        sittings,
        [
            (ben.clone(), 7, 7, 1),
            (ben.clone(), 6, 6, 1),
            (cyd.clone(), 5, 5, 1),
            (ben, 1, 4, 3),
            (cyd, 2, 2, 1),
        ]
    );
    let page = ask(&given, "history", "&limit=2");
    let next = format!("&cursor={}", page["next"].as_str().unwrap());
    assert_eq!(
        ask(&given, "history", &next)["items"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    given.assert_replays();
}

#[test]
fn states_on_the_way_make_far_moments_near() {
    let mut given = office_with_notes();
    given.by(BEN);
    let editor = Editor::open(&given, 5, NOTES);
    for n in 1..=600_u32 {
        let body = editor.write(&format!("text {n}"));
        given
            .when("update-document", body)
            .accepted("document-updated");
    }
    let count: u32 = given
        .rows()
        .query_row("SELECT count(*) FROM snapshot", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1);
    for seq in [1, 511, 512, 513, 600] {
        let answer = ask(&given, "document-at", &format!("&seq={seq}"));
        assert_eq!(answer["markdown"], format!("text {seq}\n"));
    }
    given.assert_replays();
}
