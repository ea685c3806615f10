//! Grants, and how they are inherited.

use crate::access::Viewer;
use crate::events::Role;
use crate::place::{readers, role_at, with_readable};
use crate::testing::*;
use kernel::testing::Given;
use kernel::{Actor, PersonId};
use serde_json::{Value, json};

const PEOPLE: [PersonId; 7] = [ANN, BEN, CYD, GUS, DEA, EVE, STRANGER];

fn set(given: &mut Given, item: Value, inherits: bool, grants: Value) -> kernel::testing::Outcome {
    let body = json!({ "item_id": item, "inherits": inherits, "grants": grants });
    given.when("set-permissions", body)
}

fn role(given: &Given, person: PersonId) -> String {
    match query(given, person, "document", &format!("document_id={NOTES}")) {
        Ok(answer) => answer["rights"]["role"].as_str().unwrap().into(),
        Err(refusal) => refusal.code,
    }
}

/// The rule is in the module three times: upwards, downwards, and as a list of readers.
fn assert_one_rule(given: &Given) {
    let mut items = given.rows().prepare("SELECT key FROM item").unwrap();
    let keys: Vec<i64> = items
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for person in PEOPLE {
        let Ok(viewer) = Viewer::of(given.rows(), &Actor::Person(person)) else {
            for key in &keys {
                assert!(!readers(given.rows(), *key).unwrap().contains(&person));
            }
            continue;
        };
        let at_top = viewer.role_at_top().unwrap().map_or(0, Role::rank);
        for key in &keys {
            let up = role_at(given.rows(), &viewer, *key).unwrap();
            let down: u8 = given
                .rows()
                .prepare(with_readable!("SELECT role FROM reach WHERE key = ?4"))
                .unwrap()
                .query_row((viewer.id, !viewer.is_guest, at_top, key), |row| row.get(0))
                .unwrap();
            assert_eq!(up.map_or(0, Role::rank), down, "{person} at {key}");
            let reads = readers(given.rows(), *key).unwrap().contains(&person);
            assert_eq!(reads, up.is_some(), "{person} at {key}");
        }
    }
}

#[test]
fn grants_are_inherited_until_something_stops_it() {
    let mut given = office_with_notes();
    assert_eq!(role(&given, CYD), "viewer");
    assert_eq!(role(&given, ANN), "manager");
    let own = json!([{ "to": { "person": BEN }, "role": "manager" },
                     { "to": { "person": CYD }, "role": "editor" }]);
    set(given.by(BEN), json!(NOTES), true, own.clone()).accepted("permissions-set");
    assert_eq!(role(&given, CYD), "editor");
    assert_one_rule(&given);
    let (events, _) = set(&mut given, json!(NOTES), false, own).accepted_events();
    assert_eq!(events[1].kind, "access-lost");
    assert_eq!(events[1].data["people"], json!([ANN]));
    assert_eq!(role(&given, CYD), "editor");
    assert_eq!(role(&given, ANN), "item_not_found");
    assert_one_rule(&given);
    given.assert_replays();
}

#[test]
fn everyone_leaves_out_guests() {
    let mut given = office_with_notes();
    let all = json!([{ "to": { "person": BEN }, "role": "manager" },
                     { "to": "everyone", "role": "commenter" }]);
    set(given.by(BEN), json!(PLANS), true, all).accepted("permissions-set");
    assert_eq!(role(&given, EVE), "commenter");
    assert_eq!(role(&given, GUS), "item_not_found");
    assert_one_rule(&given);
    let params = format!("item_id={NOTES}");
    let list = query(&given, EVE, "permission-list", &params).unwrap();
    assert_eq!(
        list["inherited"][0]["grants"][1],
        json!({ "to": "everyone", "role": "commenter" })
    );
}

