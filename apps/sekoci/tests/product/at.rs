//! `sekoci at`: what a query would have answered at a moment.

use crate::cli::{ends, json};
use crate::demo::Demo;
use crate::door::new_id;
use kernel::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_query_is_answered_as_of_a_moment() {
    let demo = Demo::start("sqlite").await;
    let door = demo.sign_in(0).await;
    let workspace = door.place().await.0;
    let group = new_id();
    let named = async |command: &str, name: &str| {
        let body = json!({ "group_id": group, "name": name });
        let path = format!("directory/{command}");
        door.command(&path, Some(&workspace), body).await.granted();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let then = SystemClock.now().millis().to_string();
        tokio::time::sleep(Duration::from_millis(50)).await;
        then
    };
    let before = named("create-group", "Deck").await;
    let after = named("rename-group", "Bridge").await;

    let report = demo.installation().join("groups.json");
    let ask = |time: &str| {
        let mut command = demo.command(&["at", time, "directory", "group-list"]);
        command.args(["--workspace", "Harbour", "--param", "limit=200"]);
        command
    };
    let names = |answer: &Value| -> Vec<String> {
        let items = answer["items"].as_array().expect("items").iter();
        items
            .filter_map(|item| item["name"].as_str().map(ToOwned::to_owned))
            .collect()
    };
    ends(ask(&before).arg("--json").arg(&report), 0, "");
    assert_eq!(names(&json(&report)), ["Deck"]);
    let printed = ends(&mut ask(&after), 0, "").stdout;
    let printed = serde_json::from_str(&printed).expect("nothing but JSON on stdout");
    assert_eq!(names(&printed), ["Bridge"]);

    ends(&mut ask("yesterday"), 2, "TIME");
    ends(
        &mut ask("2999-01-01T00:00:00Z"),
        2,
        "moment_in_future (moment)",
    );
    ends(
        &mut ask("1999-01-01T00:00:00Z"),
        2,
        "moment_before_workspace (moment)",
    );
    let elsewhere = [
        "at",
        &before,
        "directory",
        "group-list",
        "--workspace",
        "Pier",
    ];
    ends(&mut demo.command(&elsewhere), 2, "--workspace");
    let other = [
        "at",
        &before,
        "installation",
        "account-list",
        "--workspace",
        "Harbour",
    ];
    ends(&mut demo.command(&other), 2, "moment");
    let odd = ["at", &before, "../status", "x", "--workspace", "Harbour"];
    ends(&mut demo.command(&odd), 2, "MODULE");
    ends(ask(&before).args(["--param", "limit"]), 2, "--param");
    ends(ask(&before).args(["--param", "limit=0"]), 2, "limit");
}
