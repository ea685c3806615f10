//! Replaying the entries of any run of commands gives the same rows.

use super::{ANN, OPERATOR, Sent, founded, id, session, site};
use kernel::{AccountId, Actor};
use proptest::prelude::*;
use serde_json::{Value, json};

fn some_account() -> impl Strategy<Value = AccountId> {
    prop_oneof![
        Just(OPERATOR),
        Just(ANN),
        (50..53_u128).prop_map(|n| AccountId(id(n)))
    ]
}

fn some_password() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["correct horse", "battery staple", "short"])
}

fn account_command() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        (some_account(), "[a-c]{1,2}", some_password(), any::<bool>()).prop_map(
            |(a, user, password, o)| {
                (
                    "create-account",
                    json!({
                "account_id": a, "user": user, "name": user, "password": password, "operator": o}),
                )
            }
        ),
        (some_account(), "[a-c]{1,2}").prop_map(|(a, user)| {
            (
                "register-account",
                json!({
                "account_id": a, "user": user, "name": user, "password": "correct horse"}),
            )
        }),
        (some_password(), some_password()).prop_map(|(current, new)| (
            "change-password",
            json!({"current": current, "new": new})
        )),
        (some_account(), some_password()).prop_map(|(a, password)| (
            "set-password",
            json!({"account_id": a, "password": password})
        )),
        (some_account(), any::<bool>())
            .prop_map(|(a, o)| ("set-operator", json!({"account_id": a, "operator": o}))),
        some_account().prop_map(|a| ("deactivate-account", json!({"account_id": a}))),
        some_account().prop_map(|a| ("reactivate-account", json!({"account_id": a}))),
    ]
}

fn other_command() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        any::<bool>().prop_map(|except| ("end-sessions", json!({"except_this": except}))),
        (0..3_u128).prop_map(|n| ("end-session", json!({"session_id": session(n)}))),
        (0..3_u8).prop_map(|n| {
            (
                "add-passkey",
                json!({"credential_id": format!("k{n}"), "label": "K", "credential": "1"}),
            )
        }),
        (0..3_u8, "[12]").prop_map(|(n, credential)| {
            (
                "record-passkey-use",
                json!({"credential_id": format!("k{n}"), "credential": credential}),
            )
        }),
        (0..3_u8).prop_map(|n| ("remove-passkey", json!({"credential_id": format!("k{n}")}))),
        (70..73_u128, "[a-b]").prop_map(|(n, name)| (
            "create-workspace",
            json!({"workspace_id": id(n), "name": name})
        )),
        (70..73_u128).prop_map(|n| ("rotate-data-key", json!({"workspace_id": id(n)}))),
        any::<bool>().prop_map(|revoke| ("rotate-signing-key", json!({"revoke_old": revoke}))),
    ]
}

fn some_actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        4 => Just(Actor::Account(OPERATOR)),
        2 => some_account().prop_map(Actor::Account),
        1 => Just(site()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rows_after_a_replay_are_the_same(
        run in prop::collection::vec(
            (some_actor(), prop_oneof![account_command(), other_command()], 0..3_u128, 0..9_i64),
            1..60,
        )
    ) {
        let mut given = founded();
        for (actor, (name, body), from, ms) in run {
            let later = given.now().plus_ms(ms);
            given.given.at(later);
            given.session = Some(session(from));
            let _ = given.by(actor).send(name, body).result();
        }
        given.given.assert_replays();
        let (operators, keys): (u32, u32) = given.rows().query_row(
            "SELECT (SELECT count(*) FROM account WHERE is_operator AND is_active),
                    (SELECT count(*) FROM signing_key WHERE retired_at IS NULL)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        ).unwrap();
        prop_assert!(operators >= 1, "nobody runs the installation");
        prop_assert_eq!(keys, 1, "one key signs");
    }
}
