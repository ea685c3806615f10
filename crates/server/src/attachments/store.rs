//! The chunks on this site's disk: `<dir>/ab/<name>`, where `ab` are the name's first digits.
//!
//! A chunk appears under its name only when all of it is on disk: it is written beside, synced and
//! renamed, and then the directory is synced. Reading checks the hash; a damaged chunk is treated
//! as missing, so that it is fetched again from the other site.

use super::address;
use bytes::Bytes;
use kernel::{Hash, Random};
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const UNFINISHED: &str = "unfinished";

/// The chunks of one site. Methods block; call them off the async threads.
#[derive(Clone)]
pub struct Store {
    dir: PathBuf,
    random: Arc<dyn Random>,
}

/// Why a chunk cannot be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk or quota is full. Nothing is left behind.
    #[error("the disk is full")]
    Full,
    /// The bytes are not the chunk of that name.
    #[error("the bytes are not the chunk {0}")]
    NotThatChunk(Hash),
    /// The disk failed.
    #[error("the chunk store failed")]
    Disk(#[source] io::Error),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full,
            _ => Self::Disk(error),
        }
    }
}

impl Store {
    /// Opens the store in `dir`, making it where it is missing and clearing what a crash left
    /// unfinished.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open(dir: &Path, random: Arc<dyn Random>) -> Result<Self, StoreError> {
        let unfinished = dir.join(UNFINISHED);
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir_all(&unfinished)?;
        sync_dir(dir)?;
        Ok(Self {
            dir: dir.into(),
            random,
        })
    }

    /// Where a chunk lies.
    fn path(&self, name: Hash) -> PathBuf {
        let text = name.to_string();
        self.dir.join(&text[..2]).join(text)
    }

    /// Stores a chunk durably; one that is here already is left alone.
    ///
    /// # Errors
    /// When the bytes have another name, the disk is full or fails. Nothing is left behind then.
    pub fn put(&self, name: Hash, stored: &Bytes) -> Result<(), StoreError> {
        if address::content(name, stored).is_none() {
            return Err(StoreError::NotThatChunk(name));
        }
        if self.len(name)? == Some(stored.len() as u64) {
            return Ok(());
        }
        let path = self.path(name);
        let shard = path.parent().unwrap_or(&self.dir);
        if !shard.exists() {
            fs::create_dir_all(shard)?;
            sync_dir(&self.dir)?;
        }
        let unfinished = self
            .dir
            .join(UNFINISHED)
            .join(format!("{name}-{:016x}", self.random.next_u64()));
        let written =
            write_synced(&unfinished, stored).and_then(|()| fs::rename(&unfinished, &path));
        if let Err(error) = written {
            // The first failure is the one to report; a leftover is cleared at the next start.
            let _ = fs::remove_file(&unfinished);
            return Err(error.into());
        }
        Ok(sync_dir(shard)?)
    }

    /// A chunk's stored form; `None` when it is missing or damaged. A damaged file is set aside.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn get(&self, name: Hash) -> Result<Option<Bytes>, StoreError> {
        let path = self.path(name);
        let mut bytes = Vec::new();
        match File::open(&path) {
            Ok(file) => file
                .take(address::STORED_MAX as u64 + 1)
                .read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let bytes = Bytes::from(bytes);
        if address::content(name, &bytes).is_some() {
            return Ok(Some(bytes));
        }
        tracing::error!(path = %path.display(), "a chunk on disk is damaged and set aside");
        fs::rename(&path, path.with_extension("damaged"))?;
        Ok(None)
    }

    /// The size of a chunk's file; `None` when it is missing. Does not read it.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn len(&self, name: Hash) -> Result<Option<u64>, StoreError> {
        match fs::metadata(self.path(name)) {
            Ok(file) => Ok(Some(file.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the names in a directory durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::WorkspaceId;
    use kernel::id::Uuid;
    use kernel::random::SeededRandom;

    const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

    fn store(dir: &Path) -> Store {
        Store::open(dir, Arc::new(SeededRandom::new(1))).unwrap()
    }

    fn chunk(content: &[u8]) -> (Hash, Bytes) {
        let name = address::address(WORKSPACE, address::content_hash(content));
        (name, address::stored(WORKSPACE, content))
    }

    fn unfinished(dir: &Path) -> usize {
        fs::read_dir(dir.join(UNFINISHED)).unwrap().count()
    }

    #[test]
    fn a_chunk_is_found_again_by_another_process() {
        let dir = tempfile::tempdir().unwrap();
        let (name, bytes) = chunk(b"content");
        assert_eq!(store(dir.path()).get(name).unwrap(), None);
        store(dir.path()).put(name, &bytes).unwrap();
        store(dir.path()).put(name, &bytes).unwrap();
        assert_eq!(store(dir.path()).get(name).unwrap().unwrap(), bytes);
        assert_eq!(
            store(dir.path()).len(name).unwrap(),
            Some(bytes.len() as u64)
        );
        let text = name.to_string();
        assert!(dir.path().join(&text[..2]).join(&text).is_file());
        assert_eq!(unfinished(dir.path()), 0);
    }

    #[test]
    fn bytes_of_another_name_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (name, _) = chunk(b"content");
        let (_, other) = chunk(b"other");
        let refused = store(dir.path()).put(name, &other).unwrap_err();
        assert!(matches!(refused, StoreError::NotThatChunk(n) if n == name));
        assert_eq!(store(dir.path()).len(name).unwrap(), None);
    }

    #[test]
    fn a_damaged_chunk_counts_as_missing_and_can_be_stored_again() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let (name, bytes) = chunk(b"content");
        store.put(name, &bytes).unwrap();
        fs::write(store.path(name), b"something else that is here").unwrap();
        assert_eq!(store.get(name).unwrap(), None);
        store.put(name, &bytes).unwrap();
        assert_eq!(store.get(name).unwrap().unwrap(), bytes);
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let (name, bytes) = chunk(b"content");
        fs::create_dir_all(store.path(name).join("in the way")).unwrap();
        assert!(store.put(name, &bytes).is_err());
        assert_eq!(unfinished(dir.path()), 0);
    }

    #[test]
    fn what_a_crash_left_is_cleared_at_start() {
        let dir = tempfile::tempdir().unwrap();
        drop(store(dir.path()));
        fs::write(dir.path().join(UNFINISHED).join("half"), b"ha").unwrap();
        drop(store(dir.path()));
        assert_eq!(unfinished(dir.path()), 0);
    }

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        let of = |kind: io::ErrorKind| StoreError::from(io::Error::from(kind));
        assert!(matches!(of(io::ErrorKind::StorageFull), StoreError::Full));
        assert!(matches!(of(io::ErrorKind::QuotaExceeded), StoreError::Full));
        assert!(matches!(
            of(io::ErrorKind::PermissionDenied),
            StoreError::Disk(_)
        ));
    }
}
