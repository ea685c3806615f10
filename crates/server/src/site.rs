//! A site: its partitions, its listeners and its way to the other nodes.

use crate::config::Config;
use crate::evidence::Signer;
use crate::hub::PartitionHub;
use crate::key_check;
use crate::moments::Moments;
use crate::quarantine::keep_signed_out;
use crate::recovering::Recovering;
use crate::rewind::Rewinds;
use crate::runtime::{
    Partition, PartitionStatus, Place, QueryFailure, Remote, WriterContext, follow_source,
    source_of,
};
use crate::sealing;
use journal::partition::{self, Outcome, Via};
use journal::{DataKey, Durability, Engine, KeyRing};
use kernel::{
    AccountId, Clock, Command, DecideError, KeyId, Module, PartitionId, PersonId, Random, Seq,
    SiteName, WorkspaceId,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;

/// Modules whose one partition belongs to the installation; the first holds its founding facts.
const INSTALLATION_MODULES: [&str; 2] = ["installation", "continuity"];

/// How often a recovery that is under way is looked at.
const RECOVERING_EVERY: Duration = Duration::from_millis(500);

/// How often the engine is asked how well appends would be kept.
const DURABILITY_EVERY: Duration = Duration::from_millis(500);

/// A running site.
pub struct Site {
    /// Its name.
    pub name: SiteName,
    /// Its configuration.
    pub config: Arc<Config>,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Where entries are kept.
    pub engine: Arc<dyn Engine>,
    /// How sealing into the vault stands.
    pub sealing: sealing::Board,
    /// Signs evidence.
    pub signer: Signer,
    /// Plans of rewinds, and rewinds that are carried out here.
    pub rewinds: Arc<Rewinds>,
    /// Views as they were.
    pub moments: Moments,
    modules: BTreeMap<&'static str, Arc<dyn Module>>,
    installation_key: DataKey,
    remote: Arc<dyn Remote>,
    runtime: Handle,
    place: Arc<dyn Place>,
    open: RwLock<BTreeMap<PartitionId, Open>>,
    durability: watch::Sender<Option<Durability>>,
    revocations: watch::Sender<Seq>,
    draining: watch::Sender<bool>,
    /// What a recovery that is under way holds back.
    recovering: RwLock<Option<Recovering>>,
}

/// A partition that is open at this site.
#[derive(Clone)]
struct Open {
    partition: Arc<Partition>,
    hub: Arc<PartitionHub>,
}

/// What a site is made of.
pub struct Parts {
    /// Its configuration.
    pub config: Arc<Config>,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Where entries are kept.
    pub engine: Arc<dyn Engine>,
    /// The modules it runs.
    pub modules: Vec<Arc<dyn Module>>,
    /// The installation key.
    pub installation_key: DataKey,
    /// The way to the other site.
    pub remote: Arc<dyn Remote>,
    /// Where the modules' cores run.
    pub place: Arc<dyn Place>,
}

impl Site {
    /// Starts a site: opens the installation's partitions and, as they become known, those of every
    /// workspace.
    ///
    /// # Errors
    /// When the data folder cannot be used.
    pub fn start(parts: Parts) -> std::io::Result<Arc<Self>> {
        let views = parts.config.data.join("views");
        std::fs::create_dir_all(&views)?;
        let moments = Moments::open(
            parts.config.data.join("moments"),
            &parts.config.limits.moments,
        )?;
        let site = Arc::new(Self {
            name: parts.config.name.clone(),
            signer: Signer::new(&parts.config),
            config: parts.config,
            clock: parts.clock,
            random: parts.random,
            engine: parts.engine,
            sealing: sealing::Board::default(),
            rewinds: Arc::default(),
            moments,
            modules: parts
                .modules
                .into_iter()
                .map(|module| (module.name(), module))
                .collect(),
            installation_key: parts.installation_key,
            remote: parts.remote,
            runtime: Handle::current(),
            place: parts.place,
            open: RwLock::default(),
            durability: watch::Sender::new(None),
            revocations: watch::Sender::new(0),
            draining: watch::Sender::new(false),
            recovering: RwLock::default(),
        });
        let names = INSTALLATION_MODULES.map(|module| {
            let id = PartitionId::new(WorkspaceId::INSTALLATION, module);
            view_name(&id)
        });
        key_check::discard_foreign(&views, &names, &site.installation_key)?;
        site.look_recovering();
        // The others are opened once the installation's facts have proved the key.
        site.open_of_installation(INSTALLATION_MODULES[0])?;
        tokio::spawn(Signer::keep(Arc::clone(&site)));
        tokio::spawn(Arc::clone(&site).keep_workspaces_open());
        tokio::spawn(Arc::clone(&site).watch_durability());
        Ok(site)
    }

    /// A module by its name.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<&Arc<dyn Module>> {
        self.modules.get(name)
    }

    /// All modules.
    pub fn modules(&self) -> impl Iterator<Item = &Arc<dyn Module>> {
        self.modules.values()
    }

    /// The key that seals the installation's own partitions.
    #[must_use]
    pub const fn installation_key(&self) -> &DataKey {
        &self.installation_key
    }

    /// The partition in which `module` keeps what concerns `workspace`.
    #[must_use]
    pub fn partition_id(module: &str, workspace: Option<WorkspaceId>) -> PartitionId {
        PartitionId::new(workspace.unwrap_or(WorkspaceId::INSTALLATION), module)
    }

    /// Whether this site has such a partition.
    #[must_use]
    pub fn has_partition(&self, id: &PartitionId) -> bool {
        self.lookup(id).is_some()
    }

    /// A partition.
    #[must_use]
    pub fn partition(&self, id: &PartitionId) -> Option<Arc<Partition>> {
        self.lookup(id).map(|open| open.partition)
    }

    /// The listeners of a partition.
    #[must_use]
    pub fn hub(&self, id: &PartitionId) -> Option<Arc<PartitionHub>> {
        self.lookup(id).map(|open| open.hub)
    }

    fn lookup(&self, id: &PartitionId) -> Option<Open> {
        self.open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// Submits a command of one of this site's clients and waits for its outcome.
    pub async fn submit(&self, id: &PartitionId, command: Command) -> Outcome {
        self.submit_via(Via::Client, id, command).await
    }

    /// Submits a command that came the given way.
    pub async fn submit_via(&self, via: Via, id: &PartitionId, command: Command) -> Outcome {
        match self.partition(id) {
            Some(partition) => partition.submit(via, command).await,
            None => Outcome::Unavailable {
                cause: "this site has not opened the partition".into(),
            },
        }
    }

    /// Runs a query on a partition's view.
    ///
    /// # Errors
    /// The module's refusal, or why the query could not be run.
    pub async fn query<T: Send + 'static>(
        &self,
        id: &PartitionId,
        min_seq: Option<Seq>,
        query: impl FnOnce(&rusqlite::Connection) -> Result<T, DecideError> + Send + 'static,
    ) -> Result<T, QueryFailure> {
        let partition = self.partition(id).ok_or(QueryFailure::NoPartition)?;
        partition.query(min_seq, query).await
    }

    /// The active person an account is in a workspace.
    pub async fn person_of(&self, account: AccountId, workspace: WorkspaceId) -> Option<PersonId> {
        let id = PartitionId::new(workspace, "directory");
        let found = self.query(&id, None, move |rows| {
            Ok(directory::queries::membership(rows, account)?)
        });
        found.await.ok().flatten().map(|member| member.id)
    }

    /// Changes whenever sessions may have been ended.
    #[must_use]
    pub fn revocations(&self) -> watch::Receiver<Seq> {
        self.revocations.subscribe()
    }

    /// Becomes true when this site goes down in good order.
    #[must_use]
    pub fn draining(&self) -> watch::Receiver<bool> {
        self.draining.subscribe()
    }

    /// Lets clients know that this site goes down, and stops the writers.
    pub fn drain(&self) {
        self.draining.send_replace(true);
        self.moments.stop();
        for open in self
            .open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
        {
            open.partition.close();
        }
    }

    /// How well an append made now would be kept, as far as this site can tell; `None`: unknown.
    #[must_use]
    pub fn durability(&self) -> Option<Durability> {
        *self.durability.borrow()
    }

    /// Every partition's status.
    #[must_use]
    pub fn partition_statuses(&self) -> Vec<PartitionStatus> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.values().map(|open| open.partition.status()).collect()
    }

    /// How sealing into the vault stands; `None` where this site does not seal.
    #[must_use]
    pub fn look_at_sealing(&self) -> Option<sealing::Sealing> {
        let open = self.partitions();
        let open = open.iter().map(|partition| {
            let seq = *partition.applied().borrow();
            (partition.id.clone(), seq)
        });
        self.sealing.look(self.clock.now(), open)
    }

    /// Every open partition.
    #[must_use]
    pub fn partitions(&self) -> Vec<Arc<Partition>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.values()
            .map(|open| Arc::clone(&open.partition))
            .collect()
    }

    fn open(self: &Arc<Self>, id: &PartitionId, keys: &KeyRing) -> std::io::Result<()> {
        if let Some(open) = self.lookup(id) {
            open.partition.set_keys(keys.clone());
            return Ok(());
        }
        let Some(module) = self.modules.get(id.module.as_str()).cloned() else {
            return Ok(());
        };
        let sources = module.follows().iter().map(|source| source_of(id, source));
        if std::iter::once(id.clone())
            .chain(sources)
            .any(|id| self.is_held_back(&id))
        {
            return Ok(());
        }
        let partition = Partition::open(
            self.partition_config(id),
            Arc::clone(&module),
            keys.clone(),
            self.view_path(id),
            WriterContext {
                clock: Arc::clone(&self.clock),
                engine: Arc::clone(&self.engine),
                remote: Arc::clone(&self.remote),
                runtime: self.runtime.clone(),
                place: Arc::clone(&self.place),
            },
            &self.config.limits,
        )?;
        let hub = PartitionHub::start(Arc::clone(&partition));
        let open = Open {
            partition: Arc::clone(&partition),
            hub,
        };
        self.open
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.clone(), open);
        self.wire(&partition);
        if id.module == "directory" {
            tokio::spawn(keep_signed_out(Arc::clone(self), partition));
        }
        tracing::info!(partition = %id, "partition opened");
        Ok(())
    }

    /// Feeds a partition that was just opened from those open that it follows, and those open that follow
    /// it from it: which of two is opened first is nobody's promise.
    fn wire(&self, opened: &Arc<Partition>) {
        let feed = |follower: &Arc<Partition>, source: &Arc<Partition>| {
            let engine = Arc::clone(&self.engine);
            tokio::spawn(follow_source(
                Arc::clone(follower),
                Arc::clone(source),
                engine,
            ));
        };
        let follows = |follower: &PartitionId, source: &PartitionId| {
            let module = self.modules.get(follower.module.as_str());
            let names = module.map(|module| module.follows());
            names.is_some_and(|names| names.iter().any(|n| source_of(follower, n) == *source))
        };
        for other in self.partitions() {
            if follows(&opened.id, &other.id) {
                feed(opened, &other);
            }
            if follows(&other.id, &opened.id) {
                feed(&other, opened);
            }
        }
    }

    fn open_of_installation(self: &Arc<Self>, module: &str) -> std::io::Result<()> {
        let mut ring = KeyRing::default();
        ring.insert(KeyId(0), self.installation_key.clone());
        self.open(&PartitionId::new(WorkspaceId::INSTALLATION, module), &ring)
    }

    fn partition_config(&self, id: &PartitionId) -> partition::Config {
        let sites: Vec<SiteName> = self.config.sites().map(|node| node.name.clone()).collect();
        let peer = self.config.peer_site().map(|node| node.name.clone());
        let first = partition::initial_lead(id, &sites)
            .unwrap_or(&self.name)
            .clone();
        partition::Config::new(id.clone(), self.name.clone(), peer, first)
    }

    fn view_path(&self, id: &PartitionId) -> PathBuf {
        self.config.data.join("views").join(view_name(id))
    }

    /// Opens the partitions of every workspace the installation knows, with its present keys.
    async fn keep_workspaces_open(self: Arc<Self>) {
        let id = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
        let Some(installation) = self.partition(&id) else {
            return;
        };
        let mut applied = installation.applied();
        loop {
            let is_recovering = self.look_recovering();
            let seq = *applied.borrow_and_update();
            let rings = installation.query(None, |rows| Ok(workspace_keys(rows)?));
            match rings.await {
                Ok(rings) => {
                    if seq > 0 {
                        self.open_rest_of_installation();
                    }
                    for (workspace, keys) in rings {
                        self.open_workspace(workspace, &keys);
                    }
                    self.revocations.send_replace(seq);
                }
                Err(error) => tracing::warn!(%error, "workspaces cannot be read yet"),
            }
            let changed = if is_recovering {
                let changed = tokio::time::timeout(RECOVERING_EVERY, applied.changed()).await;
                changed.unwrap_or(Ok(()))
            } else {
                applied.changed().await
            };
            if changed.is_err() {
                return;
            }
        }
    }

    /// Looks what a recovery holds back now. Whether one is under way.
    fn look_recovering(&self) -> bool {
        let found = Recovering::read(&self.config.data).unwrap_or_else(|error| {
            tracing::error!(%error, "what is recovered cannot be read; nothing new is opened");
            Some(Recovering::default())
        });
        let is_recovering = found.is_some();
        *self
            .recovering
            .write()
            .unwrap_or_else(PoisonError::into_inner) = found;
        is_recovering
    }

    fn is_held_back(&self, id: &PartitionId) -> bool {
        self.recovering
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|recovering| !recovering.has_released(id))
    }

    fn open_rest_of_installation(self: &Arc<Self>) {
        for module in &INSTALLATION_MODULES[1..] {
            if let Err(error) = self.open_of_installation(module) {
                tracing::error!(module, %error, "partition cannot be opened");
            }
        }
    }

    fn open_workspace(self: &Arc<Self>, workspace: WorkspaceId, ring: &KeyRing) {
        // A followed partition is opened before the one that follows it.
        let mut modules: Vec<_> = self
            .modules
            .values()
            .filter(|module| !INSTALLATION_MODULES.contains(&module.name()))
            .collect();
        modules.sort_by_key(|module| module.follows().len());
        for module in modules {
            let id = PartitionId::new(workspace, module.name());
            if let Err(error) = self.open(&id, ring) {
                tracing::error!(partition = %id, %error, "partition cannot be opened");
            }
        }
    }

    async fn watch_durability(self: Arc<Self>) {
        let mut every = tokio::time::interval(DURABILITY_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            let durability = self.engine.durability().await;
            let changed = self.durability.send_if_modified(|before| {
                let changed = *before != durability;
                *before = durability;
                changed
            });
            if changed {
                tracing::info!(?durability, "durability changed");
                for partition in self.partitions() {
                    partition.set_durability(durability);
                }
            }
        }
    }
}

/// File name of a partition's view.
fn view_name(id: &PartitionId) -> String {
    format!("{}-{}.sqlite", id.workspace, id.module)
}

/// Every workspace with its data keys.
fn workspace_keys(
    rows: &rusqlite::Connection,
) -> Result<Vec<(WorkspaceId, KeyRing)>, rusqlite::Error> {
    let mut rings = Vec::new();
    for workspace in installation::queries::workspaces(rows)? {
        let mut ring = KeyRing::default();
        for (id, key) in installation::queries::key_ring(rows, workspace.id)? {
            ring.insert(id, DataKey::from_bytes(key.0));
        }
        rings.push((workspace.id, ring));
    }
    Ok(rings)
}