#[test]
fn groups_and_departments_are_those_who_are_in_them_now() {
    let mut given = office_with_notes();
    let created = json!({ "group_id": group(1), "name": "Crew" });
    directory(&mut given, "group-created", &created);
    for (n, parent) in [(1, None), (2, Some(department(1)))] {
        let data = json!({ "department_id": department(n), "name": "x", "parent": parent });
        directory(&mut given, "department-created", &data);
    }
    let grants = json!([{ "to": { "person": BEN }, "role": "manager" },
                        { "to": { "group": group(1) }, "role": "editor" },
                        { "to": { "department": department(1) }, "role": "viewer" }]);
    set(given.by(BEN), json!(PLANS), true, grants.clone())
        .result()
        .unwrap();
    assert_eq!(role(&given, EVE), "item_not_found");
    let eve = json!({ "group_id": group(1), "people": [EVE] });
    directory(&mut given, "group-members-added", &eve);
    assert_eq!(role(&given, EVE), "editor");
    directory(&mut given, "group-members-removed", &eve);
    assert_eq!(role(&given, EVE), "item_not_found");
    // In a department below the one that was named.
    let below = json!({ "person_id": EVE, "departments": [department(2)] });
    directory(&mut given, "departments-assigned", &below);
    assert_eq!(role(&given, EVE), "viewer");
    assert_one_rule(&given);
    let apart = json!({ "department_id": department(2), "parent": null });
    directory(&mut given, "department-moved", &apart);
    assert_eq!(role(&given, EVE), "item_not_found");
    let merged = json!({ "department_id": department(2), "successor": department(1) });
    directory(&mut given, "department-deleted", &merged);
    assert_eq!(role(&given, EVE), "viewer");
    directory(&mut given, "group-members-added", &eve);
    directory(
        &mut given,
        "group-deleted",
        &json!({ "group_id": group(1) }),
    );
    assert_eq!(role(&given, EVE), "viewer");
    // What was granted to a group that is gone may stay.
    set(&mut given, json!(PLANS), true, grants).unchanged();
    given.assert_replays();
}

#[test]
fn nobody_locks_themselves_out() {
    let mut given = office_with_notes();
    let other = json!([{ "to": { "person": CYD }, "role": "manager" }]);
    set(given.by(BEN), json!(PLANS), true, other.clone()).refused("would_lock_out");
    // The document inherits Ben's grant on the folder.
    set(&mut given, json!(NOTES), true, other.clone())
        .result()
        .unwrap();
    set(&mut given, json!(NOTES), false, other.clone()).refused("would_lock_out");
    // Whoever runs the workspace keeps what inherits from the top.
    set(given.by(ANN), json!(PLANS), true, other)
        .result()
        .unwrap();
    assert_eq!(role(&given, BEN), "item_not_found");
}

#[test]
fn unfit_grants_are_refused() {
    let mut given = office_with_notes();
    given.by(BEN);
    let ben = json!({ "to": { "person": BEN }, "role": "manager" });
    for (grant, code) in [
        (
            json!({ "to": { "person": STRANGER }, "role": "viewer" }),
            "subject_not_found",
        ),
        (
            json!({ "to": { "person": DEA }, "role": "viewer" }),
            "subject_not_found",
        ),
        (
            json!({ "to": { "group": group(9) }, "role": "viewer" }),
            "subject_not_found",
        ),
        (
            json!({ "to": { "department": department(9) }, "role": "viewer" }),
            "subject_not_found",
        ),
        (
            json!({ "to": { "person": BEN }, "role": "viewer" }),
            "grant_repeated",
        ),
        (json!({ "to": "nobody", "role": "viewer" }), "malformed"),
        (json!({ "to": "everyone", "role": "king" }), "malformed"),
    ] {
        set(&mut given, json!(PLANS), true, json!([ben, grant])).refused(code);
    }
}

#[test]
fn what_is_granted_deep_inside_is_found_at_the_top() {
    let mut given = office_with_notes();
    share(given.by(BEN), json!(NOTES), &[(EVE, "viewer")]);
    let top = query(&given, EVE, "folder", "").unwrap();
    assert_eq!(top["items"][0]["id"], json!(NOTES));
    assert_eq!(top["items"].as_array().unwrap().len(), 1);
    let document = query(&given, EVE, "document", &format!("document_id={NOTES}")).unwrap();
    assert_eq!(document["breadcrumbs"], json!([]));
    assert_eq!(document["folder_id"], Value::Null);
    let in_folder = query(&given, CYD, "document", &format!("document_id={NOTES}")).unwrap();
    assert_eq!(in_folder["breadcrumbs"][0]["name"], "Plans");
}
