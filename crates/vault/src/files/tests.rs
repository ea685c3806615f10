use super::*;
use crate::store::directory::{DirectoryStore, Retention};
use kernel::Timestamp;
use kernel::clock::ManualClock;
use kernel::id::Uuid;
use kernel::random::{Random, SeededRandom};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(7));

/// Parts in memory.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<Hash, Bytes>>);

#[async_trait]
impl PartStore for Memory {
    async fn get(&self, _: WorkspaceId, part: Hash) -> Result<Option<Bytes>, String> {
        Ok(self.0.lock().unwrap().get(&part).cloned())
    }

    async fn put(&self, _: WorkspaceId, bytes: Bytes) -> Result<(), String> {
        let hash = Hash(*blake3::hash(&bytes).as_bytes());
        self.0.lock().unwrap().insert(hash, bytes);
        Ok(())
    }
}

struct World {
    root: tempfile::TempDir,
    parts: Memory,
    identity: Identity,
    key: NameKey,
}

impl World {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            parts: Memory::default(),
            identity: Identity::generate(),
            key: NameKey::of(&DataKey::from_bytes([5; 32])),
        }
    }

    fn store(&self) -> DirectoryStore {
        let retention = Retention {
            at_least_ms: 1,
            at_most_ms: 1,
        };
        let clock = Arc::new(ManualClock::at(Timestamp(1)));
        DirectoryStore::open(self.root.path(), retention, clock).unwrap()
    }

    /// A file in parts of so many bytes.
    async fn file(&self, bytes: &[u8], part: usize) -> Vec<Hash> {
        let mut parts = Vec::new();
        for part in bytes.chunks(part) {
            parts.push(Hash(*blake3::hash(part).as_bytes()));
            let part = Bytes::copy_from_slice(part);
            self.parts.put(WORKSPACE, part).await.unwrap();
        }
        parts
    }

    async fn seal(&self, parts: &Parts) -> Result<u64, FileError> {
        let (store, recipients) = (self.store(), [self.identity.to_public()]);
        files(&store, &self.key)
            .seal(parts, &self.parts, &recipients)
            .await
    }

    async fn restore(&self, parts: &Parts) -> Result<Vec<u8>, FileError> {
        let (store, back) = (self.store(), Memory::default());
        let identities = [self.identity.clone()];
        let size = files(&store, &self.key)
            .restore(parts, &back, &identities)
            .await?;
        let mut bytes = Vec::new();
        for part in parts {
            let part = back.get(WORKSPACE, *part).await.unwrap();
            bytes.extend_from_slice(&part.expect("every part came back"));
        }
        assert_eq!(size, bytes.len() as u64);
        Ok(bytes)
    }

    async fn objects(&self, kind: &str) -> Vec<ObjectName> {
        let prefix = format!("{WORKSPACE}/{kind}/");
        let listed = self.store().list(&prefix, None, 1_000).await.unwrap();
        listed.into_iter().map(|stored| stored.name).collect()
    }

    fn path(&self, name: &ObjectName) -> std::path::PathBuf {
        self.root.path().join("objects").join(format!("{name}@"))
    }
}

fn files<'a>(store: &'a DirectoryStore, key: &'a NameKey) -> Files<'a> {
    Files {
        store,
        workspace: WORKSPACE,
        key,
    }
}

fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    SeededRandom::new(seed).fill(&mut bytes);
    bytes
}

#[tokio::test]
async fn files_of_every_size_come_back_in_the_parts_they_had() {
    let world = World::new();
    for len in [0, 1, 65_536, 65_537, MOST - 1, MOST, 9 << 20] {
        let bytes = noise(len as u64, len);
        for part in [4 << 20, 1 << 20, 700_001] {
            let parts = world.file(&bytes, part).await;
            world.seal(&parts).await.unwrap();
            assert_eq!(world.restore(&parts).await.unwrap(), bytes, "{len}/{part}");
        }
    }
}

#[tokio::test]
async fn what_two_versions_share_is_stored_once() {
    let world = World::new();
    let bytes = noise(1, 12 << 20);
    let parts = world.file(&bytes, 4 << 20).await;
    let first = world.seal(&parts).await.unwrap();
    assert!(first >= 12 << 20);
    assert_eq!(world.seal(&parts).await.unwrap(), 0);
    // A line put in near the beginning moves everything after it.
    let changed = [&bytes[..1_000], b"a new line", &bytes[1_000..]].concat();
    let parts = world.file(&changed, 4 << 20).await;
    let second = world.seal(&parts).await.unwrap();
    assert!(second < first / 2, "{second} of {first}");
    assert_eq!(world.restore(&parts).await.unwrap(), changed);
}

#[tokio::test]
async fn a_small_file_is_one_object() {
    let world = World::new();
    let parts = world.file(b"hello", 5).await;
    world.seal(&parts).await.unwrap();
    assert_eq!(world.objects("files").await.len(), 1);
    assert_eq!(world.objects("chunks").await.len(), 0);
}

#[tokio::test]
async fn names_say_nothing_to_whoever_lacks_the_key() {
    let (world, mut other) = (World::new(), World::new());
    other.key = NameKey::of(&DataKey::from_bytes([6; 32]));
    let bytes = noise(3, 100_000);
    for world in [&world, &other] {
        let parts = world.file(&bytes, 100_000).await;
        world.seal(&parts).await.unwrap();
    }
    for kind in ["files", "chunks"] {
        assert_ne!(world.objects(kind).await, other.objects(kind).await);
    }
    let plain = blake3::hash(&bytes).to_hex().to_string();
    for name in world.objects("chunks").await {
        assert!(!name.as_str().contains(&plain));
    }
}

#[tokio::test]
async fn what_is_missing_altered_or_foreign_is_named() {
    let world = World::new();
    let bytes = noise(4, 3 << 20);
    let parts = world.file(&bytes, 1 << 20).await;
    let error = world.restore(&parts).await.unwrap_err();
    assert!(matches!(error, FileError::NotThere), "{error}");
    world.seal(&parts).await.unwrap();
    let pieces = world.objects("chunks").await;
    // One piece in another's place.
    let kept = std::fs::read(world.path(&pieces[0])).unwrap();
    std::fs::copy(world.path(&pieces[1]), world.path(&pieces[0])).unwrap();
    let error = world.restore(&parts).await.unwrap_err();
    assert!(error.to_string().contains("another piece"), "{error}");
    std::fs::write(world.path(&pieces[0]), kept).unwrap();
    world.restore(&parts).await.unwrap();
    std::fs::remove_file(world.path(&pieces[1])).unwrap();
    let error = world.restore(&parts).await.unwrap_err();
    assert!(matches!(error, FileError::PieceMissing(_)), "{error}");
}

#[tokio::test]
async fn a_part_that_no_site_has_is_named_and_nothing_claims_the_file() {
    let world = World::new();
    let parts = [Hash([9; 32])];
    let error = world.seal(&parts).await.unwrap_err();
    assert!(matches!(error, FileError::PartMissing(_)), "{error}");
    assert!(world.objects("files").await.is_empty());
}
