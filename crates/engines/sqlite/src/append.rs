//! The writer: one thread, one connection, one commit for everything that waits.

use crate::file::JournalFile;
use crate::watchers::Watchers;
use journal::engine::stored::header_text;
use journal::{AppendError, Appended, Durability};
use kernel::{Entry, Hash, Head, PartitionId, Seq};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// The most appends that wait for the writer.
const QUEUE_MAX: usize = 1_024;
/// The most appends, and the most bytes, in one commit.
const GROUP_MAX: usize = 64;
const GROUP_BYTES_MAX: usize = 16 << 20;

type Answer = Result<Appended, AppendError>;

/// One append that waits.
#[derive(Debug)]
pub struct Job {
    partition: PartitionId,
    after: Head,
    rows: Vec<Row>,
    reply: oneshot::Sender<Answer>,
}

#[derive(Debug)]
struct Row {
    seq: Seq,
    header: String,
    sealed: Vec<u8>,
    hash: Hash,
    prev: Hash,
}

impl Job {
    /// The append of `entries`, answered through `reply`.
    pub fn new(
        partition: &PartitionId,
        after: Head,
        entries: &[Entry],
        reply: oneshot::Sender<Answer>,
    ) -> Self {
        let rows = entries.iter().map(|entry| Row {
            seq: entry.header.seq,
            header: header_text(&entry.header),
            sealed: entry.sealed.clone(),
            hash: entry.hash,
            prev: entry.header.prev,
        });
        Self {
            partition: partition.clone(),
            after,
            rows: rows.collect(),
            reply,
        }
    }

    fn bytes(&self) -> usize {
        let row_bytes = |row: &Row| row.header.len() + row.sealed.len() + 160;
        self.rows.iter().map(row_bytes).sum()
    }
}

/// The way to the writer's thread, which ends when this is dropped.
#[derive(Debug)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(
        connection: Connection,
        file: Arc<JournalFile>,
        watchers: Arc<Watchers>,
    ) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(QUEUE_MAX);
        let thread = Thread {
            connection,
            file,
            watchers,
        };
        std::thread::Builder::new()
            .name("journal-append".into())
            .spawn(move || thread.run(waiting))?;
        Ok(Self { jobs })
    }

    /// Queues an append; waits while the queue is full.
    pub async fn submit(&self, job: Job) -> Result<(), AppendError> {
        let stopped = |_| AppendError::Unavailable("the writer stopped".into());
        self.jobs.send(job).await.map_err(stopped)
    }
}

/// How a commit failed.
enum Failure {
    /// Certainly not appended, now or later.
    NotAppended(String),
    /// It may be on disk.
    Unknown(String),
}

impl Failure {
    fn to_error(&self) -> AppendError {
        match self {
            Self::NotAppended(cause) => AppendError::Unavailable(cause.clone()),
            Self::Unknown(cause) => AppendError::Unknown(cause.clone()),
        }
    }
}

struct Thread {
    connection: Connection,
    file: Arc<JournalFile>,
    watchers: Arc<Watchers>,
}

impl Thread {
    fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        while let Some(first) = waiting.blocking_recv() {
            let group = gather(first, &mut waiting);
            match self.commit(&group) {
                Ok(accepted) => self.answer(group, &accepted),
                Err(failure) => {
                    for job in group {
                        let _ = job.reply.send(Err(failure.to_error()));
                    }
                }
            }
        }
    }

    fn answer(&self, group: Vec<Job>, accepted: &[bool]) {
        for (job, accepted) in group.into_iter().zip(accepted) {
            let answer = if *accepted {
                let last = job.after.seq + job.rows.len() as Seq;
                self.watchers.notice(&job.partition, last);
                Ok(Appended {
                    durability: Durability::Protected,
                })
            } else {
                Err(AppendError::Conflict)
            };
            let _ = job.reply.send(answer);
        }
    }

    /// Commits every job of the group whose head matches; says which did.
    fn commit(&mut self, group: &[Job]) -> Result<Vec<bool>, Failure> {
        let bytes = group.iter().map(Job::bytes).sum();
        self.file
            .check_in_place()
            .and_then(|()| self.file.check_room(bytes))
            .map_err(Failure::NotAppended)?;
        let refused = |e: rusqlite::Error| Failure::NotAppended(cause(&e));
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(refused)?;
        // Dropped on an error, which rolls it back: nothing reached the log as committed.
        let accepted = group
            .iter()
            .map(|job| insert(&transaction, job))
            .collect::<rusqlite::Result<Vec<bool>>>()
            .map_err(refused)?;
        if !accepted.contains(&true) {
            transaction.rollback().map_err(refused)?;
            return Ok(accepted);
        }
        match transaction.commit() {
            Ok(()) => Ok(accepted),
            Err(error) => Err(self.after_failed_commit(&error)),
        }
    }

    /// A commit that failed may have left whole frames at the log's end, which recovery after a
    /// crash would take for committed. Only when the log could be emptied are they surely gone.
    fn after_failed_commit(&self, error: &rusqlite::Error) -> Failure {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        let emptied = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            })
            .is_ok_and(|busy| busy == 0);
        if emptied {
            Failure::NotAppended(cause(error))
        } else {
            Failure::Unknown(cause(error))
        }
    }
}

fn gather(first: Job, waiting: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut bytes = first.bytes();
    let mut group = vec![first];
    while group.len() < GROUP_MAX && bytes < GROUP_BYTES_MAX {
        let Ok(job) = waiting.try_recv() else { break };
        bytes += job.bytes();
        group.push(job);
    }
    group
}

/// Inserts the job's rows if its head matches; says whether it did.
fn insert(transaction: &Transaction<'_>, job: &Job) -> rusqlite::Result<bool> {
    let partition = job.partition.to_string();
    let head = transaction
        .prepare_cached(
            "SELECT seq, hash FROM entry WHERE partition = ?1 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([&partition], |row| {
            Ok((row.get::<_, Seq>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    let matches = match head {
        None => job.after == Head::GENESIS,
        Some((seq, hash)) => seq == job.after.seq && hash == job.after.hash.0,
    };
    if !matches {
        return Ok(false);
    }
    let mut statement = transaction.prepare_cached(
        "INSERT INTO entry (partition, seq, header, sealed, hash, prev) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for row in &job.rows {
        statement.execute(params![
            partition, row.seq, row.header, row.sealed, row.hash.0, row.prev.0
        ])?;
    }
    Ok(true)
}

fn cause(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => format!("the disk is full: {error}"),
        Some(rusqlite::ErrorCode::DatabaseBusy) => {
            format!("another process keeps the journal file busy: {error}")
        }
        _ => error.to_string(),
    }
}
