use crate::tests::{
    ADMIN, DEPUTY, FORMER, MEMBER, NOW, OWNER, STRANGER, by, call, called, id, incident, later,
    leaves, reachable, site, team,
};
use crate::{CallId, Response};
use calling::Outcome;
use kernel::testing::Given;
use kernel::{Module, PersonId, Timestamp};
use serde_json::{Value, json};

/// Lets time pass second by second; at every second both sites ask for what is due.
fn pass(given: &mut Given, ms: i64) -> Vec<(i64, Value)> {
    let (from, mut steps) = (given.now(), Vec::new());
    while given.now().since(from) < ms {
        later(given, 1_000);
        for command in Response.due(given.rows(), given.now()).unwrap() {
            let (events, _) = given.decide(command.clone()).accepted_events();
            steps.push((given.now().since(Timestamp(NOW)), events[0].data.clone()));
            given.decide(command).unchanged();
        }
    }
    steps
}

fn told(steps: &[(i64, Value)], who: PersonId) -> Vec<i64> {
    let is_told = |step: &Value| {
        let told = step["advance"]["told"].as_array();
        told.is_some_and(|told| told.contains(&json!(who)))
    };
    let found = steps.iter().filter(|(_, step)| is_told(step));
    found.map(|(at, _)| at / 1_000).collect()
}

fn end(given: &Given, n: u128) -> calling::End {
    let call = crate::queries::call_of(given.rows(), CallId(id(n))).unwrap();
    call.summary.end.expect("it has ended")
}

#[test]
fn everyone_silent_ends_stated_with_who_was_told_how_and_when() {
    let mut given = team();
    reachable(&mut given, MEMBER, 70);
    called(&mut given, 5, json!({"roles": [id(1), id(2)]}));
    let steps = pass(&mut given, 3_700_000);
    assert_eq!(told(&steps, MEMBER)[..3], [60, 120, 180]);
    assert_eq!(
        told(&steps, DEPUTY)[0],
        180,
        "the deputy's turn after three minutes"
    );
    assert_eq!(told(&steps, OWNER)[0], 180);
    let end = end(&given, 5);
    assert_eq!(end.outcome, Outcome::NobodyAnswered);
    assert_eq!((end.filled, end.needed, end.places), (0, 2, 2));
    assert_eq!(end.silent.len(), 4);
    let call = crate::queries::call_of(given.rows(), CallId(id(5))).unwrap();
    assert_eq!(call.asked.len(), 4);
    assert!(call.asked.iter().all(|asked| asked.first_told_at.is_some()));
    assert_eq!(
        call.messages.len(),
        60,
        "the mail address, each time they were told"
    );
    let given_up = call
        .messages
        .iter()
        .all(|message| message.state == "given_up");
    assert!(given_up, "nothing is sent of what has ended");
    by(&mut given, MEMBER)
        .when(
            "acknowledge-call",
            json!({"call_id": id(5), "answer": "yes"}),
        )
        .refused("call_over");
    given.assert_replays();
}

#[test]
fn enough_of_them_are_reached_by_deputies() {
    let mut given = team();
    called(&mut given, 5, json!({"roles": [id(1), id(2)]}));
    let answer = |what: &str| json!({"call_id": id(5), "answer": what});
    by(&mut given, MEMBER)
        .when("acknowledge-call", answer("cannot"))
        .accepted("call-acknowledged call-advanced");
    by(&mut given, DEPUTY)
        .when("acknowledge-call", answer("yes"))
        .accepted("call-acknowledged");
    by(&mut given, DEPUTY)
        .when("acknowledge-call", answer("yes"))
        .unchanged();
    by(&mut given, OWNER)
        .when("acknowledge-call", answer("yes"))
        .refused("call_not_found");
    let steps = pass(&mut given, 180_000);
    assert!(told(&steps, MEMBER).is_empty() && told(&steps, DEPUTY).is_empty());
    assert_eq!(
        told(&steps, ADMIN),
        [60, 120, 180],
        "only who has not answered"
    );
    by(&mut given, OWNER)
        .when("acknowledge-call", answer("yes"))
        .accepted("call-acknowledged call-advanced");
    let end = end(&given, 5);
    assert_eq!((end.outcome, end.filled), (Outcome::Reached, 2));
    assert!(pass(&mut given, 600_000).is_empty());
    // Late, and heard all the same.
    by(&mut given, ADMIN)
        .when("acknowledge-call", answer("yes"))
        .accepted("call-acknowledged");
    given.assert_replays();
}

#[test]
fn whoever_is_on_call_is_asked_first() {
    let mut given = team();
    let shift = json!({"shift_id": id(50), "role_id": id(1), "person_id": STRANGER,
        "begins_at": NOW, "ends_at": NOW + 3_600_000});
    by(&mut given, ADMIN)
        .when("plan-shift", shift)
        .accepted("shift-planned");
    called(&mut given, 5, json!({"roles": [id(1)]}));
    let call = crate::queries::call_of(given.rows(), CallId(id(5))).unwrap();
    assert_eq!(call.chains[0].chain, [STRANGER, MEMBER, DEPUTY]);
    assert_eq!(call.asked[0].person_id, STRANGER);
    later(&mut given, 3_600_000);
    called(&mut given, 6, json!({"roles": [id(1)]}));
    let call = crate::queries::call_of(given.rows(), CallId(id(6))).unwrap();
    assert_eq!(call.chains[0].chain, [MEMBER, DEPUTY]);
}

