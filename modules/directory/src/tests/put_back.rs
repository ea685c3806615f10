//! What somebody did is put back.

use super::{ADMIN, GUEST, MEMBER, OWNER, founded, id, person};
use crate::Directory;
use kernel::PutBackOutcome::{AlreadySo, ChangedSince, Done, Impossible};
use kernel::testing::Given;
use kernel::{AccountId, Actor, Aspect, Module, PUT_BACK, PersonId, PutBackOutcome, id::Uuid};
use serde_json::{Value, json};

fn of(kind: &str, object: Uuid, aspect: &str) -> Aspect {
    Aspect::new(kind, object, aspect)
}

fn member(group: Uuid, person: PersonId) -> Aspect {
    of("group", group, "member").with(person)
}

fn put(given: &mut Given, all: Vec<(Aspect, Value)>) -> Vec<PutBackOutcome> {
    let items = all
        .into_iter()
        .map(|(aspect, value)| given.item(aspect, value));
    let items = items.collect();
    given.by(Actor::Person(OWNER)).put_back(items)
}

/// A group Crew (30) with the member and the guest in it, the departments 10 and below it 11 with the
/// member in it, and 20.
fn furnished() -> Given {
    let mut given = founded();
    for (name, body) in [
        ("create-group", json!({"group_id": id(30), "name": "Crew"})),
        (
            "add-group-members",
            json!({"group_id": id(30), "people": [MEMBER, GUEST]}),
        ),
        (
            "create-department",
            json!({"department_id": id(10), "name": "Deck"}),
        ),
        (
            "create-department",
            json!({"department_id": id(11), "name": "Watch", "parent": id(10)}),
        ),
        (
            "create-department",
            json!({"department_id": id(20), "name": "Galley"}),
        ),
        (
            "assign-department",
            json!({"person_id": MEMBER, "departments": [id(11)]}),
        ),
        (
            "define-role",
            json!({"role": "crew", "permissions": ["messages.send"]}),
        ),
    ] {
        let _ = given.when(name, body).accepted_events();
    }
    given.by(Actor::Person(ADMIN));
    given
}

#[test]
fn a_deleted_group_comes_back_with_name_and_members_in_any_order() {
    let mut given = furnished();
    let rename = json!({"group_id": id(30), "name": "Mine"});
    given.when("rename-group", rename).accepted("group-renamed");
    let (events, _) = given
        .when("delete-group", json!({"group_id": id(30)}))
        .accepted_events();
    assert_eq!(events.len(), 1);
    let outcomes = put(
        &mut given,
        vec![
            (member(id(30), MEMBER), json!(true)),
            (of("group", id(30), "name"), json!("Crew")),
            (member(id(30), GUEST), json!(true)),
            (of("group", id(30), "exists"), json!(true)),
        ],
    );
    assert_eq!(outcomes, [Done, Done, Done, Done]);
    assert_eq!(given.aspect(&of("group", id(30), "name")), json!("Crew"));
    assert_eq!(given.aspect(&member(id(30), GUEST)), json!(true));
    given.assert_replays();
}

#[test]
fn deleting_a_group_touches_everybody_in_it() {
    let given = furnished();
    let event = kernel::Event::new("group-deleted", 1, &json!({"group_id": id(30)}));
    let touched = Directory.touches(given.rows(), &event).unwrap();
    let wanted = [
        member(id(30), MEMBER),
        member(id(30), GUEST),
        of("group", id(30), "exists"),
        of("group", id(30), "name"),
    ];
    assert_eq!(touched, wanted);
    let label = Directory.object_label(given.rows(), &touched[0]).unwrap();
    assert_eq!(label.as_deref(), Some("Crew"));
}

