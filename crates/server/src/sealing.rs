//! Sealing what the site's journal holds into the vault, continuously.
//!
//! Every partition has a task. The site that leads a partition seals it; the other one reads the
//! manifest after it, and seals itself where the leading one gets nothing in for [`TAKE_OVER_MS`]: two
//! sealers at once do no harm. Nothing is kept here that the vault does not say itself.

mod board;
mod files;
mod hold;

pub use board::{Board, PartitionLine, PartitionSealing, Sealing};
pub use files::Parts;

use crate::attachments::Chunks;
use crate::runtime::Partition;
use crate::site::Site;
use files::FileSealer;
use kernel::{PartitionId, Timestamp, WorkspaceId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use vault::custody::trust::trust_name;
use vault::custody::{CustodyError, SealingKey, Trust, site_keys};
use vault::manifest::SiteKeys;
use vault::sealer::{Parts as SealerParts, Sealer, SealerError, Step};
use vault::segment::Keys;
use vault::store::Store;

/// Entries are collected for so long, so that a busy partition does not make an object of each.
const COLLECT: Duration = Duration::from_secs(1);
/// How often a partition is looked at where nothing tells that it changed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often new partitions are looked for.
const OPEN_EVERY: Duration = Duration::from_secs(1);
/// How often the vault is asked for a sign of life.
const CONTACT_EVERY: Duration = Duration::from_secs(10);
/// How often it is looked whether custodians left.
const CUSTODIANS_EVERY: Duration = Duration::from_secs(5);
const CONTACT_PATIENCE: Duration = Duration::from_secs(10);
/// Partitions that are at the vault at once: a site that starts with thousands must not run it over.
const AT_ONCE: usize = 32;
/// Pauses after a failure.
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_MAX: Duration = Duration::from_secs(15);
/// A site that does not lead seals what has waited so long.
const TAKE_OVER_MS: i64 = 15_000;

/// What sealing needs.
pub struct SealingParts {
    /// The vault.
    pub store: Arc<dyn Store>,
    /// For whom segments are sealed.
    pub trust: Trust,
    /// The key with which this site signs.
    pub key: SealingKey,
    /// The files' bytes.
    pub chunks: Chunks,
}

/// Why this site cannot seal.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// The trust does not name this site, or with another key: nobody would believe its links.
    #[error("the trust has {found} for site {site}, and not the public key of its sealing key")]
    KeyNotTrusted {
        /// The site.
        site: kernel::SiteName,
        /// What the trust says.
        found: &'static str,
    },
}

/// Seals for as long as the process runs. What it does is on the site's [`Board`].
///
/// # Errors
/// When the trust does not fit this site's key.
pub fn start(site: &Arc<Site>, parts: SealingParts) -> Result<(), SealingError> {
    let found = match parts.trust.sites().get(&site.name) {
        Some(key) if *key == parts.key.public() => None,
        Some(_) => Some("another key"),
        None => Some("no key"),
    };
    if let Some(found) = found {
        let site = site.name.clone();
        return Err(SealingError::KeyNotTrusted { site, found });
    }
    site.sealing
        .begin(parts.trust.custodians(), site.clock.now());
    let keeper = Arc::new(Keeper {
        site: Arc::clone(site),
        parts,
        turns: Semaphore::new(AT_ONCE),
    });
    tokio::spawn(Arc::clone(&keeper).keep_contact());
    tokio::spawn(Arc::clone(&keeper).keep_custodians());
    tokio::spawn(Arc::clone(&keeper).keep_held());
    tokio::spawn(keeper.keep_all());
    Ok(())
}

struct Keeper {
    site: Arc<Site>,
    parts: SealingParts,
    turns: Semaphore,
}

