//! Replaying the entries of any run of commands gives the same rows.

use super::{ADMIN, GUEST, MEMBER, OWNER, founded, id, person};
use kernel::{
    Actor, PersonId,
    testing::{Aspects, Given},
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Few ids, so that commands meet each other's facts.
fn some_person() -> impl Strategy<Value = PersonId> {
    prop_oneof![
        Just(OWNER),
        Just(ADMIN),
        Just(MEMBER),
        Just(GUEST),
        (50..54_u128).prop_map(person)
    ]
}

fn some_department() -> impl Strategy<Value = Value> {
    (10..13_u128).prop_map(|n| json!(id(n)))
}

fn maybe_department() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), some_department()]
}

fn some_name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c]{1,2}", Just("王小明".into()), Just(String::new())]
}

fn some_role() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["owner", "admin", "member", "guest", "crew", "cooks"])
        .prop_map(Into::into)
}

fn people_command() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        (some_person(), some_name(), some_name(), some_role()).prop_map(
            |(p, name, handle, role)| {
                (
                    "add-person",
                    json!({"person_id": p, "name": name, "handle": handle, "role": role}),
                )
            }
        ),
        (some_person(), some_name(), 0..3_u8).prop_map(|(p, name, n)| {
            let rows = json!([{"external_id": format!("U{n}"), "person_id": p, "name": name,
                "handle": name, "deactivated": n == 1}]);
            ("import-people", json!({"people": rows}))
        }),
        (some_person(), some_name(), some_name()).prop_map(|(p, name, handle)| {
            (
                "update-person",
                json!({"person_id": p, "name": name, "handle": handle, "title": name}),
            )
        }),
        (some_person(), 150..153_u128)
            .prop_map(|(p, n)| ("link-account", json!({"person_id": p, "account_id": id(n)}))),
        some_person().prop_map(|p| ("deactivate-person", json!({"person_id": p}))),
        some_person().prop_map(|p| ("reactivate-person", json!({"person_id": p}))),
        some_person().prop_map(|p| ("quarantine-person", json!({"person_id": p, "reason": "x"}))),
        some_person().prop_map(|p| ("release-person", json!({"person_id": p, "note": "x"}))),
        (some_person(), some_role())
            .prop_map(|(p, role)| ("assign-role", json!({"person_id": p, "role": role}))),
        (
            some_role(),
            prop::sample::subsequence(crate::roles::PERMISSIONS.to_vec(), 0..4)
        )
            .prop_map(|(role, all)| ("define-role", json!({"role": role, "permissions": all}))),
        some_role().prop_map(|role| ("delete-role", json!({"role": role}))),
    ]
}

fn place_command() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        (some_department(), some_name(), maybe_department()).prop_map(|(d, name, parent)| {
            (
                "create-department",
                json!({"department_id": d, "name": name, "parent": parent}),
            )
        }),
        (some_department(), some_name()).prop_map(|(d, name)| (
            "rename-department",
            json!({"department_id": d, "name": name})
        )),
        (some_department(), maybe_department()).prop_map(|(d, parent)| (
            "move-department",
            json!({"department_id": d, "parent": parent})
        )),
        (some_department(), maybe_department()).prop_map(|(d, successor)| {
            (
                "delete-department",
                json!({"department_id": d, "successor": successor}),
            )
        }),
        (
            some_person(),
            prop::collection::vec(some_department(), 0..3)
        )
            .prop_map(|(p, all)| {
                (
                    "assign-department",
                    json!({"person_id": p, "departments": all}),
                )
            }),
        (30..32_u128, some_name())
            .prop_map(|(g, name)| ("create-group", json!({"group_id": id(g), "name": name}))),
        (30..32_u128, some_name())
            .prop_map(|(g, name)| ("rename-group", json!({"group_id": id(g), "name": name}))),
        (30..32_u128).prop_map(|g| ("delete-group", json!({"group_id": id(g)}))),
        (30..32_u128, prop::collection::vec(some_person(), 1..4))
            .prop_map(|(g, p)| ("add-group-members", json!({"group_id": id(g), "people": p}))),
        (30..32_u128, prop::collection::vec(some_person(), 1..4)).prop_map(|(g, p)| (
            "remove-group-members",
            json!({"group_id": id(g), "people": p})
        )),
    ]
}

