//! Rules about appending: atomic, compare-and-set, nothing malformed.

use super::Fixture;
use super::chain::{entries, entries_of_size, grow, head_after, new_partition, other_hash, whole};
use super::watch::wait_for;
use crate::engine::{AppendError, BATCH_MAX};
use kernel::{Hash, Head};

/// What was appended is read back, byte for byte, with the promised durability.
pub async fn keeps_what_it_appends(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    assert_eq!(whole(&*engine, &partition).await, vec![]);
    let first = entries(&partition, Head::GENESIS, 3);
    let appended = engine
        .append(&partition, Head::GENESIS, &first)
        .await
        .unwrap();
    assert_eq!(appended.durability, fixture.promises());
    let second = grow(&*engine, &partition, first[2].head(), 2).await;
    assert_eq!(whole(&*engine, &partition).await, [first, second].concat());
}

/// A head that is behind, ahead or has another hash is a conflict, and nothing is appended.
pub async fn refuses_another_head(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 3).await;
    let behind = chain[1].head();
    let other = Head {
        seq: 3,
        hash: other_hash(chain[2].hash),
    };
    let ahead = Head {
        seq: 9,
        hash: chain[2].hash,
    };
    for after in [behind, other, ahead] {
        let batch = entries(&partition, after, 2);
        let answer = engine.append(&partition, after, &batch).await;
        assert!(
            matches!(answer, Err(AppendError::Conflict)),
            "{after:?}: {answer:?}"
        );
    }
    assert_eq!(whole(&*engine, &partition).await, chain);
}

/// A chain begins once, and only an empty one begins.
pub async fn refuses_a_second_beginning(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let nowhere = Head {
        seq: 1,
        hash: Hash([7; 32]),
    };
    let batch = entries(&partition, nowhere, 1);
    let answer = engine.append(&partition, nowhere, &batch).await;
    assert!(matches!(answer, Err(AppendError::Conflict)), "{answer:?}");
    let chain = grow(&*engine, &partition, Head::GENESIS, 1).await;
    let again = entries(&partition, Head::GENESIS, 2);
    let answer = engine.append(&partition, Head::GENESIS, &again).await;
    assert!(matches!(answer, Err(AppendError::Conflict)), "{answer:?}");
    assert_eq!(whole(&*engine, &partition).await, chain);
}

/// A batch that no chain could take is refused, certainly and with a cause.
pub async fn refuses_malformed_batches(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let chain = grow(&*engine, &partition, Head::GENESIS, 2).await;
    let head = chain[1].head();
    let good = entries(&partition, head, 4);
    let foreign = entries(&new_partition(), head, 1);
    let gap = vec![good[0].clone(), good[2].clone()];
    let twice = vec![good[0].clone(), good[0].clone()];
    let reversed = vec![good[1].clone(), good[0].clone()];
    let late_start = good[1..].to_vec();
    let mut unlinked = good.clone();
    unlinked[2].header.prev = other_hash(unlinked[2].header.prev);
    let too_long = entries(&partition, head, BATCH_MAX + 1);
    let no_head = Head {
        seq: 0,
        hash: Hash([7; 32]),
    };
    let cases = [
        ("empty", head, vec![]),
        ("foreign", head, foreign),
        ("gap", head, gap),
        ("twice", head, twice),
        ("reversed", head, reversed),
        ("late start", head, late_start),
        ("unlinked", head, unlinked),
        ("too long", head, too_long),
        ("no head", no_head, entries(&partition, no_head, 1)),
    ];
    for (name, after, batch) in cases {
        let answer = engine.append(&partition, after, &batch).await;
        assert!(
            matches!(&answer, Err(AppendError::Unavailable(cause)) if !cause.is_empty()),
            "{name}: {answer:?}"
        );
    }
    assert_eq!(whole(&*engine, &partition).await, chain);
}

/// A full batch is kept as a whole, and one that conflicts leaves nothing of itself.
pub async fn keeps_a_batch_whole(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let full = grow(&*engine, &partition, Head::GENESIS, BATCH_MAX).await;
    assert_eq!(whole(&*engine, &partition).await, full);
    // It starts inside the chain and reaches beyond its end.
    let after = full[BATCH_MAX - 3].head();
    let overlapping = entries(&partition, after, 10);
    let answer = engine.append(&partition, after, &overlapping).await;
    assert!(matches!(answer, Err(AppendError::Conflict)), "{answer:?}");
    assert_eq!(whole(&*engine, &partition).await, full);
}

/// A batch that was appended is not appended again.
pub async fn refuses_the_same_batch_again(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let other = fixture.open().await;
    let partition = new_partition();
    let batch = grow(&*engine, &partition, Head::GENESIS, 2).await;
    for handle in [&engine, &other] {
        let answer = handle.append(&partition, Head::GENESIS, &batch).await;
        assert!(matches!(answer, Err(AppendError::Conflict)), "{answer:?}");
    }
    wait_for(&*other, &partition, 2).await;
    assert_eq!(whole(&*other, &partition).await, batch);
}

/// Payloads of no bytes and of 1 MiB are kept.
pub async fn keeps_large_and_empty_payloads(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let large = entries_of_size(&partition, Head::GENESIS, 3, 1 << 20);
    engine
        .append(&partition, Head::GENESIS, &large)
        .await
        .unwrap();
    let head = head_after(Head::GENESIS, &large);
    let empty = entries_of_size(&partition, head, 1, 0);
    engine.append(&partition, head, &empty).await.unwrap();
    assert_eq!(whole(&*engine, &partition).await, [large, empty].concat());
}

/// An append to one partition changes nothing in another, of the same workspace or not.
pub async fn leaves_other_partitions_alone(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let one = new_partition();
    let mut sibling = one.clone();
    sibling.module = "directory".into();
    let other = new_partition();
    let in_one = grow(&*engine, &one, Head::GENESIS, 2).await;
    let in_sibling = grow(&*engine, &sibling, Head::GENESIS, 3).await;
    let in_other = grow(&*engine, &other, Head::GENESIS, 1).await;
    assert_eq!(whole(&*engine, &one).await, in_one);
    assert_eq!(whole(&*engine, &sibling).await, in_sibling);
    assert_eq!(whole(&*engine, &other).await, in_other);
}
