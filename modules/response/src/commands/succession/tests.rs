use crate::Response;
use crate::tests::{
    ADMIN, DEPUTY, FORMER, MEMBER, OWNER, READER, STRANGER, by, id, later, leaves, quarantined,
    workspace,
};
use kernel::Module;
use kernel::testing::Given;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

fn rules() -> Value {
    json!({"named": [MEMBER, DEPUTY, READER, STRANGER], "needed": 2,
        "powers": ["people.manage", "response.manage"], "hours": 24, "waiting_s": 900})
}

fn with(key: &str, value: Value) -> Value {
    let mut rules = rules();
    rules[key] = value;
    rules
}

fn named() -> Given {
    let mut given = workspace();
    by(&mut given, ADMIN)
        .when("set-succession-policy", rules())
        .accepted("succession-policy-set");
    given
}

fn requested() -> Given {
    let mut given = named();
    let body = json!({"request_id": id(1), "reason": "Nobody answers"});
    by(&mut given, MEMBER)
        .when("request-succession", body)
        .accepted("succession-requested call-placed call-advanced");
    given
}

fn approve(given: &mut Given, who: kernel::PersonId) -> kernel::testing::Outcome {
    by(given, who).when("approve-succession", json!({"request_id": id(1)}))
}

/// What is due now of requests is done; gives the kinds of events.
fn tick(given: &mut Given) -> Vec<String> {
    let now = given.now();
    let due = Response.due(given.rows(), now).unwrap();
    let mut kinds = Vec::new();
    for command in due {
        if command.name == "advance-call" {
            continue;
        }
        let (events, _) = given.decide(command.clone()).accepted_events();
        kinds.extend(events.into_iter().map(|event| event.kind));
        // The other site asks for the same a moment later.
        given.decide(command).unchanged();
    }
    kinds
}

#[test]
fn no_rules_let_one_person_take_it_or_prevent_it() {
    let mut given = workspace();
    let own = |n| json!([MEMBER, DEPUTY, READER, STRANGER][..n].to_vec());
    for (rules, code, field) in [
        (with("needed", json!(0)), "out_of_range", "command.needed"),
        (with("named", own(3)), "too_few_named", "command.named"),
        (with("needed", json!(3)), "too_few_named", "command.named"),
        (with("hours", json!(73)), "out_of_range", "command.hours"),
        (with("hours", json!(0)), "out_of_range", "command.hours"),
        (
            with("waiting_s", json!(86_401)),
            "out_of_range",
            "command.waiting_s",
        ),
        (with("powers", json!([])), "missing", "command.powers"),
        (
            with("powers", json!(["roles.manage"])),
            "power_not_lendable",
            "command.powers",
        ),
        (
            with("powers", json!(["made.up"])),
            "power_not_held",
            "command.powers",
        ),
    ] {
        let refusal = by(&mut given, ADMIN)
            .when("set-succession-policy", rules)
            .refused(code);
        assert_eq!(refusal.field.as_deref(), Some(field));
    }
    let former = with("named", json!([MEMBER, DEPUTY, READER, FORMER]));
    by(&mut given, ADMIN)
        .when("set-succession-policy", former)
        .refused("person_deactivated");
    by(&mut given, MEMBER)
        .when("set-succession-policy", rules())
        .refused("not_permitted");
}

#[test]
fn it_is_given_by_enough_others_after_the_time_to_refuse_and_ends_by_itself() {
    let mut given = requested();
    approve(&mut given, DEPUTY).accepted("succession-approved");
    later(&mut given, 900_000);
    assert!(tick(&mut given).is_empty(), "one of two");
    approve(&mut given, READER).accepted("succession-approved");
    assert_eq!(tick(&mut given), ["succession-granted"]);
    let grants = crate::queries::grants(given.rows()).unwrap();
    assert_eq!(grants[0].powers, ["people.manage", "response.manage"]);
    assert_eq!(grants[0].until.since(given.now()), 24 * HOUR);
    assert!(grants[0].ended_seq.is_none());
    later(&mut given, 24 * HOUR - 1);
    assert!(tick(&mut given).is_empty());
    later(&mut given, 1);
    assert_eq!(tick(&mut given), ["succession-ended"]);
    assert!(
        crate::queries::grants(given.rows()).unwrap()[0]
            .ended_seq
            .is_some()
    );
    given.assert_replays();
}

