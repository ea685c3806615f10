//! Rules about appends whose outcome the caller does not know.

use super::chain::{entries, new_partition, whole};
use super::{Fixture, PATIENCE};
use crate::engine::{AppendError, Engine};
use kernel::{Entry, Head, PartitionId};
use std::time::Duration;

/// Appends given up at any moment (a dropped future is an unknown append) settle: reading back and,
/// where they are not there, appending the same batch again, ends with each entry there once.
pub async fn settles_appends_that_were_given_up(fixture: &dyn Fixture) {
    let engine = fixture.open().await;
    let partition = new_partition();
    let mut expected: Vec<Entry> = Vec::new();
    for round in 0..24_u64 {
        let head = expected.last().map_or(Head::GENESIS, Entry::head);
        let batch = entries(&partition, head, 3);
        let append = engine.append(&partition, head, &batch);
        if round % 6 == 0 {
            give_up_after_first_poll(append).await;
        } else {
            let patience = Duration::from_micros(round * round * 20);
            let _ = tokio::time::timeout(patience, append).await;
        }
        tokio::time::timeout(PATIENCE, settle(&*engine, &partition, head, &batch))
            .await
            .expect("an unknown append settles");
        expected.extend(batch);
    }
    assert_eq!(whole(&*engine, &partition).await, expected);
}

async fn give_up_after_first_poll(append: impl Future) {
    let mut append = std::pin::pin!(append);
    std::future::poll_fn(|context| {
        let _ = append.as_mut().poll(context);
        std::task::Poll::Ready(())
    })
    .await;
}

/// Reads back; appends again while nothing is there.
async fn settle(engine: &dyn Engine, partition: &PartitionId, after: Head, batch: &[Entry]) {
    loop {
        let found = engine
            .read(partition, after.seq, batch.len())
            .await
            .unwrap();
        if !found.is_empty() {
            assert_eq!(found, batch, "a batch is there whole or not at all");
            return;
        }
        match engine.append(partition, after, batch).await {
            Ok(_) | Err(AppendError::Conflict | AppendError::Unknown(_)) => {}
            Err(error) => panic!("nothing is broken, yet: {error}"),
        }
    }
}
