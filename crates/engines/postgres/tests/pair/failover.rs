//! The primary dies, the standby takes over, the former primary comes back.

use crate::support::{PATIENCE, Pair, eventually};
use engine_postgres::PostgresEngine;
use journal::engine::conformance::chain::{entries, grow, new_partition, whole};
use journal::{AppendError, Engine};
use kernel::{Entry, Head, PartitionId};
use std::sync::Arc;

/// Appends a batch until it is acknowledged or found.
async fn insist(engine: &PostgresEngine, partition: &PartitionId, after: Head) -> Vec<Entry> {
    let batch = entries(partition, after, 2);
    let insisting = async {
        loop {
            match engine.append(partition, after, &batch).await {
                Ok(_) => return,
                Err(AppendError::Conflict) => {
                    let found = engine.read(partition, after.seq, 2).await;
                    assert!(found.is_err() || found.unwrap() == batch);
                    if engine
                        .head(partition)
                        .await
                        .is_ok_and(|h| h == batch[1].head())
                    {
                        return;
                    }
                }
                Err(_) => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, insisting)
        .await
        .expect("the new primary takes appends");
    batch
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_entries_survive_the_primary_and_the_chain_goes_on() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    let engine = Arc::new(pair.engine().await);
    let partition = new_partition();
    let mut chain = grow(&*engine, &partition, Head::GENESIS, 1).await;
    // Appends without a pause until the primary is gone.
    let (busy, in_partition, from) = (Arc::clone(&engine), partition.clone(), chain[0].head());
    let appending = tokio::spawn(async move {
        let mut acknowledged = Vec::new();
        let mut head = from;
        loop {
            let batch = entries(&in_partition, head, 1);
            match busy.append(&in_partition, head, &batch).await {
                Ok(_) => head = batch[0].head(),
                Err(AppendError::Conflict) => panic!("nobody else appends"),
                Err(_) => return (acknowledged, batch),
            }
            acknowledged.extend(batch);
        }
    });
    eventually("some appends", async || {
        let head = engine.head(&partition).await.ok()?;
        (head.seq > 20).then_some(())
    })
    .await;
    pair.fail_over().await;
    let (acknowledged, undecided) = appending.await.unwrap();
    chain.extend(acknowledged);
    let known = chain[chain.len() - 1].head();
    let found = eventually("the new primary is read", async || {
        engine.read(&partition, known.seq, 10).await.ok()
    })
    .await;
    assert!(found.is_empty() || found == undecided, "{found:?}");
    chain.extend(found);
    let after = chain[chain.len() - 1].head();
    chain.extend(insist(&engine, &partition, after).await);
    assert_eq!(whole(&*engine, &partition).await, chain);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_primary_with_rows_of_its_own_is_not_believed() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    let engine = Arc::new(pair.engine().await);
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 1).await;
    pair.pause().await;
    let orphans = entries(&partition, chain[0].head(), 2);
    let answer = engine.append(&partition, chain[0].head(), &orphans).await;
    assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    pair.fail_over().await;
    pair.return_as_standby();
    // The trap: the former primary, now a standby, shows rows that were never confirmed.
    let sql = format!("SELECT count(*)::text FROM entry WHERE partition = '{partition}'");
    assert_eq!(pair.primary.value(&sql).await.as_deref(), Some("3"));
    let at_former = pair.engine_at(&pair.primary).await;
    let head = eventually("the new primary is read", async || {
        at_former.head(&partition).await.ok()
    })
    .await;
    assert_eq!(head, chain[0].head());
    let winners = insist(&at_former, &partition, head).await;
    for _ in 0..20 {
        let read = at_former.read(&partition, 1, 10).await.unwrap();
        assert_eq!(read, winners);
        let description = at_former.describe().await;
        assert_eq!(
            description["own_node"]["is_believed"], false,
            "{description}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_starts_without_servers_and_finds_them_later() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    pair.standby.stop(nix::sys::signal::Signal::SIGINT);
    pair.primary.stop(nix::sys::signal::Signal::SIGINT);
    let engine = pair.engine_at(&pair.standby).await;
    let partition = new_partition();
    let batch = entries(&partition, Head::GENESIS, 1);
    let answer = engine.append(&partition, Head::GENESIS, &batch).await;
    assert!(
        matches!(answer, Err(AppendError::Unavailable(_))),
        "{answer:?}"
    );
    assert!(engine.head(&partition).await.is_err());
    assert_eq!(engine.durability().await, None);
    pair.restart().await;
    let batch = insist(&engine, &partition, Head::GENESIS).await;
    assert_eq!(whole(&engine, &partition).await, batch);
}
