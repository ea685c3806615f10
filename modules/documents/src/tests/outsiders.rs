//! Everything that can be asked, by those it is not shared with, strangers and former members.

use crate::testing::*;
use crate::{COMMANDS, QUERIES};
use kernel::PersonId;
use serde_json::{Value, json};

/// Each command that concerns something there is.
pub fn commands() -> Vec<(&'static str, Value)> {
    vec![
        ("rename-folder", json!({ "folder_id": PLANS, "name": "x" })),
        (
            "move-folder",
            json!({ "folder_id": PLANS, "parent": folder(2) }),
        ),
        (
            "rename-document",
            json!({ "document_id": NOTES, "title": "x" }),
        ),
        ("move-document", json!({ "document_id": NOTES })),
        ("update-document", Editor::new(77, NOTES).write("x")),
        ("trash", json!({ "item_id": NOTES })),
        ("restore-from-trash", json!({ "item_id": NOTES })),
        (
            "set-permissions",
            json!({ "item_id": NOTES, "inherits": true, "grants": [] }),
        ),
        (
            "name-version",
            json!({ "version_id": version(1), "document_id": NOTES, "name": "x" }),
        ),
        ("restore-version", json!({ "document_id": NOTES, "seq": 0 })),
        (
            "add-comment",
            json!({ "comment_id": comment(9), "document_id": NOTES, "text": "x" }),
        ),
        (
            "reply-to-comment",
            json!({ "comment_id": comment(8), "thread_of": comment(1), "text": "x" }),
        ),
        (
            "edit-comment",
            json!({ "comment_id": comment(1), "text": "x" }),
        ),
        ("delete-comment", json!({ "comment_id": comment(1) })),
        ("resolve-comment", json!({ "comment_id": comment(1) })),
        ("reopen-comment", json!({ "comment_id": comment(1) })),
        (
            "attach-file",
            json!({ "document_id": NOTES, "file": file(5, "a.txt") }),
        ),
        (
            "create-folder",
            json!({ "folder_id": folder(9), "parent": PLANS, "name": "x" }),
        ),
        (
            "create-document",
            json!({ "document_id": document(9), "folder_id": PLANS, "title": "x" }),
        ),
        (
            "add-file",
            json!({ "document_id": document(9), "folder_id": PLANS, "file": file(5, "a") }),
        ),
        (
            "import-markdown",
            json!({ "document_id": document(9), "folder_id": PLANS, "title": "x",
                    "markdown": "x" }),
        ),
    ]
}

fn queries() -> Vec<(&'static str, String)> {
    let document = format!("document_id={NOTES}");
    vec![
        ("folder", format!("folder_id={PLANS}")),
        ("document", document.clone()),
        ("document-updates", format!("{document}&after=0")),
        ("document-at", format!("{document}&seq=0")),
        ("document-compare", document.clone()),
        ("history", document.clone()),
        ("version-list", document.clone()),
        ("comment-list", document.clone()),
        ("export-markdown", document),
        ("permission-list", format!("item_id={NOTES}")),
    ]
}

const OWN_QUERIES: [(&str, &str); 4] = [
    ("folder-tree", ""),
    ("folder", ""),
    ("trash-list", ""),
    ("search", "q=secret"),
];

/// The office with a comment, and a text in the document.
pub fn office_with_comment() -> kernel::testing::Given {
    let mut given = office_with_notes();
    write(given.by(BEN), 5, "a secret");
    let body = json!({ "comment_id": comment(1), "document_id": NOTES, "text": "why?" });
    given.when("add-comment", body).accepted("comment-added");
    given
        .when(
            "create-folder",
            json!({ "folder_id": folder(2), "name": "Other" }),
        )
        .accepted("folder-created");
    given
}

#[test]
fn the_lists_here_are_complete() {
    for spec in COMMANDS.iter().filter(|spec| spec.is_public) {
        let is_listed = commands().iter().any(|(name, _)| *name == spec.name);
        assert!(is_listed, "{}", spec.name);
    }
    for spec in QUERIES {
        let is_listed = queries().iter().any(|(name, _)| *name == spec.name)
            || OWN_QUERIES.iter().any(|(name, _)| *name == spec.name);
        assert!(is_listed, "{}", spec.name);
    }
}

fn refused(person: PersonId, wanted: impl Fn(&str) -> &'static str) {
    for (name, body) in commands() {
        let mut given = office_with_comment();
        given.by(person).when(name, body).refused(wanted(name));
    }
    let given = office_with_comment();
    for (name, params) in queries() {
        let refusal = query(&given, person, name, &params).unwrap_err();
        assert_eq!(refusal.code, wanted(""), "{name}");
    }
}

#[test]
fn what_is_not_shared_does_not_exist() {
    let comments = ["reply-to-comment", "edit-comment", "delete-comment"];
    let threads = ["resolve-comment", "reopen-comment"];
    for person in [EVE, GUS] {
        refused(person, |name| {
            if comments.contains(&name) || threads.contains(&name) {
                "comment_not_found"
            } else {
                "item_not_found"
            }
        });
        let given = office_with_comment();
        for (name, params) in OWN_QUERIES {
            let answer = query(&given, person, name, params).unwrap();
            assert_eq!(answer["items"], json!([]), "{name}");
        }
    }
}

#[test]
fn strangers_and_former_members_find_no_workspace() {
    for person in [STRANGER, DEA] {
        refused(person, |_| "workspace_not_found");
        let given = office_with_comment();
        for (name, params) in OWN_QUERIES {
            let refusal = query(&given, person, name, params).unwrap_err();
            assert_eq!(refusal.code, "workspace_not_found", "{name}");
        }
        assert!(topics(&given, person).is_empty());
    }
}

#[test]
fn whoever_is_in_quarantine_reads_again_as_the_release_says() {
    let mut given = office_with_comment();
    let params = format!("document_id={NOTES}");
    for is_active in [true, false] {
        quarantine(&mut given, CYD);
        let refusal = query(&given, CYD, "document", &params).unwrap_err();
        assert_eq!(refusal.code, "workspace_not_found");
        assert!(topics(&given, CYD).is_empty());
        release(&mut given, CYD, is_active);
        let after = query(&given, CYD, "document", &params);
        assert_eq!(after.is_ok(), is_active);
    }
    given.assert_replays();
}

#[test]
fn whoever_is_deactivated_reads_no_more() {
    let mut given = office_with_comment();
    let params = format!("document_id={NOTES}");
    assert!(query(&given, CYD, "document", &params).is_ok());
    deactivate(&mut given, CYD);
    let refusal = query(&given, CYD, "document", &params).unwrap_err();
    assert_eq!(refusal.code, "workspace_not_found");
}
