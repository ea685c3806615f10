//! The register: assets, dependencies, answers, objectives.

use super::*;

#[test]
fn an_asset_comes_changes_and_is_retired_with_its_history() {
    let mut given = workspace();
    asset(&mut given, 1, "mail");
    given
        .when(
            "register-asset",
            json!({"asset_id": id(1), "asset": fields("x")}),
        )
        .refused("asset_exists");
    given
        .when(
            "register-asset",
            json!({"asset_id": id(2), "asset": fields("mail")}),
        )
        .refused("asset_key_taken");
    let mut owned = fields("mail");
    for (owner, code) in [
        (FORMER, "person_deactivated"),
        (STRANGER, "person_not_found"),
    ] {
        owned["owner"] = json!(owner);
        let refusal = given
            .when("edit-asset", json!({"asset_id": id(1), "asset": owned}))
            .refused(code);
        assert_eq!(refusal.field.as_deref(), Some("command.asset.owner"));
    }
    owned["owner"] = json!(SECOND);
    let edit = json!({"asset_id": id(1), "asset": owned});
    given
        .when("edit-asset", edit.clone())
        .accepted("asset-edited");
    given.when("edit-asset", edit).unchanged();
    given
        .when("retire-asset", json!({"asset_id": id(1), "reason": "sold"}))
        .accepted("asset-retired");
    given
        .when(
            "edit-asset",
            json!({"asset_id": id(1), "asset": fields("mail")}),
        )
        .refused("asset_retired");
    assert_eq!(ask(&given, "asset-list", "")["total"], 0);
    let retired = ask(&given, "asset-list", "is_retired=true");
    assert_eq!(each(&retired, "retired_reason"), ["sold"]);
    given
        .when("reinstate-asset", json!({"asset_id": id(1)}))
        .accepted("asset-reinstated");
    assert_eq!(ask(&given, "asset-list", "")["total"], 1);
    given.assert_replays();
}

#[test]
fn an_owner_who_left_is_shown_and_hinders_no_other_change() {
    let mut given = workspace();
    let mut owned = fields("mail");
    owned["owner"] = json!(SECOND);
    given
        .when("register-asset", json!({"asset_id": id(1), "asset": owned}))
        .accepted("asset-registered");
    given.follows("directory", vec![leaves(SECOND)]);
    let list = ask(&given, "asset-list", "lacks_owner=true");
    assert_eq!(list["items"][0]["owner"]["is_here"], false);
    assert_eq!(list["items"][0]["owner"]["handle"], "sam");
    owned["name"] = json!("Mail, all of it");
    given
        .when("edit-asset", json!({"asset_id": id(1), "asset": owned}))
        .accepted("asset-edited");
}

#[test]
fn what_is_true_grows_stale_and_is_said_again() {
    let mut given = workspace();
    let mut short = fields("mail");
    short["review_days"] = json!(30);
    given
        .when("register-asset", json!({"asset_id": id(1), "asset": short}))
        .accepted("asset-registered");
    let stale = |given: &Given, at: i64| {
        ask(given, "asset-list", &format!("review_due_before={at}"))["total"].clone()
    };
    assert_eq!(stale(&given, NOW + 30 * DAY), 0);
    assert_eq!(stale(&given, NOW + 30 * DAY + 1), 1);
    given.at(Timestamp(NOW + 40 * DAY));
    given
        .when("review-assets", json!({"assets": [id(1)]}))
        .accepted("assets-reviewed");
    assert_eq!(stale(&given, NOW + 70 * DAY), 0);
    given
        .when("review-assets", json!({"assets": [id(9)]}))
        .refused("asset_not_found");
    given
        .when("review-assets", json!({"assets": []}))
        .refused("out_of_range");
}

#[test]
fn dependencies_are_there_once_and_never_on_oneself() {
    let mut given = workspace();
    asset(&mut given, 1, "a");
    asset(&mut given, 2, "b");
    let one = |asset: u128, on: u128| json!({"asset_id": id(asset), "depends_on": id(on)});
    let body = |all: Value| json!({ "dependencies": all });
    given
        .when("add-dependencies", body(json!([one(1, 1)])))
        .refused("depends_on_itself");
    given
        .when("add-dependencies", body(json!([one(1, 2), one(1, 2)])))
        .refused("dependency_exists");
    given
        .when("add-dependencies", body(json!([one(1, 9)])))
        .refused("asset_not_found");
    depends(&mut given, 1, 2);
    given
        .when("add-dependencies", body(json!([one(1, 2)])))
        .refused("dependency_exists");
    depends(&mut given, 2, 1);
    let list = ask(&given, "dependency-list", &format!("asset_id={}", id(1)));
    assert_eq!(each(&list, "is_mutual"), [true]);
    given
        .when("remove-dependencies", body(json!([one(2, 1)])))
        .accepted("dependencies-removed");
    given
        .when("remove-dependencies", body(json!([one(2, 1)])))
        .refused("dependency_not_found");
    given.assert_replays();
}

