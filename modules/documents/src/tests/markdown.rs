//! Markdown in and out.

use crate::testing::*;
use serde_json::json;

const TEXT: &str =
    "# Laporan 报告\n\nSatu **dua** [tiga](https://example.org).\n\n- a\n- b\n\n```\ncode\n```\n";

#[test]
fn a_text_comes_in_and_goes_out_as_it_was() {
    let mut given = office_with_notes();
    let body = json!({ "document_id": document(2), "folder_id": PLANS, "title": "Report/2",
                       "markdown": TEXT });
    let answer = given
        .by(BEN)
        .when("import-markdown", body.clone())
        .accepted("document-created document-updated");
    assert_eq!(answer, json!({ "seq": 1 }));
    given.when("import-markdown", body).refused("item_exists");
    let params = format!("document_id={}", document(2));
    let out = query(&given, CYD, "export-markdown", &params).unwrap();
    assert_eq!(out["markdown"], TEXT);
    assert_eq!(out["file_name"], "2.md");
    // Somebody goes on writing in it.
    let body = Editor::open(&given, 9, document(2)).write(&format!("{TEXT}\nMore.\n"));
    given
        .when("update-document", body)
        .accepted("document-updated");
    let out = query(&given, CYD, "export-markdown", &params).unwrap();
    assert_eq!(out["markdown"], format!("{TEXT}\nMore.\n"));
    given.assert_replays();
}

#[test]
fn what_cannot_be_a_document_is_refused() {
    let mut given = office();
    let body = |text: &str| json!({ "document_id": document(2), "title": "x", "markdown": text });
    given
        .by(BEN)
        .when("import-markdown", body(&"> ".repeat(100)))
        .result()
        .unwrap_err();
    given
        .when("import-markdown", body(&"x".repeat((512 << 10) + 1)))
        .refused("too_long");
    let answer = given
        .when("import-markdown", body(" \n"))
        .accepted("document-created");
    assert_eq!(answer, json!({ "seq": 0 }));
}
