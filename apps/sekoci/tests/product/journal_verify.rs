//! `sekoci journal verify`, and a site with a key that does not fit, against a real installation's
//! files.

use crate::demo::Demo;
use crate::door::Door;
use crate::{SEKOCI, processes, wait};
use nix::sys::signal::Signal;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const STARTED_MAX: Duration = Duration::from_secs(30);

/// A stopped installation with a journal in one file.
struct Stopped {
    demo: Demo,
    journal: PathBuf,
    /// A copy made before anything was done to it.
    whole: PathBuf,
}

struct Verified {
    code: Option<i32>,
    stderr: String,
    report: Value,
}

impl Stopped {
    async fn make() -> Self {
        let mut demo = Demo::start("sqlite").await;
        assert!(demo.stop().await.success());
        let journal = demo.installation().join("journal.sqlite");
        let whole = demo.installation().join("whole.sqlite");
        let connection = Connection::open(&journal).expect("the journal opens");
        connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .expect("folded in");
        drop(connection);
        std::fs::copy(&journal, &whole).expect("copied");
        Self {
            demo,
            journal,
            whole,
        }
    }

    fn config(&self) -> PathBuf {
        self.demo.installation().join("a/site.toml")
    }

    fn verify(&self) -> Verified {
        let file = self.demo.installation().join("verified.json");
        // An old report must not pass for a new one.
        let _ = std::fs::remove_file(&file);
        let output = Command::new(SEKOCI)
            .args(["journal", "verify", "--config"])
            .arg(self.config())
            .arg("--json")
            .arg(&file)
            .output()
            .expect("it runs");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        Verified {
            code: output.status.code(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            report: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    /// Puts the whole journal back, and then does to it what an attacker with the file would.
    fn attack(&self, attack: impl FnOnce(&Connection) -> rusqlite::Result<()>) {
        for end in ["-wal", "-shm"] {
            let _ =
                std::fs::remove_file(self.journal.with_file_name(format!("journal.sqlite{end}")));
        }
        std::fs::copy(&self.whole, &self.journal).expect("put back");
        let connection = Connection::open(&self.journal).expect("the journal opens");
        connection
            .execute_batch("DROP TRIGGER entry_is_not_updated; DROP TRIGGER entry_is_not_deleted;")
            .expect("triggers dropped");
        attack(&connection).expect("attacked");
    }
}

#[tokio::test]
async fn whoever_alters_the_journal_is_found_out_and_the_entry_is_named() {
    let stopped = Stopped::make().await;
    let before = stopped.verify();
    assert_eq!(
        (before.code, &before.report["valid"]),
        (Some(0), &true.into()),
        "{}",
        before.stderr
    );
    let partitions = before.report["partitions"].as_array().expect("partitions");
    let longest = partitions
        .iter()
        .max_by_key(|walk| walk["entries"].as_u64())
        .expect("a partition with entries");
    let count = longest["entries"].as_u64().expect("a count");
    assert!(count >= 8, "{partitions:?}");
    let (partition, n) = (
        longest["partition"].as_str().expect("a name").to_owned(),
        count / 2,
    );

    type Attack = (&'static str, &'static str);
    let attacks: [Attack; 7] = [
        (
            "one byte of a payload",
            "UPDATE entry SET sealed = CAST(substr(sealed, 1, 20) || x'00' || substr(sealed, 22) AS BLOB)
             WHERE partition = ?1 AND seq = ?2",
        ),
        ("a payload cut short", "UPDATE entry SET sealed = substr(sealed, 1, 30) WHERE partition = ?1 AND seq = ?2"),
        ("a missing entry", "DELETE FROM entry WHERE partition = ?1 AND seq = ?2"),
        (
            "two payloads changed places",
            "UPDATE entry SET sealed = (SELECT o.sealed FROM entry o WHERE o.partition = ?1
               AND o.seq = CASE entry.seq WHEN ?2 THEN ?2 + 1 ELSE ?2 END)
             WHERE partition = ?1 AND seq IN (?2, ?2 + 1)",
        ),
        (
            "another header",
            "UPDATE entry SET header = (SELECT o.header FROM entry o WHERE o.partition = ?1
               AND o.seq = ?2 + 1) WHERE partition = ?1 AND seq = ?2",
        ),
        ("a hash that does not fit", "UPDATE entry SET hash = zeroblob(32) WHERE partition = ?1 AND seq = ?2"),
        (
            "an entry of another partition",
            "UPDATE entry SET (header, sealed, hash, prev) =
               (SELECT o.header, o.sealed, o.hash, o.prev FROM entry o
                WHERE o.partition <> ?1 ORDER BY o.seq LIMIT 1)
             WHERE partition = ?1 AND seq = ?2",
        ),
    ];
    for (what, sql) in attacks {
        stopped.attack(|journal| {
            let changed = journal.execute(sql, params![partition, n])?;
            assert!(changed > 0, "{what}");
            Ok(())
        });
        is_named(&stopped.verify(), what, &partition, n);
    }
    // Whole entries change places: their positions are exchanged.
    stopped.attack(|journal| {
        for (from, to) in [(n, 1_000_000), (n + 1, n), (1_000_000, n + 1)] {
            let sql = "UPDATE entry SET seq = ?3 WHERE partition = ?1 AND seq = ?2";
            journal.execute(sql, params![partition, from, to])?;
        }
        Ok(())
    });
    is_named(
        &stopped.verify(),
        "two entries changed places",
        &partition,
        n,
    );

    stopped.attack(|_| Ok(()));
    assert_eq!(stopped.verify().code, Some(0), "the whole journal again");
}

#[track_caller]
fn is_named(found: &Verified, what: &str, partition: &str, n: u64) {
    let Verified {
        code,
        stderr,
        report,
    } = found;
    assert_eq!(*code, Some(1), "{what}: {stderr}");
    assert_eq!(report["valid"], false, "{what}: {report}");
    let walks = report["partitions"].as_array().expect("partitions");
    let broken: Vec<&Value> = walks
        .iter()
        .filter(|walk| walk.get("cause").is_some())
        .collect();
    assert_eq!(broken.len(), 1, "{what}: {broken:?}");
    assert_eq!(broken[0]["partition"], partition, "{what}");
    assert_eq!(broken[0]["broken_at"], n, "{what}: {broken:?}");
    assert!(
        stderr.contains(partition) && stderr.contains(&n.to_string()),
        "{what}: {stderr}"
    );
}

/// A node without an agent.
struct Serving {
    child: Child,
    log: PathBuf,
}

impl Serving {
    fn start(config: &Path) -> Self {
        let log = config.with_file_name("serve.log");
        let file = File::create(&log).expect("a log");
        let child = Command::new(SEKOCI)
            .args(["serve", "--config"])
            .arg(config)
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("the log twice"))
            .stderr(file)
            .spawn()
            .expect("it starts");
        Self { child, log }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    async fn stop(mut self) -> String {
        processes::signal(
            i32::try_from(self.child.id()).expect("a pid"),
            Signal::SIGTERM,
        );
        let child = &mut self.child;
        let (status, _) = wait::until("it stops", STARTED_MAX, async || {
            child.try_wait().expect("it can be asked")
        })
        .await;
        assert!(status.success(), "{status}: {}", self.said());
        self.said()
    }
}

#[tokio::test]
async fn a_site_with_another_installation_key_serves_nothing_and_writes_nothing() {
    let stopped = Stopped::make().await;
    let key_file = stopped.demo.installation().join("a/installation.key");
    let right_key = std::fs::read_to_string(&key_file).expect("a key");
    let wrong_key: String = right_key
        .chars()
        .map(|c| if c == '0' { '1' } else { '0' })
        .collect();
    let views = stopped.demo.installation().join("a/data/views");
    let entries = stopped.verify().report["entries"].clone();
    let ready = &stopped.demo.ready;

    // With the views that the right key made, and without any.
    for keeps_views in [true, false] {
        if !keeps_views {
            std::fs::remove_dir_all(&views).expect("views removed");
        }
        std::fs::write(&key_file, &wrong_key).expect("another key");
        let site = Serving::start(&stopped.config());
        let door = Door::at(stopped.demo.url(0));
        wait::until("the cause in its log", STARTED_MAX, async || {
            let is_up = door.get("/livez").await.status == 200;
            (is_up && site.said().contains("does not open")).then_some(())
        })
        .await;
        assert_eq!(door.get("/readyz").await.status, 503);
        let body = json!({ "user": ready.user, "password": ready.password });
        let refused = door.post("/api/installation/sign-in", &body).await;
        assert_eq!(
            refused.problem(),
            (503, "unavailable"),
            "right password, keeps {keeps_views}"
        );
        let said = site.stop().await;
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(
            stopped.verify().report["entries"],
            entries,
            "keeps {keeps_views}"
        );
    }

    std::fs::write(&key_file, &right_key).expect("the right key");
    let site = Serving::start(&stopped.config());
    let door = Door::at(stopped.demo.url(0));
    wait::until("it serves again", STARTED_MAX, async || {
        (door.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    Door::sign_in(stopped.demo.url(0), &ready.user, &ready.password).await;
    site.stop().await;
}
