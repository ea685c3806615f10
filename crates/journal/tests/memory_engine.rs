//! The memory engine: the conformance suite, and its faults.

use async_trait::async_trait;
use journal::engine::conformance::Fixture;
use journal::engine::conformance::chain::{entries, grow, new_partition, whole};
use journal::engine::memory::{Fault, MemoryEngine};
use journal::{AppendError, Durability, Engine};
use kernel::Head;
use std::sync::Arc;

struct Memory(MemoryEngine);

#[async_trait]
impl Fixture for Memory {
    async fn open(&self) -> Arc<dyn Engine> {
        Arc::new(self.0.clone())
    }

    /// Memory that was lost cannot come back: a restart is a new handle.
    async fn restart(&self) {}

    fn promises(&self) -> Durability {
        Durability::Protected
    }
}

mod conformance {
    use super::*;
    journal::engine_conformance!(Memory(MemoryEngine::new()));
}

#[tokio::test]
async fn a_lost_append_never_lands() {
    let engine = MemoryEngine::new();
    let partition = new_partition();
    engine.plan_fault(Fault::Lost);
    let batch = entries(&partition, Head::GENESIS, 2);
    let answer = engine.append(&partition, Head::GENESIS, &batch).await;
    assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    assert_eq!(engine.land_delayed(), 0);
    assert_eq!(whole(&engine, &partition).await, vec![]);
}

#[tokio::test]
async fn an_append_whose_answer_is_lost_is_there() {
    let engine = MemoryEngine::new();
    let partition = new_partition();
    engine.plan_fault(Fault::AnswerLost);
    let batch = entries(&partition, Head::GENESIS, 2);
    let answer = engine.append(&partition, Head::GENESIS, &batch).await;
    assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    assert_eq!(whole(&engine, &partition).await, batch);
}

#[tokio::test]
async fn a_delayed_append_lands_only_while_its_head_matches() {
    let engine = MemoryEngine::new();
    let (quiet, raced) = (new_partition(), new_partition());
    let late = entries(&quiet, Head::GENESIS, 1);
    engine.plan_fault(Fault::Delayed);
    engine.plan_fault(Fault::Delayed);
    for (partition, batch) in [
        (&quiet, late.clone()),
        (&raced, entries(&raced, Head::GENESIS, 1)),
    ] {
        let answer = engine.append(partition, Head::GENESIS, &batch).await;
        assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    }
    let winner = grow(&engine, &raced, Head::GENESIS, 1).await;
    assert_eq!(whole(&engine, &quiet).await, vec![]);
    assert_eq!(engine.land_delayed(), 1);
    assert_eq!(whole(&engine, &quiet).await, late);
    assert_eq!(whole(&engine, &raced).await, winner);
}

#[tokio::test]
async fn refusals_and_outages_leave_nothing_behind() {
    let engine = MemoryEngine::new();
    let partition = new_partition();
    let batch = entries(&partition, Head::GENESIS, 1);
    engine.plan_fault(Fault::Unavailable);
    let answer = engine.append(&partition, Head::GENESIS, &batch).await;
    assert!(matches!(answer, Err(AppendError::Unavailable(_))));
    engine.set_down(true);
    let answer = engine.append(&partition, Head::GENESIS, &batch).await;
    assert!(matches!(answer, Err(AppendError::Unavailable(_))));
    assert!(engine.head(&partition).await.is_err());
    assert_eq!(engine.durability().await, None);
    engine.set_down(false);
    assert_eq!(whole(&engine, &partition).await, vec![]);
}

#[tokio::test]
async fn a_degraded_engine_says_so_with_every_answer() {
    let engine = MemoryEngine::new();
    let partition = new_partition();
    engine.set_durability(Durability::StoredHere);
    let batch = entries(&partition, Head::GENESIS, 1);
    let appended = engine
        .append(&partition, Head::GENESIS, &batch)
        .await
        .unwrap();
    assert_eq!(appended.durability, Durability::StoredHere);
    assert_eq!(engine.durability().await, Some(Durability::StoredHere));
}
