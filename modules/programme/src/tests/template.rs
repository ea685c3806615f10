//! Templates, applied.

use super::*;

#[test]
fn a_template_applied_twice_adds_nothing_twice_and_keeps_what_people_changed() {
    let mut given = workspace();
    let apply = json!({"template": "retail", "language": "id"});
    let dry = json!({"template": "retail", "dry_run": true});
    let told = given.when("apply-template", dry).unchanged();
    assert_eq!(ask(&given, "asset-list", "")["total"], 0);
    let (_, answer) = given
        .when("apply-template", apply.clone())
        .accepted_events();
    assert_eq!(answer["added"], told["added"]);
    assert_eq!(answer["kept"], json!({}));
    let total = ask(&given, "asset-list", "")["total"].as_u64().unwrap();
    assert_eq!(
        total as usize,
        answer["added"]["assets"].as_array().unwrap().len()
    );
    let detail = ask(&given, "asset", "key=retail/stock");
    assert_eq!(detail["asset"]["name"], "Persediaan");
    let stock = detail["asset"]["asset_id"].clone();
    let mut changed = fields("retail/stock");
    changed["name"] = json!("Goods");
    given
        .when("edit-asset", json!({"asset_id": stock, "asset": changed}))
        .accepted("asset-edited");
    let withdraw = json!({"asset_id": stock, "reason": "too dear"});
    given
        .when("withdraw-objective", withdraw)
        .accepted("objective-withdrawn");
    let store = ask(&given, "asset", "key=retail/online-store")["asset"]["asset_id"].clone();
    let gone = json!({"asset_id": store, "depends_on": stock});
    given
        .when("remove-dependencies", json!({"dependencies": [gone]}))
        .accepted("dependencies-removed");
    let again = given.when("apply-template", apply).unchanged();
    assert_eq!(again["added"], json!({}));
    assert_eq!(again["kept"]["assets"], answer["added"]["assets"]);
    let detail = ask(&given, "asset", "key=retail/stock");
    assert_eq!(detail["asset"]["name"], "Goods");
    assert_eq!(detail["asset"]["rto_target_ms"], Value::Null);
    let list = ask(
        &given,
        "dependency-list",
        &format!("asset_id={}", store.as_str().unwrap()),
    );
    assert!(!each(&list, "key").contains(&&json!("retail/stock")));
    given.assert_replays();
}

#[test]
fn a_second_template_adds_its_own_beside_the_platform() {
    let mut given = workspace();
    for (template, kept) in [("finance", 0), ("health", 8)] {
        let (_, answer) = given
            .when("apply-template", json!({ "template": template }))
            .accepted_events();
        let there = answer["kept"]["assets"].as_array().map_or(0, Vec::len);
        assert_eq!(there, kept, "{template}");
    }
    let planned = ask(&given, "planned", "");
    assert_eq!(planned["templates"].as_array().unwrap().len(), 2);
    let roles = planned["roles"].as_array().unwrap();
    assert!(roles.iter().any(|role| role["role"] == "clinical-lead"));
    let calendar = ask(&given, "drill-calendar", "");
    assert_eq!(each(&calendar, "every_days"), [91, 91, 91, 91]);
}

#[test]
fn an_unknown_template_names_those_there_are() {
    let mut given = workspace();
    let refusal = given
        .when("apply-template", json!({"template": "shoes"}))
        .refused("template_not_found");
    for name in ["finance", "health", "retail", "education", "logistics"] {
        assert!(refusal.detail.contains(name), "{name}");
    }
    given
        .when(
            "apply-template",
            json!({"template": "retail", "language": "fr"}),
        )
        .refused("unknown_language");
    assert_eq!(
        ask(&given, "template-list", "")["items"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    let shown = ask(&given, "template", "template=health&language=zh-Hant");
    assert_eq!(shown["template"]["title"], "醫療");
}
