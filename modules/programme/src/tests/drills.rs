//! The calendar, findings, breaches, the roll-out, and what drills cost.

use super::*;

fn plan(given: &mut Given) {
    let plan = json!({"plan_id": id(20), "scenario": "site-loss", "first_due_at": NOW + DAY,
        "assignee": SECOND});
    given.when("plan-drill", plan).accepted("drill-planned");
}

#[test]
fn a_drill_that_passed_is_due_again_a_quarter_later_and_one_that_failed_still_is() {
    let mut given = workspace();
    plan(&mut given);
    let due = |given: &Given| ask(given, "drill-calendar", "")["items"][0].clone();
    assert_eq!(due(&given)["due_at"], NOW + DAY);
    drill(&mut given, 40, "site-loss", false, json!({}));
    drill(&mut given, 41, "ransomware", true, json!({}));
    assert_eq!(due(&given)["due_at"], NOW + DAY);
    assert_eq!(due(&given)["last_passed"], false);
    given.at(Timestamp(NOW + 2 * DAY));
    drill(&mut given, 42, "site-loss", true, json!({}));
    assert_eq!(due(&given)["due_at"], NOW + 93 * DAY);
    assert_eq!(due(&given)["last_passed_drill"], json!(id(42)));
    let other = json!({"plan_id": id(21), "scenario": "site-loss", "first_due_at": NOW});
    given
        .when("plan-drill", other)
        .refused("drill_planned_already");
    let cancel = json!({"plan_id": id(20), "reason": "the site is gone"});
    given
        .when("cancel-drill-plan", cancel)
        .accepted("drill-plan-cancelled");
    assert_eq!(due(&given)["due_at"], Value::Null);
    plan(&mut given);
    given.assert_replays();
}

#[test]
fn what_a_planned_drill_tells_is_taken_over_once() {
    let mut given = workspace();
    drill(
        &mut given,
        39,
        "site-loss",
        true,
        json!({"findings": ["before the plan"]}),
    );
    given.at(Timestamp(NOW + DAY));
    plan(&mut given);
    let findings = json!(["Nobody was called", {"detail": "Bandung was slow"}, 7, " "]);
    drill(
        &mut given,
        40,
        "site-loss",
        false,
        json!({ "findings": findings }),
    );
    drill(
        &mut given,
        41,
        "ransomware",
        false,
        json!({"findings": ["not planned"]}),
    );
    let due = |given: &Given| Programme.due(given.rows(), given.now()).unwrap();
    let commands = due(&given);
    assert_eq!(commands.len(), 2);
    assert_eq!(commands, due(&given), "the same whoever asks");
    for command in commands {
        given.decide(command).accepted("finding-recorded");
    }
    assert!(due(&given).is_empty());
    let list = ask(&given, "finding-list", "is_open=true");
    assert_eq!(
        each(&list, "words"),
        ["Bandung was slow", "Nobody was called"]
    );
    assert_eq!(list["items"][0]["owner"]["handle"], "sam");
    given.assert_replays();
}

#[test]
fn a_finding_is_closed_by_a_later_drill_that_passed_or_by_a_second_person() {
    let mut given = workspace();
    let record = |n: u128| {
        json!({"finding_id": id(n), "scenario": "site-loss", "words": "slow", "owner": SECOND,
            "due_at": NOW + DAY})
    };
    given
        .when("record-finding", record(30))
        .accepted("finding-recorded");
    given
        .when("record-finding", record(30))
        .refused("finding_exists");
    drill(&mut given, 40, "site-loss", true, json!({}));
    given.at(Timestamp(NOW + DAY));
    drill(&mut given, 41, "ransomware", true, json!({}));
    drill(&mut given, 42, "site-loss", false, json!({}));
    let close = |n: u128| json!({"finding_id": id(30), "drill_id": id(n)});
    for (n, why) in [
        (40, "before the finding"),
        (41, "ransomware"),
        (42, "not pass"),
        (43, "no such drill"),
    ] {
        let refusal = given
            .when("close-finding", close(n))
            .refused("drill_does_not_close");
        assert!(refusal.detail.contains(why), "{}", refusal.detail);
    }
    drill(&mut given, 44, "site-loss", true, json!({}));
    given
        .when("close-finding", close(44))
        .accepted("finding-closed");
    given
        .when("close-finding", close(44))
        .refused("finding_closed");
    given
        .when("record-finding", record(31))
        .accepted("finding-recorded");
    let words = json!({"finding_id": id(31), "reason": "the site was sold"});
    for own in [KEEPER, SECOND] {
        given
            .by(own)
            .when("close-finding", words.clone())
            .refused("second_person_needed");
    }
    let both = json!({"finding_id": id(31), "reason": "x", "drill_id": id(44)});
    given.when("close-finding", both).refused("malformed");
    given.follows(
        "directory",
        vec![Event::new(
            "role-assigned",
            1,
            &json!({"person_id": READER, "role": "keeper"}),
        )],
    );
    given
        .by(READER)
        .when("close-finding", words)
        .accepted("finding-closed");
    given.assert_replays();
}

