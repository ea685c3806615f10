//! A partition as the rest of the site sees it: a mailbox, a state, a stream of applied entries.

use super::misbehave::{Misbehaviour, Orders};
use super::readers::{QueryFailure, Readers};
use super::suspects::Suspects;
use super::writer::{self, Mail, WriterContext};
use journal::KeyRing;
use journal::partition::{AppliedEntry, Config, Outcome, Status};
use kernel::{Clock, Command, DecideError, Module, PartitionId, Seq, Timestamp, View};
use rusqlite::OptionalExtension;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, mpsc};
use tokio::sync::{broadcast, oneshot, watch};

/// How long one step of a writer may take before the module counts as hung.
const HUNG_AFTER_MS: i64 = 5_000;

/// Applied entries announced to followers and listeners, at most this many batches behind.
const ANNOUNCED_BATCHES_MAX: usize = 1_024;

/// What a partition announces.
#[derive(Clone, Debug)]
pub enum Announcement {
    /// Entries now part of the view.
    Applied(Arc<Vec<AppliedEntry>>),
}

/// How a module is doing in this partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModuleState {
    /// Working.
    Running,
    /// Its mailbox is full.
    Overloaded,
    /// Coming back after a failure.
    Restarting,
    /// One step has taken too long and has not ended.
    Hung,
}

/// A look at a partition.
#[derive(Clone, Debug, Serialize)]
pub struct PartitionStatus {
    /// The partition.
    pub partition: PartitionId,
    /// How the module is doing.
    pub state: ModuleState,
    /// The core's own status; absent while it restarts.
    pub core: Option<Status>,
    /// Commands in the mailbox.
    pub queue: usize,
    /// How often the writer was restarted.
    pub restarts: u32,
    /// The last failure, and when.
    pub last_failure: Option<(Timestamp, String)>,
}

/// One partition at this site.
pub struct Partition {
    /// Its id.
    pub id: PartitionId,
    /// The module whose partition it is.
    pub module: Arc<dyn Module>,
    mail: mpsc::Sender<Mail>,
    mailbox_max: usize,
    readers: Readers,
    clock: Arc<dyn Clock>,
    pub(super) shared: Arc<Shared>,
}

/// What the writer thread publishes.
pub(super) struct Shared {
    pub queue: AtomicUsize,
    /// When the step under way began; 0 between steps.
    pub step_began: AtomicI64,
    pub restarts: AtomicU32,
    pub status: RwLock<Option<Status>>,
    pub last_failure: Mutex<Option<(Timestamp, String)>>,
    pub applied: watch::Sender<Seq>,
    /// The highest position ever applied here: a view that is being replayed is below it.
    pub highest: AtomicU64,
    pub followed: watch::Sender<BTreeMap<String, Seq>>,
    pub keys: watch::Sender<KeyRing>,
    pub announcements: broadcast::Sender<Announcement>,
    /// What a drill has ordered.
    pub orders: Orders,
}

