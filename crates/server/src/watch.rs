//! Watching the sites from this node's vantage point: probing, telling the other nodes what was
//! seen, judging, and - at the sites - recording what changed.

mod facts;
mod record;

use crate::config::{Config, ConfigError, ProberConfig};
use crate::peer::PeerLink;
use crate::site::Site;
use failover::{
    Board, Deed, Facts, Narrator, Opinion, Prober, ProberSettings, Report, Target, Verdict,
};
use kernel::{Clock, Random, SiteName};
use record::Record;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(500);
const EXCHANGE_EVERY: Duration = Duration::from_millis(250);
const EXCHANGE_PATIENCE: Duration = Duration::from_millis(900);
/// While all is well the probers write this seldom: every write is an entry for ever.
const WRITE_EVERY: Duration = Duration::from_secs(5);
/// And this often while a site is lost.
const WRITE_EVERY_IN_TROUBLE: Duration = Duration::from_millis(500);
const RECORD_EVERY: Duration = Duration::from_millis(250);

/// This node's vantage point.
pub struct Watch {
    name: SiteName,
    vantages: Vec<SiteName>,
    sites: Vec<SiteName>,
    clock: Arc<dyn Clock>,
    board: Mutex<Board>,
    /// Told, and not yet recorded.
    notes: Mutex<Vec<failover::Note>>,
    /// What the engine last said.
    facts: Mutex<Facts>,
}

/// What a vantage point needs to start.
pub struct WatchParts {
    /// The node's configuration.
    pub config: Arc<Config>,
    /// The way to the other nodes.
    pub link: Arc<PeerLink>,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The site, where this node is one.
    pub site: Option<Arc<Site>>,
}

impl Watch {
    /// Starts watching, for as long as the process runs. Without a probers' account in the
    /// configuration nothing is probed, and this node only passes on what others tell it.
    ///
    /// # Errors
    /// When the probers' password cannot be read or a site's address is none.
    pub fn start(parts: WatchParts) -> Result<Arc<Self>, ConfigError> {
        let config = &parts.config;
        let watch = Arc::new(Self {
            name: config.name.clone(),
            vantages: config.nodes.iter().map(|node| node.name.clone()).collect(),
            sites: config.sites().map(|node| node.name.clone()).collect(),
            clock: Arc::clone(&parts.clock),
            board: Mutex::default(),
            notes: Mutex::default(),
            facts: Mutex::default(),
        });
        if let Some(settings) = &config.prober {
            let looker = prober(config, settings, &parts)?;
            let writer = prober(config, settings, &parts)?;
            tokio::spawn(Arc::clone(&watch).keep_writing(writer));
            if let Some(site) = &parts.site {
                tokio::spawn(Arc::clone(&watch).keep_recording(Arc::clone(site)));
                tokio::spawn(Arc::clone(&watch).keep_facts(Arc::clone(site)));
            }
            tokio::spawn(Arc::clone(&watch).keep_looking(looker, parts.site.is_some()));
        }
        for node in parts
            .config
            .nodes
            .iter()
            .filter(|node| node.name != watch.name)
        {
            let link = Arc::clone(&parts.link);
            tokio::spawn(Arc::clone(&watch).keep_telling(link, node.name.clone()));
        }
        Ok(watch)
    }

    /// Takes in what another node reports, and gives what this one has to report.
    pub fn exchange(&self, theirs: Report) -> Report {
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.add(theirs);
        board.report_of(&self.name)
    }

    /// Adds something this node did by itself.
    pub fn add_deed(&self, site: SiteName, what: String) {
        let deed = Deed {
            by: self.name.clone(),
            at: self.clock.now(),
            site,
            what,
        };
        self.with(|board| {
            board.add(Report {
                observations: Vec::new(),
                deeds: vec![deed],
            })
        });
    }

