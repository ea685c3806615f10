//! Every command and query, asked by people who have no business there.

use super::{ADMIN, DEPUTY, FORMER, STRANGER, ask, by, call, id, incident, team};
use crate::{COMMANDS, QUERIES};
use kernel::id::Uuid;
use kernel::{AccountId, Actor, DecideError, PersonId};
use serde_json::{Value, json};

/// A person of another workspace.
const ELSEWHERE: PersonId = PersonId(Uuid::from_u128(0xb001));

fn code(error: DecideError) -> String {
    match error {
        DecideError::Refused(refusal) => refusal.code,
        DecideError::View(error) => panic!("{error}"),
    }
}

/// A well-formed body of every public command, and what a person without permissions is told.
fn bodies() -> Vec<(&'static str, Value, &'static str)> {
    let denied = "not_permitted";
    let of = json!({"incident_id": id(5)});
    let with = |key: &str, value: Value| {
        let mut body = of.clone();
        body[key] = value;
        body
    };
    let rules = json!({"named": [], "needed": 1, "powers": ["x"], "hours": 1, "waiting_s": 0});
    let shift = json!({"shift_id": id(2), "role_id": id(1), "person_id": ADMIN,
        "begins_at": 1, "ends_at": 2});
    let task = json!({"task_id": id(60), "title": "x"});
    let mut assign = with("task_id", json!(id(60)));
    assign["person_id"] = json!(ADMIN);
    let mut done = with("task_id", json!(id(60)));
    done["is_done"] = json!(true);
    let mut update = with("text", json!("x"));
    update["is_public"] = json!(true);
    vec![
        (
            "define-command-role",
            json!({"role_id": id(9), "name": "x", "powers": "x", "place": 0}),
            denied,
        ),
        ("remove-command-role", json!({"role_id": id(1)}), denied),
        ("plan-shift", shift, denied),
        ("cancel-shift", json!({"shift_id": id(2)}), denied),
        (
            "renew-contact-code",
            json!({"wish": {"point_id": id(2)}, "code": "1"}),
            "contact_point_not_found",
        ),
        (
            "verify-contact-point",
            json!({"point_id": id(2), "code": "1"}),
            "contact_point_not_found",
        ),
        (
            "remove-contact-point",
            json!({"point_id": id(2)}),
            "contact_point_not_found",
        ),
        ("place-call", call(8, json!({"people": [ADMIN]})), denied),
        (
            "acknowledge-call",
            json!({"call_id": id(7), "answer": "yes"}),
            "call_not_found",
        ),
        (
            "cancel-call",
            json!({"call_id": id(7), "reason": "x"}),
            denied,
        ),
        (
            "open-incident",
            json!({"incident_id": id(6), "severity": "minor", "title": "x"}),
            denied,
        ),
        ("change-severity", with("severity", json!("minor")), denied),
        ("mitigate-incident", of.clone(), denied),
        ("reopen-incident", with("reason", json!("x")), denied),
        ("close-incident", with("findings", json!(["x"])), denied),
        ("take-role", with("role_id", json!(id(1))), denied),
        ("leave-role", with("role_id", json!(id(1))), denied),
        ("add-tasks", with("tasks", json!([task])), denied),
        ("assign-task", assign, denied),
        ("set-task-done", done, denied),
        ("record-decision", with("text", json!("x")), denied),
        ("post-update", update, denied),
        (
            "set-status-page",
            json!({"is_on": true, "slug": "0123456789abcdef", "title": "x"}),
            denied,
        ),
        ("set-call-policy", json!({"rules": {}}), denied),
        ("set-succession-policy", rules, denied),
        (
            "request-succession",
            json!({"request_id": id(3), "reason": "x"}),
            denied,
        ),
        ("approve-succession", json!({"request_id": id(3)}), denied),
        (
            "refuse-succession",
            json!({"request_id": id(3), "reason": "x"}),
            denied,
        ),
        ("end-succession", json!({"request_id": id(3)}), denied),
    ]
}