impl Partition {
    /// Opens a partition: starts its writer thread over the view file at `view_path`.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn open(
        config: Config,
        module: Arc<dyn Module>,
        keys: KeyRing,
        view_path: PathBuf,
        context: WriterContext,
        limits: &crate::config::Limits,
    ) -> std::io::Result<Arc<Self>> {
        // Whoever asks before the writer's first step finds a view, if an empty one. Where it cannot be
        // made, the writer says so.
        if !view_path.exists() {
            let _ = View::open(&view_path, Arc::clone(&module));
        }
        let (mail, inbox) = mpsc::channel();
        let shared = Arc::new(Shared {
            queue: AtomicUsize::new(0),
            step_began: AtomicI64::new(0),
            restarts: AtomicU32::new(0),
            status: RwLock::new(None),
            last_failure: Mutex::new(None),
            applied: watch::Sender::new(0),
            highest: AtomicU64::new(0),
            followed: watch::Sender::new(BTreeMap::new()),
            keys: watch::Sender::new(keys),
            announcements: broadcast::Sender::new(ANNOUNCED_BATCHES_MAX),
            orders: Orders::default(),
        });
        let partition = Arc::new(Self {
            id: config.partition.clone(),
            module: Arc::clone(&module),
            mail: mail.clone(),
            mailbox_max: limits.mailbox_max,
            readers: Readers::new(view_path.clone(), limits.queries_max),
            clock: Arc::clone(&context.clock),
            shared: Arc::clone(&shared),
        });
        writer::spawn(writer::Writer {
            config,
            module,
            view_path,
            context,
            shared,
            mail,
            inbox,
            suspects: Suspects::default(),
        })?;
        Ok(partition)
    }

    /// Submits a command and waits for its outcome.
    pub async fn submit(&self, via: journal::partition::Via, command: Command) -> Outcome {
        if self.state() == ModuleState::Hung {
            return Outcome::Unavailable {
                cause: "the module is hung".into(),
            };
        }
        if self.shared.queue.load(Ordering::Relaxed) >= self.mailbox_max {
            return Outcome::Overloaded;
        }
        let (reply, outcome) = oneshot::channel();
        self.shared.queue.fetch_add(1, Ordering::Relaxed);
        if self
            .mail
            .send(Mail::Submit {
                via,
                command,
                reply,
            })
            .is_err()
        {
            self.shared.queue.fetch_sub(1, Ordering::Relaxed);
            return Outcome::Unavailable {
                cause: "the site is shutting down".into(),
            };
        }
        outcome.await.unwrap_or_else(|_| Outcome::Unknown {
            cause: "the module was restarted".into(),
        })
    }

    /// Runs a query on a reader of the view, after waiting until `min_seq` is applied.
    ///
    /// # Errors
    /// The module's refusal, a failure of the view, or that `min_seq` was not reached in time.
    pub async fn query<T: Send + 'static>(
        &self,
        min_seq: Option<Seq>,
        query: impl FnOnce(&rusqlite::Connection) -> Result<T, DecideError> + Send + 'static,
    ) -> Result<T, QueryFailure> {
        if let Some(seq) = min_seq {
            self.wait_applied(seq).await?;
        }
        let wanted = self
            .shared
            .highest
            .load(Ordering::Relaxed)
            .max(min_seq.unwrap_or(0));
        let answer = self.readers.run(move |rows| {
            if applied_in(rows)? < wanted {
                return Ok(None);
            }
            query(rows).map(Some)
        });
        answer.await?.ok_or(QueryFailure::Behind { wanted })
    }

    async fn wait_applied(&self, seq: Seq) -> Result<(), QueryFailure> {
        let mut applied = self.shared.applied.subscribe();
        let reached = applied.wait_for(|have| *have >= seq);
        match tokio::time::timeout(std::time::Duration::from_secs(5), reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(QueryFailure::Behind { wanted: seq }),
        }
    }

    /// The last applied position, as it changes.
    #[must_use]
    pub fn applied(&self) -> watch::Receiver<Seq> {
        self.shared.applied.subscribe()
    }

    /// How far the module has read what it follows.
    #[must_use]
    pub fn followed(&self) -> watch::Receiver<BTreeMap<String, Seq>> {
        self.shared.followed.subscribe()
    }

    /// What this partition announces from now on.
    #[must_use]
    pub fn announcements(&self) -> broadcast::Receiver<Announcement> {
        self.shared.announcements.subscribe()
    }

    /// The keys in use.
    #[must_use]
    pub fn keys(&self) -> KeyRing {
        self.shared.keys.borrow().clone()
    }

    /// Replaces the keys in use.
    pub fn set_keys(&self, keys: KeyRing) {
        if *self.shared.keys.borrow() != keys {
            self.shared.keys.send_replace(keys.clone());
            self.send(Mail::Input(journal::partition::Input::Keys(keys)));
        }
    }

    /// Tells the core how well appends would be kept now.
    pub fn set_durability(&self, durability: Option<journal::Durability>) {
        self.send(Mail::Input(journal::partition::Input::Durability(
            durability,
        )));
    }

    pub(super) fn send(&self, mail: Mail) {
        // A closed mailbox means the site is shutting down.
        let _ = self.mail.send(mail);
    }

    /// Makes the module misbehave until a moment, for a drill.
    pub fn misbehave(&self, how: Misbehaviour, until: Timestamp) {
        self.shared.orders.give(how, until);
        if how == Misbehaviour::Flood {
            self.flood();
        }
    }

    /// Makes the module behave again.
    pub fn behave(&self) {
        self.shared.orders.take_back();
    }

    /// Keeps the mailbox full for as long as that is ordered.
    fn flood(&self) {
        let (shared, mail) = (Arc::clone(&self.shared), self.mail.clone());
        let (clock, max) = (Arc::clone(&self.clock), self.mailbox_max);
        let flooding = std::thread::Builder::new().name("flood".into());
        let begun = flooding.spawn(move || {
            while shared.orders.now(clock.now()) == Some(Misbehaviour::Flood) {
                while shared.queue.load(Ordering::Relaxed) < max {
                    shared.queue.fetch_add(1, Ordering::Relaxed);
                    if mail.send(Mail::Noise).is_err() {
                        return;
                    }
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        if let Err(error) = begun {
            tracing::error!(%error, "a module cannot be flooded");
        }
    }

    /// Stops the writer thread once it is between steps.
    pub fn close(&self) {
        self.send(Mail::Close);
    }

    /// How the module is doing.
    #[must_use]
    pub fn state(&self) -> ModuleState {
        let began = self.shared.step_began.load(Ordering::Relaxed);
        if began > 0 && self.clock.now().millis() - began > HUNG_AFTER_MS {
            ModuleState::Hung
        } else if self
            .shared
            .status
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
        {
            ModuleState::Restarting
        } else if self.shared.queue.load(Ordering::Relaxed) >= self.mailbox_max {
            ModuleState::Overloaded
        } else {
            ModuleState::Running
        }
    }

    /// A look at the partition.
    #[must_use]
    pub fn status(&self) -> PartitionStatus {
        PartitionStatus {
            partition: self.id.clone(),
            state: self.state(),
            core: self
                .shared
                .status
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            queue: self.shared.queue.load(Ordering::Relaxed),
            restarts: self.shared.restarts.load(Ordering::Relaxed),
            last_failure: self
                .shared
                .last_failure
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        }
    }
}

/// What a view holds. One that was replaced and is being replayed would answer as if things were gone.
fn applied_in(rows: &rusqlite::Connection) -> Result<Seq, rusqlite::Error> {
    let seq = rows
        .prepare_cached("SELECT seq FROM kernel_head WHERE source = ''")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(seq.unwrap_or(0))
}
