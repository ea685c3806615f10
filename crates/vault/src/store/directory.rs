//! A store in a directory: a mounted disk, or what the vault server keeps its objects in.
//!
//! ```text
//! <root>/lock                taken by whoever changes retention or deletes
//! <root>/incoming/           objects being written; what a crash left here is removed at opening
//! <root>/objects/a/b@        the object a/b: magic, retain_until, BLAKE3 of the bytes, the bytes
//! <root>/objects/a/b@until   a later retain_until, in milliseconds, where it was extended
//! ```
//!
//! An object is written aside, synced, and linked to its name: the link fails where the name is
//! taken, so two writers cannot both win, and no reader meets a part. `@` occurs in no object name,
//! so `a` and `a/b` can both exist. The file system must know hard links.

mod file;
mod walk;

use super::{OBJECT_MAX, ObjectName, Put, Store, StoreError, Stored};
use async_trait::async_trait;
use bytes::Bytes;
use kernel::{Clock, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How long objects are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Every object is kept at least so long after it was put, in milliseconds.
    pub at_least_ms: i64,
    /// Nobody may ask for longer than this from now, in milliseconds: a mistaken or hostile wish
    /// shall not fill the store for ever.
    pub at_most_ms: i64,
}

impl Retention {
    /// In days.
    #[must_use]
    pub const fn days(at_least: u32, at_most: u32) -> Self {
        const DAY_MS: i64 = 24 * 3_600_000;
        Self {
            at_least_ms: at_least as i64 * DAY_MS,
            at_most_ms: at_most as i64 * DAY_MS,
        }
    }

    /// What an object put `now` with this wish is kept until.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the wish is further away than allowed.
    pub fn until(&self, now: Timestamp, wish: Option<Timestamp>) -> Result<Timestamp, StoreError> {
        let policy = now.plus_ms(self.at_least_ms);
        let Some(wish) = wish else { return Ok(policy) };
        self.check(now, wish)?;
        Ok(policy.max(wish))
    }

    pub(super) fn check(&self, now: Timestamp, wish: Timestamp) -> Result<(), StoreError> {
        let latest = now.plus_ms(self.at_most_ms);
        if wish > latest {
            return Err(StoreError::Refused(format!(
                "retain_until {wish} is later than {latest}, the latest this store takes now"
            )));
        }
        Ok(())
    }
}

/// A store in a directory. See the [module documentation](self) for what is where.
#[derive(Clone)]
pub struct DirectoryStore(Arc<Inner>);

struct Inner {
    root: PathBuf,
    retention: Retention,
    clock: Arc<dyn Clock>,
}

impl DirectoryStore {
    /// Opens the store at `root`, making it where there is none.
    ///
    /// # Errors
    /// When the folders cannot be made or read.
    pub fn open(
        root: &Path,
        retention: Retention,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let made = |path: &Path| std::fs::create_dir_all(path).map_err(|e| failed(path, &e));
        made(&root.join("objects"))?;
        made(&root.join("incoming"))?;
        let store = Inner {
            root: root.to_owned(),
            retention,
            clock,
        };
        store.remove_leftovers()?;
        Ok(Self(Arc::new(store)))
    }

    /// Deletes an object before its retention has passed. Not part of what a [`Store`] does: only for
    /// a vault that has asked two people.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none, or a failure of the files.
    pub async fn delete_early(&self, name: &ObjectName) -> Result<(), StoreError> {
        let name = name.clone();
        self.blocking(move |store| store.delete_early(&name)).await
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&inner))
            .await
            .map_err(|e| StoreError::Unavailable(format!("the file task ended: {e}")))?
    }
}

#[async_trait]
impl Store for DirectoryStore {
    async fn put(
        &self,
        name: &ObjectName,
        bytes: Bytes,
        retain_until: Option<Timestamp>,
    ) -> Result<Put, StoreError> {
        if bytes.len() > OBJECT_MAX {
            return Err(StoreError::Refused(format!(
                "{name} has {} bytes; at most {OBJECT_MAX} are taken",
                bytes.len()
            )));
        }
        let name = name.clone();
        self.blocking(move |store| store.put(&name, &bytes, retain_until))
            .await
    }

    async fn get(&self, name: &ObjectName) -> Result<Option<Bytes>, StoreError> {
        let name = name.clone();
        self.blocking(move |store| file::read(&store.path(&name), &name))
            .await
    }

    async fn stat(&self, name: &ObjectName) -> Result<Option<Stored>, StoreError> {
        let name = name.clone();
        self.blocking(move |store| file::stat(&store.path(&name), &name))
            .await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectName>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        let (prefix, after) = (prefix.to_owned(), after.cloned());
        self.blocking(move |store| {
            walk::list(&store.root.join("objects"), &prefix, after.as_ref(), limit)
        })
        .await
    }

