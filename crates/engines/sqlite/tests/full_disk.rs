//! A full disk: refused with a clear cause, nothing damaged, and it goes on when there is room.

use engine_sqlite::SqliteEngine;
use journal::engine::conformance::chain::{entries_of_size, head_after, whole};
use journal::{AppendError, Engine};
use kernel::{Entry, Head, PartitionId, WorkspaceId};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use std::path::Path;
use tempfile::TempDir;

/// A disk of its own, in memory.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Nothing where mounting is not permitted.
    fn new(mebibytes: u32) -> Option<Self> {
        let dir = TempDir::new().unwrap();
        let options = format!("size={mebibytes}m");
        let options = Some(options.as_str());
        match mount(
            Some("tmpfs"),
            dir.path(),
            Some("tmpfs"),
            MsFlags::empty(),
            options,
        ) {
            Ok(()) => Some(Self(dir)),
            Err(e) => {
                eprintln!("skipped: a small disk cannot be mounted here ({e})");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = umount2(self.0.path(), MntFlags::MNT_DETACH);
    }
}

fn partition() -> PartitionId {
    PartitionId::new(WorkspaceId::INSTALLATION, "messaging")
}

/// Appends until the engine refuses; gives the chain and the cause.
async fn fill(engine: &SqliteEngine, mut chain: Vec<Entry>, size: usize) -> (Vec<Entry>, String) {
    loop {
        let head = head_after(Head::GENESIS, &chain);
        let batch = entries_of_size(&partition(), head, 10, size);
        match engine.append(&partition(), head, &batch).await {
            Ok(_) => chain.extend(batch),
            Err(AppendError::Unavailable(cause)) => return (chain, cause),
            Err(error) => panic!("certainly not appended, but: {error}"),
        }
    }
}

#[tokio::test]
async fn a_full_disk_refuses_until_there_is_room() {
    let Some(disk) = SmallDisk::new(32) else {
        return;
    };
    let engine = SqliteEngine::open(&disk.path().join("journal.db")).unwrap();
    let (chain, cause) = fill(&engine, Vec::new(), 20_000).await;
    assert!(cause.contains("the disk is full"), "{cause}");
    assert!(chain.len() >= 20, "{}", chain.len());
    assert_eq!(whole(&engine, &partition()).await, chain);
    let options = Some("size=64m");
    let remount = MsFlags::MS_REMOUNT;
    mount(Some("tmpfs"), disk.path(), Some("tmpfs"), remount, options).unwrap();
    let head = head_after(Head::GENESIS, &chain);
    let batch = entries_of_size(&partition(), head, 10, 20_000);
    engine.append(&partition(), head, &batch).await.unwrap();
    assert_eq!(whole(&engine, &partition()).await, [chain, batch].concat());
}

/// Another program takes the room between the look at it and the commit: whatever the answer, what
/// was acknowledged is there, the chain is whole, and it goes on.
#[tokio::test]
async fn a_disk_that_fills_under_a_commit_damages_nothing() {
    let Some(disk) = SmallDisk::new(40) else {
        return;
    };
    let path = disk.path().join("journal.db");
    let engine = SqliteEngine::open(&path).unwrap();
    let (chain, _) = fill(&engine, Vec::new(), 20_000).await;
    drop(engine);
    let ballast = disk.path().join("ballast");
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.pragma_update(None, "synchronous", "full").unwrap();
    std::fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let filler = disk.path().join("filler");
    let mut taken = Vec::new();
    while std::fs::write(&filler, &taken).is_ok() {
        taken.resize(taken.len() + (1 << 20), 1);
    }
    let full = raw.execute(
        "INSERT INTO entry SELECT 'x/' || seq, seq, header, sealed, hash, prev FROM entry",
        [],
    );
    assert!(full.is_err(), "the disk is really full");
    drop(raw);
    std::fs::remove_file(&filler).unwrap();
    std::fs::remove_file(&ballast).unwrap();
    let options = Some("size=80m");
    let remount = MsFlags::MS_REMOUNT;
    mount(Some("tmpfs"), disk.path(), Some("tmpfs"), remount, options).unwrap();
    let engine = SqliteEngine::open(&path).unwrap();
    assert_eq!(engine.partitions().await.unwrap(), [partition()]);
    assert_eq!(whole(&engine, &partition()).await, chain);
}
