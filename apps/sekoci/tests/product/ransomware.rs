//! The ransomware drill, as an operator runs it.

use crate::cli::{ends, json};
use crate::demo::Demo;

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
    let report = json(&file);
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
