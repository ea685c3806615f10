//! Appending: one statement, a bounded wait, and an answer that is true.

use crate::durability::Settings;
use crate::link::{SETTINGS, settings};
use crate::outcome::append_error;
use crate::primary::PrimaryLink;
use crate::shared::Shared;
use futures_util::future;
use journal::engine::stored::header_text;
use journal::{AppendError, Appended, Durability};
use kernel::{Entry, Head, PartitionId, Seq};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;
use tokio_postgres::Statement;

/// Adds the rows if the last entry is the one named. Two appends after the same entry meet in the
/// primary key: the second waits for the first and is refused. The settings in force come back in
/// the same answer.
const APPEND: &str = "
    WITH head AS MATERIALIZED (
        SELECT e.seq, e.hash FROM entry e WHERE e.partition = $1 ORDER BY e.seq DESC LIMIT 1
    ), added AS (
        INSERT INTO entry (partition, seq, header, sealed, hash, prev)
        SELECT $1, u.seq, u.header, u.sealed, u.hash, u.prev
        FROM unnest($2::bigint[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[])
             AS u (seq, header, sealed, hash, prev)
        WHERE CASE WHEN $7::bigint = 0 THEN NOT EXISTS (SELECT FROM head)
              ELSE EXISTS (SELECT FROM head h WHERE h.seq = $7::bigint AND h.hash = $8::bytea) END
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM added),
           coalesce((SELECT seq FROM head), 0),
           current_setting('synchronous_commit'),
           current_setting('synchronous_standby_names')";

/// An entry can be replicated, and read at a standby, a moment before the primary itself shows it.
/// An append after such an entry is tried again this often and this long.
const UNSEEN_PAUSE: Duration = Duration::from_millis(4);
const UNSEEN_LIMIT: Duration = Duration::from_millis(400);

/// A batch in columns.
pub struct Batch {
    partition: PartitionId,
    name: String,
    after: Head,
    seqs: Vec<i64>,
    headers: Vec<String>,
    sealed: Vec<Vec<u8>>,
    hashes: Vec<Vec<u8>>,
    prevs: Vec<Vec<u8>>,
}

impl Batch {
    /// The columns of a batch that was checked.
    pub fn new(partition: &PartitionId, after: Head, entries: &[Entry]) -> Self {
        let bytes = |hash: kernel::Hash| hash.0.to_vec();
        Self {
            partition: partition.clone(),
            name: partition.to_string(),
            after,
            seqs: entries.iter().map(|e| stored_seq(e.header.seq)).collect(),
            headers: entries.iter().map(|e| header_text(&e.header)).collect(),
            sealed: entries.iter().map(|e| e.sealed.clone()).collect(),
            hashes: entries.iter().map(|e| bytes(e.hash)).collect(),
            prevs: entries.iter().map(|e| bytes(e.header.prev)).collect(),
        }
    }

    fn last(&self) -> Seq {
        self.after.seq + self.seqs.len() as Seq
    }
}

/// A position as the database stores it; no batch that was checked is beyond it.
pub fn stored_seq(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A connection for appends and its statements.
struct Appender {
    primary: PrimaryLink,
    append: Statement,
    settings: Statement,
}

/// The connections for appends. One is busy for as long as one append waits.
pub struct Appenders(Vec<Mutex<Option<Appender>>>);

/// What one attempt came to.
enum Attempt {
    Appended(Durability),
    /// The last entry is another one; the primary's is at this position.
    Refused(Seq),
}

impl Appenders {
    /// Room for `count` connections, none open.
    pub fn new(count: usize) -> Self {
        Self((0..count).map(|_| Mutex::default()).collect())
    }

    /// The partition's usual connection, or another that is free, or the usual one when it becomes
    /// free.
    async fn acquire(
        &self,
        partition: &PartitionId,
        limit: Duration,
    ) -> Result<MutexGuard<'_, Option<Appender>>, AppendError> {
        let mut hasher = DefaultHasher::new();
        partition.hash(&mut hasher);
        let count = self.0.len();
        let first = usize::try_from(hasher.finish() % count as u64).unwrap_or(0);
        let free = (0..count).find_map(|i| self.0[(first + i) % count].try_lock().ok());
        if let Some(free) = free {
            return Ok(free);
        }
        tokio::time::timeout(limit, self.0[first].lock())
            .await
            .map_err(|_| AppendError::Unavailable("every connection waits for an answer".into()))
    }
}

/// Appends the batch. Runs to its end even when nobody waits for it any more.
pub async fn append(shared: Arc<Shared>, batch: Batch) -> Result<Appended, AppendError> {
    let given_up = Instant::now() + UNSEEN_LIMIT;
    loop {
        match attempt(&shared, &batch).await? {
            Attempt::Appended(durability) => {
                let is_protected = durability == Durability::Protected;
                let last = batch.last();
                shared
                    .marks
                    .acknowledge(&batch.partition, last, is_protected);
                shared.notice(&batch.partition, last);
                return Ok(Appended { durability });
            }
            Attempt::Refused(head) if head < batch.after.seq && Instant::now() < given_up => {
                tokio::time::sleep(UNSEEN_PAUSE).await;
            }
            Attempt::Refused(head) => {
                shared.marks.hint(&batch.partition, head);
                return Err(AppendError::Conflict);
            }
        }
    }
}

async fn attempt(shared: &Shared, batch: &Batch) -> Result<Attempt, AppendError> {
    let limit = shared.config.connect_limit;
    let mut slot = shared.appenders.acquire(&batch.partition, limit).await?;
    if !matches!(&*slot, Some(open) if open.primary.is_current(&shared.finder)) {
        *slot = None;
        let opened = open(shared).await.map_err(AppendError::Unavailable)?;
        *slot = Some(opened);
    }
    let Some(appender) = &*slot else {
        return Err(AppendError::Unavailable("no connection".into()));
    };
    let answer = send(appender, batch, shared).await;
    if let Err(error) = &answer {
        if matches!(error, AppendError::Conflict) {
            shared.marks.hint(&batch.partition, batch.after.seq + 1);
        } else {
            // Dropped, never cancelled: the server's side waits on and may yet succeed.
            *slot = None;
            shared.finder.look_again();
        }
    }
    answer
}

async fn open(shared: &Shared) -> Result<Appender, String> {
    let primary = PrimaryLink::open(&shared.finder, shared.config.connect_limit).await?;
    let (append, settings) =
        tokio::try_join!(primary.link.prepare(APPEND), primary.link.prepare(SETTINGS))?;
    Ok(Appender {
        primary,
        append,
        settings,
    })
}

/// Sends both statements in one go and waits, within the limit, for both answers.
async fn send(appender: &Appender, batch: &Batch, shared: &Shared) -> Result<Attempt, AppendError> {
    let link = &appender.primary.link;
    let after_hash = &batch.after.hash.0[..];
    let after_seq = stored_seq(batch.after.seq);
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 8] = [
        &batch.name,
        &batch.seqs,
        &batch.headers,
        &batch.sealed,
        &batch.hashes,
        &batch.prevs,
        &after_seq,
        &after_hash,
    ];
    let answers = future::join(
        link.client().query_one(&appender.append, &params),
        link.client().query_one(&appender.settings, &[]),
    );
    let limit = shared.config.answer_limit;
    let (appended, settled) = appender
        .primary
        .bounded(&shared.finder, limit, answers)
        .await
        .map_err(AppendError::Unknown)?;
    let appended = appended.map_err(|e| append_error(&e))?;
    let unreadable = |e: tokio_postgres::Error| AppendError::Unknown(e.to_string());
    let count: i64 = appended.try_get(0).map_err(unreadable)?;
    if count == 0 {
        let head: i64 = appended.try_get(1).map_err(unreadable)?;
        return Ok(Attempt::Refused(Seq::try_from(head).unwrap_or(0)));
    }
    // A cancelled wait for replication comes as success with a warning.
    if link.is_spoilt() {
        let cause = "the database warned that its wait for replication was cut short";
        return Err(AppendError::Unknown(cause.into()));
    }
    let before = settings(&appended, 2).map_err(unreadable)?;
    let after = settings(&settled.map_err(unreadable)?, 0).map_err(unreadable)?;
    Ok(Attempt::Appended(kept(link, shared, &before, &after)))
}

/// How well the commit is kept: as well as the lesser of what was in force before and after it.
fn kept(
    link: &crate::link::Link,
    shared: &Shared,
    before: &Settings,
    after: &Settings,
) -> Durability {
    if !before.session_waits() || !after.session_waits() {
        // The next one gets a connection that is set right.
        link.spoil();
    }
    let copies_min = shared.config.copies_min;
    before
        .durability(copies_min)
        .min(after.durability(copies_min))
}
