//! A connection for reads and its statements.

use crate::append::stored_seq;
use crate::link::Link;
use crate::outcome::describe;
use journal::engine::stored::StoredRow;
use kernel::{PartitionId, Seq};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres::{Row, Statement};

/// Every row says whether the node that gave it was a standby.
const ROWS: &str = "SELECT pg_is_in_recovery(), seq, header, sealed, hash FROM entry
    WHERE partition = $1 AND seq > $2 ORDER BY seq LIMIT $3";
const HEAD: &str = "SELECT pg_is_in_recovery(), seq, '', ''::bytea, hash FROM entry
    WHERE partition = $1 ORDER BY seq DESC LIMIT 1";
/// One index probe for each watched partition.
const NEWER: &str = "SELECT w.partition, h.seq
    FROM unnest($1::text[], $2::bigint[]) AS w (partition, seq)
    CROSS JOIN LATERAL (SELECT e.seq FROM entry e
        WHERE e.partition = w.partition AND e.seq > w.seq ORDER BY e.seq DESC LIMIT 1) h";
/// One index probe for each partition instead of a walk over all entries.
const PARTITIONS: &str = "WITH RECURSIVE name AS (
        (SELECT partition FROM entry ORDER BY partition LIMIT 1)
        UNION ALL
        SELECT (SELECT e.partition FROM entry e WHERE e.partition > name.partition
                ORDER BY e.partition LIMIT 1)
        FROM name WHERE name.partition IS NOT NULL)
    SELECT partition FROM name WHERE partition IS NOT NULL";

/// What is asked of a partition.
#[derive(Clone, Copy)]
pub enum Question {
    /// Entries after a position, at most so many.
    Rows { after: Seq, limit: usize },
    /// Position and hash of the newest entry.
    Head,
}

/// An answer.
pub struct Fetched {
    /// The rows; for the head, one without header and payload.
    pub rows: Vec<StoredRow>,
    /// Whether a standby gave them. Without rows, nothing has to be trusted.
    pub is_from_standby: bool,
    /// The last position it tells of.
    pub last: Seq,
    /// Whether there may be more than the limit let through.
    pub is_full: bool,
}

impl Fetched {
    /// Whether it tells of everything up to `wanted`.
    pub fn reaches(&self, wanted: Seq) -> bool {
        self.is_full || self.last >= wanted
    }
}

/// A connection for reads.
pub struct Reader {
    /// The connection.
    pub link: Link,
    /// Whether the node, a standby, was seen following the primary on its present timeline.
    is_proven: AtomicBool,
    rows: Statement,
    head: Statement,
    newer: Statement,
    partitions: Statement,
}

impl Reader {
    /// Prepares the statements.
    pub async fn new(link: Link) -> Result<Self, String> {
        let (rows, head, newer, partitions) = tokio::try_join!(
            link.prepare(ROWS),
            link.prepare(HEAD),
            link.prepare(NEWER),
            link.prepare(PARTITIONS),
        )?;
        Ok(Self {
            link,
            is_proven: AtomicBool::new(false),
            rows,
            head,
            newer,
            partitions,
        })
    }

    /// Whether the standby it is connected to was proven to follow the primary.
    pub fn is_proven(&self) -> bool {
        self.is_proven.load(Ordering::SeqCst)
    }

    /// Sets whether it was.
    pub fn set_proven(&self, is_proven: bool) {
        self.is_proven.store(is_proven, Ordering::SeqCst);
    }

    /// Asks about a partition.
    pub async fn ask(
        &self,
        partition: &PartitionId,
        question: Question,
    ) -> Result<Fetched, String> {
        let name = partition.to_string();
        let client = self.link.client();
        let (rows, floor, limit) = match question {
            Question::Rows { after, limit } => {
                let from = stored_seq(after);
                let count = i64::try_from(limit).unwrap_or(i64::MAX);
                let rows = client.query(&self.rows, &[&name, &from, &count]).await;
                (rows, after, limit)
            }
            Question::Head => (client.query(&self.head, &[&name]).await, 0, usize::MAX),
        };
        let rows = rows.map_err(|e| describe(&e))?;
        let first = rows.first().map(|row| row.try_get(0)).transpose();
        let is_from_standby = first.map_err(|e| describe(&e))?.unwrap_or(false);
        let rows: Vec<StoredRow> = rows
            .iter()
            .map(stored_row)
            .collect::<Result<_, _>>()
            .map_err(|e| describe(&e))?;
        Ok(Fetched {
            last: rows.last().map_or(floor, |row| row.seq),
            is_full: rows.len() >= limit,
            is_from_standby,
            rows,
        })
    }

    /// Which of the watched partitions have entries after the given positions, and up to where.
    pub async fn newer(
        &self,
        watched: &[(PartitionId, Seq)],
    ) -> Result<Vec<(PartitionId, Seq)>, String> {
        let (names, seqs): (Vec<String>, Vec<i64>) = watched
            .iter()
            .map(|(partition, seq)| (partition.to_string(), stored_seq(*seq)))
            .unzip();
        let rows = self
            .link
            .client()
            .query(&self.newer, &[&names, &seqs])
            .await
            .map_err(|e| describe(&e))?;
        rows.iter()
            .map(|row| {
                let name: String = row.try_get(0).map_err(|e| describe(&e))?;
                let seq: i64 = row.try_get(1).map_err(|e| describe(&e))?;
                let partition = name.parse().map_err(|e| format!("{e}"))?;
                Ok((partition, Seq::try_from(seq).unwrap_or(0)))
            })
            .collect()
    }

    /// Every partition that has entries.
    pub async fn partitions(&self) -> Result<Vec<PartitionId>, String> {
        let rows = self.link.client().query(&self.partitions, &[]).await;
        rows.map_err(|e| describe(&e))?
            .iter()
            .map(|row| {
                let name: String = row.try_get(0).map_err(|e| describe(&e))?;
                name.parse()
                    .map_err(|e: kernel::PartitionIdError| e.to_string())
            })
            .collect()
    }
}

fn stored_row(row: &Row) -> Result<StoredRow, tokio_postgres::Error> {
    Ok(StoredRow {
        seq: Seq::try_from(row.try_get::<_, i64>(1)?).unwrap_or(0),
        header: row.try_get(2)?,
        sealed: row.try_get(3)?,
        hash: row.try_get(4)?,
    })
}
