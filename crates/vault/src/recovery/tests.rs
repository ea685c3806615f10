use super::*;
use crate::custody::trust::Custodians;
use crate::custody::{RecoveryIdentity, Trust};
use crate::manifest::Manifest;
use crate::sealer::tests::{World, seal_all};
use journal::engine::memory::MemoryEngine;
use kernel::clock::ManualClock;
use kernel::random::OsRandom;

/// What the world's own identity opens.
fn opened(world: &World) -> Opened {
    let secret = RecoveryIdentity::make(&OsRandom);
    let sites = world
        .trusted()
        .into_iter()
        .map(|(site, keys)| (site, keys[0]))
        .collect();
    let custodians = Custodians {
        count: 3,
        threshold: 2,
        names: Vec::new(),
    };
    let recipients = [secret.recipient()];
    let trust = Trust::new(Timestamp(1), &recipients, &sites, custodians, Vec::new());
    Opened {
        trust: trust.unwrap(),
        earlier: Vec::new(),
        identities: vec![world.identity.clone()],
        secrets: vec![secret],
        trusted: world.trusted(),
    }
}

async fn sealed(entries: usize) -> World {
    let world = World::new(entries, 10);
    let mut sealer = world.sealer("a");
    for start in (0..entries).step_by(1_000) {
        world.append(start..entries.min(start + 1_000)).await;
        seal_all(&mut sealer).await;
    }
    world
}

async fn recover(world: &World, engine: &MemoryEngine, until: Option<Timestamp>) -> Recovered {
    let store = world.store();
    let opened = opened(world);
    let recovery = Recovery {
        store: &*store,
        engine,
        opened: &opened,
        files: None,
        until,
        clock: &ManualClock::at(Timestamp(5)),
    };
    let plan = plan(&*store, None).await.unwrap();
    recovery.run(&plan, |_| {}, |_, _| {}).await
}

#[tokio::test]
async fn everything_comes_back_and_is_counted() {
    let world = sealed(2_100).await;
    let engine = MemoryEngine::new();
    let recovered = recover(&world, &engine, None).await;
    assert!(recovered.heads_equal());
    assert_eq!(recovered.count().entries, 2_100);
    assert_eq!(recovered.partitions[0].failure, None);
    // Again, on what is there already: the same account.
    let again = recover(&world, &engine, None).await;
    assert_eq!(again.partitions, recovered.partitions);
}

#[tokio::test]
async fn what_is_damaged_is_told_and_what_is_before_it_comes_back() {
    let world = sealed(3_000).await;
    let store = world.store();
    let mut manifest = Manifest::new(world.partition().clone());
    let mut links = Vec::new();
    for number in 1..=3 {
        let name = crate::manifest::link_name(world.partition(), number).unwrap();
        let bytes = store.get(&name).await.unwrap().unwrap();
        links.push(manifest.extend(&bytes, &world.trusted()).unwrap());
    }
    let name = links[1].segment().unwrap();
    let path = world.root.path().join("objects").join(format!("{name}@"));
    std::fs::remove_file(path).unwrap();
    let engine = MemoryEngine::new();
    let recovered = recover(&world, &engine, None).await;
    assert!(!recovered.heads_equal());
    let one = &recovered.partitions[0];
    assert_eq!(one.head, links[0].head);
    let cause = one.failure.as_ref().unwrap();
    assert!(cause.contains("link 2"), "{cause}");
}

#[tokio::test]
async fn the_wished_moment_is_the_end() {
    let world = sealed(100).await;
    let until = world.chain[49].header.time;
    let expected = world
        .chain
        .iter()
        .filter(|e| e.header.time <= until)
        .count();
    let engine = MemoryEngine::new();
    let recovered = recover(&world, &engine, Some(until)).await;
    assert!(recovered.heads_equal());
    assert_eq!(recovered.count().entries, expected as u64);
}

#[tokio::test]
async fn people_come_before_messages() {
    let world = World::new(1, 10);
    let store = world.store();
    let workspaces = [7, 0, 9].map(|n| WorkspaceId(kernel::id::Uuid::from_u128(n)));
    for workspace in workspaces {
        for module in ["messaging", "installation", "zoo", "directory"] {
            let partition = PartitionId::new(workspace, module);
            let name = crate::store::ObjectName::new(format!("{partition}/segments/1"));
            store.put(&name.unwrap(), "x".into(), None).await.unwrap();
        }
    }
    let modules = |planned: Vec<Planned>| -> Vec<String> {
        let modules = planned.into_iter().map(|planned| planned.partition.module);
        modules.map(|module| module.to_string()).collect()
    };
    let all = modules(plan(&*store, None).await.unwrap());
    let [first, second, third, last] =
        ["installation", "directory", "messaging", "zoo"].map(|module| [module; 3]);
    assert_eq!(all, [first, second, third, last].concat());
    let one = plan(&*store, Some(workspaces[0])).await.unwrap();
    assert_eq!(one.len(), 8);
    assert_eq!(one[0].bytes, 1);
}
