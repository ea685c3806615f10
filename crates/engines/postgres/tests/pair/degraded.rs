//! Fewer copies than promised: acknowledged, and said so.

use crate::support::Pair;
use journal::engine::conformance::chain::{entries, grow, new_partition, whole};
use journal::{Durability, Engine};
use kernel::Head;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_synchronous_standby_every_answer_says_stored_here() {
    let Some(mut pair) = Pair::start().await else {
        return;
    };
    let engine = pair.engine().await;
    let partition = new_partition();
    let chain = grow(&engine, &partition, Head::GENESIS, 1).await;
    assert_eq!(engine.durability().await, Some(Durability::Protected));
    assert_eq!(engine.describe().await["copies"], 2);

    pair.pause().await;
    pair.set_synchronous("").await;
    let batch = entries(&partition, chain[0].head(), 1);
    let appended = engine.append(&partition, chain[0].head(), &batch).await;
    assert_eq!(appended.unwrap().durability, Durability::StoredHere);
    assert_eq!(engine.durability().await, Some(Durability::StoredHere));
    assert_eq!(engine.describe().await["copies"], 1);
    let chain = [chain, batch].concat();
    assert_eq!(whole(&engine, &partition).await, chain);

    pair.resume();
    pair.set_synchronous("s").await;
    pair.until_synchronous().await;
    let batch = entries(&partition, chain[1].head(), 1);
    let appended = engine.append(&partition, chain[1].head(), &batch).await;
    assert_eq!(appended.unwrap().durability, Durability::Protected);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_copies_can_be_asked_for_than_confirm() {
    let Some(pair) = Pair::start().await else {
        return;
    };
    let mut config = pair.config();
    config.copies_min = 3;
    let engine = engine_postgres::PostgresEngine::connect(config)
        .await
        .unwrap();
    let partition = new_partition();
    let batch = entries(&partition, Head::GENESIS, 1);
    let appended = engine.append(&partition, Head::GENESIS, &batch).await;
    assert_eq!(appended.unwrap().durability, Durability::StoredHere);
}
