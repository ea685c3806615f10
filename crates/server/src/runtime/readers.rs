//! Read-only connections to a view, for queries; the writer never waits for them.

use kernel::{DecideError, Seq};
use rusqlite::{Connection, OpenFlags};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryFailure {
    /// The module refuses, or its view cannot be read.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// There is no such partition here.
    #[error("there is no such partition at this site")]
    NoPartition,
    /// This site has not yet read that far.
    #[error("this site has not yet applied entry {wanted}")]
    Behind {
        /// The position asked for.
        wanted: Seq,
    },
    /// Too many queries are waiting, or the query failed inside.
    #[error("the query could not be run: {0}")]
    Unavailable(&'static str),
}

/// A pool of read-only connections.
pub(crate) struct Readers {
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Reader>>>,
    permits: Arc<Semaphore>,
}

/// A connection, and which file it was opened on: a replaced view has another inode.
struct Reader {
    inode: u64,
    rows: Connection,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, max: usize) -> Self {
        Self {
            path: Arc::new(path),
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(max.max(1))),
        }
    }

    pub(crate) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, DecideError> + Send + 'static,
    ) -> Result<T, QueryFailure> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| QueryFailure::Unavailable("the site is shutting down"))?;
        let (path, idle) = (Arc::clone(&self.path), Arc::clone(&self.idle));
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let reader = take(&path, &idle).map_err(DecideError::from)?;
            let answer = query(&reader.rows);
            idle.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(reader);
            answer.map_err(QueryFailure::from)
        })
        .await
        .unwrap_or(Err(QueryFailure::Unavailable("the query failed")))
    }
}

fn take(path: &PathBuf, idle: &Mutex<Vec<Reader>>) -> Result<Reader, rusqlite::Error> {
    let inode = std::fs::metadata(path).map_or(0, |file| file.ino());
    let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
    while let Some(reader) = idle.pop() {
        if reader.inode == inode {
            return Ok(reader);
        }
    }
    drop(idle);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let rows = Connection::open_with_flags(path, flags)?;
    rows.busy_timeout(std::time::Duration::from_secs(2))?;
    rows.set_prepared_statement_cache_capacity(64);
    Ok(Reader { inode, rows })
}