#[test]
fn departments_come_back_where_they_were_with_their_people() {
    let mut given = furnished();
    for (department, successor) in [(11, Some(id(10))), (10, Some(id(20)))] {
        let body = json!({"department_id": id(department), "successor": successor});
        given
            .when("delete-department", body)
            .accepted("department-deleted");
    }
    let departments = of("person", MEMBER.0, "departments");
    assert_eq!(given.aspect(&departments), json!([id(20)]));
    let outcomes = put(
        &mut given,
        vec![
            (departments.clone(), json!([id(11)])),
            (
                of("department", id(11), "parent"),
                json!({"parent": id(10)}),
            ),
            (of("department", id(11), "exists"), json!(true)),
            (of("department", id(10), "exists"), json!(true)),
        ],
    );
    assert_eq!(outcomes, [Done, Done, Done, Done]);
    assert_eq!(given.aspect(&departments), json!([id(11)]));
    let parent = given.aspect(&of("department", id(11), "parent"));
    assert_eq!(parent, json!({"parent": id(10)}));
    given.assert_replays();
}

#[test]
fn what_keeps_the_rules_is_done_and_what_does_not_says_why() {
    let mut given = furnished();
    given
        .by(Actor::Person(OWNER))
        .when("assign-role", json!({"person_id": ADMIN, "role": "owner"}))
        .accepted("role-assigned");
    let role = |person: PersonId| of("person", person.0, "role");
    let all = vec![
        (role(OWNER), json!("member")),
        (role(ADMIN), json!("admin")),
        (role(GUEST), json!("captain")),
        (role(MEMBER), json!("crew")),
        (
            of("department", id(10), "parent"),
            json!({"parent": id(11)}),
        ),
        (of("department", id(20), "name"), json!("deck")),
        (of("department", id(10), "exists"), Value::Null),
        (of("role", id(0), "permissions"), Value::Null),
    ];
    let mut items: Vec<_> = all
        .into_iter()
        .map(|(aspect, value)| given.item(aspect, value))
        .collect();
    items[7].aspect.object = "owner".into();
    items[7].expected = given.aspect(&items[7].aspect);
    // Whoever answers keeps their own rank to the end.
    given.by(Actor::Person(ADMIN));
    let outcomes = given.put_back(items);
    let why = |outcome: &PutBackOutcome| match outcome {
        Impossible(why) => why.clone(),
        other => format!("{other:?}"),
    };
    let said: Vec<_> = outcomes.iter().map(why).collect();
    assert_eq!(said[0], "Done");
    assert!(said[1].starts_with("This is the last owner"), "{said:?}");
    assert!(said[2].starts_with("There is no such role"), "{said:?}");
    assert_eq!(said[3], "Done");
    assert!(said[4].contains("below itself"), "{said:?}");
    assert!(said[5].contains("in use"), "{said:?}");
    assert!(said[6].contains("sub-departments"), "{said:?}");
    assert!(said[7].contains("stay as they are"), "{said:?}");
    given.assert_replays();
}

#[test]
fn names_that_went_round_come_back() {
    let mut given = furnished();
    let create = json!({"group_id": id(31), "name": "Cooks"});
    given.when("create-group", create).accepted("group-created");
    for (group, name) in [(30, "Old"), (31, "Crew")] {
        let body = json!({"group_id": id(group), "name": name});
        given.when("rename-group", body).accepted("group-renamed");
    }
    let outcomes = put(
        &mut given,
        vec![
            (of("group", id(30), "name"), json!("Crew")),
            (of("group", id(31), "name"), json!("Cooks")),
        ],
    );
    assert_eq!(outcomes, [Done, Done]);
}

/// Renames in this order.
fn in_a_circle(given: &mut Given, command: &str, all: &[(Value, &str)]) {
    for (body, event) in all {
        given.when(command, body.clone()).accepted(event);
    }
}

