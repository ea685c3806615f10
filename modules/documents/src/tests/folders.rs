//! Folders, moving, trash, files.

use crate::testing::*;
use crate::{FolderId, queries};
use attachments::AttachmentId;
use kernel::testing::Given;
use kernel::{Actor, DecideError, PersonId};
use serde_json::{Value, json};

fn make(given: &mut Given, n: u128, parent: Option<FolderId>) -> kernel::testing::Outcome {
    let body = json!({ "folder_id": folder(n), "parent": parent, "name": format!("F{n:02}") });
    given.when("create-folder", body)
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect()
}

#[test]
fn folders_lie_in_folders_and_never_in_themselves() {
    let mut given = office_with_notes();
    make(given.by(BEN), 2, Some(PLANS)).accepted("folder-created");
    make(&mut given, 3, Some(folder(2))).accepted("folder-created");
    make(&mut given, 3, None).refused("item_exists");
    make(&mut given, 4, Some(folder(77))).refused("item_not_found");
    let ask =
        |n: u128, parent: Option<FolderId>| json!({ "folder_id": folder(n), "parent": parent });
    given
        .when("move-folder", ask(1, Some(folder(3))))
        .refused("folder_cycle");
    given
        .when("move-folder", ask(1, Some(PLANS)))
        .refused("folder_cycle");
    given
        .when("move-folder", ask(3, Some(folder(2))))
        .unchanged();
    // Out of the folder that Cyd may read.
    let (events, _) = given.when("move-folder", ask(3, None)).accepted_events();
    assert_eq!(events[1].data["people"], json!([CYD]));
    let mut parent = folder(3);
    for n in 10..41 {
        make(&mut given, n, Some(parent)).accepted("folder-created");
        parent = folder(n);
    }
    make(&mut given, 99, Some(parent)).refused("folders_too_deep");
    given
        .when("move-folder", ask(10, Some(folder(2))))
        .refused("folders_too_deep");
    given.assert_replays();
}

#[test]
fn a_folder_is_read_in_pages_folders_first() {
    let mut given = office_with_notes();
    for n in 2..5 {
        make(given.by(BEN), n, Some(PLANS)).accepted("folder-created");
    }
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let params = format!("folder_id={PLANS}&limit=2{cursor}");
        let page = query(&given, CYD, "folder", &params).unwrap();
        assert_eq!(page["can_create"], json!(false));
        found.extend(names(&page).into_iter().map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, ["F02", "F03", "F04", "Notes"]);
    let tree = query(&given, CYD, "folder-tree", "").unwrap();
    assert_eq!(names(&tree), ["Plans", "F02", "F03", "F04"]);
    assert_eq!(tree["items"][1]["parent"], json!(PLANS));
    assert_eq!(
        names(&query(&given, EVE, "folder-tree", "").unwrap()),
        [""; 0]
    );
}

#[test]
fn names_are_changed_and_checked() {
    let mut given = office_with_notes();
    let ask = |name: &str| json!({ "folder_id": PLANS, "name": name });
    given
        .by(BEN)
        .when("rename-folder", ask(" Plans "))
        .unchanged();
    given
        .when("rename-folder", ask("Rencana"))
        .accepted("item-renamed");
    given.when("rename-folder", ask(" ")).refused("too_short");
    given
        .when("rename-folder", ask("a\nb"))
        .refused("control_character");
    // A document is no folder, and a folder no document.
    let body = json!({ "folder_id": NOTES, "name": "x" });
    given.when("rename-folder", body).refused("item_not_found");
    let body = json!({ "document_id": PLANS, "title": "x" });
    given
        .when("rename-document", body)
        .refused("item_not_found");
    let body = json!({ "document_id": NOTES, "title": "Minutes" });
    given.when("rename-document", body).accepted("item-renamed");
    given.assert_replays();
}

#[test]
fn what_lies_in_the_trash_is_read_but_not_changed_and_comes_back() {
    let mut given = office_with_notes();
    given
        .by(BEN)
        .when("trash", json!({ "item_id": PLANS }))
        .accepted("item-trashed");
    given.when("trash", json!({ "item_id": PLANS })).unchanged();
    let body = Editor::open(&given, 5, NOTES).write("x");
    given
        .when("update-document", body.clone())
        .refused("item_trashed");
    given
        .when("rename-folder", json!({ "folder_id": PLANS, "name": "x" }))
        .refused("item_trashed");
    make(&mut given, 2, Some(PLANS)).refused("item_trashed");
    given
        .when("restore-from-trash", json!({ "item_id": NOTES }))
        .refused("folder_trashed");
    assert_eq!(names(&query(&given, CYD, "folder", "").unwrap()), [""; 0]);
    assert_eq!(
        names(&query(&given, CYD, "trash-list", "").unwrap()),
        [""; 0]
    );
    assert_eq!(
        names(&query(&given, BEN, "trash-list", "").unwrap()),
        ["Plans"]
    );
    let shown = query(&given, CYD, "document", &format!("document_id={NOTES}")).unwrap();
    assert_eq!(shown["is_trashed"], json!(true));
    given
        .when("restore-from-trash", json!({ "item_id": PLANS }))
        .accepted("item-restored");
    given
        .when("restore-from-trash", json!({ "item_id": PLANS }))
        .unchanged();
    given
        .when("update-document", body)
        .accepted("document-updated");
    given.assert_replays();
}

#[test]
fn files_are_for_whoever_may_read_what_they_are_in() {
    let mut given = office_with_notes();
    let body = json!({ "document_id": document(2), "folder_id": PLANS,
                       "file": file(5, "../plan 计划.txt") });
    given.by(BEN).when("add-file", body).accepted("file-added");
    let attach = json!({ "document_id": NOTES, "file": file(6, "chart.png") });
    given
        .when("attach-file", attach.clone())
        .accepted("file-attached");
    given
        .when("attach-file", attach)
        .refused("attachment_exists");
    let mut bad = file(7, "x");
    bad["chunks"] = json!([]);
    let body = json!({ "document_id": NOTES, "file": bad });
    let refusal = given.when("attach-file", body).refused("attachment_chunks");
    assert_eq!(refusal.field.as_deref(), Some("command.file"));
    let read = |person: PersonId, item: u128, n: u128| {
        let id = AttachmentId(comment(n).0);
        match queries::file(given.rows(), &Actor::Person(person), document(item), id) {
            Ok(file) => file.name,
            Err(DecideError::Refused(refusal)) => refusal.code,
            Err(DecideError::View(error)) => panic!("{error}"),
        }
    };
    assert_eq!(read(CYD, 2, 5), "plan 计划.txt");
    assert_eq!(read(CYD, 1, 6), "chart.png");
    assert_eq!(read(CYD, 1, 5), "attachment_not_found");
    assert_eq!(read(EVE, 2, 5), "item_not_found");
    assert_eq!(read(STRANGER, 2, 5), "workspace_not_found");
    let shown = query(
        &given,
        CYD,
        "document",
        &format!("document_id={}", document(2)),
    )
    .unwrap();
    assert_eq!(
        (&shown["kind"], &shown["state"]),
        (&json!("file"), &Value::Null)
    );
    assert_eq!(shown["file"]["name"], "plan 计划.txt");
    let shown = query(&given, CYD, "document", &format!("document_id={NOTES}")).unwrap();
    assert_eq!(shown["attachments"][0]["name"], "chart.png");
    // A file is no text.
    let body = json!({ "document_id": document(2), "update": "AAA=" });
    given
        .when("update-document", body)
        .refused("item_not_found");
    given.assert_replays();
}
