use super::*;
use crate::segment::Limits;
use crate::segment::tests::{chain_of, keys, payload};
use crate::store::directory::{DirectoryStore, Retention};
use age::x25519::Identity;
use ed25519_compact::{KeyPair, Seed};
use journal::engine::memory::MemoryEngine;
use kernel::{Timestamp, clock::ManualClock};
use serde_json::json;

pub(crate) struct World {
    pub root: tempfile::TempDir,
    clock: Arc<ManualClock>,
    pub engine: Arc<MemoryEngine>,
    pub chain: Vec<Entry>,
    pub identity: Identity,
}

impl World {
    pub fn new(entries: usize, text: usize) -> Self {
        let text = "x".repeat(text);
        let payloads = (0..entries).map(|n| payload(json!([n, text])));
        Self {
            root: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::at(Timestamp(1_000))),
            engine: Arc::new(MemoryEngine::new()),
            chain: chain_of(1, payloads),
            identity: Identity::generate(),
        }
    }

    pub fn partition(&self) -> &PartitionId {
        &self.chain[0].header.partition
    }

    pub async fn append(&self, entries: std::ops::Range<usize>) {
        for run in self.chain[entries].chunks(journal::engine::BATCH_MAX) {
            let after = Head {
                seq: run[0].header.seq - 1,
                hash: run[0].header.prev,
            };
            self.engine
                .append(self.partition(), after, run)
                .await
                .unwrap();
        }
    }

    pub fn store(&self) -> Arc<dyn Store> {
        let retention = Retention {
            at_least_ms: 1_000,
            at_most_ms: 10_000,
        };
        Arc::new(DirectoryStore::open(self.root.path(), retention, self.clock.clone()).unwrap())
    }

    pub fn trusted(&self) -> SiteKeys {
        ["a", "b"]
            .map(|site| (name(site), vec![pair(site).pk]))
            .into()
    }

    pub fn sealer(&self, site: &str) -> Sealer {
        Sealer::new(Parts {
            engine: self.engine.clone(),
            store: self.store(),
            partition: self.partition().clone(),
            site: name(site),
            key: pair(site).sk,
            recipients: vec![self.identity.to_public()],
            trusted: self.trusted(),
            clock: self.clock.clone(),
        })
    }

    /// Everything that the vault gives back, with nothing but the identity.
    async fn read_back(&self) -> Vec<Entry> {
        let mut reader = self.sealer("a");
        let store = self.store();
        let mut entries = Vec::new();
        for number in 1.. {
            let name = link_name(self.partition(), number).unwrap();
            let Some(bytes) = store.get(&name).await.unwrap() else {
                break;
            };
            let link = reader
                .manifest
                .extend(&bytes, &reader.parts.trusted)
                .unwrap();
            let sealed = store.get(&link.segment().unwrap()).await.unwrap().unwrap();
            link.check_segment(&sealed).unwrap();
            let segment = Segment::open(
                &sealed,
                std::slice::from_ref(&self.identity),
                &Limits::default(),
            )
            .unwrap();
            assert_eq!((segment.before(), segment.head()), (link.before, link.head));
            entries.extend(segment.into_parts().0);
        }
        entries
    }
}

fn name(site: &str) -> SiteName {
    SiteName::new(site).unwrap()
}

fn pair(site: &str) -> KeyPair {
    KeyPair::from_seed(Seed::new([site.as_bytes()[0]; 32]))
}

pub(crate) async fn seal_all(sealer: &mut Sealer) -> Vec<Link> {
    let mut links = Vec::new();
    loop {
        match sealer.step(&keys()).await.unwrap() {
            Step::Sealed(link) => links.push(*link),
            Step::Overtaken => {}
            Step::Idle => return links,
        }
    }
}

#[tokio::test]
async fn the_vault_gives_back_the_chain_byte_for_byte() {
    let world = World::new(2_500, 10);
    world.append(0..2_500).await;
    let links = seal_all(&mut world.sealer("a")).await;
    assert_eq!(links.len(), 3);
    assert_eq!(world.read_back().await, world.chain);
}

