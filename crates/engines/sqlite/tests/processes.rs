//! Several processes on one file, and one killed while it writes.

use engine_sqlite::SqliteEngine;
use journal::engine::conformance::chain::{entries, whole};
use journal::{AppendError, Engine};
use kernel::{Head, PartitionId, WorkspaceId};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const FILE: &str = "SEKOCI_TEST_JOURNAL_FILE";
const COUNT: &str = "SEKOCI_TEST_APPENDS";

fn partition() -> PartitionId {
    PartitionId::new(WorkspaceId::INSTALLATION, "directory")
}

/// Not a test by itself: the process the tests start. Appends, and prints each acknowledged hash.
#[tokio::test]
async fn appending_process() {
    let (Ok(path), Ok(count)) = (std::env::var(FILE), std::env::var(COUNT)) else {
        return;
    };
    let engine = SqliteEngine::open(Path::new(&path)).unwrap();
    let mut left: usize = count.parse().unwrap();
    while left > 0 {
        let head = engine.head(&partition()).await.unwrap();
        let batch = entries(&partition(), head, 2);
        match engine.append(&partition(), head, &batch).await {
            Ok(_) => {
                left -= 1;
                for entry in &batch {
                    // In one write, so that a kill leaves whole lines.
                    let line = format!("acknowledged {}\n", entry.hash);
                    std::io::stderr().write_all(line.as_bytes()).unwrap();
                }
            }
            Err(AppendError::Conflict) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn start(path: &Path, count: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "appending_process", "--nocapture"])
        .env(FILE, path)
        .env(COUNT, count.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The hashes a child printed, until it ends or has printed `enough`.
fn acknowledged(child: &mut Child, enough: usize) -> Vec<String> {
    let stderr = child.stderr.take().unwrap();
    let mut hashes = Vec::new();
    for line in BufReader::new(stderr).lines() {
        if let Some(hash) = line.unwrap().strip_prefix("acknowledged ") {
            hashes.push(hash.to_owned());
            if hashes.len() == enough {
                child.kill().unwrap();
            }
        }
    }
    child.wait().unwrap();
    hashes
}

async fn stored(path: &Path) -> BTreeSet<String> {
    let engine = SqliteEngine::open(path).unwrap();
    let chain = whole(&engine, &partition()).await;
    chain.iter().map(|entry| entry.hash.to_string()).collect()
}

#[tokio::test]
async fn processes_share_one_file() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("journal.db");
    let children: Vec<Child> = (0..3).map(|_| start(&path, 40)).collect();
    let threads: Vec<_> = children
        .into_iter()
        .map(|mut child| std::thread::spawn(move || acknowledged(&mut child, usize::MAX)))
        .collect();
    let all: Vec<String> = threads
        .into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(all.len(), 3 * 40 * 2);
    assert_eq!(stored(&path).await, all.into_iter().collect());
}

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("journal.db");
    for round in 1..=6 {
        let before = stored(&path).await;
        let mut child = start(&path, 100_000);
        let hashes: BTreeSet<String> = acknowledged(&mut child, 7 * round).into_iter().collect();
        assert!(hashes.len() >= 7 * round);
        let after = stored(&path).await;
        assert!(after.is_superset(&before) && after.is_superset(&hashes));
    }
    let engine = SqliteEngine::open(&path).unwrap();
    let head = engine.head(&partition()).await.unwrap();
    assert_ne!(head, Head::GENESIS);
    let batch = entries(&partition(), head, 1);
    engine.append(&partition(), head, &batch).await.unwrap();
}
