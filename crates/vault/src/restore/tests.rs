use super::*;
use crate::sealer::tests::{World, seal_all};
use journal::engine::memory::{Fault, MemoryEngine};

async fn sealed(entries: usize) -> World {
    let world = World::new(entries, 10);
    let mut sealer = world.sealer("a");
    for start in (0..entries).step_by(1_000) {
        world.append(start..entries.min(start + 1_000)).await;
        seal_all(&mut sealer).await;
    }
    world
}

async fn restore(
    world: &World,
    engine: &MemoryEngine,
    identity: &Identity,
    until: Option<Timestamp>,
) -> Result<Head, RestoreError> {
    let restore = Restore {
        store: &*world.store(),
        engine,
        trusted: &world.trusted(),
        identities: std::slice::from_ref(identity),
        until,
    };
    restore.partition(world.partition(), |_| ()).await
}

async fn all(world: &World, engine: &MemoryEngine) -> Vec<Entry> {
    engine.read(world.partition(), 0, usize::MAX).await.unwrap()
}

fn last(world: &World) -> Head {
    world.chain[world.chain.len() - 1].head()
}

#[tokio::test]
async fn an_empty_engine_gets_the_whole_chain() {
    let world = sealed(2_500).await;
    let engine = MemoryEngine::new();
    let head = restore(&world, &engine, &world.identity, None).await;
    assert_eq!(head.unwrap(), last(&world));
    assert_eq!(all(&world, &engine).await, world.chain);
}

#[tokio::test]
async fn it_goes_on_wherever_it_was_stopped() {
    let world = sealed(2_100).await;
    for kept in [1, 999, 1_000, 1_001, 2_000, 2_100] {
        let engine = MemoryEngine::new();
        for run in world.chain[..kept].chunks(BATCH_MAX) {
            let after = engine.head(world.partition()).await.unwrap();
            engine.append(world.partition(), after, run).await.unwrap();
        }
        restore(&world, &engine, &world.identity, None)
            .await
            .unwrap();
        assert_eq!(all(&world, &engine).await, world.chain, "kept {kept}");
    }
}

#[tokio::test]
async fn appends_of_unknown_outcome_are_settled() {
    for fault in [Fault::Lost, Fault::AnswerLost] {
        let world = sealed(1_500).await;
        let engine = MemoryEngine::new();
        engine.plan_fault(fault);
        restore(&world, &engine, &world.identity, None)
            .await
            .unwrap();
        assert_eq!(all(&world, &engine).await, world.chain);
    }
}

#[tokio::test]
async fn another_history_in_the_engine_is_left_alone() {
    let world = sealed(20).await;
    for kept in [5, 20, 25] {
        let other = World::new(kept, 11);
        other.append(0..kept).await;
        let outcome = restore(&world, &other.engine, &world.identity, None).await;
        let diverged = matches!(
            outcome,
            Err(RestoreError::Diverged(seq)) if seq == kept as Seq
        );
        assert!(diverged, "kept {kept}: {outcome:?}");
        assert_eq!(all(&other, &other.engine).await, other.chain);
    }
}

#[tokio::test]
async fn a_moment_ends_it_with_the_last_entry_decided_by_then() {
    let world = sealed(10).await;
    // Every entry of this world was decided at 1,000.
    let engine = MemoryEngine::new();
    let before = restore(&world, &engine, &world.identity, Some(Timestamp(999))).await;
    assert_eq!(before.unwrap(), Head::GENESIS);
    let at = restore(&world, &engine, &world.identity, Some(Timestamp(1_000))).await;
    assert_eq!(at.unwrap(), last(&world));
}

#[tokio::test]
async fn another_identity_restores_nothing() {
    let world = sealed(10).await;
    let engine = MemoryEngine::new();
    let error = restore(&world, &engine, &Identity::generate(), None).await;
    let wrong = matches!(
        error,
        Err(RestoreError::Segment {
            number: 1,
            cause: SegmentError::WrongIdentity
        })
    );
    assert!(wrong, "{error:?}");
    assert!(all(&world, &engine).await.is_empty());
}

#[tokio::test]
async fn a_missing_segment_is_named_and_what_came_before_is_kept() {
    let world = sealed(1_500).await;
    let listed = world.store().list("", None, 100).await.unwrap();
    let second = listed
        .iter()
        .find(|object| {
            object
                .name
                .as_str()
                .contains("/segments/00000000000000001001-")
        })
        .unwrap();
    let path = format!("objects/{}@", second.name);
    std::fs::remove_file(world.root.path().join(path)).unwrap();
    let engine = MemoryEngine::new();
    let error = restore(&world, &engine, &world.identity, None).await;
    assert!(
        matches!(error, Err(RestoreError::Missing { number: 2, .. })),
        "{error:?}"
    );
    assert_eq!(all(&world, &engine).await, world.chain[..1_000]);
}