#[test]
fn names_that_were_swapped_come_back() {
    let mut given = furnished();
    let create = json!({"group_id": id(31), "name": "Cooks"});
    given.when("create-group", create).accepted("group-created");
    let create = json!({"group_id": id(32), "name": "Cleaners"});
    given.when("create-group", create).accepted("group-created");
    let renamed = |n, name| (json!({"group_id": id(n), "name": name}), "group-renamed");
    let circle = [
        renamed(30, "x"),
        renamed(31, "Crew"),
        renamed(32, "Cooks"),
        renamed(30, "Cleaners"),
    ];
    in_a_circle(&mut given, "rename-group", &circle);
    let renamed = |n, name| {
        (
            json!({"department_id": id(n), "name": name}),
            "department-renamed",
        )
    };
    let circle = [renamed(10, "x"), renamed(20, "Deck"), renamed(10, "Galley")];
    in_a_circle(&mut given, "rename-department", &circle);
    let profile = |person: PersonId| of("person", person.0, "profile");
    let before = [MEMBER, GUEST].map(|person| (profile(person), given.aspect(&profile(person))));
    let updated = |person: PersonId, handle| {
        (
            json!({"person_id": person, "name": handle, "handle": handle}),
            "person-updated",
        )
    };
    let circle = [
        updated(MEMBER, "x"),
        updated(GUEST, "member"),
        updated(MEMBER, "guest"),
    ];
    in_a_circle(&mut given, "update-person", &circle);
    let mut all = vec![
        (of("group", id(30), "name"), json!("Crew")),
        (of("group", id(31), "name"), json!("Cooks")),
        (of("group", id(32), "name"), json!("Cleaners")),
        (of("department", id(10), "name"), json!("Deck")),
        (of("department", id(20), "name"), json!("Galley")),
    ];
    all.extend(before);
    assert_eq!(put(&mut given, all.clone()), vec![Done; 7]);
    for (aspect, value) in all {
        assert_eq!(given.aspect(&aspect), value);
    }
    given.assert_replays();
}

#[test]
fn nobody_steps_aside_in_vain() {
    let mut given = furnished();
    let create = json!({"group_id": id(31), "name": "Cooks"});
    given.when("create-group", create).accepted("group-created");
    let outcomes = put(
        &mut given,
        vec![(of("group", id(30), "name"), json!("Cooks"))],
    );
    assert!(matches!(&outcomes[0], Impossible(why) if why.contains("in use")));
    assert_eq!(given.aspect(&of("group", id(30), "name")), json!("Crew"));
}

#[test]
fn a_newcomers_doors_are_shut() {
    let mut given = furnished();
    let wish = json!({"invitation_id": id(60), "role": "guest"});
    given
        .when(
            "invite",
            json!({"wish": wish, "code_hash": "ab".repeat(32)}),
        )
        .accepted("invitation-made");
    let dora = json!({"person_id": person(50), "name": "Dora", "handle": "dora"});
    given.when("add-person", dora).accepted("person-added");
    let outcomes = put(
        &mut given,
        vec![
            (of("invitation", id(60), "open"), Value::Null),
            (of("person", person(50).0, "exists"), Value::Null),
        ],
    );
    assert_eq!(outcomes, [Done, Done]);
    assert_eq!(
        given.aspect(&of("invitation", id(60), "open")),
        json!(false)
    );
    let active = of("person", person(50).0, "active");
    assert_eq!(given.aspect(&active), json!(false));
    let again = put(
        &mut given,
        vec![(of("invitation", id(60), "open"), json!(true))],
    );
    assert!(matches!(&again[0], Impossible(why) if why.contains("make a new one")));
}

#[test]
fn an_account_that_was_let_in_is_shut_out() {
    let mut given = furnished();
    let dora = json!({"person_id": person(50), "name": "Dora", "handle": "dora"});
    given.when("add-person", dora).accepted("person-added");
    let link = json!({"person_id": person(50), "account_id": id(150)});
    let (events, _) = given.when("link-account", link).accepted_events();
    let account = of("person", person(50).0, "account");
    let touched = Directory.touches(given.rows(), &events[0]).unwrap();
    assert_eq!(touched, std::slice::from_ref(&account));
    assert_eq!(given.aspect(&account), json!(id(150)));
    let outcomes = put(&mut given, vec![(account.clone(), Value::Null)]);
    assert_eq!(outcomes, [Done]);
    let active = of("person", person(50).0, "active");
    assert_eq!(given.aspect(&active), json!(false));
    let outcomes = put(&mut given, vec![(account.clone(), Value::Null)]);
    assert_eq!(outcomes, [AlreadySo]);
    let outcomes = put(
        &mut given,
        vec![
            (account.clone(), Value::Null),
            (active.clone(), json!(true)),
        ],
    );
    assert!(matches!(&outcomes[1], Impossible(why) if why.contains("is shut out")));
    assert_eq!(given.aspect(&active), json!(false));
    let outcomes = put(&mut given, vec![(account, json!(id(151)))]);
    assert!(matches!(&outcomes[0], Impossible(why) if why.contains("linked anew")));
    given.assert_replays();
}

