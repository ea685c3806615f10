//! Comments and their threads.

use crate::testing::*;
use serde_json::{Value, json};

fn add(n: u128, text: &str) -> Value {
    json!({ "comment_id": comment(n), "document_id": NOTES, "text": text })
}

#[test]
fn a_thread_from_beginning_to_end() {
    let mut given = office_with_notes();
    share(given.by(BEN), json!(PLANS), &[(CYD, "commenter")]);
    let mut body = add(1, "Is this so?");
    body["quote"] = json!("the plan");
    body["anchor"] = json!("AAEC");
    body["mentions"] = json!([BEN, BEN]);
    let (events, _) = given.by(CYD).when("add-comment", body).accepted_events();
    assert_eq!(events[0].data["mentions"], json!([BEN]));
    let reply = |n: u128, of: u128| json!({ "comment_id": comment(n), "thread_of": comment(of), "text": "Yes." });
    given
        .by(BEN)
        .when("reply-to-comment", reply(2, 1))
        .accepted("comment-added");
    given
        .when("reply-to-comment", reply(3, 2))
        .refused("not_a_thread_root");
    given
        .when("reply-to-comment", reply(2, 1))
        .refused("comment_exists");
    let on = |n: u128| json!({ "comment_id": comment(n) });
    given
        .when("resolve-comment", on(2))
        .refused("not_a_thread_root");
    given
        .when("resolve-comment", on(1))
        .accepted("comment-resolved");
    given.when("resolve-comment", on(1)).unchanged();
    let params = format!("document_id={NOTES}");
    let open = query(
        &given,
        CYD,
        "comment-list",
        &format!("{params}&open_only=true"),
    )
    .unwrap();
    assert_eq!(open["items"], json!([]));
    given
        .by(CYD)
        .when("reopen-comment", on(1))
        .accepted("comment-reopened");
    given.when("reopen-comment", on(1)).unchanged();
    given
        .when(
            "edit-comment",
            json!({ "comment_id": comment(1), "text": "Is it?" }),
        )
        .accepted("comment-edited");
    given
        .when(
            "edit-comment",
            json!({ "comment_id": comment(2), "text": "No." }),
        )
        .refused("not_permitted");
    given.when("delete-comment", on(2)).refused("not_permitted");
    let list = query(&given, CYD, "comment-list", &params).unwrap();
    let thread = &list["items"][0];
    assert_eq!(
        (&thread["text"], &thread["quote"]),
        (&json!("Is it?"), &json!("the plan"))
    );
    assert_eq!(thread["replies"][0]["text"], "Yes.");
    assert_eq!(
        (&thread["can_delete"], &thread["replies"][0]["can_delete"]),
        (&json!(true), &json!(false))
    );
    // Deleted with a reply: the thread stays, without its text.
    given
        .by(BEN)
        .when("delete-comment", on(1))
        .accepted("comment-deleted");
    given.when("delete-comment", on(1)).unchanged();
    given
        .when("reply-to-comment", reply(4, 1))
        .refused("comment_deleted");
    let list = query(&given, CYD, "comment-list", &params).unwrap();
    assert_eq!(list["items"][0]["text"], "");
    given
        .when("delete-comment", on(2))
        .accepted("comment-deleted");
    let list = query(&given, CYD, "comment-list", &params).unwrap();
    assert_eq!(list["items"], json!([]));
    given.assert_replays();
}

#[test]
fn unfit_comments_are_refused() {
    let mut given = office_with_notes();
    given.by(BEN);
    let mut refuse = |name: &str, value: Value, code: &str| {
        let mut body = add(1, "x");
        body[name] = value;
        given.when("add-comment", body).refused(code);
    };
    refuse("text", json!(" "), "too_short");
    refuse("text", json!("x".repeat(10_001)), "too_long");
    refuse("anchor", json!("not base64!"), "not_base64");
    refuse("anchor", json!("A".repeat(2_000)), "too_long");
    refuse("quote", json!("x".repeat(1_001)), "too_long");
    refuse("mentions", json!([EVE]), "mention_cannot_read");
    refuse("mentions", json!([STRANGER]), "mention_cannot_read");
    refuse("mentions", json!(vec![BEN; 101]), "too_many_people");
    refuse("document_id", json!(PLANS), "item_not_found");
    refuse("color", json!("red"), "malformed");
}
