//! The verifier rehearses by itself, the sites tell of it, and it leaves nothing behind.

use crate::cli::{ends, json};
use crate::demo::Demo;
use crate::wait;
use kernel::clock::SystemClock;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use vault::store::directory::{DirectoryStore, Retention};

const MAX: Duration = Duration::from_secs(60);

/// The verifier, whose scratch folders are made in a folder of its own.
fn rehearse(demo: &Demo, rest: &[&str], scratch: &Path) -> Command {
    let installation = demo.installation();
    let mut rehearse = demo.command(&["rehearse", "--vault"]);
    rehearse
        .arg(&demo.ready.vault)
        .arg("--vault-token-file")
        .arg(installation.join("recovery.token"))
        .arg("--shares")
        .args([1, 3].map(|n| installation.join(format!("keys/share-{n}.txt"))))
        .args(rest)
        .env("TMPDIR", scratch);
    rehearse
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder)
        .expect("it is there")
        .next()
        .is_none()
}

async fn standings(demo: &Demo) -> [Value; 2] {
    let status = async |site| {
        let door = demo.sign_in(site).await;
        door.get("/api/status").await.granted()["rehearsal"].clone()
    };
    [status(0).await, status(1).await]
}

#[tokio::test]
async fn the_verifier_proves_the_way_back_and_both_sites_tell() {
    let demo = Demo::start("sqlite").await;
    let scratch = demo.installation().join("scratch");
    std::fs::create_dir(&scratch).expect("a folder");
    ends(
        &mut rehearse(&demo, &["--at", "24:00"], &scratch),
        2,
        "--at",
    );
    for standing in standings(&demo).await {
        assert_eq!(standing["state"], "never", "{standing}");
        assert_eq!(standing["last_at"], Value::Null, "{standing}");
    }
    // Told to stop in the middle, it leaves nothing, and nothing is said to have failed.
    let mut stopped = rehearse(&demo, &[], &scratch)
        .stdin(Stdio::null())
        .spawn()
        .expect("it runs");
    wait::until("the scratch site is made", MAX, async || {
        let made = std::fs::read_dir(&scratch).ok()?.flatten().next()?;
        made.path()
            .join("installation/scratch/data")
            .exists()
            .then_some(())
    })
    .await;
    let id = i32::try_from(stopped.id()).expect("a process id");
    kill(Pid::from_raw(id), Signal::SIGTERM).expect("it is there");
    wait::until("the verifier ends", MAX, async || {
        stopped
            .try_wait()
            .expect("a child")
            .map(|ended| assert!(ended.success()))
    })
    .await;
    assert!(is_empty(&scratch));
    assert_eq!(standings(&demo).await[0]["state"], "never");

    let file = demo.installation().join("evidence.json");
    let mut once = rehearse(&demo, &["--once"], &scratch);
    ends(once.arg("--json").arg(&file), 0, "");
    assert!(is_empty(&scratch));
    let evidence = json(&file);
    wait::until("both sites tell", MAX, async || {
        let standings = standings(&demo).await;
        let is_fresh = |one: &Value| one["state"] == "fresh" && one["heads_equal"] == true;
        standings.iter().all(is_fresh).then_some(())
    })
    .await;
    let [a, _] = standings(&demo).await;
    for field in ["messages", "documents", "complete_ms"] {
        assert_eq!(a[field], evidence[field], "{field}");
    }
    assert_eq!(a["proven_at"], a["last_at"]);

    // Started again it waits for the night: what is on record counts.
    let mut again = rehearse(&demo, &[], &scratch);
    let mut again = again.stdin(Stdio::null()).spawn().expect("it runs");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(again.try_wait().expect("a child").is_none() && is_empty(&scratch));
    let id = i32::try_from(again.id()).expect("a process id");
    kill(Pid::from_raw(id), Signal::SIGTERM).expect("it is there");
    assert!(again.wait().expect("a child").success());

    // What cannot be brought back is a failure on record, and not what was proven before.
    let empty = demo.installation().join("empty-vault");
    let retention = Retention {
        at_least_ms: 0,
        at_most_ms: 1,
    };
    DirectoryStore::open(&empty, retention, Arc::new(SystemClock)).expect("a vault");
    let installation = demo.installation();
    let mut failing = demo.command(&["rehearse", "--once", "--vault"]);
    failing
        .arg(&empty)
        .arg("--shares")
        .args([1, 3].map(|n| installation.join(format!("keys/share-{n}.txt"))));
    ends(&mut failing, 1, "--vault");
    wait::until("both sites tell of the failure", MAX, async || {
        let standings = standings(&demo).await;
        let is_failed =
            |one: &Value| one["state"] == "failed" && one["proven_at"] == a["proven_at"];
        standings.iter().all(is_failed).then_some(())
    })
    .await;
    // It is noted, once, by whichever site came first.
    let door = demo.sign_in(0).await;
    wait::until("the timeline tells", MAX, async || {
        let timeline = door.get("/api/continuity/timeline").await.granted();
        let notes = timeline["items"].as_array()?;
        let noted = notes
            .iter()
            .filter(|note| note["kind"] == "recovery-unproven");
        (noted.count() == 1).then_some(())
    })
    .await;
    signed(&door.get("/api/continuity/drill-list").await.granted());
}

/// Every rehearsal on record that ended is signed, and the signature fits what is told of it.
fn signed(drills: &Value) {
    let drills = drills["items"].as_array().expect("a list");
    let ended: Vec<_> = drills
        .iter()
        .filter(|drill| drill["passed"].is_boolean())
        .collect();
    assert_eq!(ended.len(), 2, "{drills:?}");
    for drill in ended {
        let signed = &drill["report"]["signed"];
        let bytes = |field: &str| kernel::hex::decode(signed[field].as_str().unwrap()).unwrap();
        let text = signed["record"].as_str().expect("a text");
        let key = ed25519_compact::PublicKey::from_slice(&bytes("public_key")).unwrap();
        let signature = ed25519_compact::Signature::from_slice(&bytes("signature")).unwrap();
        key.verify(text, &signature).expect("it fits");
        let record: Value = serde_json::from_str(text).unwrap();
        assert_eq!(record["drill_id"], drill["drill_id"]);
        assert_eq!(record["passed"], drill["passed"]);
    }
}
