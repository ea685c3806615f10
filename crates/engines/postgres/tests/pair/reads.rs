//! Where reads go, and what they show.

use crate::support::{Pair, eventually};
use engine_postgres::PostgresEngine;
use journal::Engine;
use journal::engine::conformance::chain::{grow, new_partition, whole};
use journal::engine::conformance::watch::wait_for;
use kernel::Head;

async fn until_believed(engine: &PostgresEngine) {
    eventually("the own standby is believed", async || {
        let description = engine.describe().await;
        (description["own_node"]["is_believed"] == true).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn own_appends_are_read_at_once_though_the_standby_has_not_replayed_them() {
    let Some(pair) = Pair::start().await else {
        return;
    };
    let engine = pair.engine_at(&pair.standby).await;
    let other = pair.engine_at(&pair.standby).await;
    let partition = new_partition();
    let mut chain = grow(&engine, &partition, Head::GENESIS, 3).await;
    until_believed(&engine).await;
    until_believed(&other).await;
    wait_for(&other, &partition, 3).await;
    pair.standby.sql("SELECT pg_wal_replay_pause()").await;
    chain.extend(grow(&engine, &partition, chain[2].head(), 2).await);
    assert_eq!(whole(&engine, &partition).await, chain);
    assert_eq!(engine.head(&partition).await.unwrap(), chain[4].head());
    // Who only reads at the standby lags behind, without an error.
    assert_eq!(whole(&other, &partition).await, chain[..3]);
    pair.standby.sql("SELECT pg_wal_replay_resume()").await;
    wait_for(&other, &partition, 5).await;
    assert_eq!(whole(&other, &partition).await, chain);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_conflict_the_winner_can_be_read_though_the_standby_lags() {
    let Some(pair) = Pair::start().await else {
        return;
    };
    let winner = pair.engine().await;
    let loser = pair.engine_at(&pair.standby).await;
    let partition = new_partition();
    let chain = grow(&winner, &partition, Head::GENESIS, 1).await;
    wait_for(&loser, &partition, 1).await;
    until_believed(&loser).await;
    pair.standby.sql("SELECT pg_wal_replay_pause()").await;
    let more = grow(&winner, &partition, chain[0].head(), 2).await;
    let late = journal::engine::conformance::chain::entries(&partition, chain[0].head(), 1);
    let answer = loser.append(&partition, chain[0].head(), &late).await;
    assert!(matches!(answer, Err(journal::AppendError::Conflict)));
    assert_eq!(loser.read(&partition, 1, 10).await.unwrap(), more);
    pair.standby.sql("SELECT pg_wal_replay_resume()").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_go_on_at_the_standby_while_the_primary_is_dead() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    let engine = pair.engine_at(&pair.standby).await;
    let partition = new_partition();
    let chain = grow(&engine, &partition, Head::GENESIS, 5).await;
    until_believed(&engine).await;
    pair.primary.stop(nix::sys::signal::Signal::SIGKILL);
    wait_for(&engine, &partition, 5).await;
    assert_eq!(whole(&engine, &partition).await, chain);
    assert_eq!(engine.durability().await, None);
    let batch = journal::engine::conformance::chain::entries(&partition, chain[4].head(), 1);
    let answer = engine.append(&partition, chain[4].head(), &batch).await;
    assert!(answer.is_err());
}
