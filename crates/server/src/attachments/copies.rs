//! Chunks at both sites: storing them twice, fetching what is missing here, repairing what is
//! missing there.

use super::address;
use super::store::{Store, StoreError, sync_dir};
use async_trait::async_trait;
use bytes::Bytes;
use kernel::{Hash, Random, WorkspaceId};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const MISSING_AT_PEER: &str = "missing-at-peer";

/// The other site could not take or give a chunk.
#[derive(Debug, thiserror::Error)]
#[error("the other site does not answer: {0}")]
pub struct ChunkPeerError(pub String);

/// The other site's chunks, over the link between the sites.
#[async_trait]
pub trait ChunkPeer: Send + Sync {
    /// Stores a chunk there; `Ok` when it is durable.
    async fn put_chunk(&self, name: Hash, stored: Bytes) -> Result<(), ChunkPeerError>;

    /// A chunk's stored form; `None` when the other site does not have it or does not answer.
    async fn get_chunk(&self, name: Hash) -> Option<Bytes>;
}

/// The installation's chunks as one site sees them.
#[derive(Clone)]
pub struct Chunks {
    store: Store,
    missing: PathBuf,
    peer: Option<Arc<dyn ChunkPeer>>,
}

/// What a round of repair did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Chunks the other site has now.
    pub copied: usize,
    /// Chunks that are still missing there.
    pub left: usize,
}

