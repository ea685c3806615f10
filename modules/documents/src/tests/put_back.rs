//! What somebody did to folders, documents, files and comments is put back.

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

fn notes(aspect: &str) -> Aspect {
    Aspect::new("document", NOTES, aspect)
}

fn plans(aspect: &str) -> Aspect {
    Aspect::new("folder", PLANS, aspect)
}

#[test]
fn a_document_is_named_placed_shared_and_present_as_it_was() {
    let mut given = office_with_notes();
    let aspects = ["name", "place", "permissions", "trashed"].map(notes);
    let before = aspects
        .clone()
        .map(|aspect| (aspect.clone(), given.aspect(&aspect)));
    let hidden = json!([{ "to": { "person": BEN }, "role": "manager" }]);
    for (name, body) in [
        (
            "rename-document",
            json!({ "document_id": NOTES, "title": "Pay me" }),
        ),
        (
            "move-document",
            json!({ "document_id": NOTES, "folder_id": null }),
        ),
        (
            "set-permissions",
            json!({ "item_id": NOTES, "inherits": false, "grants": hidden }),
        ),
        ("trash", json!({ "item_id": NOTES })),
    ] {
        let _ = given.by(BEN).when(name, body).accepted_events();
    }
    assert!(query(&given, CYD, "document", &format!("document_id={NOTES}")).is_err());
    assert_eq!(put(&mut given, &before), [Done, Done, Done, Done]);
    for (aspect, value) in &before {
        assert_eq!(given.aspect(aspect), *value);
    }
    assert!(query(&given, CYD, "document", &format!("document_id={NOTES}")).is_ok());
    assert_eq!(
        put(&mut given, &before),
        [AlreadySo, AlreadySo, AlreadySo, AlreadySo]
    );
    given.assert_replays();
}

#[test]
fn whoever_loses_the_way_by_it_is_told() {
    let mut given = office_with_notes();
    let item = given.item(
        plans("permissions"),
        json!({ "inherits": true, "grants": [{ "to": { "person": BEN }, "role": "manager" }] }),
    );
    let body = json!({ "rewind_id": comment(9), "items": [item] });
    let (events, _) = given.by(ANN).when(PUT_BACK, body).accepted_events();
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["permissions-set", "access-lost", "changes-put-back"]
    );
    assert_eq!(events[1].data["people"], json!([CYD]));
}

#[test]
fn the_rules_of_folders_hold() {
    let mut given = office_with_notes();
    let inner = json!({ "folder_id": folder(2), "parent": PLANS, "name": "Inner" });
    given
        .by(BEN)
        .when("create-folder", inner)
        .accepted("folder-created");
    let nobody = json!({ "inherits": false, "grants": [] });
    let wanted = [
        (plans("place"), json!({ "parent": folder(2) })),
        (notes("place"), json!({ "parent": folder(7) })),
        (plans("permissions"), nobody),
        (notes("name"), Value::Null),
    ];
    let outcomes = put(&mut given, &wanted);
    let why = |n: usize| match &outcomes[n] {
        Impossible(why) => why.clone(),
        other => format!("{other:?}"),
    };
    assert!(why(0).contains("lie in itself"), "{}", why(0));
    assert!(why(1).contains("not there"), "{}", why(1));
    assert!(why(2).contains("Nobody would manage"), "{}", why(2));
    assert!(why(3).contains("trash"), "{}", why(3));
    assert_eq!(put(&mut given, &[(plans("exists"), Value::Null)]), [Done]);
    assert_eq!(given.aspect(&plans("trashed")), json!(true));
}

#[test]
fn comments_are_readable_again() {
    let mut given = office_with_notes();
    let asked = json!({ "comment_id": comment(1), "document_id": NOTES, "text": "why?",
                        "quote": "this" });
    given
        .by(BEN)
        .when("add-comment", asked)
        .accepted("comment-added");
    let of = |aspect: &str| Aspect::new("comment", comment(1), aspect);
    let edited = json!({ "comment_id": comment(1), "text": "junk" });
    given
        .when("edit-comment", edited)
        .accepted("comment-edited");
    given
        .when("delete-comment", json!({ "comment_id": comment(1) }))
        .accepted("comment-deleted");
    let wanted = [(of("text"), json!("why?")), (of("deleted"), json!(false))];
    assert_eq!(put(&mut given, &wanted), [Done, Done]);
    let list = query(&given, CYD, "comment-list", &format!("document_id={NOTES}")).unwrap();
    assert_eq!(list["items"][0]["text"], "why?");
    assert_eq!(list["items"][0]["quote"], "this");
    assert_eq!(put(&mut given, &[(of("exists"), Value::Null)]), [Done]);
    assert_eq!(given.aspect(&of("deleted")), json!(true));
    given.assert_replays();
}

#[test]
fn only_those_who_run_the_workspace_have_things_put_back() {
    let mut given = office_with_notes();
    let item = given.item(notes("name"), json!("x"));
    let body = json!({ "rewind_id": comment(9), "items": [item] });
    given
        .by(BEN)
        .when(PUT_BACK, body.clone())
        .refused("not_permitted");
    given
        .by(STRANGER)
        .when(PUT_BACK, body)
        .refused("workspace_not_found");
}