fn invitation_command() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        (0..3_u128, some_role()).prop_map(|(n, role)| {
            let wish = json!({"invitation_id": id(60 + n), "role": role, "expires_in_hours": 1});
            (
                "invite",
                json!({"wish": wish, "code_hash": format!("{n:02}").repeat(32)}),
            )
        }),
        (0..3_u128).prop_map(|n| ("revoke-invitation", json!({"invitation_id": id(60 + n)}))),
        (0..3_u128, some_person(), some_name()).prop_map(|(n, p, name)| {
            (
                "accept-invitation",
                json!({"code_hash": format!("{n:02}").repeat(32),
                "account_id": id(500 + n), "person_id": p, "name": name, "handle": name}),
            )
        }),
    ]
}

fn some_actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        6 => Just(Actor::Person(OWNER)),
        2 => Just(Actor::Person(ADMIN)),
        1 => some_person().prop_map(Actor::Person),
    ]
}

/// A workspace with something of every kind, so that commands find what they are about.
fn furnished() -> Given {
    let mut given = founded();
    for (name, body) in [
        (
            "create-department",
            json!({"department_id": id(10), "name": "a"}),
        ),
        (
            "create-department",
            json!({"department_id": id(11), "name": "a", "parent": id(10)}),
        ),
        ("create-group", json!({"group_id": id(30), "name": "a"})),
        (
            "define-role",
            json!({"role": "crew", "permissions": ["messages.send"]}),
        ),
        (
            "add-person",
            json!({"person_id": person(50), "name": "a", "handle": "a"}),
        ),
    ] {
        let _ = given.when(name, body).accepted_events();
    }
    given
}

/// A run of commands by several people.
type Run = Vec<(Actor, (&'static str, Value), i64)>;

fn some_run() -> impl Strategy<Value = Run> {
    prop::collection::vec(
        (
            some_actor(),
            prop_oneof![people_command(), place_command(), invitation_command()],
            0..900_000_i64,
        ),
        1..60,
    )
}

fn played(run: Run) -> Given {
    let mut given = furnished();
    for (actor, (name, body), ms) in run {
        let later = given.now().plus_ms(ms);
        // Only an account in the gateway's hands accepts an invitation.
        let newcomer = Actor::Account(kernel::AccountId(id(500)));
        let actor = if name == "accept-invitation" {
            newcomer
        } else {
            actor
        };
        let _ = given.at(later).by(actor).when(name, body).result();
    }
    given
}

fn owners(given: &Given) -> u32 {
    let sql =
        "SELECT count(*) FROM person WHERE role = 'owner' AND is_active AND account IS NOT NULL
         AND id NOT IN (SELECT person FROM quarantine)";
    given.rows().query_row(sql, [], |row| row.get(0)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rows_after_a_replay_are_the_same(run in some_run()) {
        let given = played(run);
        given.assert_replays();
        prop_assert!(owners(&given) >= 1, "the workspace lost its owners");
    }

    #[test]
    fn whatever_happened_is_put_back_to_any_moment(run in some_run(), share in 0.0..1.0_f64) {
        let mut given = played(run);
        let sql = "SELECT id FROM person WHERE role = 'owner' AND is_active
                   AND id NOT IN (SELECT person FROM quarantine) LIMIT 1";
        let owner = given.rows().query_row(sql, [], |row| row.get(0)).unwrap();
        given.assert_put_back(share, owner, ASPECTS);
        prop_assert!(owners(&given) >= 1, "the workspace lost its owners");
    }
}

const ASPECTS: Aspects = Aspects {
    of: &[
        (
            "person",
            &[
                "role",
                "active",
                "profile",
                "departments",
                "account",
                "exists",
            ],
        ),
        ("department", &["name", "parent", "exists"]),
        ("group", &["name", "exists"]),
        ("role", &["permissions"]),
        ("invitation", &["open"]),
    ],
    holds,
};

/// People are never unmade, only shut out.
fn holds(rows: &rusqlite::Connection, aspect: &kernel::Aspect, value: &Value) -> Option<bool> {
    let is_shut_out = matches!(aspect.aspect.as_str(), "exists" | "account");
    if aspect.kind != "person" || !is_shut_out || !value.is_null() {
        // An invitation that is gone is one that is not open.
        let is_gone = aspect.kind == "invitation" && value.is_null();
        return is_gone.then(|| crate::put_back::value(rows, aspect).unwrap() != json!(true));
    }
    if aspect.aspect == "account" && crate::put_back::value(rows, aspect).unwrap().is_null() {
        return None;
    }
    let active = kernel::Aspect::new("person", &aspect.object, "active");
    Some(crate::put_back::value(rows, &active).unwrap() != json!(true))
}