#[test]
fn what_stops_is_told_with_its_way_and_cycles_end() {
    let mut given = workspace();
    for (n, key) in ["shop", "till", "network", "power"].iter().enumerate() {
        asset(&mut given, n as u128 + 1, key);
    }
    depends(&mut given, 1, 2);
    depends(&mut given, 2, 3);
    depends(&mut given, 3, 4);
    depends(&mut given, 4, 3);
    let answers = json!([{"after_ms": HOUR, "category": "financial", "level": "severe"}]);
    let answer = json!({"asset_id": id(1), "answers": answers});
    given
        .when("answer-impact", answer)
        .accepted("impact-answered");
    let stops = ask(&given, "asset-impact", &format!("asset={}", id(4)));
    assert_eq!(each(&stops, "key"), ["network", "till", "shop"]);
    assert_eq!(each(&stops, "steps"), [1, 2, 3]);
    let way = json!(["power", "network", "till", "shop"]);
    assert_eq!(stops["items"][2]["way"], way);
    assert_eq!(each(&stops, "is_mutual"), [true, false, false]);
    assert_eq!(
        (&stops["total"], &stops["is_in_cycle"]),
        (&json!(3), &json!(true))
    );
    assert_eq!(
        stops["inherited_class"], 1,
        "power is as urgent as the shop"
    );
    let page = ask(&given, "asset-impact", &format!("asset={}&limit=2", id(4)));
    let next = page["next"].as_str().unwrap();
    let text = format!("asset={}&limit=2&cursor={next}", id(4));
    let rest = ask(&given, "asset-impact", &text);
    assert_eq!(
        (each(&rest, "key"), &rest["next"]),
        (vec![&json!("shop")], &Value::Null)
    );
    let retire = json!({"asset_id": id(2), "reason": "paper"});
    given.when("retire-asset", retire).accepted("asset-retired");
    let stops = ask(&given, "asset-impact", &format!("asset={}", id(4)));
    assert_eq!(each(&stops, "key"), ["network"]);
}

#[test]
fn a_drawing_is_bounded_and_says_so() {
    let mut given = workspace();
    for n in 1..=5 {
        asset(&mut given, n, &format!("a{n}"));
    }
    for n in 1..=4 {
        depends(&mut given, n, n + 1);
    }
    let count = |answer: &Value, what: &str| answer[what].as_array().unwrap().len();
    let all = ask(&given, "asset-graph", "");
    assert_eq!((count(&all, "nodes"), count(&all, "edges")), (5, 4));
    assert_eq!(all["is_complete"], true);
    let some = ask(&given, "asset-graph", "limit=3");
    assert_eq!((count(&some, "nodes"), count(&some, "edges")), (3, 2));
    assert_eq!(
        (&some["is_complete"], &some["nodes_total"]),
        (&json!(false), &json!(5))
    );
    let near = ask(&given, "asset-graph", &format!("around={}&steps=1", id(3)));
    assert_eq!((count(&near, "nodes"), count(&near, "edges")), (3, 2));
    let refused = ask_as(&given, &Actor::Person(READER), "asset-graph", "steps=7");
    assert_eq!(refused.unwrap_err().code, "out_of_range");
}

#[test]
fn a_class_says_why_and_bounds_what_is_promised() {
    let mut given = workspace();
    asset(&mut given, 1, "mail");
    let answers = json!([{"after_ms": 4 * HOUR, "category": "legal", "level": "serious"}]);
    let body = json!({"asset_id": id(1), "answers": answers});
    let answer = given
        .when("answer-impact", body.clone())
        .accepted("impact-answered");
    assert_eq!(
        (&answer["class"], &answer["tolerable_ms"]),
        (&json!(2), &json!(4 * HOUR))
    );
    assert_eq!(answer["because"]["category"], "legal");
    given.when("answer-impact", body).unchanged();
    let promise = |rto: i64| {
        let objective = json!({"rto_target_ms": rto, "rpo_target_ms": 0});
        json!({"asset_id": id(1), "objective": objective, "reason": "agreed"})
    };
    let refusal = given
        .when("set-objective", promise(4 * HOUR + 1))
        .refused("objective_exceeds_tolerance");
    assert_eq!(
        refusal.field.as_deref(),
        Some("command.objective.rto_target_ms")
    );
    given
        .when("set-objective", promise(0))
        .refused("out_of_range");
    given
        .when("set-objective", promise(HOUR))
        .accepted("objective-set");
    given.when("set-objective", promise(HOUR)).unchanged();
    let withdraw = json!({"asset_id": id(1), "reason": "nobody can"});
    given
        .when("withdraw-objective", withdraw)
        .accepted("objective-withdrawn");
    let detail = ask(&given, "asset", "key=mail");
    assert_eq!(detail["objective_changes"][0]["reason"], "nobody can");
    assert_eq!(detail["objective_changes"][1]["rto_target_ms"], HOUR);
    assert_eq!(detail["impact"]["because"]["after_ms"], 4 * HOUR);
    given.assert_replays();
}

#[test]
fn searching_takes_signs_for_themselves() {
    let mut given = workspace();
    asset(&mut given, 1, "a_b");
    asset(&mut given, 2, "axb");
    let found = |text: &str| ask(&given, "asset-list", text)["total"].clone();
    assert_eq!(found("search=a_b"), 1);
    assert_eq!(found("search=%25"), 0);
    assert_eq!(found("search=A"), 2);
    assert_eq!(found("kind=module"), 2);
    assert_eq!(found("class=1"), 0);
}
