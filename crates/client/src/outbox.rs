//! The outbox: commands on disk from the moment they are wished until they have a final answer.
//!
//! One SQLite file. [`Outbox::enqueue`] returns once the command is durable; [`Outbox::flush`]
//! sends what waits. Commands with the same key keep their order: one is sent only after the one
//! before it has its final answer. A process that is killed at any moment loses nothing and does
//! nothing twice, because every command keeps its id.

mod store;

use crate::{Answered, Client, Command, Error, Problem};
use kernel::CommandId;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::Store;
pub use store::{Counts, OutboxError, Refused};

/// A durable queue of commands. Cheap to clone; clones share the file.
#[derive(Clone)]
pub struct Outbox {
    store: Arc<Mutex<Store>>,
    /// One flush at a time, so that two never send one key out of order.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What a flush did.
#[derive(Debug, Default)]
pub struct Flushed {
    /// Commands that were granted, with their answers, in the order they ended.
    pub granted: Vec<Answered>,
    /// Commands that were refused for good; see [`Outbox::refused`].
    pub refused: Vec<(CommandId, Problem)>,
    /// Commands that still wait, and why the first of them does.
    pub waiting: Option<(u64, String)>,
}

impl Outbox {
    /// Opens the outbox in the file at `path`, making it where it is missing.
    ///
    /// # Errors
    /// When the file cannot be used or is not an outbox.
    pub fn open(path: &Path) -> Result<Self, OutboxError> {
        Ok(Self {
            store: Arc::new(Mutex::new(Store::open(path)?)),
            turn: Arc::new(tokio::sync::Mutex::new(())),
        })
    }

    /// Takes a command in. When this returns, the command is on disk. A command that is in already
    /// stays as it is.
    ///
    /// # Errors
    /// When the file cannot be written; the command is then not in.
    pub async fn enqueue(&self, key: &str, command: &Command) -> Result<(), OutboxError> {
        let (key, command) = (key.to_owned(), command.clone());
        self.with(move |store| store.insert(&key, &command)).await
    }

    /// Sends what waits: keys side by side, each key's commands in order, until all have a final
    /// answer or `patience` ends.
    ///
    /// # Errors
    /// When the file cannot be used. What sites answer is in [`Flushed`].
    pub async fn flush(&self, client: &Client, patience: Duration) -> Result<Flushed, OutboxError> {
        let _turn = self.turn.lock().await;
        let deadline = tokio::time::Instant::now() + patience;
        let waiting = self.with(|store| store.waiting()).await?;
        let mut keys: BTreeMap<String, Vec<Command>> = BTreeMap::new();
        for (key, command) in waiting {
            keys.entry(key).or_default().push(command);
        }
        let sent = keys
            .into_values()
            .map(|commands| self.flush_key(client, commands, deadline));
        let mut flushed = Flushed::default();
        for part in futures_util::future::join_all(sent).await {
            let part = part?;
            flushed.granted.extend(part.granted);
            flushed.refused.extend(part.refused);
            if let Some((count, cause)) = part.waiting {
                let (all, _) = flushed.waiting.get_or_insert((0, cause));
                *all += count;
            }
        }
        Ok(flushed)
    }

    async fn flush_key(
        &self,
        client: &Client,
        commands: Vec<Command>,
        deadline: tokio::time::Instant,
    ) -> Result<Flushed, OutboxError> {
        let mut flushed = Flushed::default();
        let mut left = u64::try_from(commands.len()).unwrap_or(u64::MAX);
        for command in commands {
            let remaining = deadline.saturating_duration_since(tokio::time::Instant::now());
            let id = command.id;
            match client.command_within(&command, remaining).await {
                Ok(answered) => {
                    self.with(move |store| store.done(id)).await?;
                    flushed.granted.push(answered);
                }
                Err(Error::Refused(problem)) if !problem.is_about_rights() => {
                    let kept = problem.clone();
                    self.with(move |store| store.refuse(id, &kept)).await?;
                    flushed.refused.push((id, problem));
                }
                // Without an answer, or without a session, it waits for the next flush.
                Err(error) => {
                    flushed.waiting = Some((left, error.to_string()));
                    break;
                }
            }
            left -= 1;
        }
        Ok(flushed)
    }

    /// How many commands wait and how many were refused.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn counts(&self) -> Result<Counts, OutboxError> {
        self.with(|store| store.counts()).await
    }

    /// The commands that were refused, oldest first, until they are discarded.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn refused(&self) -> Result<Vec<Refused>, OutboxError> {
        self.with(|store| store.refused()).await
    }

    /// Drops a refused command after its user has seen it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn discard(&self, id: CommandId) -> Result<(), OutboxError> {
        self.with(move |store| store.discard(id)).await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, OutboxError> + Send + 'static,
    ) -> Result<T, OutboxError> {
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || {
            let mut store = store
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            work(&mut store)
        })
        .await
        .map_err(|e| OutboxError::Interrupted(e.to_string()))?
    }
}
