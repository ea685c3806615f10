//! Updates that are none.

use crate::base64;
use crate::content::Content;
use crate::testing::*;
use serde_json::{Value, json};
use yrs::{Map, Transact, WriteTxn};

fn ask(update: &[u8]) -> Value {
    json!({ "document_id": NOTES, "update": base64::encode(update) })
}

#[test]
fn each_is_refused_with_its_reason_and_nothing_changes() {
    let mut given = office_with_notes();
    write(given.by(BEN), 5, "kept");
    let editor = Editor::open(&given, 6, NOTES);
    let _first = editor.write("kept\n\nmore");
    let second = editor.write("kept\n\nmore and more");
    given
        .when("update-document", second)
        .refused("update_out_of_order");
    let refused = |given: &mut kernel::testing::Given, bytes: &[u8], code: &str| {
        let refusal = given.when("update-document", ask(bytes)).refused(code);
        assert_eq!(
            refusal.field.as_deref(),
            Some("command.update"),
            "{}",
            refusal.detail
        );
    };
    refused(&mut given, &[], "update_malformed");
    refused(&mut given, b"hello", "update_malformed");
    refused(&mut given, &[0xff; 64], "update_malformed");
    refused(&mut given, &vec![0; (256 << 10) + 1], "too_long");
    let other = yrs::Doc::with_client_id(9);
    let map = {
        let mut txn = other.transact_mut();
        txn.get_or_insert_map("secrets").insert(&mut txn, "a", 1);
        txn.encode_update_v1()
    };
    refused(&mut given, &map, "update_malformed");
    let text = json!({ "document_id": NOTES, "update": "%%%" });
    given.when("update-document", text).refused("not_base64");
    assert_eq!(text_of(&given, NOTES), "kept\n");
    given.assert_replays();
}

#[test]
fn what_brings_nothing_new_is_no_entry() {
    let mut given = office_with_notes();
    let body = Editor::open(&given, 5, NOTES).write("once");
    let answer = given
        .by(BEN)
        .when("update-document", body.clone())
        .accepted("document-updated");
    assert_eq!(answer, json!({ "seq": 1 }));
    assert_eq!(
        given.when("update-document", body).unchanged(),
        json!({ "seq": 1 })
    );
    given.when("update-document", ask(&[0, 0])).unchanged();
}

#[test]
fn a_document_stays_within_its_size() {
    let mut given = office_with_notes();
    given.by(BEN);
    let content = Content::empty(5);
    let mut refusals = Vec::new();
    let mut text = String::new();
    for n in 0..20 {
        text.push_str(&format!("{n} {}\n\n", "word ".repeat(50_000)));
        let blocks = crate::content::from_markdown(&text).unwrap();
        let update = content.rewrite(&blocks).unwrap().unwrap();
        if let Err(refusal) = given.when("update-document", ask(&update)).result() {
            refusals.push((n, refusal.code));
            break;
        }
    }
    assert_eq!(refusals, [(16, "document_too_large".to_owned())]);
}