#[test]
fn no_command_is_open_to_those_who_have_no_business_there() {
    let mut bodies = bodies();
    let address = json!({"email": {"address": "x@example.org"}});
    let add = json!({"wish": {"point_id": id(2), "address": address}, "code": "1"});
    bodies.push(("add-contact-point", add, "(everybody keeps their own)"));
    let public: Vec<_> = COMMANDS.iter().filter(|spec| spec.is_public).collect();
    assert_eq!(bodies.len(), public.len(), "every command is asked");
    for (name, body, expected) in bodies {
        assert!(public.iter().any(|spec| spec.name == name), "{name}");
        let mut given = team();
        incident(&mut given, 5);
        super::called(&mut given, 7, json!({"people": [ADMIN]}));
        let outside: [Actor; 3] = [
            Actor::Person(ELSEWHERE),
            Actor::Person(FORMER),
            Actor::Account(AccountId(id(99))),
        ];
        for actor in outside {
            let outcome = given.by(actor.clone()).when(name, body.clone());
            outcome.refused("workspace_not_found");
        }
        if name != "add-contact-point" {
            by(&mut given, STRANGER).when(name, body).refused(expected);
        }
    }
}

#[test]
fn what_is_for_sites_is_for_sites() {
    let bodies = [
        ("advance-call", json!({"call_id": id(7), "step": 1})),
        (
            "record-delivery",
            json!({"message_id": id(7), "attempt": 1, "delivered": {"taken": {}}}),
        ),
        (
            "note-incident",
            json!({"incident_id": id(5), "source": "x", "at": 1, "text": "x"}),
        ),
        (
            "advance-succession",
            json!({"request_id": id(3), "step": "grant"}),
        ),
    ];
    let internal = COMMANDS.iter().filter(|spec| !spec.is_public).count();
    assert_eq!(bodies.len(), internal);
    for (name, body) in bodies {
        let mut given = team();
        incident(&mut given, 5);
        by(&mut given, ADMIN)
            .when(name, body)
            .refused("not_permitted");
    }
}

#[test]
fn no_query_tells_those_who_have_no_business_there() {
    let mut given = team();
    incident(&mut given, 5);
    super::called(&mut given, 7, json!({"people": [ADMIN]}));
    let text = |name: &str| match name {
        "call" => format!("call_id={}", id(7)),
        "incident" | "incident-timeline" => format!("incident_id={}", id(5)),
        _ => String::new(),
    };
    for query in QUERIES {
        for outside in [ELSEWHERE, FORMER] {
            let answer = ask(
                &given,
                &Actor::Person(outside),
                query.name,
                &text(query.name),
            );
            assert_eq!(
                code(answer.unwrap_err()),
                "workspace_not_found",
                "{}",
                query.name
            );
        }
        let answer = ask(
            &given,
            &Actor::Person(STRANGER),
            query.name,
            &text(query.name),
        );
        match query.name {
            "own-contact-points" => assert!(answer.is_ok()),
            "call" => assert_eq!(code(answer.unwrap_err()), "call_not_found"),
            name => assert_eq!(code(answer.unwrap_err()), "not_permitted", "{name}"),
        }
        let answer = ask(&given, &Actor::Person(ADMIN), query.name, &text(query.name));
        assert!(answer.is_ok(), "{}: {answer:?}", query.name);
    }
}

#[test]
fn whoever_is_called_sees_the_call_and_no_more() {
    let mut given = team();
    super::called(&mut given, 7, json!({"people": [STRANGER]}));
    let own = ask(&given, &Actor::Person(STRANGER), "call-list", "is_own=true").unwrap();
    assert_eq!(own["items"][0]["own"]["times_told"], 1);
    let text = format!("call_id={}", id(7));
    assert!(ask(&given, &Actor::Person(STRANGER), "call", &text).is_ok());
    let all = ask(&given, &Actor::Person(STRANGER), "call-list", "");
    assert_eq!(code(all.unwrap_err()), "not_permitted");
    // The team looks, without a permission of the workspace.
    assert!(ask(&given, &Actor::Person(DEPUTY), "call-list", "").is_ok());
    let topics = crate::audience::topics(given.rows(), STRANGER).unwrap();
    assert_eq!(topics, [format!("person {STRANGER}")]);
    let succession = ask(&given, &Actor::Person(DEPUTY), "succession-list", "");
    assert_eq!(code(succession.unwrap_err()), "not_permitted");
}

#[test]
fn nobody_is_shown_a_code_or_an_address_as_it_happens() {
    use crate::events::{Address, ContactPointAdded, Fact};
    use kernel::Audience;
    let given = team();
    let fact = ContactPointAdded {
        point_id: crate::PointId(id(1)),
        person_id: ADMIN,
        address: Address::Email {
            address: "a@example.org".into(),
        },
        label: None,
        code: "12345678".into(),
    };
    let audience = crate::audience::audience(given.rows(), &fact.event()).unwrap();
    assert_eq!(audience, Audience::default());
}
