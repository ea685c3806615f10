use super::*;
use crate::restore::RestoreError;
use crate::sealer::tests::{World, seal_all};
use crate::segment::SegmentError;
use kernel::{WorkspaceId, id::Uuid};

async fn sealed(runs: usize) -> World {
    let world = World::new(runs * 5, 10);
    let mut sealer = world.sealer("a");
    for run in 0..runs {
        world.append(run * 5..(run + 1) * 5).await;
        seal_all(&mut sealer).await;
    }
    world
}

async fn newest(world: &World) -> Result<Link, NewestError> {
    let identities = std::slice::from_ref(&world.identity);
    let trusted = world.trusted();
    open_newest(&*world.store(), world.partition(), identities, &trusted).await
}

async fn put(store: &dyn Store, name: &str) {
    let name = ObjectName::new(name).unwrap();
    store.put(&name, "x".into(), None).await.unwrap();
}

fn remove(world: &World, name: &ObjectName) {
    let path = world.root.path().join(format!("objects/{name}@"));
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn the_last_segment_is_the_one_that_is_opened() {
    let world = sealed(3).await;
    let link = newest(&world).await.unwrap();
    assert_eq!((link.number, link.head.seq), (3, 15));
    let first = {
        let listed = world
            .store()
            .list(&link_prefix(world.partition()), None, 1)
            .await;
        let bytes = world.store().get(&listed.unwrap()[0].name).await;
        let mut manifest = Manifest::new(world.partition().clone());
        manifest
            .extend(&bytes.unwrap().unwrap(), &world.trusted())
            .unwrap()
    };
    remove(&world, &first.segment().unwrap());
    assert_eq!(newest(&world).await.unwrap().number, 3);
    remove(&world, &link.segment().unwrap());
    let missing = newest(&world).await.unwrap_err();
    let is_missing = matches!(
        missing,
        NewestError::Segment(RestoreError::Missing { number: 3, .. })
    );
    assert!(is_missing, "{missing}");
}

#[tokio::test]
async fn another_identity_does_not_pass() {
    let mut world = sealed(1).await;
    world.identity = Identity::generate();
    let wrong = newest(&world).await.unwrap_err();
    let is_wrong = matches!(
        wrong,
        NewestError::Segment(RestoreError::Segment {
            cause: SegmentError::WrongIdentity,
            ..
        })
    );
    assert!(is_wrong, "{wrong}");
}

#[tokio::test]
async fn a_missing_link_and_a_missing_manifest_are_named() {
    let world = sealed(3).await;
    remove(&world, &link_name(world.partition(), 2).unwrap());
    let gap = newest(&world).await.unwrap_err();
    assert!(matches!(gap, NewestError::Gap { missing: 2, .. }), "{gap}");
    for number in [1, 3] {
        remove(&world, &link_name(world.partition(), number).unwrap());
    }
    let none = newest(&world).await.unwrap_err();
    assert!(matches!(none, NewestError::NoManifest), "{none}");
}

#[tokio::test]
async fn every_partition_is_found_once_and_nothing_else() {
    let world = World::new(1, 1);
    let store = world.store();
    assert_eq!(partitions(&*store).await.unwrap(), []);
    let workspace = |n: u128| WorkspaceId(Uuid::from_u128(n));
    let mut expected = vec![
        PartitionId::new(workspace(1), "directory"),
        PartitionId::new(workspace(1), "directory-more"),
        PartitionId::new(workspace(1), "messaging"),
        PartitionId::new(workspace(2), "directory"),
    ];
    for partition in &expected {
        for n in 0..3 {
            put(&*store, &format!("{partition}/manifests/{n}")).await;
            put(&*store, &format!("{partition}/segments/{n}")).await;
        }
    }
    let unnamed = PartitionId::new(workspace(3), "messaging");
    put(&*store, &format!("{unnamed}/segments/1")).await;
    expected.push(unnamed.clone());
    let other = [
        "trust/00",
        "identities/00",
        "zz",
        "a/b/c/d",
        &format!("{unnamed}/other/1"),
        &format!("{}/other/1", workspace(4)),
    ]
    .map(str::to_owned);
    for name in &other {
        put(&*store, name).await;
    }
    let mut found = partitions(&*store).await.unwrap();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn files_and_trusts_are_passed_over_at_once_and_nothing_unknown_is() {
    let past = |text: &str| {
        let name = ObjectName::new(text).unwrap();
        past(&name, None).map(|name| name.to_string())
    };
    assert_eq!(past("w/chunks/00ff").unwrap(), "w/chunks/zzzzzzzz");
    assert_eq!(past("w/files/00ff").unwrap(), "w/files/zzzzzzzz");
    assert_eq!(past("trust/00ff").unwrap(), "trust/zzzzzzzz");
    for unknown in ["w/m/a", "w/m/other/1", "w/a", "a", "w/chunks/zzzzzzzzz"] {
        assert_eq!(past(unknown), None, "{unknown}");
    }
}
