//! The journal file: opening it, its schema, and whether it can take more.

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a process waits for another one that is writing.
const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// What must stay free besides the batch: the write-ahead log grows to about 4 MiB before it is
/// copied into the file, which grows by as much. Stopping early keeps a full disk from ever
/// interrupting a commit.
const FREE_BYTES_MIN: u64 = 12 << 20;

/// "Sekj", in the file's header.
const APPLICATION_ID: i32 = 0x5365_6b6a;
const FORMAT: i32 = 1;

/// Why a journal file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite or the disk refuses.
    #[error("the journal file {path} cannot be opened")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file is another program's database.
    #[error("{path} is a database, but not a Sekoci journal (application id {found})")]
    NotAJournal {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: i32,
    },
    /// A newer release made the file.
    #[error("{path} has format {found}; this release reads up to {FORMAT}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i32,
    },
    /// The file cannot be looked at.
    #[error("the journal file {path} cannot be looked at")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A thread cannot be started.
    #[error("a thread for the journal file cannot be started")]
    Thread(#[source] std::io::Error),
}

/// The path of the journal file and which file it was when it was opened.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl JournalFile {
    /// Opens or creates the file; gives the connection that writes.
    pub fn open(path: &Path) -> Result<(Self, Connection), OpenError> {
        let sqlite = |source| OpenError::Sqlite {
            path: path.into(),
            source,
        };
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_CREATE).map_err(sqlite)?;
        prepare(&mut connection, path)?;
        let identity = identity(path).map_err(|source| OpenError::Io {
            path: path.into(),
            source,
        })?;
        let path = path.to_path_buf();
        Ok((Self { path, identity }, connection))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A connection that cannot write.
    pub fn reader(&self) -> rusqlite::Result<Connection> {
        let connection = connect(&self.path, OpenFlags::empty())?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    /// Whether the path still names the file that was opened: what is written to a file that was
    /// deleted or replaced is lost with the process.
    pub fn check_in_place(&self) -> Result<(), String> {
        match identity(&self.path) {
            Ok(found) if found == self.identity => Ok(()),
            Ok(_) => Err("the journal file was replaced while it was open".into()),
            Err(e) => Err(format!("the journal file is gone: {e}")),
        }
    }

    /// Whether the disk has room for `bytes` more.
    pub fn check_room(&self, bytes: usize) -> Result<(), String> {
        let free = self
            .free_bytes()
            .map_err(|e| format!("the disk cannot be looked at: {e}"))?;
        // A batch is written to the log and again to the file, with some slack for pages.
        let needed = FREE_BYTES_MIN + 3 * bytes as u64;
        if free < needed {
            return Err(format!(
                "the disk is full: {free} bytes are free, {needed} are needed"
            ));
        }
        Ok(())
    }

    /// Bytes this process may still write on the file's disk.
    pub fn free_bytes(&self) -> nix::Result<u64> {
        let disk = nix::sys::statvfs::statvfs(&self.path)?;
        Ok(disk.blocks_available() * disk.fragment_size())
    }
}

fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    let metadata = std::fs::metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_LIMIT)?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(connection)
}

/// Checks whose file it is, and makes mode and schema; several processes may do so at once.
fn prepare(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let sqlite = |source| OpenError::Sqlite {
        path: path.into(),
        source,
    };
    use_write_ahead_log(connection).map_err(sqlite)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(sqlite)?;
    let number = |pragma: &str| transaction.pragma_query_value(None, pragma, |row| row.get(0));
    let application: i32 = number("application_id").map_err(sqlite)?;
    let format: i32 = number("user_version").map_err(sqlite)?;
    let tables: i32 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(sqlite)?;
    if tables > 0 && application != APPLICATION_ID {
        return Err(OpenError::NotAJournal {
            path: path.into(),
            found: application,
        });
    }
    if format > FORMAT {
        return Err(OpenError::Newer {
            path: path.into(),
            found: format,
        });
    }
    transaction
        .execute_batch(include_str!("schema.sql"))
        .and_then(|()| transaction.pragma_update(None, "application_id", APPLICATION_ID))
        .and_then(|()| transaction.pragma_update(None, "user_version", FORMAT))
        .and_then(|()| transaction.commit())
        .map_err(sqlite)
}

/// Changing the mode does not wait for other processes by itself, so it is tried again.
fn use_write_ahead_log(connection: &Connection) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(10);
    let mut tries = BUSY_LIMIT.as_millis() / PAUSE.as_millis();
    loop {
        let mode = connection
            .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
        match mode {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries > 0 => {
                tries -= 1;
                std::thread::sleep(PAUSE);
            }
            Err(e) => return Err(e),
            Ok(_) => return Ok(()),
        }
    }
}