#[test]
fn nobody_approves_of_their_own_or_twice_or_unnamed() {
    let mut given = requested();
    approve(&mut given, MEMBER).refused("second_person_needed");
    approve(&mut given, DEPUTY).accepted("succession-approved");
    approve(&mut given, DEPUTY).refused("approved_already");
    approve(&mut given, ADMIN).refused("not_permitted");
    approve(&mut given, FORMER).refused("workspace_not_found");
    later(&mut given, 900_000);
    assert!(tick(&mut given).is_empty());
    by(&mut given, DEPUTY)
        .when("approve-succession", json!({"request_id": id(2)}))
        .refused("request_not_found");
    given.assert_replays();
}

#[test]
fn whoever_has_left_or_is_in_quarantine_does_not_count() {
    let mut given = requested();
    approve(&mut given, DEPUTY).accepted("succession-approved");
    approve(&mut given, READER).accepted("succession-approved");
    leaves(&mut given, READER);
    later(&mut given, 900_000);
    assert!(tick(&mut given).is_empty(), "who approved has left");
    approve(&mut given, READER).refused("workspace_not_found");
    quarantined(&mut given, DEPUTY);
    approve(&mut given, STRANGER).accepted("succession-approved");
    assert!(tick(&mut given).is_empty(), "who approved is in quarantine");
}

#[test]
fn it_does_not_hang_on_any_one_person() {
    for absent in [DEPUTY, READER, STRANGER] {
        let mut given = requested();
        leaves(&mut given, absent);
        for person in [DEPUTY, READER, STRANGER] {
            if person != absent {
                approve(&mut given, person).accepted("succession-approved");
            }
        }
        later(&mut given, 900_000);
        assert_eq!(tick(&mut given), ["succession-granted"]);
    }
}

#[test]
fn other_rules_meanwhile_make_it_no_easier() {
    let mut given = requested();
    approve(&mut given, DEPUTY).accepted("succession-approved");
    let mut easier = with("named", json!([MEMBER, DEPUTY, READER, STRANGER, ADMIN]));
    easier["needed"] = json!(1);
    easier["waiting_s"] = json!(0);
    easier["hours"] = json!(72);
    easier["powers"] = json!(["people.manage", "workspace.manage"]);
    by(&mut given, ADMIN)
        .when("set-succession-policy", easier)
        .accepted("succession-policy-set");
    assert!(tick(&mut given).is_empty());
    approve(&mut given, ADMIN).refused("not_permitted");
    approve(&mut given, READER).accepted("succession-approved");
    assert!(
        tick(&mut given).is_empty(),
        "the time to refuse is not over"
    );
    later(&mut given, 900_000);
    assert_eq!(tick(&mut given), ["succession-granted"]);
    let grant = &crate::queries::grants(given.rows()).unwrap()[0];
    assert_eq!(grant.powers, ["people.manage"]);
    assert_eq!(grant.until.since(given.now()), 24 * HOUR);
}

#[test]
fn whoever_has_lent_rights_decides_nothing_about_who_has_them() {
    let mut given = workspace();
    let body = with("named", json!([MEMBER, DEPUTY, READER, ADMIN]));
    by(&mut given, OWNER)
        .when("set-succession-policy", body.clone())
        .accepted("succession-policy-set");
    for (n, who) in [(1, ADMIN), (2, MEMBER)] {
        let body = json!({"request_id": id(n), "reason": "Nobody answers"});
        by(&mut given, who)
            .when("request-succession", body)
            .result()
            .unwrap();
    }
    approve(&mut given, DEPUTY).accepted("succession-approved");
    approve(&mut given, READER).accepted("succession-approved");
    later(&mut given, 900_000);
    assert_eq!(tick(&mut given), ["succession-granted"]);

    let mut mine = body;
    mine["needed"] = json!(1);
    by(&mut given, ADMIN)
        .when("set-succession-policy", mine.clone())
        .refused("rights_are_lent");
    let other = json!({"request_id": id(2), "reason": "Mine"});
    given
        .when("refuse-succession", other)
        .refused("rights_are_lent");
    given
        .when("end-succession", json!({"request_id": id(1)}))
        .accepted("succession-ended");
    given
        .when("set-succession-policy", mine)
        .accepted("succession-policy-set");
}