impl Chunks {
    /// Opens the chunks in `dir`, with the other site where there is one.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open(
        dir: &Path,
        random: Arc<dyn Random>,
        peer: Option<Arc<dyn ChunkPeer>>,
    ) -> Result<Self, StoreError> {
        let store = Store::open(dir, random)?;
        let missing = dir.join(MISSING_AT_PEER);
        fs::create_dir_all(&missing)?;
        sync_dir(dir)?;
        Ok(Self {
            store,
            missing,
            peer,
        })
    }

    /// Stores a chunk here and at the other site, and says at how many sites it is now.
    ///
    /// # Errors
    /// When it cannot be stored here.
    pub async fn put(&self, workspace: WorkspaceId, content: &[u8]) -> Result<u8, StoreError> {
        let name = address::address(workspace, address::content_hash(content));
        let stored = address::stored(workspace, content);
        self.keep(name, stored.clone()).await?;
        let Some(peer) = &self.peer else { return Ok(1) };
        match peer.put_chunk(name, stored).await {
            Ok(()) => Ok(2),
            Err(error) => {
                tracing::warn!(%name, %error, "a chunk is stored here only; repair follows");
                let missing = self.missing.clone();
                blocking(move || mark(&missing, name)).await?;
                Ok(1)
            }
        }
    }

    /// Stores here a chunk that the other site sent.
    ///
    /// # Errors
    /// When it is not the chunk of that name or cannot be stored.
    pub async fn keep(&self, name: Hash, stored: Bytes) -> Result<(), StoreError> {
        let store = self.store.clone();
        blocking(move || store.put(name, &stored)).await
    }

    /// A chunk's stored form, only from this site.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn held(&self, name: Hash) -> Result<Option<Bytes>, StoreError> {
        let store = self.store.clone();
        blocking(move || store.get(name)).await
    }

    /// A chunk's content, only from this site.
    ///
    /// # Errors
    /// When the disk fails. `None`: it is missing or damaged here.
    pub async fn held_content(
        &self,
        workspace: WorkspaceId,
        content: Hash,
    ) -> Result<Option<Bytes>, StoreError> {
        let name = address::address(workspace, content);
        let stored = self.held(name).await?;
        Ok(stored.and_then(|stored| address::content(name, &stored)))
    }

    /// A chunk's content. What is missing or damaged here is fetched from the other site and kept.
    ///
    /// # Errors
    /// When the disk fails. `None`: neither site has it, or the other does not answer.
    pub async fn content(
        &self,
        workspace: WorkspaceId,
        content: Hash,
    ) -> Result<Option<Bytes>, StoreError> {
        let name = address::address(workspace, content);
        let stored = match self.held(name).await? {
            Some(stored) => Some(stored),
            None => self.fetch(name).await,
        };
        Ok(stored.and_then(|stored| address::content(name, &stored)))
    }

    /// The sizes of chunks' contents, fetching those that are missing here.
    ///
    /// # Errors
    /// When the disk fails. `None`: one of them is at neither site, or the other does not answer.
    pub async fn content_lens(
        &self,
        workspace: WorkspaceId,
        contents: Vec<Hash>,
    ) -> Result<Option<Vec<u64>>, StoreError> {
        let names: Vec<Hash> = contents
            .into_iter()
            .map(|content| address::address(workspace, content))
            .collect();
        let store = self.store.clone();
        let wanted = names.clone();
        let held = blocking(move || wanted.into_iter().map(|name| store.len(name)).collect()).await;
        let held: Vec<Option<u64>> = held?;
        let mut lens = Vec::with_capacity(names.len());
        for (name, len) in names.into_iter().zip(held) {
            let len = match len {
                Some(len) => Some(len),
                None => self.fetch(name).await.map(|stored| stored.len() as u64),
            };
            let Some(len) = len else { return Ok(None) };
            lens.push(address::content_len(len));
        }
        Ok(Some(lens))
    }

    async fn fetch(&self, name: Hash) -> Option<Bytes> {
        let stored = self.peer.as_ref()?.get_chunk(name).await?;
        address::content(name, &stored)?;
        if let Err(error) = self.keep(name, stored.clone()).await {
            tracing::warn!(%name, %error, "a chunk fetched from the other site cannot be kept");
        }
        Some(stored)
    }

    /// Sends the other site what it is missing. May be called at any time, any number of times.
    ///
    /// # Errors
    /// When the disk fails; the other site not answering is no error but leaves chunks over.
    pub async fn repair(&self) -> Result<Repaired, StoreError> {
        let missing = self.missing.clone();
        let names = blocking(move || marked(&missing)).await?;
        let mut done = Repaired {
            copied: 0,
            left: names.len(),
        };
        let Some(peer) = &self.peer else {
            return Ok(done);
        };
        for name in names {
            if let Some(stored) = self.held(name).await? {
                if let Err(error) = peer.put_chunk(name, stored).await {
                    tracing::debug!(%error, left = done.left, "repair stops");
                    break;
                }
                done.copied += 1;
            } else {
                tracing::error!(%name, "a chunk that the other site is missing is not here either");
            }
            let mark = self.missing.join(name.to_string());
            blocking(move || Ok(fs::remove_file(mark)?)).await?;
            done.left -= 1;
        }
        Ok(done)
    }

    /// How many chunks the other site is known to miss.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn missing_at_peer(&self) -> Result<usize, StoreError> {
        let missing = self.missing.clone();
        Ok(blocking(move || marked(&missing)).await?.len())
    }
}

fn mark(dir: &Path, name: Hash) -> Result<(), StoreError> {
    File::create(dir.join(name.to_string()))?;
    Ok(sync_dir(dir)?)
}

