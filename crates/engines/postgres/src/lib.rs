//! The two-site engine: PostgreSQL with synchronous replication, under Patroni or a managed
//! equivalent.
//!
//! # What makes an acknowledgement true
//! - An append is `Ok` only when the server answered the commit within the limit, no warning came with
//!   it, and the session waited for standbys before and after it. How many copies confirmed follows
//!   from `synchronous_standby_names`; fewer than promised is `StoredHere`.
//! - A wait is never cancelled: its connection is dropped and the answer is `Unknown`. Statements that
//!   were rolled back are `Unavailable`, ended sessions are `Unknown`.
//! - The primary key makes forks impossible; a retry never finds its own row and calls that success.
//! - A row only the primary has is not given to anyone before a barrier (`barrier.rs`) proves it
//!   replicated, and a standby is believed only once it was seen following the primary (`local.rs`).
//! - The primary is whom Patroni names (`finder.rs`), not whoever takes connections.
//!
//! The role needs to own the database or its schema, and `pg_read_all_stats` for reads at standbys.

mod append;
mod barrier;
mod config;
mod durability;
mod finder;
mod link;
mod local;
mod marks;
mod outcome;
mod patroni;
mod poller;
mod primary;
mod read;
mod reader;
mod shared;
mod status;

pub use config::{ConfigError, PostgresConfig};

use append::Batch;
use async_trait::async_trait;
use config::Targets;
use finder::Finder;
use journal::engine::batch;
use journal::engine::stored::decode_all;
use journal::{AppendError, Appended, Durability, Engine, ReadError};
use kernel::{Entry, Hash, Head, PartitionId, Seq};
use reader::Question;
use shared::Shared;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A journal in a PostgreSQL cluster.
pub struct PostgresEngine {
    shared: Arc<Shared>,
    /// Ended when this is dropped.
    _background: JoinSet<()>,
}

impl PostgresEngine {
    /// Takes the configuration and begins to look for the primary and the own node. An installation
    /// that cannot be reached is no error: a site must be able to start without its peers.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    #[expect(
        clippy::unused_async,
        reason = "it starts tasks, so it must be called in a runtime"
    )]
    pub async fn connect(config: PostgresConfig) -> Result<Self, ConfigError> {
        let finder = Finder::new(Targets::new(&config)?, &config)?;
        let shared = Arc::new(Shared::new(config, finder));
        let mut background = JoinSet::new();
        let own = Arc::clone(&shared);
        background.spawn(async move { own.finder.run().await });
        let own = Arc::clone(&shared);
        background.spawn(async move { local::run(&own).await });
        let own = Arc::clone(&shared);
        background.spawn(async move { poller::run(&own).await });
        Ok(Self {
            shared,
            _background: background,
        })
    }
}

#[async_trait]
impl Engine for PostgresEngine {
    async fn append(
        &self,
        partition: &PartitionId,
        after: Head,
        entries: &[Entry],
    ) -> Result<Appended, AppendError> {
        batch::check(partition, after, entries)?;
        let batch = Batch::new(partition, after, entries);
        // A task of its own: a caller that gives up does not leave a connection half-way.
        tokio::spawn(append::append(Arc::clone(&self.shared), batch))
            .await
            .unwrap_or_else(|e| Err(AppendError::Unknown(e.to_string())))
    }

    async fn read(
        &self,
        partition: &PartitionId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        if limit == 0 || after > batch::SEQ_MAX {
            return Ok(Vec::new());
        }
        let question = Question::Rows { after, limit };
        let fetched = read::ask(&self.shared, partition, question).await?;
        decode_all(partition, after, fetched.rows)
    }

    async fn head(&self, partition: &PartitionId) -> Result<Head, ReadError> {
        let fetched = read::ask(&self.shared, partition, Question::Head).await?;
        let Some(row) = fetched.rows.into_iter().next_back() else {
            return Ok(Head::GENESIS);
        };
        let hash = <[u8; 32]>::try_from(row.hash).map_err(|hash| ReadError::Damaged {
            partition: partition.clone(),
            seq: row.seq,
            cause: format!("its hash has {} bytes, not 32", hash.len()),
        })?;
        Ok(Head {
            seq: row.seq,
            hash: Hash(hash),
        })
    }

    fn watch(&self, partition: &PartitionId) -> watch::Receiver<Seq> {
        self.shared.subscribe(partition)
    }

    async fn durability(&self) -> Option<Durability> {
        status::durability(&self.shared).await
    }

    async fn describe(&self) -> serde_json::Value {
        status::describe_engine(&self.shared).await
    }

    async fn partitions(&self) -> Result<Vec<PartitionId>, ReadError> {
        let answer = match (
            self.shared.primary_reader().await,
            self.shared.local.proven(),
        ) {
            (Ok(primary), _) => primary.reader.partitions().await,
            (Err(_), Some(own)) => own.partitions().await,
            (Err(error), None) => Err(error),
        };
        answer.map_err(ReadError::Unavailable)
    }
}