impl Keeper {
    /// Starts a task for every partition as it is opened.
    async fn keep_all(self: Arc<Self>) {
        let trusted = self.site_keys().await;
        let mut known: BTreeSet<PartitionId> = BTreeSet::new();
        let mut every = steady(OPEN_EVERY);
        loop {
            every.tick().await;
            for partition in self.site.partitions() {
                if known.insert(partition.id.clone()) {
                    let work = Work {
                        sealer: Sealer::new(self.sealer_parts(&partition, &trusted)),
                        files: FileSealer::open(&self.site.config.data, &partition.id),
                        state: PartitionSealing::default(),
                    };
                    tokio::spawn(Arc::clone(&self).keep(partition, work));
                }
            }
        }
    }

    /// The keys with which sites sign and signed, which the vault knows.
    async fn site_keys(&self) -> SiteKeys {
        let mut retry = Retry::default();
        loop {
            match site_keys(&*self.parts.store, &self.parts.trust).await {
                Ok(keys) => return keys,
                Err(error) => {
                    let is_transient =
                        matches!(&error, CustodyError::Store(error) if error.is_transient());
                    if !is_transient {
                        tracing::error!(%error, "earlier trusts cannot be read from the vault");
                    }
                    self.site.sealing.failed(error.to_string());
                    retry.pause().await;
                }
            }
        }
    }

    fn sealer_parts(&self, partition: &Partition, trusted: &SiteKeys) -> SealerParts {
        SealerParts {
            engine: Arc::clone(&self.site.engine),
            store: Arc::clone(&self.parts.store),
            partition: partition.id.clone(),
            site: self.site.name.clone(),
            key: self.parts.key.secret(),
            recipients: self.parts.trust.recipients().to_vec(),
            trusted: trusted.clone(),
            clock: Arc::clone(&self.site.clock),
        }
    }

    /// Seals one partition, round after round.
    async fn keep(self: Arc<Self>, partition: Arc<Partition>, mut work: Work) {
        let mut applied = partition.applied();
        let mut retry = Retry::default();
        let mut is_caught_up = false;
        loop {
            let sealed = work.sealer.head().seq;
            let is_behind = *applied.borrow_and_update() > sealed || work.files.is_behind(sealed);
            let done = if is_behind || !is_caught_up {
                self.round(&partition, &mut work).await
            } else {
                Ok(())
            };
            self.note(&partition, &mut work, done.as_ref().err()).await;
            match done {
                Ok(()) => {
                    is_caught_up = true;
                    retry = Retry::default();
                    // The sender lives as long as the site's partitions.
                    let _ = tokio::time::timeout(LOOK_EVERY, applied.changed()).await;
                    tokio::time::sleep(COLLECT).await;
                }
                Err(error) => {
                    tracing::warn!(partition = %partition.id, %error, "sealing failed");
                    retry.pause().await;
                }
            }
        }
    }

    /// Seals what is new where that is this site's turn, and else reads what the other one sealed.
    async fn round(&self, partition: &Partition, work: &mut Work) -> Result<(), SealerError> {
        // Never closed: without a turn there would only be no limit.
        let _turn = self.turns.acquire().await;
        let now = self.site.clock.now();
        if work.sealer.catch_up().await? > 0 {
            work.state.last_success = Some(now);
        }
        let leads = partition
            .status()
            .core
            .is_some_and(|core| core.lead == self.site.name);
        let waits = work
            .state
            .unsealed_since
            .is_some_and(|since| now.since(since) > TAKE_OVER_MS);
        let overdue = now.plus_ms(-TAKE_OVER_MS);
        if !leads && !waits {
            let to = work.sealer.head().seq;
            // Mostly a look whether the other site did it.
            work.files.seal(self, partition, to, Some(overdue)).await;
            return Ok(());
        }
        let keys: Keys = partition.keys().iter().collect();
        while let Step::Sealed(link) = work.sealer.step(&keys).await? {
            let now = self.site.clock.now();
            work.state.last_success = Some(now);
            if let Some(since) = work.state.unsealed_since.take() {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds of a lag fit")]
                let lag = now.since(since) as f64 / 1_000.0;
                metrics::histogram!("sekoci_vault_seal_lag_seconds").record(lag);
            }
            metrics::counter!("sekoci_vault_sealed_bytes_total").increment(link.size);
            work.state.unsealed_since = self.oldest_after(partition, &work.sealer).await;
        }
        let to = work.sealer.head().seq;
        work.files.seal(self, partition, to, None).await;
        Ok(())
    }

