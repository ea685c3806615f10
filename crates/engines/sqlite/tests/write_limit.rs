//! Commits that fail half-way: the system refuses to let the files grow, though there is room.
//! Alone in its program, because the limit holds for the whole process.

use engine_sqlite::SqliteEngine;
use journal::engine::conformance::chain::{entries_of_size, head_after, whole};
use journal::{AppendError, Engine};
use kernel::{Entry, Head, PartitionId, WorkspaceId};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigHandler, Signal, signal};
use std::collections::BTreeSet;
use tempfile::TempDir;

fn limit_file_size(bytes: Option<u64>) {
    let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    setrlimit(Resource::RLIMIT_FSIZE, bytes.unwrap_or(hard), hard).unwrap();
}

#[tokio::test]
async fn what_a_failed_commit_answers_is_true_and_it_goes_on() {
    // SAFETY: ignoring a signal installs no handler that could run.
    unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) }.unwrap();
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("journal.db");
    let partition = PartitionId::new(WorkspaceId::INSTALLATION, "messaging");
    let engine = SqliteEngine::open(&path).unwrap();
    let mut chain: Vec<Entry> = Vec::new();
    let mut refused = BTreeSet::new();
    let mut unknown = 0;
    for round in 0_u64..60 {
        // The limit falls on another place in the log each time, then is lifted.
        limit_file_size((round % 3 != 2).then_some(120_000 + round * 7_919));
        let head = head_after(Head::GENESIS, &chain);
        let batch = entries_of_size(&partition, head, 4, 9_000);
        let answer = engine.append(&partition, head, &batch).await;
        limit_file_size(None);
        match answer {
            Ok(_) => chain.extend(batch),
            Err(AppendError::Unavailable(_)) => refused.extend(batch.iter().map(|e| e.hash)),
            Err(AppendError::Unknown(_)) => {
                unknown += 1;
                let found = engine.read(&partition, head.seq, 10).await.unwrap();
                assert!(found.is_empty() || found == batch);
                chain.extend(found);
            }
            Err(error) => panic!("{error}"),
        }
        if round % 10 == 9 {
            // What a crash at this moment would leave, recovered by another opener.
            let copy = TempDir::new().unwrap();
            for name in ["journal.db", "journal.db-wal"] {
                let _ = std::fs::copy(dir.path().join(name), copy.path().join(name));
            }
            let recovered = SqliteEngine::open(&copy.path().join("journal.db")).unwrap();
            let found = whole(&recovered, &partition).await;
            assert!(found.starts_with(&chain), "round {round}");
            assert!(found.iter().all(|e| !refused.contains(&e.hash)));
        }
    }
    assert!(refused.len() + unknown > 0, "the limit was never reached");
    assert!(
        chain.len() >= 4 * 20,
        "it goes on whenever the limit is lifted"
    );
    assert_eq!(whole(&engine, &partition).await, chain);
    println!(
        "refused {} entries, {unknown} unknown batches",
        refused.len()
    );
}
