//! Rules about watching: no wake-up is lost.

use super::chain::{grow, new_partition};
use super::{Fixture, PATIENCE};
use crate::engine::Engine;
use kernel::{Head, PartitionId, Seq};
use std::sync::Arc;
use tokio::sync::watch;

/// Waits, woken by the watch alone, until `seq` can be read.
///
/// # Panics
/// When no wake-up comes in time.
pub async fn wait_for(engine: &dyn Engine, partition: &PartitionId, seq: Seq) {
    let mut receiver = engine.watch(partition);
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

/// Waits, without looking at the engine, until the watch tells of `seq`.
async fn wait_told(receiver: &mut watch::Receiver<Seq>, seq: Seq) {
    let told = receiver.wait_for(|told| *told >= seq);
    let told = tokio::time::timeout(PATIENCE, told).await;
    let told = told.unwrap_or_else(|_| panic!("the watch never told of {seq}"));
    told.expect("the engine keeps its watchers");
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
            wait_told(receiver, head.seq).await;
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
        wait_told(&mut receiver, head.seq).await;
    }
}

/// A change between subscribing and waiting ends the wait, and whoever subscribes late is told of
/// what was there before.
pub async fn notices_changes_before_the_wait(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let before = grow(&*engine, &partition, Head::GENESIS, 1).await;
    let mut receiver = engine.watch(&partition);
    wait_told(&mut receiver, 1).await;
    receiver.borrow_and_update();
    grow(&*engine, &partition, before[0].head(), 1).await;
    wait_told(&mut receiver, 2).await;
    let other = fixture.open().await;
    wait_told(&mut other.watch(&partition), 2).await;
}

/// Watchers that only ever look when woken follow a writer: first one that hurries, then one that
/// writes its next entry only when everybody has seen the last, so that no later wake-up makes up for
/// a lost one.
pub async fn loses_no_wake_up(fixture: &dyn Fixture) {
    const HURRIED: Seq = 60;
    const ALL: Seq = 120;
    let writer = fixture.open().await;
    let reader = fixture.open().await;
    let partition = new_partition();
    let followers = [Arc::clone(&writer), reader].map(|engine| {
        let (saw, seen) = watch::channel(0);
        let follower = tokio::spawn(follow(engine, partition.clone(), ALL, saw));
        (follower, seen)
    });
    let mut head = Head::GENESIS;
    while head.seq < ALL {
        head = grow(&*writer, &partition, head, 1).await[0].head();
        for (_, seen) in &followers {
            if head.seq > HURRIED {
                wait_told(&mut seen.clone(), head.seq).await;
            }
        }
    }
    for (follower, _) in followers {
        follower.await.expect("a follower gets to the end");
    }
}

/// Reads heads when woken, and tells of each, until `last`.
async fn follow(
    engine: Arc<dyn Engine>,
    partition: PartitionId,
    last: Seq,
    saw: watch::Sender<Seq>,
) {
    let mut receiver = engine.watch(&partition);
    loop {
        receiver.borrow_and_update();
        let head = engine.head(&partition).await.expect("heads can be read");
        saw.send_replace(head.seq);
        if head.seq >= last {
            return;
        }
        tokio::time::timeout(PATIENCE, receiver.changed())
            .await
            .unwrap_or_else(|_| panic!("no wake-up after {}", head.seq))
            .expect("the engine keeps its watchers");
    }
}
