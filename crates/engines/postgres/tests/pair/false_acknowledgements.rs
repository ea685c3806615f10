//! What must never be answered `Ok`, and rows that must not be shown yet.

use crate::support::{ANSWER_LIMIT, Pair};
use engine_postgres::PostgresEngine;
use journal::engine::conformance::chain::{entries, grow, new_partition, whole};
use journal::engine::conformance::watch::wait_for;
use journal::{AppendError, Durability, Engine, ReadError};
use kernel::{Entry, Head, PartitionId};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

type Answer = Result<journal::Appended, AppendError>;

/// Begins to append two entries; the answer comes from the task.
fn begin(
    engine: &Arc<PostgresEngine>,
    partition: &PartitionId,
    after: Head,
) -> (Vec<Entry>, JoinHandle<Answer>) {
    let batch = entries(partition, after, 2);
    let (engine, partition, sent) = (Arc::clone(engine), partition.clone(), batch.clone());
    let task = tokio::spawn(async move { engine.append(&partition, after, &sent).await });
    (batch, task)
}

async fn rows_on_primary(pair: &Pair, partition: &PartitionId) -> String {
    let sql = format!("SELECT count(*)::text FROM entry WHERE partition = '{partition}'");
    pair.primary.value(&sql).await.unwrap()
}

async fn settled(engine: &PostgresEngine, partition: &PartitionId, chain: &[Entry]) {
    wait_for(engine, partition, chain.len() as u64).await;
    assert_eq!(whole(engine, partition).await, chain);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_without_confirmation_is_unknown_in_time_and_lands_once() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    let engine = Arc::new(pair.engine().await);
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 1).await;
    pair.pause().await;
    let begun = Instant::now();
    let (batch, answer) = begin(&engine, &partition, chain[0].head());
    let answer = answer.await.unwrap();
    assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    let took = begun.elapsed();
    assert!(took < ANSWER_LIMIT + Duration::from_secs(2), "{took:?}");
    // Nobody has been shown it, and asking again does not make it true.
    assert_eq!(engine.head(&partition).await.unwrap(), chain[0].head());
    let again = engine.append(&partition, chain[0].head(), &batch).await;
    assert!(matches!(again, Err(AppendError::Unknown(_))), "{again:?}");
    pair.resume();
    settled(&engine, &partition, &[chain, batch].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_left_by_a_killed_session_is_neither_acknowledged_nor_shown() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    let engine = Arc::new(pair.engine().await);
    let at_primary = pair.engine_at(&pair.primary).await;
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 1).await;
    pair.pause().await;
    let (batch, answer) = begin(&engine, &partition, chain[0].head());
    let pid = pair.until_waiting().await;
    let kill = format!("SELECT pg_terminate_backend({pid})");
    pair.primary.sql(&kill).await;
    let answer = answer.await.unwrap();
    assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    // The trap: the row is visible on the primary, and only there.
    assert_eq!(rows_on_primary(&pair, &partition).await, "3");
    let again = engine.append(&partition, chain[0].head(), &batch).await;
    assert!(matches!(again, Err(AppendError::Conflict)), "{again:?}");
    for reader in [&*engine, &at_primary] {
        let read = reader.read(&partition, 1, 10).await;
        assert!(matches!(read, Err(ReadError::Unavailable(_))), "{read:?}");
        assert!(reader.head(&partition).await.is_err());
    }
    // What was acknowledged here before can still be had.
    assert_eq!(engine.read(&partition, 0, 1).await.unwrap(), chain);
    pair.resume();
    let chain = [chain, batch].concat();
    settled(&engine, &partition, &chain).await;
    settled(&at_primary, &partition, &chain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_wait_is_unknown_though_the_server_says_success() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    let engine = Arc::new(pair.engine().await);
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 1).await;
    pair.pause().await;
    let (batch, answer) = begin(&engine, &partition, chain[0].head());
    let pid = pair.until_waiting().await;
    pair.primary
        .sql(&format!("SELECT pg_cancel_backend({pid})"))
        .await;
    let answer = answer.await.unwrap();
    assert!(
        matches!(&answer, Err(AppendError::Unknown(cause)) if cause.contains("cut short")),
        "{answer:?}"
    );
    assert!(engine.read(&partition, 1, 10).await.is_err());
    pair.resume();
    settled(&engine, &partition, &[chain, batch].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_does_not_wait_by_default_is_made_to_wait() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    pair.primary
        .sql(
            "ALTER ROLE sekoci SET synchronous_commit = local;
              ALTER ROLE sekoci SET client_min_messages = error",
        )
        .await;
    let engine = Arc::new(pair.engine().await);
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 1).await;
    let description = engine.describe().await;
    assert_eq!(description["role_default_overridden"], "local");
    pair.pause().await;
    let (batch, answer) = begin(&engine, &partition, chain[0].head());
    let pid = pair.until_waiting().await;
    // The warning must come through although the role asked for errors only.
    pair.primary
        .sql(&format!("SELECT pg_cancel_backend({pid})"))
        .await;
    let answer = answer.await.unwrap();
    assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    pair.resume();
    settled(&engine, &partition, &[chain, batch].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_ends_because_no_standby_is_required_any_more_is_stored_here_only() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    let engine = Arc::new(pair.engine().await);
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 1).await;
    pair.pause().await;
    let (_, answer) = begin(&engine, &partition, chain[0].head());
    pair.until_waiting().await;
    pair.set_synchronous("").await;
    let appended = answer.await.unwrap().unwrap();
    assert_eq!(appended.durability, Durability::StoredHere);
    pair.resume();
}
