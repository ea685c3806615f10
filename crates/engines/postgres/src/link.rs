//! One connection to one node: its session settings, its statements, and what it was warned of.

use crate::durability::Settings;
use crate::outcome::describe;
use futures_util::future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;
use tokio_postgres::error::Severity;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Row, Statement};

/// What a role's or a server's defaults must not change. Warnings above all: one of them says that a
/// wait for replication was cut short.
const SESSION: &str = "SET client_min_messages = warning;
    SET statement_timeout = 0;
    SET lock_timeout = 0;
    SET idle_in_transaction_session_timeout = 0;
    SET default_transaction_isolation = 'read committed';
    SET default_transaction_read_only = off";

const FACTS: &str = "SELECT pg_is_in_recovery(),
    current_setting('synchronous_commit'),
    current_setting('server_version'),
    extract(epoch FROM pg_postmaster_start_time())::text,
    CASE WHEN pg_is_in_recovery() THEN 0
         ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END";

/// The settings in force. Asked again after a commit: while a commit waits, Patroni may take the last
/// synchronous standby off the list, which ends the wait as if it had been fulfilled.
pub const SETTINGS: &str = "SELECT current_setting('synchronous_commit'),
    current_setting('synchronous_standby_names')";

/// What a node says of itself when it is connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether it is a standby.
    pub is_standby: bool,
    /// PostgreSQL's version.
    pub version: String,
    /// Its timeline; 0 at a standby.
    pub timeline: u32,
    /// Which start of the server this is.
    pub started: String,
    /// The role's own `synchronous_commit`, where it was not good enough and was set to `on`.
    pub overridden_commit: Option<String>,
}

/// A connection. Dropping it closes the socket; it never sends a cancel request, because a wait for
/// replication that is cancelled is answered as success.
pub struct Link {
    client: Client,
    driver: AbortHandle,
    is_spoilt: Arc<AtomicBool>,
    /// What the node said when it was connected to.
    pub facts: Facts,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// Connects within `limit`.
    pub async fn open(config: &Config, limit: Duration) -> Result<Self, String> {
        tokio::time::timeout(limit, Self::connect(config))
            .await
            .map_err(|_| format!("no connection within {limit:?}"))?
            .map_err(|e| describe(&e))
    }

    async fn connect(config: &Config) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = config.connect(NoTls).await?;
        let is_spoilt = Arc::new(AtomicBool::new(false));
        let driver = tokio::spawn(drive(connection, Arc::clone(&is_spoilt))).abort_handle();
        let (session, row) = future::join(
            client.batch_execute(SESSION),
            client.query_typed_one(FACTS, &[]),
        )
        .await;
        session?;
        let row = row?;
        let commit: String = row.try_get(1)?;
        let mut link = Self {
            facts: Facts {
                is_standby: row.try_get(0)?,
                version: row.try_get(2)?,
                started: row.try_get(3)?,
                timeline: u32::try_from(row.try_get::<_, i32>(4)?).unwrap_or(0),
                overridden_commit: None,
            },
            client,
            driver,
            is_spoilt,
        };
        let settings = Settings {
            commit,
            standby_names: String::new(),
        };
        if !settings.session_waits() {
            link.wait_for_standbys().await?;
            link.facts.overridden_commit = Some(settings.commit);
        }
        Ok(link)
    }

    /// Makes commits of this session wait for the synchronous standbys again.
    async fn wait_for_standbys(&self) -> Result<(), tokio_postgres::Error> {
        tracing::warn!("synchronous_commit was not on for this session; it is now");
        self.client
            .batch_execute("SET synchronous_commit = on")
            .await
    }

    /// The connection's client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Prepares a statement.
    pub async fn prepare(&self, sql: &str) -> Result<Statement, String> {
        self.client.prepare(sql).await.map_err(|e| describe(&e))
    }

    /// Whether it can be used (again).
    pub fn is_usable(&self) -> bool {
        !self.is_spoilt() && !self.client.is_closed()
    }

    /// Whether the server warned of anything, or something went wrong, on this connection.
    pub fn is_spoilt(&self) -> bool {
        self.is_spoilt.load(Ordering::SeqCst)
    }

    /// Lets nobody use it again.
    pub fn spoil(&self) {
        self.is_spoilt.store(true, Ordering::SeqCst);
    }

    /// Which start of which node on which timeline it is connected to.
    pub fn identity(&self) -> (&str, u32) {
        (&self.facts.started, self.facts.timeline)
    }
}

/// The settings in two neighbouring columns of `row`.
pub fn settings(row: &Row, first: usize) -> Result<Settings, tokio_postgres::Error> {
    Ok(Settings {
        commit: row.try_get(first)?,
        standby_names: row.try_get(first + 1)?,
    })
}

/// Moves bytes until the connection ends. A warning is noted before the answer that follows it is
/// passed on, because both come through here in order.
async fn drive<S, T>(mut connection: Connection<S, T>, is_spoilt: Arc<AtomicBool>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match std::future::poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                let is_harmless = matches!(
                    notice.parsed_severity(),
                    Some(Severity::Debug | Severity::Log | Severity::Info | Severity::Notice)
                );
                if !is_harmless {
                    tracing::warn!(message = notice.message(), "the database warns");
                    is_spoilt.store(true, Ordering::SeqCst);
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::debug!(error = describe(&error), "a database connection broke");
                return;
            }
            None => return,
        }
    }
}
