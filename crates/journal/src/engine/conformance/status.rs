//! Rules about restarts and about what an engine says of itself.

use super::Fixture;
use super::chain::{entries, grow, new_partition, whole};
use super::watch::wait_for;
use crate::engine::AppendError;
use kernel::Head;

/// Everything acknowledged is there after a restart, and the chain goes on from there.
pub async fn survives_a_restart(fixture: &dyn Fixture) {
    let partition = new_partition();
    let chain = {
        let engine = fixture.open().await;
        let chain = grow(&*engine, &partition, Head::GENESIS, 10).await;
        let more = grow(&*engine, &partition, chain[9].head(), 300).await;
        [chain, more].concat()
    };
    fixture.restart().await;
    let engine = fixture.open().await;
    wait_for(&*engine, &partition, 310).await;
    assert_eq!(whole(&*engine, &partition).await, chain);
    let stale = entries(&partition, chain[9].head(), 1);
    let answer = engine.append(&partition, chain[9].head(), &stale).await;
    assert!(matches!(answer, Err(AppendError::Conflict)), "{answer:?}");
    let more = grow(&*engine, &partition, chain[309].head(), 1).await;
    assert_eq!(whole(&*engine, &partition).await, [chain, more].concat());
}

/// Every partition with entries is listed, once; others are not.
pub async fn lists_partitions(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let (one, other, empty) = (new_partition(), new_partition(), new_partition());
    grow(&*engine, &one, Head::GENESIS, 2).await;
    grow(&*engine, &other, Head::GENESIS, 1).await;
    let _ = engine.watch(&empty);
    let listed = engine.partitions().await.unwrap();
    let count = |wanted| listed.iter().filter(|p| *p == wanted).count();
    assert_eq!((count(&one), count(&other), count(&empty)), (1, 1, 0));
}

/// It says how well it keeps appends, and what it is.
pub async fn says_how_well_it_keeps(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    assert_eq!(engine.durability().await, Some(fixture.promises()));
    let description = engine.describe().await;
    for key in ["engine", "version", "promise"] {
        assert!(description[key].is_string(), "{key} in {description}");
    }
    assert!(
        description["copies"].as_u64() >= Some(1),
        "copies in {description}"
    );
}
