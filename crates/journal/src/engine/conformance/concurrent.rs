//! Rules about appenders at the same time.

use super::chain::{entries, grow, new_partition, whole};
use super::watch::wait_for;
use super::{Fixture, PATIENCE};
use crate::engine::{AppendError, Engine};
use kernel::{Entry, Head, PartitionId, Seq};
use std::sync::Arc;
use tokio::task::JoinSet;

const APPENDERS: usize = 4;
const WINS: usize = 12;

/// Appenders that race for the same positions: each position has one winner, every acknowledged
/// batch is there whole, nothing else is, and the chain is valid.
pub async fn gives_each_position_to_one_winner(fixture: &dyn Fixture) {
    let partitions = [new_partition(), new_partition(), new_partition()];
    let mut racers = JoinSet::new();
    for racer in 0..APPENDERS {
        let engine = fixture.open().await;
        for partition in partitions.clone() {
            racers.spawn(race(Arc::clone(&engine), partition, racer + 1));
        }
    }
    let mut won = Vec::new();
    let all = async {
        while let Some(batches) = racers.join_next().await {
            won.extend(batches.expect("a racer does not panic"));
        }
    };
    tokio::time::timeout(PATIENCE * 3, all)
        .await
        .expect("racers make progress");
    let engine = fixture.open().await;
    for partition in &partitions {
        let mut mine: Vec<Entry> = won
            .iter()
            .filter(|entry| entry.header.partition == *partition)
            .cloned()
            .collect();
        mine.sort_by_key(|entry| entry.header.seq);
        wait_for(&*engine, partition, mine.len() as Seq).await;
        assert_eq!(whole(&*engine, partition).await, mine);
    }
}

/// Appends batches of `size` until it has won [`WINS`] times; gives the entries that won.
async fn race(engine: Arc<dyn Engine>, partition: PartitionId, size: usize) -> Vec<Entry> {
    let mut won = Vec::new();
    let mut head = Head::GENESIS;
    let mut wins = 0;
    while wins < WINS {
        let batch = entries(&partition, head, size);
        match engine.append(&partition, head, &batch).await {
            Ok(_) => {
                wins += 1;
                head = batch[size - 1].head();
                won.extend(batch);
            }
            Err(AppendError::Conflict) => {
                head = engine.head(&partition).await.expect("heads can be read");
                tokio::task::yield_now().await;
            }
            Err(error) => panic!("nothing is broken, yet: {error}"),
        }
    }
    won
}

/// Appends to many partitions through one handle at once all succeed.
pub async fn lets_partitions_append_at_once(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let mut appenders = JoinSet::new();
    for _ in 0..16 {
        let engine = Arc::clone(&engine);
        appenders.spawn(async move {
            let partition = new_partition();
            let mut expected: Vec<Entry> = Vec::new();
            for count in [1, 5, 40] {
                let head = expected.last().map_or(Head::GENESIS, Entry::head);
                expected.extend(grow(&*engine, &partition, head, count).await);
            }
            assert_eq!(whole(&*engine, &partition).await, expected);
        });
    }
    while let Some(done) = appenders.join_next().await {
        done.expect("an appender does not panic");
    }
}
