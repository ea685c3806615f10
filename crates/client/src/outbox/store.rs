//! The outbox's file.

use crate::{Command, Problem};
use kernel::CommandId;
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::Duration;

/// Marks the file as an outbox of this shape.
const APPLICATION_ID: i32 = 0x5345_4b4f; // "SEKO"
const VERSION: i32 = 1;

const SCHEMA: &str = "
CREATE TABLE item (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    command_id BLOB NOT NULL UNIQUE,
    command TEXT NOT NULL,
    problem TEXT -- set once it was refused
);
CREATE INDEX item_waiting ON item (position) WHERE problem IS NULL;
";

/// Why the outbox cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// SQLite failed.
    #[error("the outbox's file cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file is something else.
    #[error("the file is not an outbox of this version")]
    NotAnOutbox,
    /// A stored command cannot be read.
    #[error("a command in the outbox cannot be read: {0}")]
    Command(#[from] serde_json::Error),
    /// The work on the file did not end.
    #[error("the work on the outbox was interrupted: {0}")]
    Interrupted(String),
}

/// How many commands an outbox holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Without a final answer.
    pub waiting: u64,
    /// Refused for good and not discarded yet.
    pub refused: u64,
}

/// A refused command.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The command as it was sent.
    pub command: Command,
    /// Why it was refused.
    pub problem: Problem,
}

pub(super) struct Store(Connection);

impl Store {
    pub fn open(path: &Path) -> Result<Self, OutboxError> {
        let rows = Connection::open(path)?;
        rows.busy_timeout(Duration::from_secs(5))?;
        let application: i32 = rows.query_row("PRAGMA application_id", [], |r| r.get(0))?;
        let version: i32 = rows.query_row("PRAGMA user_version", [], |r| r.get(0))?;
        let is_empty: bool =
            rows.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |r| {
                r.get(0)
            })?;
        if !is_empty && (application != APPLICATION_ID || version != VERSION) {
            return Err(OutboxError::NotAnOutbox);
        }
        rows.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        if is_empty {
            rows.execute_batch(&format!(
                "BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION_ID};
                 PRAGMA user_version = {VERSION}; COMMIT;"
            ))?;
        }
        Ok(Self(rows))
    }

    pub fn insert(&mut self, key: &str, command: &Command) -> Result<(), OutboxError> {
        self.0
            .prepare_cached(
                "INSERT INTO item (key, command_id, command) VALUES (?1, ?2, ?3)
                 ON CONFLICT (command_id) DO NOTHING",
            )?
            .execute(params![key, command.id, serde_json::to_string(command)?])?;
        Ok(())
    }

    pub fn waiting(&mut self) -> Result<Vec<(String, Command)>, OutboxError> {
        let mut statement = self.0.prepare_cached(
            "SELECT key, command FROM item WHERE problem IS NULL ORDER BY position",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut waiting = Vec::new();
        for row in rows {
            let (key, command) = row?;
            waiting.push((key, serde_json::from_str(&command)?));
        }
        Ok(waiting)
    }

    pub fn done(&mut self, id: CommandId) -> Result<(), OutboxError> {
        self.0
            .prepare_cached("DELETE FROM item WHERE command_id = ?1")?
            .execute([id])?;
        Ok(())
    }

    pub fn refuse(&mut self, id: CommandId, problem: &Problem) -> Result<(), OutboxError> {
        self.0
            .prepare_cached("UPDATE item SET problem = ?2 WHERE command_id = ?1")?
            .execute(params![id, serde_json::to_string(problem)?])?;
        Ok(())
    }

    pub fn counts(&mut self) -> Result<Counts, OutboxError> {
        Ok(self.0.query_row(
            "SELECT count(*) FILTER (WHERE problem IS NULL),
                    count(*) FILTER (WHERE problem IS NOT NULL) FROM item",
            [],
            |row| {
                Ok(Counts {
                    waiting: row.get(0)?,
                    refused: row.get(1)?,
                })
            },
        )?)
    }

    pub fn refused(&mut self) -> Result<Vec<Refused>, OutboxError> {
        let mut statement = self.0.prepare_cached(
            "SELECT command, problem FROM item WHERE problem IS NOT NULL ORDER BY position",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut refused = Vec::new();
        for row in rows {
            let (command, problem) = row?;
            refused.push(Refused {
                command: serde_json::from_str(&command)?,
                problem: serde_json::from_str(&problem)?,
            });
        }
        Ok(refused)
    }

    pub fn discard(&mut self, id: CommandId) -> Result<(), OutboxError> {
        self.0
            .prepare_cached("DELETE FROM item WHERE command_id = ?1 AND problem IS NOT NULL")?
            .execute([id])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_not_taken_for_an_outbox() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("other.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE t (x)")
            .unwrap();
        assert!(matches!(Store::open(&path), Err(OutboxError::NotAnOutbox)));
        std::fs::write(directory.path().join("text"), "x".repeat(5000)).unwrap();
        assert!(Store::open(&directory.path().join("text")).is_err());
    }
}
