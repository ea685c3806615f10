//! Who may do what: every command by every role.

use super::outsiders::{commands, office_with_comment};
use crate::testing::*;
use kernel::{Decision, PersonId};
use serde_json::{Value, json};

fn outcome(person: PersonId, role: &str, name: &str, body: &Value) -> String {
    let mut given = office_with_comment();
    if person == EVE {
        share(given.by(BEN), json!(NOTES), &[(EVE, role)]);
        share(&mut given, json!(PLANS), &[(EVE, role)]);
        // What is moved goes where the mover may put it.
        let grants = json!([{ "to": { "person": BEN }, "role": "manager" },
                            { "to": { "person": EVE }, "role": role }]);
        let body = json!({ "item_id": folder(2), "inherits": true, "grants": grants });
        given.when("set-permissions", body).result().unwrap();
    }
    let outcome = match given.by(person).when(name, body.clone()).result() {
        Ok(Decision::Accepted { .. }) => "yes".into(),
        Ok(Decision::Unchanged { .. }) => "same".into(),
        Err(refusal) => refusal.code,
    };
    given.assert_replays();
    outcome
}

#[test]
fn each_role_includes_those_before() {
    let rank = |name: &str| match name {
        "add-comment" | "reply-to-comment" | "resolve-comment" | "reopen-comment" => 2,
        "update-document" | "rename-document" | "rename-folder" | "name-version"
        | "restore-version" | "attach-file" | "create-folder" | "create-document" | "add-file"
        | "import-markdown" => 3,
        "edit-comment" => 9,
        _ => 4,
    };
    for (name, body) in commands() {
        for (i, role) in (1..).zip(["viewer", "commenter", "editor", "manager"]) {
            let outcome = outcome(EVE, role, name, &body);
            let may = i >= rank(name);
            assert_eq!(
                outcome != "not_permitted",
                may,
                "{name} by a {role}: {outcome}"
            );
        }
    }
}

#[test]
fn whoever_runs_the_workspace_manages_what_inherits_from_the_top() {
    for (name, body) in commands() {
        let outcome = outcome(ANN, "", name, &body);
        let is_own = name == "edit-comment";
        assert_eq!(outcome == "not_permitted", is_own, "{name}: {outcome}");
    }
    let mut given = office_with_comment();
    let grants = json!([{ "to": { "person": BEN }, "role": "manager" }]);
    let body = json!({ "item_id": PLANS, "inherits": false, "grants": grants });
    given
        .by(BEN)
        .when("set-permissions", body)
        .result()
        .unwrap();
    for (name, body) in commands() {
        let refusal = given.by(ANN).when(name, body).result().unwrap_err();
        assert!(
            refusal.code.ends_with("_not_found"),
            "{name}: {}",
            refusal.code
        );
    }
}

#[test]
fn guests_make_nothing_at_the_top() {
    let mut given = office();
    let body = json!({ "folder_id": PLANS, "name": "x" });
    given
        .by(GUS)
        .when("create-folder", body.clone())
        .refused("not_permitted");
    given
        .by(EVE)
        .when("create-folder", body)
        .accepted("folder-created");
}