#[test]
fn whoever_leaves_meanwhile_is_passed_over_and_told_nothing() {
    let mut given = team();
    called(&mut given, 5, json!({"roles": [id(1)]}));
    leaves(&mut given, MEMBER);
    let steps = pass(&mut given, 61_000);
    assert_eq!(told(&steps, DEPUTY), [60]);
    assert_eq!(steps[0].1["advance"]["gone"], json!([MEMBER]));
    by(&mut given, MEMBER)
        .when(
            "acknowledge-call",
            json!({"call_id": id(5), "answer": "yes"}),
        )
        .refused("workspace_not_found");
    leaves(&mut given, DEPUTY);
    pass(&mut given, 61_000);
    assert_eq!(end(&given, 5).outcome, Outcome::TooFewLeft);
    given.assert_replays();
}

#[test]
fn a_call_names_its_field_where_it_is_none() {
    let mut given = team();
    by(&mut given, ADMIN)
        .when(
            "define-command-role",
            json!({"role_id": id(3), "name": "Vacant", "powers": "x", "place": 9}),
        )
        .accepted("command-role-defined");
    let people = json!({"people": [MEMBER]});
    let policy = |key: &str, value: Value| {
        let mut body = call(5, people.clone());
        body["policy"][key] = value;
        body
    };
    for (body, code, field) in [
        (call(5, json!({})), "nobody_to_call", "command.roles"),
        (
            call(5, json!({"roles": [id(3)]})),
            "nobody_to_call",
            "command.roles",
        ),
        (
            call(5, json!({"roles": [id(9)]})),
            "command_role_not_found",
            "command.roles[0]",
        ),
        (
            call(5, json!({"people": [FORMER]})),
            "person_deactivated",
            "command.people[0]",
        ),
        (
            call(5, json!({"people": [MEMBER, MEMBER]})),
            "person_repeated",
            "command.people[1]",
        ),
        (
            call(5, json!({"people": [MEMBER], "text": " "})),
            "too_short",
            "command.text",
        ),
        (
            policy("needed", json!(2)),
            "out_of_range",
            "command.policy.needed",
        ),
        (
            policy("needed", json!(0)),
            "out_of_range",
            "command.policy.needed",
        ),
        (
            policy("remind_every_s", json!(1)),
            "out_of_range",
            "command.policy.remind_every_s",
        ),
        (
            policy("escalate_after_s", json!(1)),
            "out_of_range",
            "command.policy.escalate_after_s",
        ),
        (
            policy("ends_in_s", json!(604_801)),
            "out_of_range",
            "command.policy.ends_in_s",
        ),
        (
            policy("ends_in_s", json!(604_800)),
            "out_of_range",
            "command.policy.remind_every_s",
        ),
        (
            call(
                5,
                json!({"people": [MEMBER], "purpose": {"incident": {"incident_id": id(5)}}}),
            ),
            "incident_not_found",
            "command.purpose.incident_id",
        ),
    ] {
        let refusal = by(&mut given, ADMIN).when("place-call", body).refused(code);
        assert_eq!(refusal.field.as_deref(), Some(field), "{code}");
    }
}

#[test]
fn two_sites_place_one_and_whom_they_can() {
    let mut given = team();
    let body = call(5, json!({"people": [FORMER, MEMBER], "roles": [id(1)]}));
    site(&mut given)
        .when("place-call", body.clone())
        .accepted("call-placed call-advanced");
    site(&mut given)
        .when("place-call", body.clone())
        .unchanged();
    by(&mut given, ADMIN)
        .when("place-call", body)
        .refused("id_taken");
    given.assert_replays();
}

#[test]
fn a_call_for_an_incident_stands_in_its_timeline() {
    let mut given = team();
    incident(&mut given, 9);
    let audience = json!({"roles": [id(1)], "purpose": {"incident": {"incident_id": id(9)}}});
    called(&mut given, 5, audience);
    by(&mut given, MEMBER)
        .when(
            "acknowledge-call",
            json!({"call_id": id(5), "answer": "yes"}),
        )
        .accepted("call-acknowledged call-advanced");
    let text = format!("incident_id={}", id(9));
    let actor = kernel::Actor::Person(ADMIN);
    let lines = crate::tests::ask(&given, &actor, "incident-timeline", &text).unwrap();
    let items = lines["items"].as_array().unwrap();
    let kinds: Vec<_> = items
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "incident-opened",
            // By itself.
            "call-placed",
            "call-advanced",
            // By a person.
            "call-placed",
            "call-advanced",
            "call-acknowledged",
            "call-advanced"
        ]
    );
}

#[test]
fn a_call_is_called_off_by_who_placed_it_or_manages() {
    let mut given = team();
    by(&mut given, MEMBER)
        .when("place-call", call(5, json!({"roles": [id(2)]})))
        .accepted("call-placed call-advanced");
    let cancel = json!({"call_id": id(5), "reason": "It was nothing"});
    by(&mut given, DEPUTY)
        .when("cancel-call", cancel.clone())
        .refused("not_permitted");
    by(&mut given, MEMBER)
        .when("cancel-call", cancel.clone())
        .accepted("call-cancelled");
    by(&mut given, ADMIN)
        .when("cancel-call", cancel)
        .refused("call_over");
    assert_eq!(end(&given, 5).outcome, Outcome::Cancelled);
    assert!(pass(&mut given, 120_000).is_empty());
    by(&mut given, ADMIN)
        .when(
            "acknowledge-call",
            json!({"call_id": id(5), "answer": "yes"}),
        )
        .refused("call_over");
    given.assert_replays();
}
