//! Views: a module's own SQLite file, derived from its chain and from nothing else.

use crate::{
    ApplyError, Command, CommandId, DecideContext, DecideError, Decision, Hash, Head, Header,
    Module, Payload, Seq, SiteName, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

const SCHEMA: &str = "
CREATE TABLE kernel_head (
    source TEXT PRIMARY KEY, -- '' for the view's own chain, else the followed partition
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    time INTEGER NOT NULL,
    lead TEXT
) WITHOUT ROWID;
CREATE TABLE kernel_command (
    id BLOB PRIMARY KEY,
    digest BLOB NOT NULL,
    seq INTEGER NOT NULL,
    answer TEXT NOT NULL
) WITHOUT ROWID;
";

/// Version of the `kernel_` tables; together with the module's it decides whether a file is kept.
const KERNEL_SCHEMA_VERSION: u32 = 1;

/// A module's rows at one site. It can be deleted at any time and comes back by replay: the last
/// applied head is stored in the same transaction as the rows.
pub struct View {
    rows: Connection,
    module: Arc<dyn Module>,
    head: Head,
    time: Timestamp,
    lead: Option<SiteName>,
    /// The committed state to return to while a transaction is open.
    before: Option<(Head, Timestamp, Option<SiteName>)>,
}

/// Why a view cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// SQLite failed.
    #[error("the view's file cannot be used")]
    Sqlite(#[from] rusqlite::Error),
    /// The file was written by another schema version.
    #[error("the view was written by another version")]
    OtherVersion,
    /// An event could not be applied.
    #[error("entry {seq} cannot be applied")]
    Apply {
        /// Position of the entry.
        seq: Seq,
        /// What failed.
        source: ApplyError,
    },
    /// An entry does not follow the view's head.
    #[error("entry {got} does not follow {head}")]
    OutOfOrder {
        /// The view's head.
        head: Seq,
        /// The entry offered.
        got: Seq,
    },
}

impl ViewError {
    /// Whether only a new view helps. One that merely cannot be read or written at the moment (a full
    /// disk, a lock) is kept.
    #[must_use]
    pub fn needs_new_view(&self) -> bool {
        match self {
            Self::OtherVersion | Self::Apply { .. } | Self::OutOfOrder { .. } => true,
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
            ),
        }
    }
}

/// An accepted command as the view remembers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Fingerprint of what the client sent.
    pub digest: [u8; 32],
    /// Position of its entry.
    pub seq: Seq,
    /// What the client was answered.
    pub answer: Value,
}

impl View {
    /// Opens the view in the file at `path`, making it where it is missing and anew where it was
    /// written by another schema version or is damaged.
    ///
    /// # Errors
    /// When the file can neither be used nor replaced.
    pub fn open(path: &Path, module: Arc<dyn Module>) -> Result<Self, ViewError> {
        match Self::open_as_it_is(path, Arc::clone(&module)) {
            Err(error) if error.needs_new_view() => {
                tracing::warn!(path = %path.display(), %error, "view is replaced and replayed");
                Self::remove(path);
                Self::open_as_it_is(path, module)
            }
            opened => opened,
        }
    }

    /// Opens the view in the file at `path`, making it where it is missing. Unlike [`View::open`]
    /// it never takes an empty view for one that cannot be used.
    ///
    /// # Errors
    /// When the file is of another schema version, damaged, or cannot be read or written.
    pub fn open_as_it_is(path: &Path, module: Arc<dyn Module>) -> Result<Self, ViewError> {
        let rows = Connection::open(path)?;
        configure(&rows)?;
        Self::load(rows, module)
    }

