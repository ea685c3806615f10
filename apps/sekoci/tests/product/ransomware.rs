//! The ransomware drill, as an operator runs it.

use crate::cli::{ends, json as report_in};
use crate::demo::Demo;
use crate::demo_sqlite::{PASSWORD, SOON, newcomer};
use crate::door::new_id;
use crate::wait;
use kernel::Clock;
use kernel::clock::SystemClock;
use serde_json::json;

/// The fields that others script against.
const FIELDS: [&str; 10] = [
    "actor",
    "objects_total",
    "objects_hit",
    "first_hit_at",
    "quarantined_ms",
    "rewound",
    "others_changes_kept",
    "state_hash_expected",
    "state_hash_after",
    "false_quarantines",
];

#[tokio::test]
async fn an_account_that_turns_is_stopped_and_its_changes_alone_are_taken_back() {
    let demo = Demo::start("sqlite").await;
    let file = demo.installation().join("ransomware.json");
    let size = ["--documents", "60", "--people", "4", "--rate", "20"];
    let mut drill = demo.command(&["drill", "run", "ransomware", "--json"]);
    ends(drill.arg(&file).args(size), 0, "");
    let report = report_in(&file);
    for field in FIELDS {
        assert!(!report[field].is_null(), "{field}: {report}");
    }
    assert_eq!(report["objects_total"], 60);
    let hit = report["objects_hit"].as_u64().unwrap();
    assert!(
        (1..60).contains(&hit),
        "stopped before all was spoilt: {report}"
    );
    assert_eq!(report["state_hash_after"], report["state_hash_expected"]);
    assert_eq!(report["others_changes_kept"], true);
    assert_eq!(report["false_quarantines"], 0);
}

/// What an operator and a second person do with it from the command line.
#[tokio::test]
async fn one_person_plans_and_another_applies() {
    let demo = Demo::start("sqlite").await;
    let operator = demo.sign_in(0).await;
    let (workspace, _) = operator.place().await;
    let directory = |name: &str| format!("directory/{name}");
    let mut people = Vec::new();
    for user in ["second", "mallory"] {
        let person = newcomer(&operator, user, Some(&workspace)).await;
        let role = json!({ "person_id": person.person, "role": "admin" });
        let command = directory("assign-role");
        operator
            .command(&command, Some(&workspace), role)
            .await
            .granted();
        people.push(person);
    }
    let group = new_id();
    let create = json!({ "group_id": group, "name": "Crew" });
    operator
        .command(&directory("create-group"), Some(&workspace), create)
        .await
        .granted();
    let since = SystemClock.now().millis() + 1;
    let rename = json!({ "group_id": group, "name": "Pwned" });
    wait::until("mallory may", SOON, async || {
        let command = directory("rename-group");
        let sent = people[1]
            .door
            .command(&command, Some(&workspace), rename.clone());
        (sent.await.status == 200).then_some(())
    })
    .await;

    let file = demo.installation().join("plan.json");
    let place = ["--workspace", demo.ready.workspace.as_str()];
    let since = since.to_string();
    let plan = ["rewind", "plan", "--actor", "mallory", "--since", &since];
    let propose = ["--propose", "stolen account", "--json"];
    ends(
        demo.command(&["rewind", "plan", "--actor", "nobody", "--since", &since])
            .args(place),
        2,
        "--actor",
    );
    ends(
        demo.command(&plan).args(place).args(propose).arg(&file),
        0,
        "",
    );
    let planned = report_in(&file);
    assert_eq!(planned["changes"], 1, "{planned}");
    assert_eq!(planned["items"][0]["wanted"], "Crew");
    let id = planned["rewind_id"].as_str().unwrap().to_owned();

    let apply = ["rewind", "apply", &id];
    ends(demo.command(&apply).args(place), 2, "second_person_needed");
    let mut second = demo.command(&apply);
    second
        .env("SEKOCI_USER", "second")
        .env("SEKOCI_PASSWORD", PASSWORD)
        .args(place);
    ends(second.arg("--json").arg(&file), 0, "");
    let done = report_in(&file);
    assert_eq!(done["outcome"]["done"], 1, "{done}");
    let path = format!("/api/directory/group-list?workspace_id={workspace}");
    wait::until("the group has its name again", SOON, async || {
        let groups = operator.get(&path).await.granted();
        let names: Vec<_> = groups["items"]
            .as_array()?
            .iter()
            .map(|group| group["name"].clone())
            .collect();
        names.contains(&json!("Crew")).then_some(())
    })
    .await;
}
