//! The SQLite engine: the conformance suite, damage, and files that are not what they should be.

use async_trait::async_trait;
use engine_sqlite::{OpenError, SqliteEngine};
use journal::engine::conformance::Fixture;
use journal::engine::conformance::chain::{entries, grow, new_partition, whole};
use journal::{AppendError, Durability, Engine, ReadError};
use kernel::{Head, PartitionId};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

struct File(TempDir);

impl File {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("journal.db")
    }

    /// A journal of five entries in one partition, and a connection behind the engine's back.
    async fn with_five(&self) -> (SqliteEngine, PartitionId, Connection) {
        let engine = SqliteEngine::open(&self.path()).unwrap();
        let partition = new_partition();
        grow(&engine, &partition, Head::GENESIS, 5).await;
        let vandal = Connection::open(self.path()).unwrap();
        (engine, partition, vandal)
    }
}

const WITHOUT_GUARD: &str = "DROP TRIGGER entry_is_not_updated; DROP TRIGGER entry_is_not_deleted;";

#[async_trait]
impl Fixture for File {
    async fn open(&self) -> Arc<dyn Engine> {
        Arc::new(SqliteEngine::open(&self.path()).unwrap())
    }

    /// Handles are closed by then; what a reboot leaves is the file.
    async fn restart(&self) {}

    fn promises(&self) -> Durability {
        Durability::Protected
    }
}

mod conformance {
    use super::*;
    journal::engine_conformance!(File::new());
}

#[tokio::test]
async fn the_promise_is_in_plain_words() {
    let file = File::new();
    let description = file.open().await.describe().await;
    assert_eq!(
        description["promise"],
        "survives losing a process, not the machine"
    );
    assert_eq!(description["synchronous"], "full");
}

#[tokio::test]
async fn a_missing_row_is_named() {
    let file = File::new();
    let (engine, partition, vandal) = file.with_five().await;
    vandal
        .execute_batch(&format!("{WITHOUT_GUARD} DELETE FROM entry WHERE seq = 3"))
        .unwrap();
    assert_eq!(engine.read(&partition, 0, 2).await.unwrap().len(), 2);
    let answer = engine.read(&partition, 0, 10).await;
    assert!(
        matches!(answer, Err(ReadError::Damaged { seq: 3, .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn damaged_rows_are_named() {
    for damage in [
        "header = 'not json'",
        "header = CAST(x'ff00' AS TEXT)",
        "header = (SELECT header FROM entry WHERE seq = 3)",
        "hash = x'00'",
        "hash = ''",
    ] {
        let file = File::new();
        let (engine, partition, vandal) = file.with_five().await;
        let sql = format!("{WITHOUT_GUARD} UPDATE entry SET {damage} WHERE seq = 4");
        if vandal.execute_batch(&sql).is_err() {
            // The column's type refuses it, which is as good.
            continue;
        }
        let answer = engine.read(&partition, 3, 10).await;
        assert!(
            matches!(answer, Err(ReadError::Damaged { seq: 4, .. })),
            "{damage}: {answer:?}"
        );
        assert_eq!(engine.read(&partition, 0, 3).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn an_altered_payload_breaks_the_chain_where_it_was_altered() {
    let file = File::new();
    let (engine, partition, vandal) = file.with_five().await;
    vandal
        .execute_batch(&format!(
            "{WITHOUT_GUARD} UPDATE entry SET sealed = x'01' WHERE seq = 2"
        ))
        .unwrap();
    let read = engine.read(&partition, 0, 10).await.unwrap();
    let head = journal::chain::verify(Head::GENESIS, &read[0]).unwrap();
    assert_eq!(
        journal::chain::verify(head, &read[1]),
        Err(journal::chain::ChainError::Altered { seq: 2 })
    );
}

#[tokio::test]
async fn rows_are_neither_updated_nor_deleted() {
    let file = File::new();
    let (_engine, _, vandal) = file.with_five().await;
    for sql in ["UPDATE entry SET sealed = x'01'", "DELETE FROM entry"] {
        let error = vandal.execute_batch(sql).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
}

#[tokio::test]
async fn a_deleted_file_takes_no_appends() {
    let file = File::new();
    let (engine, partition, _) = file.with_five().await;
    let head = engine.head(&partition).await.unwrap();
    std::fs::remove_file(file.path()).unwrap();
    let batch = entries(&partition, head, 1);
    let answer = engine.append(&partition, head, &batch).await;
    assert!(
        matches!(&answer, Err(AppendError::Unavailable(cause)) if cause.contains("gone")),
        "{answer:?}"
    );
    assert_eq!(engine.durability().await, None);
}

#[tokio::test]
async fn a_busy_file_is_waited_for_and_then_reported() {
    let file = File::new();
    let (engine, partition, other) = file.with_five().await;
    let head = engine.head(&partition).await.unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let batch = entries(&partition, head, 1);
    let answer = engine.append(&partition, head, &batch).await;
    assert!(
        matches!(&answer, Err(AppendError::Unavailable(cause)) if cause.contains("busy")),
        "{answer:?}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    engine.append(&partition, head, &batch).await.unwrap();
    assert_eq!(whole(&engine, &partition).await.len(), 6);
}

#[test]
fn other_files_are_refused() {
    let file = File::new();
    Connection::open(file.path())
        .unwrap()
        .execute_batch("CREATE TABLE mine (x)")
        .unwrap();
    assert!(matches!(
        SqliteEngine::open(&file.path()),
        Err(OpenError::NotAJournal { .. })
    ));

    let newer = File::new();
    drop(SqliteEngine::open(&newer.path()).unwrap());
    Connection::open(newer.path())
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert!(matches!(
        SqliteEngine::open(&newer.path()),
        Err(OpenError::Newer { found: 99, .. })
    ));

    let noise = File::new();
    std::fs::write(noise.path(), [0x5a; 9_000]).unwrap();
    assert!(matches!(
        SqliteEngine::open(&noise.path()),
        Err(OpenError::Sqlite { .. })
    ));
}
