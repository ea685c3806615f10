//! Who is shown what as it happens.

use crate::testing::*;
use kernel::PersonId;
use serde_json::json;

fn item(id: impl Into<crate::ItemId>) -> String {
    format!("item:{}", id.into())
}

fn own(person: PersonId) -> String {
    format!("person:{person}")
}

#[test]
fn people_are_entitled_to_what_they_may_read() {
    let given = office_with_notes();
    assert_eq!(topics(&given, CYD), [own(CYD), item(PLANS), item(NOTES)]);
    assert_eq!(topics(&given, ANN), [own(ANN), item(PLANS), item(NOTES)]);
    assert_eq!(topics(&given, EVE), [own(EVE)]);
    assert_eq!(topics(&given, DEA), [""; 0]);
    assert_eq!(topics(&given, STRANGER), [""; 0]);
}

#[test]
fn an_update_goes_to_readers_and_carries_what_was_typed() {
    let mut given = office_with_notes();
    let body = Editor::open(&given, 5, NOTES).write("hello");
    let (events, _) = given
        .by(BEN)
        .when("update-document", body.clone())
        .accepted_events();
    assert_eq!(events[0].data["update"], body["update"]);
    assert_eq!(audience(&given, &events[0]).topics, [item(NOTES)]);
    assert!(audience(&given, &events[0]).entitled_anew.is_empty());
    settle(&mut given);
}

#[test]
fn what_is_made_is_shown_to_whoever_may_read_it() {
    let mut given = office_with_notes();
    let body = json!({ "document_id": document(2), "folder_id": PLANS, "title": "More" });
    let (events, _) = given
        .by(BEN)
        .when("create-document", body)
        .accepted_events();
    let audience = audience(&given, &events[0]);
    assert_eq!(audience.topics, [item(document(2))]);
    assert_eq!(audience.entitled_anew, [ANN, BEN, CYD]);
}

#[test]
fn whoever_loses_access_is_told_so_and_nothing_else() {
    let mut given = office_with_notes();
    let grants = json!([{ "to": { "person": BEN }, "role": "manager" },
                        { "to": { "person": EVE }, "role": "viewer" }]);
    let body = json!({ "item_id": PLANS, "inherits": true, "grants": grants });
    let (events, _) = given
        .by(BEN)
        .when("set-permissions", body)
        .accepted_events();
    let set = audience(&given, &events[0]);
    assert_eq!(set.topics, [item(PLANS)]);
    assert_eq!(set.entitled_anew, [ANN, BEN, CYD, GUS, EVE]);
    assert_eq!(audience(&given, &events[1]).topics, [own(CYD)]);
    assert_eq!(topics(&given, CYD), [own(CYD)]);
    assert_eq!(topics(&given, EVE), [own(EVE), item(PLANS), item(NOTES)]);
}

#[test]
fn that_a_document_settled_is_shown_to_nobody() {
    let mut given = office_with_notes();
    write(given.by(BEN), 5, "x");
    let later = kernel::Timestamp(given.now().millis() + 10_000);
    given.at(later);
    let command = due(&given, later).remove(0);
    let (events, _) = given.decide(command).accepted_events();
    assert!(audience(&given, &events[0]).topics.is_empty());
}