    /// What the vantage points together say of every site.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        let now = self.clock.now();
        self.with(|board| {
            self.sites
                .iter()
                .map(|site| board.verdict(&self.vantages, site, now))
                .collect()
        })
    }

    /// The latest observation of each kind.
    #[must_use]
    pub fn latest(&self) -> Vec<failover::Observation> {
        self.with(|board| board.latest().into_iter().cloned().collect())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Board) -> T) -> T {
        work(&mut self.board.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn keep_looking(self: Arc<Self>, prober: Prober, is_site: bool) {
        let mut narrator = Narrator::default();
        let mut every = steady(LOOK_EVERY);
        loop {
            every.tick().await;
            let observations = prober.look().await;
            self.with(|board| {
                board.add(Report {
                    observations,
                    deeds: Vec::new(),
                })
            });
            if !is_site {
                continue;
            }
            let verdicts = self.verdicts();
            let facts = self
                .facts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            let now = self.clock.now();
            let notes = self.with(|board| narrator.tell(board, &verdicts, &facts, now));
            self.notes
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(notes);
        }
    }

    /// Records what was told. Apart from looking: a record waits for a quorum, looking must not.
    async fn keep_recording(self: Arc<Self>, site: Arc<Site>) {
        let mut recorder = record::Recorder::default();
        let mut every = steady(RECORD_EVERY);
        loop {
            every.tick().await;
            let notes =
                std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner));
            recorder.add(notes.into_iter().map(Record::Note));
            let windows = self.with(|board| board.take_windows(self.clock.now()));
            recorder.add(windows.into_iter().map(Record::Window));
            recorder.record(&site).await;
        }
    }

    /// Asks the engine how it is, which may take long just when it matters.
    async fn keep_facts(self: Arc<Self>, site: Arc<Site>) {
        let mut every = steady(LOOK_EVERY);
        loop {
            every.tick().await;
            let found = facts::gather(&site, EXCHANGE_PATIENCE).await;
            *self.facts.lock().unwrap_or_else(PoisonError::into_inner) = found;
        }
    }

    async fn keep_writing(self: Arc<Self>, mut prober: Prober) {
        let mut every = steady(WRITE_EVERY_IN_TROUBLE);
        let mut last: Option<kernel::Timestamp> = None;
        loop {
            every.tick().await;
            let is_troubled = self.verdicts().iter().any(|v| v.opinion == Opinion::Down);
            let now = self.clock.now();
            let rest_ms = i64::try_from(WRITE_EVERY.as_millis()).unwrap_or(i64::MAX);
            if is_troubled || last.is_none_or(|last| now.since(last) >= rest_ms) {
                last = Some(now);
                let observations = prober.work().await;
                self.with(|board| {
                    board.add(Report {
                        observations,
                        deeds: Vec::new(),
                    })
                });
            }
        }
    }

    /// Tells one other node what was seen here, and hears what it saw; a node that is silent holds
    /// up nobody else.
    async fn keep_telling(self: Arc<Self>, link: Arc<PeerLink>, node: SiteName) {
        let mut every = steady(EXCHANGE_EVERY);
        loop {
            every.tick().await;
            let mine = self.with(|board| board.report_of(&self.name));
            let told = link
                .post::<Report>(&node, "/peer/reports", &mine, EXCHANGE_PATIENCE)
                .await;
            if let Ok(theirs) = told {
                self.with(|board| board.add(theirs));
            }
        }
    }
}

fn steady(every: Duration) -> tokio::time::Interval {
    let mut every = tokio::time::interval(every);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    every
}

fn prober(
    config: &Config,
    settings: &ProberConfig,
    parts: &WatchParts,
) -> Result<Prober, ConfigError> {
    let password =
        std::fs::read_to_string(&settings.password_file).map_err(|source| ConfigError::Read {
            path: settings.password_file.clone(),
            source,
        })?;
    let targets = config
        .sites()
        .map(|node| {
            client::Client::builder()
                .site(&node.url)
                .map(|builder| builder.credentials(&settings.user, password.trim()))
                .and_then(client::Builder::build)
                .map(|client| Target {
                    site: node.name.clone(),
                    client,
                })
                .map_err(|error| ConfigError::Inconsistent {
                    path: settings.password_file.clone(),
                    field: "nodes.url",
                    cause: error.to_string(),
                })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Prober::new(ProberSettings {
        vantage: config.name.clone(),
        targets,
        workspace: settings.workspace.clone(),
        clock: Arc::clone(&parts.clock),
        random: Arc::clone(&parts.random),
    }))
}
