//! A drill as an operator runs it, against three real database nodes.

use crate::demo::Demo;
use serde_json::Value;
use std::path::Path;

/// Prints why and says so when PostgreSQL, Patroni or etcd are not on this machine.
pub fn is_skipped() -> bool {
    match cluster::missing_programs(Path::new("/usr/lib/postgresql/15/bin")) {
        Ok(()) => false,
        Err(missing) => {
            eprintln!("skipped: {missing}");
            true
        }
    }
}

#[tokio::test]
async fn a_site_is_lost_and_nothing_with_it() {
    if is_skipped() {
        return;
    }
    let mut demo = Demo::start("postgres").await;
    let file = demo.installation().join("evidence.json");
    let drill = [
        "drill",
        "run",
        "site-loss",
        "--site",
        "b",
        "--seconds",
        "8",
        "--rate",
        "20",
    ];
    let output = demo
        .command(&drill)
        .arg("--json")
        .arg(&file)
        .output()
        .expect("the drill runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(output.status.code(), Some(0), "{said}\n{text}");

    let report: Value = serde_json::from_str(&text).expect("JSON");
    for field in [
        "scenario",
        "started_at",
        "fault_at",
        "detected_ms",
        "rto_ms",
        "write_gap_ms",
        "acknowledged",
        "present",
        "lost",
        "duplicated",
        "rejoin_ms",
        "views_equal",
        "chains_valid",
        "sites",
        "engine",
        "versions",
        "functions",
    ] {
        assert!(
            report.get(field).is_some_and(|value| !value.is_null()),
            "{field}: {report}"
        );
    }
    assert_eq!(report["scenario"], "site-loss");
    assert_eq!(
        (&report["lost"], &report["duplicated"]),
        (&0.into(), &0.into())
    );
    assert_eq!(report["present"], report["acknowledged"]);
    // Eight seconds and the time before the fault, at 20 a second.
    assert!(
        report["acknowledged"].as_u64().is_some_and(|n| n >= 160),
        "{report}"
    );
    assert_eq!(
        (&report["views_equal"], &report["chains_valid"]),
        (&true.into(), &true.into())
    );
    assert_eq!(report["engine"]["engine"], "postgres");
    let times = |field: &str| report[field].as_i64().expect(field);
    assert!(times("fault_at") >= times("started_at"));
    assert!((0..30_000).contains(&times("rto_ms")), "{report}");
    assert!(times("detected_ms") > 0 && times("rejoin_ms") > 0);
    let functions = report["functions"].as_array().expect("functions");
    for module in ["installation", "directory", "messaging", "continuity"] {
        assert!(
            functions.iter().any(|f| f["module"] == module),
            "{module}: {functions:?}"
        );
    }
    // It is part of the record, at the site that was lost too.
    let b = demo.sign_in(1).await;
    let drills = b.get("/api/continuity/drill-list").await.granted();
    assert_eq!(drills["items"][0]["passed"], true, "{drills}");

    assert!(demo.stop().await.success());
    let left = demo.processes();
    assert!(left.is_empty(), "still there: {left:?}");
}
