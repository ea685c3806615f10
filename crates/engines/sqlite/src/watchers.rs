//! Waking watchers: at once for this process's appends, by polling for those of others.
//!
//! `PRAGMA data_version` changes when any other connection has committed; it costs one look at
//! shared memory. Only then are the heads of the watched partitions read.

use crate::file::JournalFile;
use journal::engine::watch_list::WatchList;
use kernel::{PartitionId, Seq};
use rusqlite::{Connection, OptionalExtension};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

const PAUSE_BUSY: Duration = Duration::from_millis(5);
const PAUSE_IDLE: Duration = Duration::from_millis(50);

/// Who watches what.
#[derive(Debug)]
pub struct Watchers {
    file: Arc<JournalFile>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    list: WatchList,
    /// Someone began to watch since the heads were last read.
    is_new: bool,
    is_closed: bool,
}

impl Watchers {
    /// Starts the thread that polls; it rests while nobody watches and ends with [`close`].
    ///
    /// [`close`]: Self::close
    pub fn start(file: Arc<JournalFile>) -> std::io::Result<Arc<Self>> {
        let watchers = Arc::new(Self {
            file,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let polled = Arc::clone(&watchers);
        std::thread::Builder::new()
            .name("journal-watch".into())
            .spawn(move || Poller::new(polled).run())?;
        Ok(watchers)
    }

    /// Begins to watch a partition.
    pub fn subscribe(&self, partition: &PartitionId) -> watch::Receiver<Seq> {
        let mut state = self.lock();
        state.is_new = true;
        self.changed.notify_all();
        state.list.subscribe(partition, 0)
    }

    /// Wakes whoever watches `partition`, if `seq` is news.
    pub fn notice(&self, partition: &PartitionId, seq: Seq) {
        self.lock().list.notice(partition, seq);
    }

    /// Ends the thread.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rests for `pause`, or until someone begins to watch. Gives whether someone did, or nothing
    /// when it is time to end.
    fn rest(&self, pause: Duration) -> Option<bool> {
        let mut state = self.lock();
        let is_watched = state.list.prune();
        if !state.is_new && !state.is_closed {
            state = if !is_watched {
                self.changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner)
            } else {
                self.changed
                    .wait_timeout(state, pause)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            };
        }
        let is_new = std::mem::take(&mut state.is_new);
        (!state.is_closed).then_some(is_new)
    }

    fn watched(&self) -> Vec<(PartitionId, Seq)> {
        self.lock().list.watched()
    }
}

struct Poller {
    watchers: Arc<Watchers>,
    connection: Option<Connection>,
    version: Option<i64>,
}

impl Poller {
    fn new(watchers: Arc<Watchers>) -> Self {
        Self {
            watchers,
            connection: None,
            version: None,
        }
    }

    fn run(mut self) {
        let mut pause = PAUSE_BUSY;
        while let Some(is_new) = self.watchers.rest(pause) {
            match self.poll(is_new) {
                Ok(true) => pause = PAUSE_BUSY,
                Ok(false) => pause = (pause * 5 / 4).min(PAUSE_IDLE),
                Err(error) => {
                    tracing::warn!(%error, "the journal file cannot be polled");
                    self.connection = None;
                    self.version = None;
                    pause = PAUSE_IDLE;
                }
            }
        }
    }

    /// Notices what changed; says whether anything may have.
    fn poll(&mut self, is_new: bool) -> rusqlite::Result<bool> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.watchers.file.reader()?,
        };
        // The version is read before the heads: what is committed in between shows up in both.
        let version = connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        let is_changed = self.version != Some(version);
        if is_changed || is_new {
            for (partition, _) in self.watchers.watched() {
                if let Some(seq) = head_seq(&connection, &partition)? {
                    self.watchers.notice(&partition, seq);
                }
            }
        }
        self.version = Some(version);
        self.connection = Some(connection);
        Ok(is_changed)
    }
}

fn head_seq(connection: &Connection, partition: &PartitionId) -> rusqlite::Result<Option<Seq>> {
    connection
        .prepare_cached("SELECT seq FROM entry WHERE partition = ?1 ORDER BY seq DESC LIMIT 1")?
        .query_row([partition.to_string()], |row| row.get(0))
        .optional()
}
