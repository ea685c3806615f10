//! Who may send which command: every public command, tried by everyone.

use super::{
    ADMIN, FORMER, GUEST, MEMBER, OWNER, OWNER_ACCOUNT, as_admin, founded, id, person, site,
};
use crate::commands::COMMANDS;
use kernel::{Actor, testing::Given};
use serde_json::{Value, json};

/// A workspace where every body of [`body`] would change something.
fn prepared() -> Given {
    let mut given = founded();
    for (name, body, kind) in [
        (
            "create-department",
            json!({"department_id": id(10), "name": "Deck"}),
            "department-created",
        ),
        (
            "create-group",
            json!({"group_id": id(30), "name": "Crew"}),
            "group-created",
        ),
        (
            "add-group-members",
            json!({"group_id": id(30), "people": [MEMBER]}),
            "group-members-added",
        ),
        (
            "define-role",
            json!({"role": "crew", "permissions": []}),
            "role-defined",
        ),
        (
            "add-person",
            json!({"person_id": person(50), "name": "Ben", "handle": "ben"}),
            "person-added",
        ),
        (
            "add-person",
            json!({"person_id": person(53), "name": "Gil", "handle": "gil"}),
            "person-added",
        ),
        (
            "quarantine-person",
            json!({"person_id": person(53), "reason": "An alarm"}),
            "person-quarantined",
        ),
        (
            "invite",
            json!({"wish": {"invitation_id": id(60), "role": "guest"}, "code_hash": "ab".repeat(32)}),
            "invitation-made",
        ),
    ] {
        given.when(name, body).accepted(kind);
    }
    given
}

/// A harmless body for each command.
fn body(command: &str) -> Value {
    match command {
        "add-person" => json!({"person_id": person(51), "name": "Cyd", "handle": "cyd"}),
        "import-people" => json!({"people": [
            {"external_id": "U1", "person_id": person(52), "name": "Dee", "handle": "dee"}]}),
        "update-person" => json!({"person_id": person(50), "name": "Benno"}),
        "link-account" => json!({"person_id": person(50), "account_id": id(150)}),
        "deactivate-person" => json!({"person_id": person(50)}),
        "reactivate-person" => json!({"person_id": FORMER}),
        "quarantine-person" => json!({"person_id": person(50), "reason": "An alarm"}),
        "release-person" => json!({"person_id": person(53), "note": "It was a restore"}),
        "renew-built-in-roles" => json!({"roles": ["admin"]}),
        "lend-role" => json!({"grant_id": id(91), "person_id": person(50),
            "permissions": ["people.manage"], "until": i64::MAX}),
        "return-role" => json!({"grant_id": id(91)}),
        "assign-role" => json!({"person_id": person(50), "role": "guest"}),
        "define-role" => json!({"role": "cooks", "permissions": ["messages.send"]}),
        "delete-role" => json!({"role": "crew"}),
        "create-department" => json!({"department_id": id(11), "name": "Galley"}),
        "rename-department" => json!({"department_id": id(10), "name": "Bridge"}),
        "move-department" => json!({"department_id": id(10), "parent": id(10)}),
        "delete-department" => json!({"department_id": id(10)}),
        "assign-department" => json!({"person_id": person(50), "departments": [id(10)]}),
        "create-group" => json!({"group_id": id(31), "name": "Cooks"}),
        "rename-group" => json!({"group_id": id(30), "name": "Hands"}),
        "delete-group" => json!({"group_id": id(30)}),
        "add-group-members" => json!({"group_id": id(30), "people": [GUEST]}),
        "remove-group-members" => json!({"group_id": id(30), "people": [MEMBER]}),
        "invite" => json!({
            "wish": {"invitation_id": id(61), "role": "guest"}, "code_hash": "cd".repeat(32)}),
        "revoke-invitation" => json!({"invitation_id": id(60)}),
        "found-workspace" => json!({"name": "Harbour", "owner": {
            "person_id": person(80), "account_id": id(180), "name": "Eve", "handle": "eve"}}),
        "accept-invitation" => json!({"code_hash": "ab".repeat(32), "account_id": id(181),
            "person_id": person(81), "name": "Fay", "handle": "fay"}),
        kernel::PUT_BACK => json!({"rewind_id": id(90), "items": [{
            "aspect": {"kind": "group", "object": id(30), "aspect": "name"},
            "expected": "Crew", "value": "Hands"}]}),
        other => panic!("no body for {other}: add one, with who may send it"),
    }
}

