//! Watching the sites from this node's vantage point: probing, telling the other nodes what was
//! seen, judging, and - at one site - recording what changed.

mod record;

use crate::config::{Config, ConfigError, ProberConfig};
use crate::peer::PeerLink;
use crate::site::Site;
use failover::{
    Board, Deed, Facts, Narrator, Opinion, Prober, ProberSettings, Report, Target, Verdict,
};
use kernel::{Clock, Random, SiteName};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const ROUND_EVERY: Duration = Duration::from_millis(500);
const EXCHANGE_PATIENCE: Duration = Duration::from_millis(900);
/// Every this many rounds the probers write, while all is well; every write is an entry for ever.
const WRITE_EVERY: u64 = 10;

/// This node's vantage point.
pub struct Watch {
    name: SiteName,
    vantages: Vec<SiteName>,
    sites: Vec<SiteName>,
    clock: Arc<dyn Clock>,
    board: Mutex<Board>,
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
        });
        if let Some(settings) = &config.prober {
            let prober = prober(config, settings, &parts)?;
            tokio::spawn(Arc::clone(&watch).keep(prober, parts));
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

    async fn keep(self: Arc<Self>, mut prober: Prober, parts: WatchParts) {
        let mut narrator = Narrator::default();
        let mut recorder = record::Recorder::default();
        let mut every = tokio::time::interval(ROUND_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for round in 0_u64.. {
            every.tick().await;
            let verdicts = self.verdicts();
            let is_troubled = verdicts
                .iter()
                .any(|verdict| verdict.opinion == Opinion::Down);
            let observations = prober.round(is_troubled || round % WRITE_EVERY == 0).await;
            self.with(|board| {
                board.add(Report {
                    observations,
                    deeds: Vec::new(),
                })
            });
            self.tell_the_others(&parts).await;
            let Some(site) = &parts.site else { continue };
            let verdicts = self.verdicts();
            let facts = facts(site).await;
            let now = self.clock.now();
            let notes = self.with(|board| narrator.tell(board, &verdicts, &facts, now));
            recorder.add(notes);
            if self.records(&verdicts) {
                recorder.record(site).await;
            } else {
                recorder.clear();
            }
        }
    }

    /// Whether it is this site that records: the first one that is not lost.
    fn records(&self, verdicts: &[Verdict]) -> bool {
        let first = verdicts
            .iter()
            .find(|verdict| verdict.opinion != Opinion::Down);
        first.is_some_and(|verdict| verdict.site == self.name)
    }

    async fn tell_the_others(&self, parts: &WatchParts) {
        let mine = self.with(|board| board.report_of(&self.name));
        let others = parts
            .config
            .nodes
            .iter()
            .filter(|node| node.name != self.name);
        let calls = others.map(|node| {
            parts
                .link
                .post::<Report>(&node.name, "/peer/reports", &mine, EXCHANGE_PATIENCE)
        });
        for theirs in futures_util::future::join_all(calls)
            .await
            .into_iter()
            .flatten()
        {
            self.with(|board| board.add(theirs));
        }
    }
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

async fn facts(site: &Site) -> Facts {
    let described = tokio::time::timeout(EXCHANGE_PATIENCE, site.engine.describe()).await;
    let primary = described
        .ok()
        .and_then(|engine| engine["primary"].as_str().map(String::from));
    let is_protected = site
        .durability()
        .map(|durability| durability == journal::Durability::Protected);
    Facts {
        primary,
        is_protected,
    }
}
