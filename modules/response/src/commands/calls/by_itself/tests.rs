use crate::Response;
use crate::events::{Cause, Purpose};
use crate::tests::{
    ADMIN, DEPUTY, MEMBER, OWNER, READER, ask, by, id, incident, later, leaves, site, team,
    workspace,
};
use kernel::testing::Given;
use kernel::{Actor, Module};
use serde_json::{Value, json};

fn calls(given: &Given) -> Vec<Value> {
    let list = ask(given, &Actor::Person(ADMIN), "call-list", "").unwrap();
    let mut calls = Vec::new();
    for item in list["items"].as_array().unwrap() {
        let text = format!("call_id={}", item["call_id"].as_str().unwrap());
        calls.push(ask(given, &Actor::Person(ADMIN), "call", &text).unwrap());
    }
    calls
}

#[test]
fn an_incident_calls_every_role_once_whoever_opens_it() {
    let mut given = team();
    incident(&mut given, 5);
    let lost = json!({"incident_id": id(6), "severity": "critical", "title": "Site b is lost",
        "cause": {"site_lost": {"site": "b"}}});
    site(&mut given)
        .when("open-incident", lost.clone())
        .accepted("incident-opened call-placed call-advanced");
    site(&mut given).when("open-incident", lost).unchanged();
    let calls = calls(&given);
    assert_eq!(calls.len(), 2);
    let call = &calls[0];
    assert_eq!(call["text"], "Site b is lost");
    assert_eq!(call["purpose"], json!({"incident": {"incident_id": id(6)}}));
    let policy = &call["policy"];
    assert_eq!(
        (&policy["needed"], &policy["remind_every_ms"]),
        (&json!(1), &json!(60_000))
    );
    assert_eq!(policy["escalate_after_ms"], 180_000);
    assert_eq!(call["chains"].as_array().unwrap().len(), 2);
    given.assert_replays();
}

#[test]
fn a_drill_says_that_it_is_one() {
    let mut given = team();
    let body = json!({"incident_id": id(5), "severity": "minor", "title": "Rehearsal",
        "cause": Cause::Drill {}});
    by(&mut given, ADMIN)
        .when("open-incident", body)
        .accepted("incident-opened call-placed call-advanced");
    let purpose: Purpose = serde_json::from_value(calls(&given)[0]["purpose"].clone()).unwrap();
    assert!(purpose.is_drill());
    // Whoever calls to it besides does not get around that.
    let mut call = crate::tests::call(9, json!({"people": [MEMBER]}));
    call["purpose"] = json!({"incident": {"incident_id": id(5)}});
    by(&mut given, ADMIN)
        .when("place-call", call)
        .accepted("call-placed call-advanced");
    let purpose: Purpose = serde_json::from_value(calls(&given)[0]["purpose"].clone()).unwrap();
    assert!(purpose.is_drill());
}

#[test]
fn that_nobody_can_be_called_is_told() {
    let mut given = workspace();
    incident(&mut given, 5);
    let call = &calls(&given)[0];
    assert_eq!(call["end"]["outcome"], "too_few_left");
    let role = json!({"role_id": id(1), "name": "Commander", "powers": "Decides", "place": 1,
        "holder": null, "deputies": []});
    by(&mut given, ADMIN)
        .when("define-command-role", role)
        .accepted("command-role-defined");
    incident(&mut given, 6);
    let call = &calls(&given)[0];
    assert_eq!(call["vacant"], json!(["Commander"]));
    assert_eq!(call["end"]["outcome"], "too_few_left");
    // The same where everybody has left.
    let mut given = team();
    for person in [MEMBER, DEPUTY, OWNER] {
        leaves(&mut given, person);
    }
    let placed = crate::tests::call(7, json!({"roles": [id(1)]}));
    let answer = by(&mut given, ADMIN)
        .when("place-call", placed)
        .accepted("call-placed call-advanced");
    let said = (&answer["told"], &answer["outcome"]);
    assert_eq!(said, (&json!(0), &json!("too_few_left")));
    given.assert_replays();
}

#[test]
fn the_rules_say_whom_and_how() {
    let mut given = team();
    let settings = |given: &Given| {
        ask(given, &Actor::Person(ADMIN), "call-settings", "").unwrap()["rules"].clone()
    };
    let own = settings(&given);
    assert_eq!(own["is_on"], true);
    by(&mut given, READER)
        .when("set-call-policy", json!({"rules": {}}))
        .refused("not_permitted");
    by(&mut given, ADMIN)
        .when("set-call-policy", json!({"rules": {}}))
        .unchanged();
    for (rules, code) in [
        (json!({"roles": [id(77)]}), "command_role_not_found"),
        (json!({"roles": [id(1), id(1)]}), "person_repeated"),
        (json!({"needed": 0}), "out_of_range"),
        (
            json!({"remind_every_s": 15, "ends_in_s": 604_800}),
            "out_of_range",
        ),
    ] {
        by(&mut given, ADMIN)
            .when("set-call-policy", json!({"rules": rules}))
            .refused(code);
    }
    let rules = json!({"roles": [id(2)], "needed": 5, "remind_every_s": 30});
    by(&mut given, ADMIN)
        .when("set-call-policy", json!({"rules": rules}))
        .accepted("call-policy-set");
    assert_eq!(settings(&given)["remind_every_s"], 30);
    incident(&mut given, 5);
    let call = &calls(&given)[0];
    assert_eq!(call["chains"].as_array().unwrap().len(), 1);
    assert_eq!(call["policy"]["needed"], 1, "as many as there are");
    by(&mut given, ADMIN)
        .when("set-call-policy", json!({"rules": {"is_on": false}}))
        .accepted("call-policy-set");
    let body = json!({"incident_id": id(6), "severity": "major", "title": "No power"});
    by(&mut given, ADMIN)
        .when("open-incident", body)
        .accepted("incident-opened");
    given.assert_replays();
}

#[test]
fn nobody_is_reminded_of_what_is_over() {
    let mut given = team();
    let named = json!({"named": [MEMBER, DEPUTY, READER], "needed": 1,
        "powers": ["people.manage"], "hours": 1, "waiting_s": 900});
    by(&mut given, ADMIN)
        .when("set-succession-policy", named)
        .accepted("succession-policy-set");
    let request = json!({"request_id": id(3), "reason": "Nobody answers", "is_drill": true});
    by(&mut given, MEMBER)
        .when("request-succession", request)
        .accepted("succession-requested call-placed call-advanced");
    let asked = calls(&given)[0]["asked"].clone();
    let asked: Vec<_> = asked.as_array().unwrap().iter().collect();
    assert_eq!(asked.len(), 2, "who asks is not called");
    let purpose: Purpose = serde_json::from_value(calls(&given)[0]["purpose"].clone()).unwrap();
    assert!(purpose.is_drill());
    incident(&mut given, 5);
    by(&mut given, ADMIN)
        .when(
            "close-incident",
            json!({"incident_id": id(5), "none_because": "A false alarm"}),
        )
        .accepted("incident-closed");
    by(&mut given, MEMBER)
        .when(
            "refuse-succession",
            json!({"request_id": id(3), "reason": "They answered"}),
        )
        .accepted("succession-refused");
    later(&mut given, 60_000);
    let due = Response.due(given.rows(), given.now()).unwrap();
    assert_eq!(due.len(), 2);
    for command in due {
        given.decide(command).accepted("call-advanced");
    }
    for call in calls(&given) {
        assert_eq!(call["end"]["outcome"], "cancelled");
        for asked in call["asked"].as_array().unwrap() {
            assert_eq!(asked["times_told"], 1);
        }
    }
    given.assert_replays();
}
