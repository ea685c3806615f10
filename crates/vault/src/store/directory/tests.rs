use super::*;
use crate::store::conformance::Fixture;
use kernel::clock::ManualClock;

struct Directory {
    root: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

impl Directory {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::at(Timestamp(1_000_000))),
        }
    }

    fn store(&self) -> DirectoryStore {
        let retention = Retention {
            at_least_ms: Self::AT_LEAST_MS,
            at_most_ms: Self::AT_MOST_MS,
        };
        let clock: Arc<dyn Clock> = self.clock.clone();
        DirectoryStore::open(self.root.path(), retention, clock).unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.root.path().join("objects").join(name)
    }
}

#[async_trait]
impl Fixture for Directory {
    const AT_LEAST_MS: i64 = 60_000;
    const AT_MOST_MS: i64 = 3_600_000;

    fn start() -> Self {
        Self::new()
    }

    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.store())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn advance(&self, ms: i64) {
        self.clock.advance_ms(ms);
    }
}

crate::store_conformance!(Directory);

fn name(text: &str) -> ObjectName {
    ObjectName::new(text).unwrap()
}

/// A store with the object `a`.
async fn with_object() -> (Directory, DirectoryStore) {
    let directory = Directory::new();
    let store = directory.store();
    let bytes = Bytes::from_static(b"sealed");
    store.put(&name("a"), bytes, None).await.unwrap();
    (directory, store)
}

async fn altered(change: impl FnOnce(&mut Vec<u8>)) -> StoreError {
    let (directory, store) = with_object().await;
    let path = directory.file("a@");
    let mut file = std::fs::read(&path).unwrap();
    change(&mut file);
    std::fs::write(&path, file).unwrap();
    store.get(&name("a")).await.unwrap_err()
}

#[tokio::test]
async fn an_altered_byte_is_damage() {
    let error = altered(|file| *file.last_mut().unwrap() ^= 1).await;
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn a_file_cut_short_is_damage() {
    for keep in [0, 7, 20, 50] {
        let error = altered(|file| file.truncate(keep)).await;
        assert!(
            matches!(error, StoreError::Damaged { .. }),
            "{keep}: {error}"
        );
    }
}

#[tokio::test]
async fn a_damaged_object_is_not_replaced() {
    let (directory, store) = with_object().await;
    std::fs::write(directory.file("a@"), b"SKVOBJ1\n").unwrap();
    let bytes = Bytes::from_static(b"sealed");
    let error = store.put(&name("a"), bytes, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_removed_and_never_listed() {
    let (directory, _) = with_object().await;
    // No process has this id: Linux gives none above 2^22.
    let left = directory.root.path().join("incoming/4999999-0");
    std::fs::write(&left, b"half").unwrap();
    let store = directory.store();
    assert!(!left.exists());
    assert_eq!(store.list("", None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_unreadable_extension_of_retention_stops_deletion() {
    let (directory, store) = with_object().await;
    std::fs::write(directory.file("a@until"), b"soon").unwrap();
    directory.clock.advance_ms(10 * Directory::AT_MOST_MS);
    let error = store.delete(&name("a")).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}
