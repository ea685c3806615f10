use super::*;
use crate::custody::trust::Custodians;
use crate::custody::{SealingKey, SplitRule};
use crate::restore::Restore;
use crate::sealer::tests::{World, seal_all};
use crate::sealer::{Parts, Sealer};
use crate::store::ObjectName;
use journal::Engine;
use journal::engine::memory::MemoryEngine;
use kernel::clock::ManualClock;
use kernel::random::SeededRandom;
use kernel::{Entry, SiteName};
use std::sync::Arc;

/// Keys as they are made at once: identity, sealing key of site a, trust.
struct Keys {
    identity: RecoveryIdentity,
    sealing: SealingKey,
    trust: Trust,
}

impl Keys {
    fn make(seed: u64, previous: &[&Trust]) -> Self {
        let random = SeededRandom::new(seed);
        let identity = RecoveryIdentity::make(&random);
        let sealing = SealingKey::make(&random);
        let sites = [(SiteName::new("a").unwrap(), sealing.public())].into();
        let trust = Trust::new(
            Timestamp(seed as i64),
            &[identity.recipient()],
            &sites,
            Custodians::new(SplitRule::new(2, 3).unwrap(), Vec::new()),
            previous.iter().map(|trust| trust.digest()).collect(),
        );
        Self {
            identity,
            sealing,
            trust: trust.unwrap(),
        }
    }

    /// A sealer that works with these keys and trusts those before them too.
    fn sealer(&self, world: &World, trusted: &SiteKeys) -> Sealer {
        Sealer::new(Parts {
            engine: world.engine.clone(),
            store: world.store(),
            partition: world.partition().clone(),
            site: SiteName::new("a").unwrap(),
            key: self.sealing.secret(),
            recipients: self.trust.recipients().to_vec(),
            trusted: trusted.clone(),
            clock: Arc::new(ManualClock::at(Timestamp(1_000))),
        })
    }
}

async fn open(world: &World, keys: &Keys) -> Result<Opened, CustodyError> {
    open_all(&*world.store(), &keys.identity, keys.trust.digest()).await
}

async fn fails(world: &World, keys: &Keys) -> CustodyError {
    match open(world, keys).await {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

/// Three generations, each with its chest.
async fn generations(world: &World) -> [Keys; 3] {
    let store = world.store();
    let first = Keys::make(1, &[]);
    publish(&*store, &first.trust, &[], None).await.unwrap();
    let second = Keys::make(2, &[&first.trust]);
    let earlier = open(world, &first).await.unwrap().secrets;
    publish(&*store, &second.trust, &earlier, None)
        .await
        .unwrap();
    let third = Keys::make(3, &[&second.trust]);
    let earlier = open(world, &second).await.unwrap().secrets;
    publish(&*store, &third.trust, &earlier, None)
        .await
        .unwrap();
    [first, second, third]
}

fn remove(world: &World, name: &ObjectName) {
    let path = world.root.path().join(format!("objects/{name}@"));
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn the_newest_identity_opens_what_was_sealed_for_every_one_before_it() {
    let world = World::new(30, 10);
    let generations = generations(&world).await;
    for (n, keys) in generations.iter().enumerate() {
        world.append(n * 10..(n + 1) * 10).await;
        let trusted = open(&world, keys).await.unwrap().trusted;
        let mut sealer = keys.sealer(&world, &trusted);
        sealer.catch_up().await.unwrap();
        assert_eq!(seal_all(&mut sealer).await.len(), 1);
    }
    let opened = open(&world, &generations[2]).await.unwrap();
    assert_eq!(opened.identities.len(), 3);
    let earlier: Vec<_> = opened.earlier.iter().map(Trust::digest).collect();
    let expected = [&generations[1], &generations[0]].map(|keys| keys.trust.digest());
    assert_eq!(earlier, expected);
    let engine = MemoryEngine::new();
    let restore = Restore {
        store: &*world.store(),
        engine: &engine,
        trusted: &opened.trusted,
        identities: &opened.identities,
        until: None,
    };
    restore.partition(world.partition(), |_| ()).await.unwrap();
    let entries: Vec<Entry> = engine.read(world.partition(), 0, 100).await.unwrap();
    assert_eq!(entries, world.chain);
    // The one before opens what is its own and older, and nothing newer.
    let opened = open(&world, &generations[1]).await.unwrap();
    let engine = MemoryEngine::new();
    let restore = Restore {
        engine: &engine,
        trusted: &opened.trusted,
        identities: &opened.identities,
        ..restore
    };
    assert!(restore.partition(world.partition(), |_| ()).await.is_err());
    let head = engine.head(world.partition()).await.unwrap();
    assert_eq!(head, world.chain[19].head());
}

#[tokio::test]
async fn whatever_is_missing_or_of_another_is_named() {
    let world = World::new(1, 1);
    let unknown = Keys::make(9, &[]);
    let error = fails(&world, &unknown).await;
    assert!(matches!(error, CustodyError::NoTrust(_)), "{error}");
    let [first, second, third] = generations(&world).await;
    let digest = third.trust.digest();
    let error = open_all(&*world.store(), &second.identity, digest).await;
    assert!(matches!(error, Err(CustodyError::OtherIdentity(found)) if found == digest));
    remove(&world, &trust_name(&first.trust.digest()));
    let error = fails(&world, &third).await;
    assert!(matches!(error, CustodyError::NoTrust(found) if found == first.trust.digest()));
    publish(&*world.store(), &first.trust, &[], None)
        .await
        .unwrap();
    remove(&world, &chest_name(&digest));
    let error = fails(&world, &third).await;
    assert!(matches!(error, CustodyError::NoChest(_)), "{error}");
}

#[tokio::test]
async fn an_altered_trust_and_a_foreign_chest_are_noticed() {
    let world = World::new(1, 1);
    let [first, _, third] = generations(&world).await;
    let name = trust_name(&first.trust.digest());
    remove(&world, &name);
    let other = Keys::make(9, &[]);
    let bytes = other.trust.bytes().to_vec();
    world.store().put(&name, bytes.into(), None).await.unwrap();
    let error = fails(&world, &third).await;
    assert!(matches!(error, CustodyError::TrustAltered(_)), "{error}");
    remove(&world, &name);
    publish(&*world.store(), &first.trust, &[], None)
        .await
        .unwrap();
    // A chest that anyone could have made: it opens, but holds nobody's identity.
    let name = chest_name(&third.trust.digest());
    remove(&world, &name);
    let forged = chest::seal(&[other.identity], &third.identity.recipient()).unwrap();
    world.store().put(&name, forged.into(), None).await.unwrap();
    let error = fails(&world, &third).await;
    assert!(matches!(error, CustodyError::NotInChest { .. }), "{error}");
}

#[tokio::test]
async fn the_newest_successor_is_found() {
    let world = World::new(1, 1);
    let [first, second, third] = generations(&world).await;
    let store = world.store();
    let of = async |keys: &Keys| {
        let found = successor(&*store, keys.trust.digest()).await.unwrap();
        found.map(|trust| trust.digest())
    };
    assert_eq!(of(&first).await, Some(second.trust.digest()));
    assert_eq!(of(&second).await, Some(third.trust.digest()));
    assert_eq!(of(&third).await, None);
    let nonsense = trust_name(&Hash([9; 32]));
    store.put(&nonsense, "{}".into(), None).await.unwrap();
    let again = Keys::make(4, &[&first.trust]);
    publish(&*store, &again.trust, &[], None).await.unwrap();
    assert_eq!(of(&first).await, Some(again.trust.digest()));
}
