//! Rules about reading: durable, in order, without gaps, the same again.

use super::Fixture;
use super::chain::{grow, new_partition, whole};
use kernel::{Head, Seq};

/// Entries come ascending, without gaps, after the seq and up to the limit.
pub async fn reads_in_order_up_to_the_limit(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 20).await;
    let cases: [(Seq, usize, &[_]); 8] = [
        (0, 0, &[]),
        (0, 1, &chain[..1]),
        (0, 7, &chain[..7]),
        (7, 7, &chain[7..14]),
        (14, 100, &chain[14..]),
        (0, usize::MAX, &chain[..]),
        (20, 10, &[]),
        (Seq::MAX, 10, &[]),
    ];
    for (after, limit, expected) in cases {
        let read = engine.read(&partition, after, limit).await.unwrap();
        assert_eq!(read, expected, "after {after}, limit {limit}");
    }
}

/// What was read once is read again, also through another handle.
pub async fn reads_the_same_again_and_elsewhere(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let other = fixture.open().await;
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 5).await;
    assert_eq!(whole(&*engine, &partition).await, chain);
    assert_eq!(whole(&*engine, &partition).await, chain);
    super::watch::wait_for(&*other, &partition, 5).await;
    assert_eq!(whole(&*other, &partition).await, chain);
    let more = grow(&*other, &partition, chain[4].head(), 1).await;
    super::watch::wait_for(&*engine, &partition, 6).await;
    assert_eq!(whole(&*engine, &partition).await, [chain, more].concat());
}

/// After an append answered `Ok`, a read through the same handle sees it.
pub async fn shows_its_own_appends_at_once(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let mut head = Head::GENESIS;
    for _ in 0..40 {
        let batch = grow(&*engine, &partition, head, 2).await;
        let read = engine.read(&partition, head.seq, 10).await.unwrap();
        assert_eq!(read, batch);
        head = batch[1].head();
        assert_eq!(engine.head(&partition).await.unwrap(), head);
    }
}

/// The head is the newest entry that can be read; an empty chain has the genesis head.
pub async fn knows_the_head(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    assert_eq!(engine.head(&partition).await.unwrap(), Head::GENESIS);
    let chain = grow(&*engine, &partition, Head::GENESIS, 3).await;
    assert_eq!(engine.head(&partition).await.unwrap(), chain[2].head());
    let more = grow(&*engine, &partition, chain[2].head(), 1).await;
    assert_eq!(engine.head(&partition).await.unwrap(), more[0].head());
}