#[test]
fn a_breach_is_noted_once_and_cleared_once() {
    let mut given = workspace();
    asset(&mut given, 1, "mail");
    let note = |n: u128| {
        json!({"breach_id": id(n), "asset_id": id(1), "missed": "rto", "target_ms": 5,
            "measured_ms": 9, "measured_by": "drill"})
    };
    given.by(site());
    given.when("note-breach", note(50)).accepted("breach-noted");
    given.when("note-breach", note(50)).unchanged();
    given.when("note-breach", note(51)).unchanged();
    let clear = json!({"breach_id": id(50)});
    given
        .when("clear-breach", clear.clone())
        .accepted("breach-cleared");
    given.when("clear-breach", clear).unchanged();
    given.when("note-breach", note(50)).unchanged();
    given.when("note-breach", note(51)).accepted("breach-noted");
    assert_eq!(
        ask(&given, "breach-list", "is_open=true")["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    given.assert_replays();
}

#[test]
fn nobody_ticks_what_facts_show() {
    let mut given = workspace();
    let tick = |task: &str| json!({"task": task, "is_done": true, "note": "done"});
    given
        .when("tick-task", tick("owners"))
        .refused("task_shown_by_facts");
    given
        .when("tick-task", tick("shoes"))
        .refused("task_not_found");
    given
        .when("tick-task", tick("announce"))
        .accepted("task-ticked");
    let begin = json!({"begins_at": NOW});
    given
        .when("begin-rollout", begin.clone())
        .accepted("rollout-begun");
    given.when("begin-rollout", begin).unchanged();
    let programme = crate::queries::programme(given.rows()).unwrap();
    assert_eq!(programme.ticked.get("announce"), Some(&true));
}

#[test]
fn a_cost_is_counted_where_it_is_stated_highest_up_and_once() {
    let mut given = workspace();
    for (n, key) in ["shop", "till", "mail", "team", "club"].iter().enumerate() {
        asset(&mut given, n as u128 + 1, key);
    }
    let mut mail = fields("mail");
    mail["measured_by"] = json!("module:messaging");
    given
        .when("edit-asset", json!({"asset_id": id(3), "asset": mail}))
        .accepted("asset-edited");
    // The shop needs the till, which needs mail; team and club need each other and mail.
    for (asset, on) in [(1, 2), (2, 3), (4, 5), (5, 4), (5, 3)] {
        depends(&mut given, asset, on);
    }
    let cost = |n: u128, minor: i64, baseline: Value| {
        json!({"asset_id": id(n), "cost": {"currency": "USD", "minor_per_minute": minor,
            "baseline_ms": baseline}})
    };
    for (n, minor, baseline) in [
        (1, 600, json!(10 * 60_000)),
        (3, 90, Value::Null),
        (4, 60, Value::Null),
        (5, 30, Value::Null),
    ] {
        given
            .when("state-cost", cost(n, minor, baseline))
            .accepted("cost-stated");
    }
    given
        .when(
            "state-cost",
            json!({"asset_id": id(1), "cost": {"currency": "usd",
            "minor_per_minute": 1}}),
        )
        .refused("bad_currency");
    let functions = json!([{"module": "messaging", "name": "post-message", "rto_ms": 120_000}]);
    drill(
        &mut given,
        40,
        "site-loss",
        true,
        json!({ "functions": functions }),
    );
    let cost = ask(&given, "drill-cost", "");
    let sum = json!([{"currency": "USD", "cost_minor": 1_200 + 120, "avoided_minor": 8 * 600}]);
    assert_eq!(cost["sums"], sum);
    let included: Vec<_> = cost["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["key"].as_str().unwrap(), &item["included_in"]))
        .collect();
    let (none, team) = (Value::Null, json!("team"));
    assert_eq!(
        included[..2],
        [("shop", &none), ("team", &none)],
        "the dearest first"
    );
    assert!(included.contains(&("club", &team)));
    let mail = included.iter().find(|(key, _)| *key == "mail").unwrap();
    assert!(!mail.1.is_null(), "mail is in what shop or team cost");
    assert_eq!(cost["without_cost"], 1, "the till");
    assert!(cost["method"].as_str().unwrap().contains("counted"));
    let refused = ask_as(
        &given,
        &Actor::Person(READER),
        "drill-cost",
        &format!("drill_id={}", id(1)),
    );
    assert_eq!(refused.unwrap_err().code, "drill_not_found");
}

#[test]
fn the_slowest_function_proves_and_one_that_never_came_back_proves_the_worst() {
    let mut given = workspace();
    for (n, measure) in [
        (1, "module:messaging"),
        (2, "module:messaging/search"),
        (3, "drill:both-sites-lost"),
        (4, "module:documents"),
    ] {
        let mut measured = fields(&format!("a{n}"));
        measured["measured_by"] = json!(measure);
        given
            .when(
                "register-asset",
                json!({"asset_id": id(n), "asset": measured}),
            )
            .accepted("asset-registered");
    }
    let function =
        |name: &str, rto: Value| json!({"module": "messaging", "name": name, "rto_ms": rto});
    let report = |post: Value, search: Value| json!({"functions": [function("post", post), function("search", search)], "lost": 0});
    let proofs = |given: &Given| -> Vec<Option<Option<i64>>> {
        let programme = crate::queries::programme(given.rows()).unwrap();
        let proofs = programme.assets.iter();
        proofs
            .map(|asset| asset.proof.as_ref().map(|proof| proof.rto_ms))
            .collect()
    };
    assert_eq!(proofs(&given), [None, None, None, None]);
    drill(
        &mut given,
        40,
        "site-loss",
        true,
        report(json!(9), json!(5)),
    );
    drill(
        &mut given,
        41,
        "both-sites-lost",
        true,
        json!({"complete_ms": 77}),
    );
    assert_eq!(
        proofs(&given),
        [Some(Some(9)), Some(Some(5)), Some(Some(77)), None]
    );
    given.at(Timestamp(NOW + DAY));
    drill(
        &mut given,
        42,
        "site-loss",
        false,
        report(Value::Null, json!(6)),
    );
    drill(&mut given, 43, "both-sites-lost", false, json!({}));
    assert_eq!(
        proofs(&given),
        [Some(None), Some(Some(6)), Some(None), None]
    );
}
