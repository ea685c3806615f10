//! Reading, on connections of its own that never wait for the writer.

use crate::file::JournalFile;
use journal::ReadError;
use journal::engine::stored::{StoredRow, decode_all};
use kernel::{Entry, Hash, Head, PartitionId, Seq};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row};
use std::sync::{Arc, Mutex, PoisonError};

/// The most connections kept open between reads.
const IDLE_MAX: usize = 4;

/// Connections for reading.
#[derive(Debug)]
pub struct Readers {
    file: Arc<JournalFile>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// No connections yet; they are opened as they are needed.
    pub fn new(file: Arc<JournalFile>) -> Self {
        Self {
            file,
            idle: Mutex::default(),
        }
    }

    /// The entries after `after`, at most `limit`.
    pub fn entries(
        &self,
        partition: &PartitionId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let (Ok(from), limit) = (i64::try_from(after), i64::try_from(limit)) else {
            return Ok(Vec::new());
        };
        let rows = self.with(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT seq, header, sealed, hash FROM entry
                 WHERE partition = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
            )?;
            let limit = limit.unwrap_or(i64::MAX);
            statement
                .query_map((partition.to_string(), from, limit), stored_row)?
                .collect::<rusqlite::Result<Vec<StoredRow>>>()
        });
        let rows = rows.map_err(|e| read_error(partition, after + 1, &e))?;
        decode_all(partition, after, rows)
    }

    /// The newest entry's position and hash.
    pub fn head(&self, partition: &PartitionId) -> Result<Head, ReadError> {
        let row = self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT seq, hash FROM entry WHERE partition = ?1 ORDER BY seq DESC LIMIT 1",
                )?
                .query_row([partition.to_string()], |row| {
                    Ok((row.get::<_, Seq>(0)?, row.get::<_, Vec<u8>>(1)?))
                })
                .optional()
        });
        let Some((seq, hash)) = row.map_err(|e| read_error(partition, 0, &e))? else {
            return Ok(Head::GENESIS);
        };
        let hash = <[u8; 32]>::try_from(hash).map_err(|hash| ReadError::Damaged {
            partition: partition.clone(),
            seq,
            cause: format!("its hash has {} bytes, not 32", hash.len()),
        })?;
        let hash = Hash(hash);
        Ok(Head { seq, hash })
    }

    /// Every partition that has entries.
    pub fn partitions(&self) -> Result<Vec<PartitionId>, ReadError> {
        let names = self.with(|connection| {
            // One index probe for each partition instead of a walk over all entries.
            let mut statement = connection.prepare_cached(
                "WITH RECURSIVE name (partition) AS (
                     SELECT min(partition) FROM entry
                     UNION ALL
                     SELECT (SELECT min(e.partition) FROM entry e WHERE e.partition > name.partition)
                     FROM name WHERE name.partition IS NOT NULL
                 )
                 SELECT partition FROM name WHERE partition IS NOT NULL",
            )?;
            statement
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()
        });
        names
            .map_err(|e| ReadError::Unavailable(e.to_string()))?
            .iter()
            .map(|name| name.parse())
            .collect::<Result<_, _>>()
            .map_err(|e: kernel::PartitionIdError| ReadError::Unavailable(e.to_string()))
    }

    /// Fails when the file cannot be read.
    pub fn probe(&self) -> Result<(), ReadError> {
        self.with(|connection| connection.query_row("SELECT 1 FROM sqlite_schema", [], |_| Ok(())))
            .map_err(|e| ReadError::Unavailable(e.to_string()))
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let idle = self.lock().pop();
        let connection = idle.map_or_else(|| self.file.reader(), Ok)?;
        // A connection on which something failed is closed.
        let result = work(&connection)?;
        let mut idle = self.lock();
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        Ok(result)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stored_row(row: &Row<'_>) -> rusqlite::Result<StoredRow> {
    Ok(StoredRow {
        seq: row.get(0)?,
        header: row.get(1)?,
        sealed: row.get(2)?,
        hash: row.get(3)?,
    })
}

/// Damage that SQLite itself finds is reported at the position the read began.
fn read_error(partition: &PartitionId, seq: Seq, error: &rusqlite::Error) -> ReadError {
    let damaged = match error {
        rusqlite::Error::SqliteFailure(e, _) => {
            matches!(e.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        }
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) => true,
        _ => false,
    };
    if damaged {
        return ReadError::Damaged {
            partition: partition.clone(),
            seq,
            cause: error.to_string(),
        };
    }
    ReadError::Unavailable(error.to_string())
}