#[test]
fn stricter_rules_meanwhile_count() {
    let mut given = requested();
    approve(&mut given, DEPUTY).accepted("succession-approved");
    approve(&mut given, READER).accepted("succession-approved");
    let without = with("named", json!([MEMBER, DEPUTY, STRANGER, ADMIN]));
    by(&mut given, ADMIN)
        .when("set-succession-policy", without)
        .accepted("succession-policy-set");
    later(&mut given, 900_000);
    assert!(tick(&mut given).is_empty(), "who approved is named no more");
    approve(&mut given, STRANGER).accepted("succession-approved");
    assert_eq!(tick(&mut given), ["succession-granted"]);
}

#[test]
fn an_administrator_refuses_and_who_asked_withdraws() {
    let refuse = json!({"request_id": id(1), "reason": "I am here"});
    for (who, because) in [(OWNER, "administrator"), (MEMBER, "withdrawn")] {
        let mut given = requested();
        approve(&mut given, DEPUTY).accepted("succession-approved");
        by(&mut given, READER)
            .when("refuse-succession", refuse.clone())
            .refused("not_permitted");
        let outcome = by(&mut given, who).when("refuse-succession", refuse.clone());
        let (events, _) = outcome.accepted_events();
        assert_eq!(events[0].data["because"], because);
        approve(&mut given, READER).refused("request_over");
        later(&mut given, 900_000);
        assert!(tick(&mut given).is_empty());
    }
}

#[test]
fn what_nobody_approves_of_lapses() {
    let mut given = requested();
    let again = json!({"request_id": id(2), "reason": "Again"});
    by(&mut given, MEMBER)
        .when("request-succession", again.clone())
        .refused("request_open");
    by(&mut given, ADMIN)
        .when("request-succession", again.clone())
        .refused("not_permitted");
    later(&mut given, 7 * 24 * HOUR);
    assert_eq!(tick(&mut given), ["succession-refused"]);
    by(&mut given, MEMBER)
        .when("request-succession", again)
        .accepted("succession-requested call-placed call-advanced");
}

#[test]
fn it_ends_early_by_those_concerned_and_with_the_person() {
    let granted = || {
        let mut given = requested();
        approve(&mut given, DEPUTY).accepted("succession-approved");
        approve(&mut given, READER).accepted("succession-approved");
        later(&mut given, 900_000);
        assert_eq!(tick(&mut given), ["succession-granted"]);
        given
    };
    let end = json!({"request_id": id(1)});
    for who in [MEMBER, OWNER, STRANGER] {
        let mut given = granted();
        by(&mut given, who)
            .when("end-succession", end.clone())
            .accepted("succession-ended");
        by(&mut given, who)
            .when("end-succession", end.clone())
            .refused("request_over");
    }
    let mut given = granted();
    quarantined(&mut given, MEMBER);
    assert_eq!(tick(&mut given), ["succession-ended"]);
    given.assert_replays();
}

#[test]
fn a_drill_is_everything_but_the_access() {
    let mut given = named();
    let body = json!({"request_id": id(1), "reason": "Quarterly", "is_drill": true});
    by(&mut given, MEMBER)
        .when("request-succession", body)
        .accepted("succession-requested call-placed call-advanced");
    approve(&mut given, DEPUTY).accepted("succession-approved");
    approve(&mut given, STRANGER).accepted("succession-approved");
    later(&mut given, 900_000);
    assert_eq!(tick(&mut given), ["succession-granted", "succession-ended"]);
    assert!(crate::queries::grants(given.rows()).unwrap().is_empty());
    given.assert_replays();
}
