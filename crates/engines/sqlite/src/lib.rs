//! The embedded engine: one durable SQLite file on one machine, for any number of local processes.
//!
//! It survives losing a process, not the machine, and says so in [`SqliteEngine::describe`]. The
//! file is in WAL mode with `synchronous=FULL`: a commit is on disk before an append is answered,
//! and readers see it only from then on.

mod append;
mod file;
mod read;
mod watchers;

pub use file::OpenError;

use append::{Job, Writer};
use async_trait::async_trait;
use file::JournalFile;
use journal::engine::batch;
use journal::{AppendError, Appended, Durability, Engine, ReadError};
use kernel::{Entry, Head, PartitionId, Seq};
use read::Readers;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};
use watchers::Watchers;

const PROMISE: &str = "survives losing a process, not the machine";

/// A journal file, opened.
#[derive(Debug)]
pub struct SqliteEngine {
    file: Arc<JournalFile>,
    readers: Arc<Readers>,
    watchers: Arc<Watchers>,
    writer: Writer,
}

impl SqliteEngine {
    /// Opens the journal file at `path`, or creates it. Blocks on the disk.
    ///
    /// # Errors
    /// When the file cannot be opened or is not a journal of this release or an earlier one.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let (file, connection) = JournalFile::open(path)?;
        let file = Arc::new(file);
        let watchers = Watchers::start(Arc::clone(&file)).map_err(OpenError::Thread)?;
        let writer = Writer::start(connection, Arc::clone(&file), Arc::clone(&watchers))
            .map_err(OpenError::Thread)?;
        Ok(Self {
            readers: Arc::new(Readers::new(Arc::clone(&file))),
            file,
            watchers,
            writer,
        })
    }

    async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Readers) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let readers = Arc::clone(&self.readers);
        tokio::task::spawn_blocking(move || work(&readers))
            .await
            .unwrap_or_else(|e| Err(ReadError::Unavailable(e.to_string())))
    }
}

impl Drop for SqliteEngine {
    fn drop(&mut self) {
        self.watchers.close();
    }
}

#[async_trait]
impl Engine for SqliteEngine {
    async fn append(
        &self,
        partition: &PartitionId,
        after: Head,
        entries: &[Entry],
    ) -> Result<Appended, AppendError> {
        batch::check(partition, after, entries)?;
        let (reply, answer) = oneshot::channel();
        let job = Job::new(partition, after, entries, reply);
        self.writer.submit(job).await?;
        answer
            .await
            .unwrap_or_else(|_| Err(AppendError::Unknown("the writer stopped".into())))
    }

    async fn read(
        &self,
        partition: &PartitionId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let partition = partition.clone();
        self.reading(move |readers| readers.entries(&partition, after, limit))
            .await
    }

    async fn head(&self, partition: &PartitionId) -> Result<Head, ReadError> {
        let partition = partition.clone();
        self.reading(move |readers| readers.head(&partition)).await
    }

    fn watch(&self, partition: &PartitionId) -> watch::Receiver<Seq> {
        self.watchers.subscribe(partition)
    }

    async fn durability(&self) -> Option<Durability> {
        let file = Arc::clone(&self.file);
        let usable = self
            .reading(move |readers| {
                readers.probe()?;
                file.check_in_place().map_err(ReadError::Unavailable)
            })
            .await;
        usable.ok().map(|()| Durability::Protected)
    }

    async fn describe(&self) -> serde_json::Value {
        let path = self.file.path().display().to_string();
        let bytes = std::fs::metadata(self.file.path()).map(|m| m.len()).ok();
        let state = match self.durability().await {
            Some(_) => "usable",
            None => "not usable",
        };
        serde_json::json!({
            "engine": "sqlite",
            "version": rusqlite::version(),
            "promise": PROMISE,
            "copies": 1,
            "file": path,
            "bytes": bytes,
            "free_bytes": self.file.free_bytes().ok(),
            "synchronous": "full",
            "state": state,
        })
    }

    async fn partitions(&self) -> Result<Vec<PartitionId>, ReadError> {
        self.reading(Readers::partitions).await
    }
}