    /// Puts on the board how the partition stands.
    async fn note(&self, partition: &Partition, work: &mut Work, failure: Option<&SealerError>) {
        let head = work.sealer.head();
        let state = &mut work.state;
        state.seq = *partition.applied().borrow();
        let of_files = work.files.failure().map(String::from);
        state.failure = failure.map(ToString::to_string).or(of_files);
        if failure.is_none() || head.seq > 0 {
            if state.sealed != Some(head.seq) {
                // What was the oldest is in the vault now.
                state.unsealed_since = None;
            }
            state.sealed = Some(head.seq);
        }
        if state.backlog() == 0 {
            state.unsealed_since = None;
        } else if state.sealed.is_some() && state.unsealed_since.is_none() {
            // Before it is known what the vault has, the oldest entry of all says nothing.
            state.unsealed_since = self.oldest_after(partition, &work.sealer).await;
        }
        state.files_waiting = work.files.waiting();
        state.files_since = match (state.files_waiting, state.files_since) {
            (0, _) => None,
            (_, since) => since.or_else(|| Some(self.site.clock.now())),
        };
        self.site.sealing.set(&partition.id, state.clone());
    }

    /// When the oldest entry was made that is not in the vault.
    async fn oldest_after(&self, partition: &Partition, sealer: &Sealer) -> Option<Timestamp> {
        let read = self.site.engine.read(&partition.id, sealer.head().seq, 1);
        Some(read.await.ok()?.first()?.header.time)
    }

    /// Looks whether custodians left: too few of them, and nobody can open the vault.
    async fn keep_custodians(self: Arc<Self>) {
        let id = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
        let names = self.parts.trust.custodians().names.clone();
        let mut every = steady(CUSTODIANS_EVERY);
        while !names.is_empty() {
            every.tick().await;
            let names = names.clone();
            let asked = self.site.query(&id, None, move |rows| {
                Ok(installation::queries::departed(rows, &names)?)
            });
            // A view that cannot be read now is read the next time.
            if let Ok(departed) = asked.await {
                self.site.sealing.departed(departed);
            }
        }
    }

    /// Asks the vault for a sign of life, also while there is nothing to seal.
    async fn keep_contact(self: Arc<Self>) {
        let name = trust_name(&self.parts.trust.digest());
        let mut every = steady(CONTACT_EVERY);
        loop {
            every.tick().await;
            let asked = tokio::time::timeout(CONTACT_PATIENCE, self.parts.store.stat(&name)).await;
            let now = self.site.clock.now();
            match asked {
                Ok(Ok(found)) => self.site.sealing.contact(now, found.is_some()),
                Ok(Err(error)) => self.site.sealing.failed(error.to_string()),
                Err(_) => self.site.sealing.failed("no answer in time".into()),
            }
        }
    }
}

/// What one partition's task works with.
struct Work {
    sealer: Sealer,
    files: FileSealer,
    state: PartitionSealing,
}

/// Pauses that grow with every failure.
#[derive(Default)]
struct Retry(Option<Duration>);

impl Retry {
    /// The next pause.
    fn next(&mut self) -> Duration {
        let pause = self.0.map_or(RETRY_FIRST, |last| (last * 2).min(RETRY_MAX));
        self.0 = Some(pause);
        pause
    }

    async fn pause(&mut self) {
        let pause = self.next();
        tokio::time::sleep(pause).await;
    }
}

fn steady(every: Duration) -> tokio::time::Interval {
    let mut every = tokio::time::interval(every);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    every
}