    async fn retain(&self, name: &ObjectName, until: Timestamp) -> Result<(), StoreError> {
        let name = name.clone();
        self.blocking(move |store| store.retain(&name, until)).await
    }

    async fn delete(&self, name: &ObjectName) -> Result<(), StoreError> {
        let name = name.clone();
        self.blocking(move |store| store.delete(&name)).await
    }

    async fn describe(&self) -> serde_json::Value {
        serde_json::json!({
            "store": "directory",
            "at_least_ms": self.0.retention.at_least_ms,
            "at_most_ms": self.0.retention.at_most_ms,
        })
    }
}

impl Inner {
    fn path(&self, name: &ObjectName) -> PathBuf {
        self.root.join("objects").join(format!("{name}@"))
    }

    fn put(
        &self,
        name: &ObjectName,
        bytes: &[u8],
        wish: Option<Timestamp>,
    ) -> Result<Put, StoreError> {
        let until = self.retention.until(self.clock.now(), wish)?;
        let path = self.path(name);
        // Asked first, so that sending again costs no writing.
        if let Some(there) = file::read(&path, name)? {
            return self.same_or_exists(name, &there, bytes);
        }
        let mut aside = self.aside()?;
        let written = file::write(&mut aside, bytes, until)
            .and_then(|()| file::make_parents(&path))
            .and_then(|()| match std::fs::hard_link(aside.path(), &path) {
                Ok(()) => file::sync_parents(&self.root, &path).map(|()| true),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
                Err(e) => Err(failed(&path, &e)),
            });
        if written? {
            return Ok(Put::Created);
        }
        match file::read(&path, name)? {
            Some(there) => self.same_or_exists(name, &there, bytes),
            None => Err(StoreError::Unavailable(format!(
                "{name} was deleted while it was put"
            ))),
        }
    }

    /// What is told of a name that is taken. Whoever took it may not have come to make it durable:
    /// that is done here before anybody relies on it.
    fn same_or_exists(
        &self,
        name: &ObjectName,
        there: &[u8],
        bytes: &[u8],
    ) -> Result<Put, StoreError> {
        if there != bytes {
            return Err(StoreError::Exists(name.clone()));
        }
        file::sync_parents(&self.root, &self.path(name))?;
        Ok(Put::AlreadyThere)
    }

    fn retain(&self, name: &ObjectName, until: Timestamp) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        let path = self.path(name);
        let stored = file::stat(&path, name)?.ok_or_else(|| StoreError::Missing(name.clone()))?;
        self.retention.check(self.clock.now(), until)?;
        if until <= stored.retain_until {
            return Ok(());
        }
        let aside = self.aside()?;
        file::write_until(&path, aside, until)
    }

    fn delete(&self, name: &ObjectName) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        let path = self.path(name);
        let stored = file::stat(&path, name)?.ok_or_else(|| StoreError::Missing(name.clone()))?;
        if self.clock.now() < stored.retain_until {
            return Err(StoreError::Retained {
                name: name.clone(),
                until: stored.retain_until,
            });
        }
        file::remove(&path)
    }

    fn delete_early(&self, name: &ObjectName) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        let path = self.path(name);
        file::stat(&path, name)?.ok_or_else(|| StoreError::Missing(name.clone()))?;
        file::remove(&path)
    }

    /// A file of this process alone, named after it and removed when dropped.
    fn aside(&self) -> Result<tempfile::NamedTempFile, StoreError> {
        let incoming = self.root.join("incoming");
        tempfile::Builder::new()
            .prefix(&format!("{}-", std::process::id()))
            .tempfile_in(&incoming)
            .map_err(|e| failed(&incoming, &e))
    }

    /// Held while retention is read and acted upon, also against other processes.
    fn lock(&self) -> Result<std::fs::File, StoreError> {
        let path = self.root.join("lock");
        let lock = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| failed(&path, &e))?;
        lock.lock().map_err(|e| failed(&path, &e))?;
        Ok(lock)
    }

    /// Removes what a process that is no more left half written.
    fn remove_leftovers(&self) -> Result<(), StoreError> {
        let incoming = self.root.join("incoming");
        for entry in std::fs::read_dir(&incoming).map_err(|e| failed(&incoming, &e))? {
            let path = entry.map_err(|e| failed(&incoming, &e))?.path();
            let alive = path
                .file_name()
                .and_then(|name| name.to_str()?.split_once('-')?.0.parse::<u32>().ok())
                .is_some_and(|pid| Path::new(&format!("/proc/{pid}")).exists());
            if !alive {
                file::remove_if_there(&path)?;
            }
        }
        Ok(())
    }
}

/// An I/O failure in the store's words.
fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, StorageFull};
    let text = format!("{}: {error}", path.display());
    match error.kind() {
        StorageFull | QuotaExceeded => StoreError::Full(text),
        PermissionDenied => StoreError::Denied(text),
        _ => StoreError::Unavailable(text),
    }
}

#[cfg(test)]
mod tests;
