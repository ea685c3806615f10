//! Rules about watching: no wake-up is lost.

use super::chain::{grow, new_partition};
use super::{Fixture, PATIENCE};
use crate::engine::Engine;
use kernel::{Entry, Head, PartitionId, Seq};
use std::sync::Arc;
use tokio::sync::watch;

/// Waits, woken by the watch alone, until `seq` can be read.
///
/// # Panics
/// When no wake-up comes in time.
pub async fn wait_for(engine: &dyn Engine, partition: &PartitionId, seq: Seq) {
    let mut receiver = engine.watch(partition);
    wait_on(&mut receiver, engine, partition, seq).await;
}

async fn wait_on(
    receiver: &mut watch::Receiver<Seq>,
    engine: &dyn Engine,
    partition: &PartitionId,
    seq: Seq,
) {
    loop {
        receiver.borrow_and_update();
        let head = engine.head(partition).await.expect("heads can be read");
        if head.seq >= seq {
            return;
        }
        tokio::time::timeout(PATIENCE, receiver.changed())
            .await
            .unwrap_or_else(|_| panic!("no wake-up at {} while waiting for {seq}", head.seq))
            .expect("the engine keeps its watchers");
    }
}

/// An append through a handle wakes that handle's watchers.
pub async fn wakes_watchers_of_this_handle(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let mut receivers = [engine.watch(&partition), engine.watch(&partition)];
    let mut head = Head::GENESIS;
    for _ in 0..5 {
        head = grow(&*engine, &partition, head, 2).await[1].head();
        for receiver in &mut receivers {
            wait_on(receiver, &*engine, &partition, head.seq).await;
        }
    }
}

/// An append through one handle wakes the watchers of another.
pub async fn wakes_watchers_of_another_handle(fixture: &dyn Fixture) {
    let writer = fixture.open().await;
    let reader = fixture.open().await;
    let partition = new_partition();
    let mut receiver = reader.watch(&partition);
    let mut head = Head::GENESIS;
    for _ in 0..5 {
        head = grow(&*writer, &partition, head, 1).await[0].head();
        wait_on(&mut receiver, &*reader, &partition, head.seq).await;
    }
}

/// A change between subscribing and waiting ends the wait, and so does one before subscribing as
/// far as the value goes: whoever looks after subscribing misses nothing.
pub async fn notices_changes_before_the_wait(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let before = grow(&*engine, &partition, Head::GENESIS, 1).await;
    let mut receiver = engine.watch(&partition);
    receiver.borrow_and_update();
    let after = grow(&*engine, &partition, before[0].head(), 1).await;
    let noticed = tokio::time::timeout(PATIENCE, receiver.wait_for(|seq| *seq >= 2))
        .await
        .expect("the change is noticed");
    assert_eq!(*noticed.expect("the engine keeps its watchers"), 2);
    assert_eq!(after[0].header.seq, 2);
}

/// Watchers that only ever look when woken follow a busy writer to its last entry.
pub async fn loses_no_wake_up(fixture: &dyn Fixture) {
    let writer = fixture.open().await;
    let reader = fixture.open().await;
    let partition = new_partition();
    let follow = |engine: Arc<dyn Engine>| {
        let partition = partition.clone();
        async move { wait_for(&*engine, &partition, 120).await }
    };
    let here = tokio::spawn(follow(Arc::clone(&writer)));
    let there = tokio::spawn(follow(reader));
    let mut chain: Vec<Entry> = Vec::new();
    while chain.len() < 120 {
        let head = chain.last().map_or(Head::GENESIS, Entry::head);
        chain.extend(grow(&*writer, &partition, head, 1).await);
    }
    here.await.expect("the writer's own watcher gets there");
    there.await.expect("the other handle's watcher gets there");
}