#[tokio::test]
async fn another_sealer_goes_on_where_the_last_one_stopped() {
    let world = World::new(40, 10);
    world.append(0..20).await;
    let mut first = world.sealer("a");
    seal_all(&mut first).await;
    world.append(20..30).await;
    let mut second = world.sealer("b");
    assert_eq!(second.catch_up().await.unwrap(), 1);
    assert_eq!(second.head(), world.chain[19].head());
    seal_all(&mut second).await;
    assert_eq!(world.read_back().await, world.chain[..30]);
    assert_eq!(first.step(&keys()).await.unwrap(), Step::Overtaken);
    assert_eq!(first.step(&keys()).await.unwrap(), Step::Idle);
    world.append(30..40).await;
    seal_all(&mut first).await;
    assert_eq!(world.read_back().await, world.chain);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sealers_at_once_leave_no_gap_and_no_double() {
    let world = Arc::new(World::new(200, 10));
    let mut sealers = tokio::task::JoinSet::new();
    for site in ["a", "b"] {
        let world = world.clone();
        sealers.spawn(async move {
            let mut sealer = world.sealer(site);
            while sealer.head() != world.chain[199].head() {
                seal_all(&mut sealer).await;
                tokio::task::yield_now().await;
            }
        });
    }
    for n in 0..20 {
        world.append(n * 10..(n + 1) * 10).await;
        tokio::task::yield_now().await;
    }
    sealers.join_all().await;
    assert_eq!(world.read_back().await, world.chain);
}

#[tokio::test]
async fn the_last_link_is_found_whatever_their_number() {
    let world = World::new(17, 10);
    let mut first = world.sealer("a");
    for number in 1..=17 {
        world.append(number - 1..number).await;
        seal_all(&mut first).await;
        let mut other = world.sealer("b");
        assert_eq!(other.catch_up().await.unwrap(), number as u64);
        assert_eq!(other.head(), first.head());
    }
}

#[tokio::test]
async fn large_entries_make_more_segments() {
    let world = World::new(5, 3 << 20);
    world.append(0..5).await;
    let links = seal_all(&mut world.sealer("a")).await;
    let heads: Vec<_> = links.iter().map(|link| link.head.seq).collect();
    assert_eq!(heads, [3, 5]);
}

#[tokio::test]
async fn an_altered_link_stops_the_sealer_and_is_named() {
    let world = World::new(10, 10);
    world.append(0..10).await;
    seal_all(&mut world.sealer("a")).await;
    let name = link_name(world.partition(), 1).unwrap();
    let path = world.root.path().join("objects").join(format!("{name}@"));
    let bytes = world.store().get(&name).await.unwrap().unwrap();
    let mut forged = bytes.to_vec();
    *forged.last_mut().unwrap() = b' ';
    std::fs::remove_file(path).unwrap();
    world.store().put(&name, forged.into(), None).await.unwrap();
    let error = world.sealer("b").catch_up().await.unwrap_err();
    assert!(matches!(error, SealerError::Manifest(_)), "{error}");
}

#[tokio::test]
async fn a_journal_with_another_history_is_not_sealed_over_the_first() {
    let world = World::new(3, 10);
    world.append(0..3).await;
    let mut sealer = world.sealer("a");
    seal_all(&mut sealer).await;
    let other = World::new(5, 11);
    other.append(0..5).await;
    sealer.parts.engine = other.engine.clone();
    let error = sealer.step(&keys()).await.unwrap_err();
    assert!(matches!(error, SealerError::Diverged(4)), "{error}");
}

#[tokio::test]
async fn a_key_that_is_missing_seals_nothing() {
    let world = World::new(3, 10);
    world.append(0..3).await;
    let error = world.sealer("a").step(&Keys::new()).await.unwrap_err();
    assert!(matches!(error, SealerError::Segment(_)), "{error}");
    assert!(world.store().list("", None, 10).await.unwrap().is_empty());
}
