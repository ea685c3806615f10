//! Spreadsheets in and out.

use super::*;

fn import(given: &mut Given, csv: &str) -> kernel::testing::Outcome {
    given.when("import-assets", json!({ "csv": csv }))
}

#[test]
fn a_list_comes_in_once_and_goes_out_as_it_came() {
    let mut given = workspace();
    let csv = "key,kind,name,owner,description,review_days,measured_by\r\n\
        mail,module,\"Mail, \"\"all\"\"\",sam,'=SUM(A1),90,module:messaging\r\n\
        power,provider,Power,,,180,\r\n";
    let (events, answer) = import(&mut given, csv).accepted_events();
    assert_eq!((events.len(), &answer["added"]), (2, &json!(2)));
    assert_eq!(
        ask(&given, "asset", "key=mail")["asset"]["description"],
        "=SUM(A1)"
    );
    let again = import(&mut given, csv).unchanged();
    assert_eq!(
        (&again["unchanged"], &again["added"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(ask(&given, "asset-export", "")["csv"], csv);
    let only_names = "name,key,kind\nPost,mail,module\n";
    let (_, answer) = import(&mut given, only_names).accepted_events();
    assert_eq!(answer["changed"], 1);
    let detail = ask(&given, "asset", "key=mail");
    assert_eq!(detail["asset"]["name"], "Post");
    assert_eq!(
        detail["asset"]["owner"]["handle"], "sam",
        "what is not said stays"
    );
    given.assert_replays();
}

#[test]
fn every_bad_line_is_told_and_nothing_is_changed() {
    let mut given = workspace();
    let csv = "key,kind,name,owner,review_days\n\
        good,group,Good,,\n\
        BAD,group,X,,\n\
        b,shoe,X,,\n\
        c,group,,,\n\
        d,group,X,nobody,\n\
        e,group,X,fay,\n\
        f,group,X,,0\n\
        g,group,X,,soon\n\
        good,group,X,,\n\
        h,group\n";
    let dry = given
        .when("import-assets", json!({"csv": csv, "dry_run": true}))
        .unchanged();
    let bad: Vec<_> = dry["bad"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| {
            let text = |field: &str| bad[field].as_str().unwrap().to_owned();
            (
                bad["line"].as_u64().unwrap(),
                bad["column_number"].as_u64().unwrap(),
                text("column"),
                text("code"),
            )
        })
        .collect();
    let told = |line, number, column: &str, code: &str| (line, number, column.into(), code.into());
    assert_eq!(
        bad,
        [
            told(3, 1, "key", "bad_asset_key"),
            told(4, 2, "kind", "unknown_kind"),
            told(5, 3, "name", "too_short"),
            told(6, 4, "owner", "person_not_found"),
            told(7, 4, "owner", "person_deactivated"),
            told(8, 5, "review_days", "out_of_range"),
            told(9, 5, "review_days", "out_of_range"),
            told(10, 1, "key", "asset_key_taken"),
            told(11, 0, "", "bad_csv"),
        ]
    );
    assert_eq!((&dry["added"], &dry["bad_count"]), (&json!(1), &json!(9)));
    let refusal = import(&mut given, csv).refused("bad_lines");
    assert!(
        refusal.detail.contains("line 6, column 4 (owner)"),
        "{}",
        refusal.detail
    );
    assert_eq!(ask(&given, "asset-list", "")["total"], 0);
    let part = json!({"csv": "key,kind,name\nBAD,group,X\n", "first_line": 700, "dry_run": true});
    let dry = given.when("import-assets", part).unchanged();
    assert_eq!(dry["bad"][0]["line"], 700);
}

#[test]
fn dependencies_come_in_once_and_go_out() {
    let mut given = workspace();
    for (n, key) in ["a", "b", "c"].iter().enumerate() {
        asset(&mut given, n as u128 + 1, key);
    }
    let csv = "key,depends_on\r\na,b\r\nb,c\r\n";
    let (_, answer) = given
        .when("import-dependencies", json!({ "csv": csv }))
        .accepted_events();
    assert_eq!(answer["added"], 2);
    given
        .when("import-dependencies", json!({ "csv": csv }))
        .unchanged();
    assert_eq!(ask(&given, "dependency-export", "")["csv"], csv);
    let first = ask(&given, "dependency-export", "limit=1");
    let text = format!("cursor={}", first["next"].as_str().unwrap());
    assert_eq!(ask(&given, "dependency-export", &text)["csv"], "b,c\r\n");
    let bad = "key,depends_on\na,a\na,nowhere\nc,a\nc,a\n";
    let dry = given
        .when("import-dependencies", json!({"csv": bad, "dry_run": true}))
        .unchanged();
    let bad: Vec<_> = dry["bad"].as_array().unwrap().iter().collect();
    let codes: Vec<_> = bad.iter().map(|bad| (&bad["line"], &bad["code"])).collect();
    assert_eq!(
        codes,
        [
            (&json!(2), &json!("depends_on_itself")),
            (&json!(3), &json!("asset_not_found")),
            (&json!(5), &json!("dependency_exists")),
        ]
    );
}