/// The code a command is refused with, or `granted`.
fn tried(actor: Actor, command: &str) -> String {
    match prepared().by(actor).when(command, body(command)).result() {
        Ok(_) => "granted".into(),
        // It got past authorisation: the tree has one department, which cannot move below itself.
        Err(refusal) if refusal.code == "department_cycle" => "granted".into(),
        Err(refusal) => refusal.code,
    }
}

#[test]
fn owners_and_admins_send_every_public_command() {
    for command in COMMANDS.iter().filter(|command| command.is_public) {
        for actor in [OWNER, ADMIN] {
            assert_eq!(
                tried(Actor::Person(actor), command.name),
                "granted",
                "{}",
                command.name
            );
        }
    }
}

#[test]
fn members_and_guests_send_none() {
    for command in COMMANDS {
        for actor in [MEMBER, GUEST] {
            assert_eq!(
                tried(Actor::Person(actor), command.name),
                "not_permitted",
                "{}",
                command.name
            );
        }
    }
}

#[test]
fn strangers_and_former_members_do_not_learn_that_the_workspace_exists() {
    for command in COMMANDS {
        for actor in [person(99), FORMER] {
            let code = tried(Actor::Person(actor), command.name);
            assert_eq!(code, "workspace_not_found", "{}", command.name);
        }
    }
}

#[test]
fn whoever_is_in_quarantine_sends_none() {
    for command in COMMANDS {
        for actor in [OWNER, ADMIN, MEMBER] {
            let mut given = prepared();
            let reason = json!({"person_id": actor, "reason": "An alarm"});
            let _ = given
                .by(site())
                .when("quarantine-person", reason)
                .accepted_events();
            given
                .by(Actor::Person(actor))
                .when(command.name, body(command.name))
                .refused("quarantined");
        }
    }
}

#[test]
fn accounts_and_sites_send_only_what_the_gateway_issues() {
    for command in COMMANDS {
        for actor in [Actor::Account(OWNER_ACCOUNT), site()] {
            let is_site = matches!(actor, Actor::Site(_));
            let expected = match command.name {
                "found-workspace" => "already_founded",
                "accept-invitation" => "granted",
                "quarantine-person" | "renew-built-in-roles" | "lend-role" | "return-role"
                    if is_site =>
                {
                    "granted"
                }
                // An account gets this far through the operators' door alone.
                "release-person" if !is_site => "people_can_release",
                _ => "not_permitted",
            };
            assert_eq!(tried(actor, command.name), expected, "{}", command.name);
        }
    }
}

#[test]
fn a_person_sends_nothing_that_the_gateway_issues() {
    for command in COMMANDS.iter().filter(|command| !command.is_public) {
        // A rewind sends this one for whoever approved it.
        let expected = match command.name {
            kernel::PUT_BACK => "granted",
            _ => "not_permitted",
        };
        assert_eq!(
            tried(Actor::Person(OWNER), command.name),
            expected,
            "{}",
            command.name
        );
    }
}

#[test]
fn single_permissions_open_single_doors() {
    let mut given = prepared();
    for (role, permission, opens, shut) in [
        (
            "groupers",
            "groups.manage",
            "create-group",
            "create-department",
        ),
        ("importers", "import.run", "import-people", "add-person"),
        (
            "placers",
            "people.manage",
            "create-department",
            "create-group",
        ),
        ("stewards", "roles.manage", "define-role", "invite"),
        (
            "guards",
            "protection.manage",
            "quarantine-person",
            "deactivate-person",
        ),
    ] {
        let permissions = [
            "channels.create",
            "continuity.view",
            "messages.send",
            "messages.urgent",
            permission,
        ];
        given
            .by(Actor::Person(OWNER))
            .when(
                "define-role",
                json!({"role": role, "permissions": permissions}),
            )
            .accepted("role-defined");
        given
            .when("assign-role", json!({"person_id": MEMBER, "role": role}))
            .accepted("role-assigned");
        given.by(Actor::Person(MEMBER));
        assert!(
            given.when(opens, body(opens)).result().is_ok(),
            "{role} {opens}"
        );
        given.when(shut, body(shut)).refused("not_permitted");
    }
}

#[test]
fn unknown_commands_and_malformed_bodies_are_refused() {
    let mut given = as_admin();
    given
        .when("sink-ship", json!({}))
        .refused("unknown_command");
    for command in COMMANDS {
        for bad in [json!(null), json!([]), json!("x"), json!({"surprise": 1})] {
            given.when(command.name, bad).refused("malformed");
        }
    }
}