#[test]
fn an_invitation_somebody_accepted_is_not_undone_silently() {
    let mut given = furnished();
    let wish = json!({"invitation_id": id(60), "role": "guest"});
    let hash = "ab".repeat(32);
    given
        .when("invite", json!({"wish": wish, "code_hash": hash}))
        .accepted("invitation-made");
    let accept = json!({"code_hash": hash, "account_id": id(150), "person_id": person(50),
        "name": "Dora", "handle": "dora"});
    given
        .by(Actor::Account(AccountId(id(150))))
        .when("accept-invitation", accept)
        .accepted("person-added invitation-accepted");
    let open = of("invitation", id(60), "open");
    let outcomes = put(&mut given, vec![(open, Value::Null)]);
    assert!(
        matches!(&outcomes[0], Impossible(why) if why.starts_with("It was accepted by Dora;")),
        "{outcomes:?}"
    );
}

#[test]
fn what_has_become_something_else_is_left_alone() {
    let mut given = furnished();
    let name = of("group", id(30), "name");
    let mut item = given.item(name.clone(), json!("Hands"));
    item.expected = json!("Mine");
    given.by(Actor::Person(OWNER));
    assert_eq!(given.put_back(vec![item.clone()]), [ChangedSince]);
    item.value = json!("Crew");
    assert_eq!(given.put_back(vec![item]), [AlreadySo]);
    assert_eq!(given.aspect(&name), json!("Crew"));
}

#[test]
fn what_is_malformed_is_named() {
    let mut given = furnished();
    given.by(Actor::Person(OWNER));
    let good = json!({"kind": "group", "object": id(30), "aspect": "name"});
    let with = |part: &str, value: Value| {
        let mut aspect = good.clone();
        aspect[part] = value;
        aspect
    };
    for (aspect, value, code, field) in [
        (
            with("kind", json!("ship")),
            json!("x"),
            "aspect_unknown",
            "aspect.kind",
        ),
        (
            with("aspect", json!("crew")),
            json!("x"),
            "aspect_unknown",
            "aspect.aspect",
        ),
        (
            with("object", json!("Crew")),
            json!("x"),
            "malformed",
            "aspect.object",
        ),
        (
            with("of", json!(id(3))),
            json!("x"),
            "malformed",
            "aspect.of",
        ),
        (
            with("aspect", json!("member")),
            json!(true),
            "malformed",
            "aspect.of",
        ),
        (good.clone(), json!(7), "malformed", "value"),
    ] {
        let item = |aspect: &Value, value: &Value| json!({"aspect": aspect, "expected": null, "value": value});
        let items = [item(&good, &json!("y")), item(&aspect, &value)];
        let body = json!({"rewind_id": id(90), "items": items});
        let refusal = given.when(PUT_BACK, body).refused(code);
        let wanted = format!("command.items[1].{field}");
        assert_eq!(refusal.field, Some(wanted));
    }
    for count in [0, 101] {
        let item = json!({"aspect": good, "expected": null, "value": "y"});
        let body = json!({"rewind_id": id(90), "items": vec![item; count]});
        given.when(PUT_BACK, body).refused("out_of_range");
    }
}

#[test]
fn only_those_who_run_the_workspace_are_told() {
    let given = founded();
    let fact = json!({"rewind_id": id(90), "by": OWNER, "aspects": []});
    let event = kernel::Event::new("changes-put-back", 1, &fact);
    let audience = Directory.audience(given.rows(), &event).unwrap();
    assert_eq!(audience.topics, ["permission:workspace.manage"]);
}