fn marked(dir: &Path) -> Result<Vec<Hash>, StoreError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        if let Some(name) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(StoreError::Disk(io::Error::other(error))))
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// The other site, in the same process, that can be switched off.
    pub struct Beside {
        pub chunks: Chunks,
        pub is_up: AtomicBool,
    }

    #[async_trait]
    impl ChunkPeer for Beside {
        async fn put_chunk(&self, name: Hash, stored: Bytes) -> Result<(), ChunkPeerError> {
            if !self.is_up.load(Ordering::SeqCst) {
                return Err(ChunkPeerError("switched off".into()));
            }
            self.chunks
                .keep(name, stored)
                .await
                .map_err(|e| ChunkPeerError(e.to_string()))
        }

        async fn get_chunk(&self, name: Hash) -> Option<Bytes> {
            if !self.is_up.load(Ordering::SeqCst) {
                return None;
            }
            self.chunks.held(name).await.ok().flatten()
        }
    }

    /// Two sites in `dir`; the first sees the second.
    pub fn two_sites(dir: &Path) -> (Chunks, Arc<Beside>) {
        let random: Arc<dyn Random> = Arc::new(kernel::random::OsRandom);
        let there = Arc::new(Beside {
            chunks: Chunks::open(&dir.join("b"), Arc::clone(&random), None).unwrap(),
            is_up: AtomicBool::new(true),
        });
        let here = Chunks::open(&dir.join("a"), random, Some(Arc::clone(&there) as _)).unwrap();
        (here, there)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::two_sites;
    use super::*;
    use kernel::id::Uuid;
    use std::sync::atomic::Ordering;

    const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

    fn name(content: &[u8]) -> Hash {
        address::address(WORKSPACE, address::content_hash(content))
    }

    #[tokio::test]
    async fn a_chunk_is_at_both_sites_before_the_answer() {
        let dir = tempfile::tempdir().unwrap();
        let (here, there) = two_sites(dir.path());
        assert_eq!(here.put(WORKSPACE, b"plan").await.unwrap(), 2);
        assert!(there.chunks.held(name(b"plan")).await.unwrap().is_some());
        assert_eq!(here.missing_at_peer().await.unwrap(), 0);
    }

    #[tokio::test]
    async fn what_the_other_site_missed_is_repaired_once_it_is_back() {
        let dir = tempfile::tempdir().unwrap();
        let (here, there) = two_sites(dir.path());
        there.is_up.store(false, Ordering::SeqCst);
        assert_eq!(here.put(WORKSPACE, b"one").await.unwrap(), 1);
        assert_eq!(here.put(WORKSPACE, b"two").await.unwrap(), 1);
        assert_eq!(
            here.repair().await.unwrap(),
            Repaired { copied: 0, left: 2 }
        );
        there.is_up.store(true, Ordering::SeqCst);
        let reopened = Chunks::open(
            &dir.path().join("a"),
            Arc::new(kernel::random::OsRandom),
            Some(Arc::clone(&there) as _),
        )
        .unwrap();
        assert_eq!(
            reopened.repair().await.unwrap(),
            Repaired { copied: 2, left: 0 }
        );
        assert_eq!(reopened.repair().await.unwrap(), Repaired::default());
        assert!(there.chunks.held(name(b"two")).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_chunk_missing_here_is_read_through_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (here, there) = two_sites(dir.path());
        there.chunks.put(WORKSPACE, b"plan").await.unwrap();
        let hash = address::content_hash(b"plan");
        assert_eq!(
            here.content_lens(WORKSPACE, vec![hash]).await.unwrap(),
            Some(vec![4])
        );
        there.is_up.store(false, Ordering::SeqCst);
        assert_eq!(
            here.content(WORKSPACE, hash).await.unwrap().unwrap(),
            "plan"
        );
        let unknown = address::content_hash(b"unknown");
        assert_eq!(here.content(WORKSPACE, unknown).await.unwrap(), None);
        let elsewhere = WorkspaceId(Uuid::from_u128(2));
        assert_eq!(here.content(elsewhere, hash).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_peer_that_sends_something_else_is_not_believed() {
        struct Liar;
        #[async_trait]
        impl ChunkPeer for Liar {
            async fn put_chunk(&self, _: Hash, _: Bytes) -> Result<(), ChunkPeerError> {
                Ok(())
            }
            async fn get_chunk(&self, _: Hash) -> Option<Bytes> {
                Some(address::stored(WORKSPACE, b"something else"))
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let random = Arc::new(kernel::random::OsRandom);
        let here = Chunks::open(dir.path(), random, Some(Arc::new(Liar))).unwrap();
        let hash = address::content_hash(b"plan");
        assert_eq!(here.content(WORKSPACE, hash).await.unwrap(), None);
    }
}
