//! Evidence from end to end: a drill on record, the year's report, the list of keys, and `sekoci verify` on
//! a machine that has nothing but these files.

use crate::cli::{bare, ends, json};
use crate::demo::Demo;
use crate::door::{Door, new_id};
use crate::wait;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(20);

async fn drill(door: &Door) {
    let id = new_id();
    let start = json!({ "drill_id": id, "scenario": "site-loss", "site": "a" });
    door.command("continuity/record-drill-start", None, start)
        .await
        .granted();
    let report =
        json!({ "drill_id": id, "scenario": "site-loss", "passed": true, "rto_ms": 4_200 });
    let end = json!({ "drill_id": id, "passed": true, "report": report });
    door.command("continuity/record-drill-end", None, end)
        .await
        .granted();
}

/// The year that the site's clock is in.
async fn year(door: &Door) -> String {
    let drills = door.get("/api/continuity/drill-list").await.granted();
    let at = drills["items"][0]["started_at"].as_i64().expect("a time");
    let at = jiff::Timestamp::from_millisecond(at).expect("a moment");
    at.strftime("%Y").to_string()
}

fn verify(file: &Path, more: &[&dyn AsRef<std::ffi::OsStr>], code: i32, with: &str) -> String {
    let mut command = bare(["verify"]);
    command.arg(file);
    for one in more {
        command.arg(one.as_ref());
    }
    ends(&mut command, code, with).stdout
}

fn altered(file: &Path, to: &Path, change: impl FnOnce(&mut Value)) {
    let mut report = json(file);
    change(&mut report);
    std::fs::write(to, report.to_string()).expect("written");
}

#[tokio::test]
async fn a_year_is_signed_and_checked_without_the_installation() {
    let mut demo = Demo::start("sqlite").await;
    let door = demo.sign_in(0).await;
    drill(&door).await;
    let year = year(&door).await;
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    let (report, pdf, trust) = (
        place("report.json"),
        place("report.pdf"),
        place("trust.json"),
    );
    wait::until("the key is on record", SOON, async || {
        let keys = door.get("/api/continuity/evidence-keys").await;
        (keys.body["keys"].as_array()?.len() == 2).then_some(())
    })
    .await;
    let began = Instant::now();
    let mut annual = demo.command(&["report", "annual", "--year", &year, "--json"]);
    ends(annual.arg(&report).arg("--pdf").arg(&pdf), 0, "");
    eprintln!("report made in {:?}", began.elapsed());
    assert!(std::fs::read(&pdf).expect("a PDF").starts_with(b"%PDF-"));
    assert_eq!(json(&report)["scenarios"][0]["passed"], 1);
    let mut list = demo.command(&["report", "trust", "--json"]);
    ends(list.arg(&trust), 0, "");
    assert!(demo.stop().await.success());

    let journal = demo.installation().join("journal.sqlite");
    let began = Instant::now();
    let all: [&dyn AsRef<std::ffi::OsStr>; 4] = [&"--trust", &trust, &"--journal", &journal];
    let said = verify(&report, &all, 0, "");
    eprintln!("verified in {:?}", began.elapsed());
    assert!(said.contains("is that of site"), "{said}");
    assert!(
        said.contains("continuity: the journal holds entry"),
        "{said}"
    );
    let alone = verify(&report, &[], 0, "");
    assert!(alone.contains("not proven  that key"), "{alone}");
    let folder_of_site = demo.installation().join("a");
    verify(&report, &[&"--journal", &folder_of_site], 0, "");

    let bad = place("bad.json");
    altered(&report, &bad, |it| {
        it["scenarios"][0]["rto_ms"]["median"] = json!(1)
    });
    verify(
        &bad,
        &[],
        1,
        "/scenarios/0/rto_ms/median was 4200 when it was signed and reads 1 here",
    );
    altered(&trust, &bad, |it| it["keys"] = json!([]));
    verify(
        &report,
        &[&"--trust", &bad],
        1,
        "is not among the trusted keys",
    );
    let workspace = new_id().to_string();
    verify(
        &report,
        &[&"--workspace", &workspace],
        1,
        "the installation as a whole",
    );
    verify(&pdf, &[], 2, "is not usable JSON");
    verify(&report, &[&"--journal", &place("none")], 2, "--journal");
    verify(
        &report,
        &[&"--trust", &report],
        2,
        "the list of evidence keys is none",
    );
}

#[tokio::test]
async fn a_drill_that_was_refused_is_told_and_not_signed() {
    let demo = Demo::start("sqlite").await;
    let report = demo.installation().join("drill.json");
    let mut drill = demo.command(&["drill", "run", "site-loss", "--site", "nowhere", "--json"]);
    ends(drill.arg(&report), 2, "nowhere");
    let file = json(&report);
    assert_eq!(file["signature"], Value::Null);
    assert!(file["unsigned_because"].is_string(), "{file}");
    verify(&report, &[], 1, "this report is not signed");
}
