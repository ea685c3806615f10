//! The table: append-only, damage named, a full disk.

use crate::support::{Pair, own, programs, single};
use engine_postgres::{PostgresConfig, PostgresEngine};
use journal::engine::conformance::chain::{entries_of_size, grow, new_partition, whole};
use journal::{AppendError, Engine, ReadError};
use kernel::Head;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use tempfile::TempDir;
use tokio_postgres::NoTls;

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_changed_by_the_owner_knowingly_or_not_at_all() {
    let Some(pair) = Pair::start().await else {
        return;
    };
    let engine = pair.engine().await;
    let partition = new_partition();
    let chain = grow(&engine, &partition, Head::GENESIS, 4).await;
    let dsn = pair.primary.journal_dsn();
    let (owner, connection) = tokio_postgres::connect(&dsn, NoTls).await.unwrap();
    tokio::spawn(connection);
    let admin = pair.primary.admin("sekoci").await;
    admin
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    for client in [&owner, &admin] {
        for sql in [
            "UPDATE entry SET seq = 9",
            "DELETE FROM entry",
            "TRUNCATE entry",
        ] {
            let error = client.batch_execute(sql).await.unwrap_err();
            let message = error.as_db_error().unwrap().message().to_owned();
            assert!(message.contains("append-only"), "{sql}: {message}");
        }
    }
    assert_eq!(whole(&engine, &partition).await, chain);

    owner
        .batch_execute("SET sekoci.alter_journal = 'knowingly'")
        .await
        .unwrap();
    owner
        .batch_execute(
            "UPDATE entry SET header = '{}' WHERE seq = 4; DELETE FROM entry WHERE seq = 2",
        )
        .await
        .unwrap();
    let read = engine.read(&partition, 0, 10).await;
    assert!(
        matches!(read, Err(ReadError::Damaged { seq: 2, .. })),
        "{read:?}"
    );
    let read = engine.read(&partition, 3, 10).await;
    assert!(
        matches!(read, Err(ReadError::Damaged { seq: 4, .. })),
        "{read:?}"
    );
    assert_eq!(engine.read(&partition, 2, 1).await.unwrap(), chain[2..3]);
}

struct SmallDisk(TempDir);

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = umount2(self.0.path(), MntFlags::MNT_DETACH);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_with_its_cause_until_there_is_room() {
    let Some(bin) = programs() else { return };
    let disk = TempDir::new().unwrap();
    let tmpfs = Some("tmpfs");
    if let Err(e) = mount(tmpfs, disk.path(), tmpfs, MsFlags::empty(), Some("size=6m")) {
        return eprintln!("skipped: a small disk cannot be mounted here ({e})");
    }
    let disk = SmallDisk(disk);
    own(disk.0.path());
    let dir = TempDir::new().unwrap();
    let node = single(&bin, dir.path()).await;
    let mut config = PostgresConfig::new(&node.journal_dsn());
    config.copies_min = 1;
    let engine = PostgresEngine::connect(config).await.unwrap();
    let partition = new_partition();
    let mut chain = grow(&engine, &partition, Head::GENESIS, 1).await;
    let location = disk.0.path().display();
    node.sql(&format!(
        "CREATE TABLESPACE small LOCATION '{location}'; ALTER TABLE entry SET TABLESPACE small"
    ))
    .await;
    let (cause, refused) = loop {
        let head = chain[chain.len() - 1].head();
        let batch = entries_of_size(&partition, head, 20, 20_000);
        match engine.append(&partition, head, &batch).await {
            Ok(_) => chain.extend(batch),
            Err(AppendError::Unavailable(cause)) => break (cause, batch),
            Err(error) => panic!("certainly not appended, but: {error}"),
        }
    };
    assert!(cause.contains("disk is full"), "{cause}");
    assert_eq!(whole(&engine, &partition).await, chain);
    mount(
        tmpfs,
        disk.0.path(),
        tmpfs,
        MsFlags::MS_REMOUNT,
        Some("size=64m"),
    )
    .unwrap();
    let head = chain[chain.len() - 1].head();
    engine.append(&partition, head, &refused).await.unwrap();
    chain.extend(refused);
    assert_eq!(whole(&engine, &partition).await, chain);
}