    /// Removes a view's file with its side files; what is not there is not missed.
    pub fn remove(path: &Path) {
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            let _ = std::fs::remove_file(name);
        }
    }

    /// A view that lives in memory.
    ///
    /// # Errors
    /// When the module's schema is not valid SQL.
    pub fn in_memory(module: Arc<dyn Module>) -> Result<Self, ViewError> {
        Self::load(Connection::open_in_memory()?, module)
    }

    fn load(rows: Connection, module: Arc<dyn Module>) -> Result<Self, ViewError> {
        let wanted = (KERNEL_SCHEMA_VERSION << 16) | (module.schema_version() & 0xffff);
        let found: u32 = rows.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let is_empty: bool =
            rows.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |r| {
                r.get(0)
            })?;
        if is_empty {
            rows.execute_batch(&format!(
                "BEGIN; {SCHEMA} {} ; PRAGMA user_version = {wanted}; COMMIT;",
                module.schema()
            ))?;
        } else if found != wanted {
            return Err(ViewError::OtherVersion);
        }
        let stored = rows
            .query_row(
                "SELECT seq, hash, time, lead FROM kernel_head WHERE source = ''",
                [],
                |r| {
                    Ok((
                        r.get::<_, Seq>(0)?,
                        r.get::<_, [u8; 32]>(1)?,
                        r.get(2)?,
                        r.get(3)?,
                    ))
                },
            )
            .optional()?;
        let (head, time, lead) = match stored {
            Some((seq, hash, time, lead)) => {
                let lead: Option<String> = lead;
                (
                    Head {
                        seq,
                        hash: Hash(hash),
                    },
                    Timestamp(time),
                    lead,
                )
            }
            None => (Head::GENESIS, Timestamp(0), None),
        };
        let lead = lead.and_then(|name| SiteName::new(&name).ok());
        Ok(Self {
            rows,
            module,
            head,
            time,
            lead,
            before: None,
        })
    }

    /// The last entry applied, counting those of an open transaction.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The last entry whose rows are permanent: [`View::head`] without an open transaction.
    #[must_use]
    pub fn committed(&self) -> Head {
        self.before.as_ref().map_or(self.head, |(head, _, _)| *head)
    }

    /// The time of the last entry applied.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.time
    }

    /// The site that leads according to the last entry applied; `None` for an empty chain.
    #[must_use]
    pub const fn lead(&self) -> Option<&SiteName> {
        self.lead.as_ref()
    }

    /// The module whose rows these are.
    #[must_use]
    pub fn module(&self) -> &Arc<dyn Module> {
        &self.module
    }

    /// The rows, for queries.
    #[must_use]
    pub const fn rows(&self) -> &Connection {
        &self.rows
    }

    /// Whether a transaction is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.before.is_some()
    }

    /// Opens the transaction in which a batch is decided and applied.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn begin(&mut self) -> Result<(), ViewError> {
        debug_assert!(self.before.is_none(), "transactions do not nest");
        self.rows.execute_batch("BEGIN IMMEDIATE")?;
        self.before = Some((self.head, self.time, self.lead.clone()));
        Ok(())
    }

    /// Makes the open transaction's rows and head permanent.
    ///
    /// # Errors
    /// When SQLite fails; the transaction is then rolled back.
    pub fn commit(&mut self) -> Result<(), ViewError> {
        if let Err(error) = self
            .store_head()
            .and_then(|()| self.rows.execute_batch("COMMIT").map_err(ViewError::from))
        {
            self.rollback()?;
            return Err(error);
        }
        self.before = None;
        Ok(())
    }

    /// Drops the open transaction, if there is one.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn rollback(&mut self) -> Result<(), ViewError> {
        if let Some((head, time, lead)) = self.before.take() {
            if !self.rows.is_autocommit() {
                self.rows.execute_batch("ROLLBACK")?;
            }
            (self.head, self.time, self.lead) = (head, time, lead);
        }
        Ok(())
    }

    fn store_head(&self) -> Result<(), ViewError> {
        self.rows.prepare_cached(
            "INSERT INTO kernel_head (source, seq, hash, time, lead) VALUES ('', ?1, ?2, ?3, ?4)
             ON CONFLICT (source) DO UPDATE
             SET seq = excluded.seq, hash = excluded.hash, time = excluded.time, lead = excluded.lead",
        )?
        .execute(params![
            self.head.seq,
            self.head.hash.0,
            self.time.millis(),
            self.lead.as_ref().map(SiteName::as_str)
        ])?;
        Ok(())
    }

    /// What is remembered of an accepted command.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn find_command(&self, id: CommandId) -> Result<Option<Recorded>, ViewError> {
        let found = self
            .rows
            .prepare_cached("SELECT digest, seq, answer FROM kernel_command WHERE id = ?1")?
            .query_row([id], |row| {
                let answer: String = row.get(2)?;
                let answer = serde_json::from_str(&answer).map_err(|e| {
                    rusqlite::Error::FromSqlConversionFailure(
                        2,
                        rusqlite::types::Type::Text,
                        Box::new(e),
                    )
                })?;
                Ok(Recorded {
                    digest: row.get(0)?,
                    seq: row.get(1)?,
                    answer,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// Decides a command on the rows, counting what an open transaction applied.
    ///
    /// # Errors
    /// The module's refusal, or a failure of SQLite.
    pub fn decide(&self, time: Timestamp, command: &Command) -> Result<Decision, DecideError> {
        self.module
            .decide(&self.rows, &DecideContext { time }, command)
    }

    /// Applies the next entry inside the open transaction: events, command record, head.
    ///
    /// # Errors
    /// When the entry does not follow the head or cannot be applied; the caller rolls back.
    pub fn apply(
        &mut self,
        header: &Header,
        hash: Hash,
        payload: &Payload,
    ) -> Result<(), ViewError> {
        debug_assert!(
            self.before.is_some(),
            "entries are applied inside a transaction"
        );
        if header.seq != self.head.seq + 1 || header.prev != self.head.hash {
            return Err(ViewError::OutOfOrder {
                head: self.head.seq,
                got: header.seq,
            });
        }
        for event in &payload.events {
            self.module
                .apply(&self.rows, header, event)
                .map_err(|source| ViewError::Apply {
                    seq: header.seq,
                    source,
                })?;
        }
        self.rows
            .prepare_cached(
                "INSERT INTO kernel_command (id, digest, seq, answer) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                header.command,
                payload.digest,
                header.seq,
                payload.answer.to_string()
            ])?;
        self.head = Head {
            seq: header.seq,
            hash,
        };
        self.time = header.time;
        self.lead = Some(header.lead.clone());
        Ok(())
    }

    /// The last applied entry of a followed partition.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn followed(&self, source: &str) -> Result<Seq, ViewError> {
        Ok(self.followed_head(source)?.seq)
    }

    /// The same with its hash; [`Head::GENESIS`] where none was applied.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn followed_head(&self, source: &str) -> Result<Head, ViewError> {
        let head = self
            .rows
            .prepare_cached("SELECT seq, hash FROM kernel_head WHERE source = ?1")?
            .query_row([source], |row| {
                Ok(Head {
                    seq: row.get(0)?,
                    hash: Hash(row.get(1)?),
                })
            })
            .optional()?;
        Ok(head.unwrap_or(Head::GENESIS))
    }

    /// Applies entries of a followed partition in a transaction of their own; entries already
    /// applied are passed over. Must not be called while a batch is open.
    ///
    /// # Errors
    /// When an entry is missing in between or cannot be applied; nothing is changed then.
    pub fn follow(&mut self, entries: &[(Header, Hash, Payload)]) -> Result<(), ViewError> {
        let Some((last, last_hash, _)) = entries.last() else {
            return Ok(());
        };
        let source = last.partition.to_string();
        self.begin()?;
        let done = self.follow_all(&source, entries).and_then(|()| {
            self.rows
                .prepare_cached(
                    "INSERT INTO kernel_head (source, seq, hash, time) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (source) DO UPDATE SET seq = excluded.seq, hash = excluded.hash,
                     time = excluded.time WHERE excluded.seq > kernel_head.seq",
                )?
                .execute(params![source, last.seq, last_hash.0, last.time.millis()])?;
            Ok(())
        });
        match done {
            Ok(()) => self.commit(),
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }

    fn follow_all(
        &self,
        source: &str,
        entries: &[(Header, Hash, Payload)],
    ) -> Result<(), ViewError> {
        let mut seq = self.followed(source)?;
        for (header, _, payload) in entries {
            if header.seq <= seq {
                continue;
            }
            if header.seq != seq + 1 {
                return Err(ViewError::OutOfOrder {
                    head: seq,
                    got: header.seq,
                });
            }
            for event in &payload.events {
                self.module
                    .follow(&self.rows, header, event)
                    .map_err(|source| ViewError::Apply {
                        seq: header.seq,
                        source,
                    })?;
            }
            seq = header.seq;
        }
        Ok(())
    }
}

/// WAL with `synchronous=NORMAL`: losing the last transactions in a power failure only means
/// replaying them.
fn configure(rows: &Connection) -> Result<(), rusqlite::Error> {
    rows.busy_timeout(std::time::Duration::from_secs(5))?;
    rows.pragma_update(None, "journal_mode", "WAL")?;
    rows.pragma_update(None, "synchronous", "NORMAL")?;
    rows.pragma_update(None, "foreign_keys", "ON")?;
    rows.pragma_update(None, "temp_store", "MEMORY")?;
    rows.pragma_update(None, "cache_size", -32_000)?;
    rows.set_prepared_statement_cache_capacity(128);
    Ok(())
}
