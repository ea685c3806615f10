//! Who may send which command: every command, tried by everyone.

use super::{ANN, OPERATOR, Sent, TestInstallation, founded, id, session, site};
use crate::commands::COMMANDS;
use kernel::{AccountId, Actor, PersonId, SiteName};
use serde_json::{Value, json};

const FORMER: AccountId = AccountId(kernel::id::Uuid::from_u128(3));

/// An installation where every body of [`body`] would change something.
fn prepared() -> TestInstallation {
    let mut given = founded();
    let former = json!({
        "account_id": FORMER, "user": "former", "name": "F", "password": "correct horse"});
    given
        .send("create-account", former)
        .accepted("account-created");
    given
        .send("deactivate-account", json!({"account_id": FORMER}))
        .accepted("account-deactivated");
    let _ = given
        .send(
            "create-workspace",
            json!({"workspace_id": id(70), "name": "Harbour"}),
        )
        .accepted_events();
    given
        .send(
            "add-passkey",
            json!({"credential_id": "k1", "label": "Phone", "credential": "1"}),
        )
        .accepted("passkey-added");
    given
        .by(site())
        .send("publish-evidence-key", json!({"key": "01".repeat(32)}))
        .accepted("evidence-key-published");
    given.by(Actor::Account(OPERATOR));
    given
}

/// A body for each command that concerns another account, or the installation.
fn body(command: &str) -> Value {
    let account = |n| json!({"account_id": id(n), "user": format!("u{n}"), "name": "N", "password": "correct horse"});
    match command {
        "found-installation" | "create-account" | "register-account" => account(50),
        "change-password" => json!({"current": "correct horse", "new": "battery staple"}),
        "set-password" => json!({"account_id": OPERATOR, "password": "battery staple"}),
        "set-operator" => json!({"account_id": ANN, "operator": true}),
        "deactivate-account" => json!({"account_id": ANN}),
        "reactivate-account" => json!({"account_id": FORMER}),
        "end-sessions" => json!({"account_id": OPERATOR}),
        "end-session" => json!({"account_id": OPERATOR, "session_id": session(1)}),
        "add-passkey" => json!({"credential_id": "k2", "label": "Key", "credential": "1"}),
        "record-passkey-use" => json!({"credential_id": "k1", "credential": "2"}),
        "remove-passkey" => json!({"credential_id": "k1"}),
        "create-workspace" => json!({"workspace_id": id(71), "name": "Pier"}),
        "rotate-data-key" => json!({"workspace_id": id(70)}),
        "rotate-signing-key" => json!({}),
        "publish-evidence-key" => json!({"key": "02".repeat(32)}),
        "retire-evidence-key" => json!({"key": "01".repeat(32)}),
        other => panic!("no body for {other}: add one, with who may send it"),
    }
}

/// The code a command is refused with, or `granted`.
fn tried(actor: Actor, command: &str) -> String {
    match prepared().by(actor).send(command, body(command)).result() {
        Ok(_) => "granted".into(),
        Err(refusal) => refusal.code,
    }
}

#[test]
fn operators_send_everything_but_what_sites_send() {
    for command in COMMANDS {
        let expected = match command.name {
            "found-installation" | "register-account" | "publish-evidence-key" => "not_permitted",
            _ => "granted",
        };
        assert_eq!(
            tried(Actor::Account(OPERATOR), command.name),
            expected,
            "{}",
            command.name
        );
    }
}

#[test]
fn others_look_after_themselves_alone() {
    for command in COMMANDS {
        let expected = match command.name {
            "change-password" | "add-passkey" => "granted",
            "record-passkey-use" | "remove-passkey" => "passkey_not_found",
            _ => "not_permitted",
        };
        assert_eq!(
            tried(Actor::Account(ANN), command.name),
            expected,
            "{}",
            command.name
        );
    }
}

#[test]
fn strangers_former_accounts_and_people_of_workspaces_send_nothing() {
    for command in COMMANDS {
        for actor in [
            Actor::Account(FORMER),
            Actor::Account(AccountId(id(99))),
            Actor::Person(PersonId(OPERATOR.0)),
        ] {
            assert_eq!(
                tried(actor, command.name),
                "not_permitted",
                "{}",
                command.name
            );
        }
    }
}

#[test]
fn sites_found_register_end_sessions_and_publish_keys_and_nothing_else() {
    let other = Actor::Site(SiteName::new("b").unwrap());
    for command in COMMANDS {
        for actor in [site(), other.clone()] {
            let expected = match command.name {
                "found-installation" => "already_founded",
                "register-account" | "end-sessions" | "publish-evidence-key" => "granted",
                "record-passkey-use" | "remove-passkey" => "passkey_not_found",
                _ => "not_permitted",
            };
            assert_eq!(tried(actor, command.name), expected, "{}", command.name);
        }
    }
}

#[test]
fn unknown_commands_and_malformed_bodies_are_refused() {
    let mut given = founded();
    given
        .send("sink-ship", json!({}))
        .refused("unknown_command");
    for command in COMMANDS {
        for bad in [json!(null), json!("x"), json!({"surprise": 1})] {
            given.send(command.name, bad.clone()).refused("malformed");
            // Nor does an unprepared body get past the decision.
            given.given.when(command.name, bad).refused("malformed");
        }
    }
}
