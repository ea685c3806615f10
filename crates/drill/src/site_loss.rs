//! The site-loss drill: a whole site is killed under load, watched, brought back, and compared.

mod measure;

use crate::doors::{DoorError, Doors, Health};
use crate::functions::{self, Function, FunctionGap, Place};
use crate::report::{LoadLine, Phase, Report, SiteLine};
use client::load::{self, LoadPlan, Outcome, Record};
use kernel::Timestamp;
use kernel::id::Uuid;
use measure::{detected_ms, percentiles, rto_ms, shortfalls, write_gap_ms};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const WARM_UP: Duration = Duration::from_secs(3);
const SENDERS: usize = 16;
/// Longer than any failover that may pass.
const MESSAGE_PATIENCE: Duration = Duration::from_secs(60);
const REJOIN_MAX: Duration = Duration::from_secs(120);
/// How long after the load the loss may still be noticed.
const NOTICED_MAX: Duration = Duration::from_secs(15);
/// How long the watch may take to know every site.
const WATCHED_MAX: Duration = Duration::from_secs(15);
const COMPARE_MAX: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The worst time after which people must be able to write again.
const RTO_MAX_MS: i64 = 30_000;

/// What is done to the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL to application, database and etcd member.
    Kill,
    /// SIGSTOP to all of them: the site is frozen, and comes back believing nothing happened.
    Pause,
}

impl Fault {
    /// Its name in requests and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Pause => "pause",
        }
    }
}

/// What to do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The site to break.
    pub site: String,
    /// What is done to it.
    pub fault: Fault,
    /// Seconds of load after the fault.
    pub seconds: u64,
    /// Messages a second over both sites.
    pub rate: f64,
    /// The workspace to write in; the session's first where absent.
    pub workspace: Option<String>,
}

/// A drill that could not be carried out. Whatever it had broken was put back.
#[derive(Debug, thiserror::Error)]
pub enum Aborted {
    /// The installation is not in a state in which breaking a site would be responsible.
    #[error("refused: {0}")]
    Refused(String),
    /// A door did not open.
    #[error("{step}: {source}")]
    Door {
        /// What was being done.
        step: &'static str,
        /// Why it failed.
        source: DoorError,
    },
}

fn at(step: &'static str) -> impl FnOnce(DoorError) -> Aborted {
    move |source| Aborted::Door { step, source }
}

/// Runs the drill. `progress` is told each phase as it begins.
///
/// # Errors
/// When it could not be carried out; the site is ordered to start again all the same.
pub async fn run(
    doors: &Doors,
    settings: &Settings,
    progress: &watch::Sender<Phase>,
) -> Result<Report, Aborted> {
    let drill = Drill::prepare(doors, settings).await?;
    let outcome = drill.carry_out(progress).await;
    if outcome.is_err() {
        // It may be up already; the order is harmless then.
        let _ = doors.restore_site(drill.survivor, &settings.site).await;
    }
    progress.send_replace(Phase::Done);
    outcome
}

struct Drill<'a> {
    doors: &'a Doors,
    settings: &'a Settings,
    id: Uuid,
    started_at: Timestamp,
    survivor: usize,
    healths: Vec<Health>,
    place: Place,
}

/// Waits until the survivor's watch knows every site to be up, as it does soon after a start: only what
/// was up can be noticed to be lost.
async fn wait_watched(doors: &Doors, survivor: usize) -> Result<(), Aborted> {
    let mut every = tokio::time::interval(LOOK_EVERY);
    let mut looks_left = WATCHED_MAX.as_millis() / LOOK_EVERY.as_millis();
    loop {
        every.tick().await;
        let health = doors
            .health(survivor)
            .await
            .map_err(at("asking a site how it is"))?;
        let unwatched = health.unwatched();
        if unwatched.is_empty() {
            return Ok(());
        }
        looks_left = looks_left.saturating_sub(1);
        if looks_left == 0 {
            return Err(Aborted::Refused(format!(
                "the watch at site {} does not see site {} up; a loss could not be noticed",
                health.name,
                unwatched.join(" and ")
            )));
        }
    }
}

/// What was going on during the fault.
struct Watched {
    records: Vec<Record>,
    functions: Vec<FunctionGap>,
}

impl<'a> Drill<'a> {
    async fn prepare(doors: &'a Doors, settings: &'a Settings) -> Result<Self, Aborted> {
        let client = doors.client();
        let started_at = client.clock().now();
        let mut healths = Vec::new();
        for site in 0..client.sites().len() {
            healths.push(
                doors
                    .health(site)
                    .await
                    .map_err(at("asking a site how it is"))?,
            );
        }
        if !healths.iter().any(|health| health.name == settings.site) {
            return Err(Aborted::Refused(format!(
                "no site is named {:?}",
                settings.site
            )));
        }
        let survivor = healths
            .iter()
            .position(|health| health.name != settings.site)
            .ok_or_else(|| Aborted::Refused("there is no other site to carry on".into()))?;
        if let Some(health) = healths.iter().find(|health| !health.is_whole()) {
            return Err(Aborted::Refused(format!(
                "site {} is not whole now (durability {}, ready {}); breaking another would hurt",
                health.name, health.status["durability"], health.status["ready"]
            )));
        }
        wait_watched(doors, survivor).await?;
        let id = client.new_uuid();
        let (workspace, conversation) = doors
            .make_conversation(id, settings.workspace.as_deref())
            .await
            .map_err(at("making the drill's conversation"))?;
        let session = client
            .session()
            .await
            .map_err(|e| at("reading the session")(e.into()))?;
        let person = session
            .workspaces
            .iter()
            .find(|w| w.id == workspace)
            .map_or_else(Uuid::nil, |w| w.person.id.0);
        let place = Place {
            client: client.clone(),
            site: survivor,
            workspace,
            conversation,
            person,
        };
        Ok(Self {
            doors,
            settings,
            id,
            started_at,
            survivor,
            healths,
            place,
        })
    }

    async fn carry_out(&self, progress: &watch::Sender<Phase>) -> Result<Report, Aborted> {
        let (doors, settings) = (self.doors, self.settings);
        doors
            .record_start(self.id, "site-loss", &settings.site)
            .await
            .map_err(at("recording the start"))?;
        let (stop, stopped) = watch::channel(false);
        progress.send_replace(Phase::Warming);
        let load = self.start_load(stopped.clone());
        let watches = self.start_watches(&stopped);
        tokio::time::sleep(WARM_UP).await;

        progress.send_replace(Phase::Broken);
        let fault_at = self.now();
        let broken = doors
            .break_site(self.survivor, &settings.site, settings.fault.as_str())
            .await
            .map_err(at("breaking the site"));
        if broken.is_ok() {
            tokio::time::sleep(Duration::from_secs(settings.seconds)).await;
            self.wait_noticed(fault_at).await;
        }

        progress.send_replace(Phase::Restoring);
        let restored = match &broken {
            Ok(()) => self.restore().await,
            Err(_) => Ok(None),
        };
        stop.send_replace(true);
        let watched = collect(load, watches).await;
        broken?;
        let rejoin_ms = restored?;

        progress.send_replace(Phase::Comparing);
        let report = self.compare(fault_at, rejoin_ms, watched).await?;
        self.file(&report).await;
        Ok(report)
    }

    fn now(&self) -> Timestamp {
        self.doors.client().clock().now()
    }

    fn start_load(&self, stop: watch::Receiver<bool>) -> JoinHandle<Vec<Record>> {
        let plan = LoadPlan {
            workspace: self.place.workspace,
            conversation: self.place.conversation,
            senders: SENDERS,
            rate: Some(self.settings.rate),
            lasts: WARM_UP + Duration::from_secs(self.settings.seconds) + REJOIN_MAX,
            patience: MESSAGE_PATIENCE,
            tag: format!("drill {}", self.id),
        };
        let clients = [self.doors.client().clone()];
        tokio::spawn(async move { load::run(&clients, &plan, stop).await })
    }

    fn start_watches(&self, stop: &watch::Receiver<bool>) -> Vec<JoinHandle<FunctionGap>> {
        Function::ALL
            .into_iter()
            .map(|function| {
                tokio::spawn(functions::watch(function, self.place.clone(), stop.clone()))
            })
            .collect()
    }

    /// A short drill must not put the site back before anybody could notice; when nobody does in time,
    /// that is what the report says.
    async fn wait_noticed(&self, fault_at: Timestamp) {
        let noticed = async {
            let mut every = tokio::time::interval(LOOK_EVERY);
            loop {
                every.tick().await;
                let timeline = self.doors.timeline(self.survivor, self.started_at).await;
                let told = timeline
                    .ok()
                    .and_then(|notes| detected_ms(&notes, &self.settings.site, fault_at));
                if told.is_some() {
                    return;
                }
            }
        };
        // Not noticed in time is a finding, not a failure of the drill itself.
        let _ = tokio::time::timeout(NOTICED_MAX, noticed).await;
    }

    /// Orders the site back and waits until it serves, is in step and everything is protected.
    async fn restore(&self) -> Result<Option<i64>, Aborted> {
        let ordered = self.now();
        self.doors
            .restore_site(self.survivor, &self.settings.site)
            .await
            .map_err(at("bringing the site back"))?;
        let waiting = async {
            let mut every = tokio::time::interval(LOOK_EVERY);
            loop {
                every.tick().await;
                if self.all_are_whole().await {
                    return;
                }
            }
        };
        match tokio::time::timeout(REJOIN_MAX, waiting).await {
            Ok(()) => Ok(Some(self.now().since(ordered))),
            Err(_) => Ok(None),
        }
    }

    async fn all_are_whole(&self) -> bool {
        for site in 0..self.healths.len() {
            match self.doors.health(site).await {
                Ok(health) if health.is_whole() => {}
                Ok(_) | Err(_) => return false,
            }
        }
        true
    }

    async fn compare(
        &self,
        fault_at: Timestamp,
        rejoin_ms: Option<i64>,
        watched: Watched,
    ) -> Result<Report, Aborted> {
        let Watched { records, functions } = watched;
        let sites: Vec<usize> = (0..self.healths.len()).collect();
        let verified = load::verify(
            self.doors.client(),
            self.place.workspace,
            self.place.conversation,
            0,
            &records,
            &sites,
            COMPARE_MAX,
        )
        .await
        .map_err(|e| at("counting messages")(e.into()))?;
        let views_equal = self.views_are_equal().await?;
        let broken_chains = self
            .doors
            .broken_chains(self.survivor)
            .await
            .map_err(at("walking the chains"))?;
        let timeline = self
            .doors
            .timeline(self.survivor, self.started_at)
            .await
            .map_err(at("reading the timeline"))?;
        let status = &self.healths[self.survivor].status;
        let mut report = Report {
            drill_id: self.id,
            scenario: "site-loss".into(),
            site: self.settings.site.clone(),
            fault: self.settings.fault.as_str().into(),
            passed: false,
            shortfalls: Vec::new(),
            started_at: self.started_at,
            fault_at: Some(fault_at),
            detected_ms: detected_ms(&timeline, &self.settings.site, fault_at),
            rto_ms: rto_ms(&records, &verified.lost_ids, fault_at),
            write_gap_ms: Some(write_gap_ms(&records, fault_at)),
            sent: verified.sent,
            acknowledged: verified.acknowledged,
            present: verified.present,
            lost: verified.lost,
            duplicated: verified.duplicated,
            refused: verified.refused,
            rejoin_ms,
            views_equal: Some(views_equal),
            chains_valid: Some(broken_chains.is_empty()),
            acknowledged_after_ms: percentiles(&records),
            sites: self.site_lines(&records),
            engine: status["engine"].clone(),
            versions: json!({ "sekoci": status["version"], "engine": status["engine"]["version"] }),
            functions,
            timeline,
            load: LoadLine {
                rate: self.settings.rate,
                seconds: self.settings.seconds,
            },
        };
        report.shortfalls = shortfalls(&report, &broken_chains);
        report.passed = report.shortfalls.is_empty();
        Ok(report)
    }

    /// Compares every partition's rows at both sites, at the same position; those that are still
    /// written to are looked at again until they meet.
    async fn views_are_equal(&self) -> Result<bool, Aborted> {
        let comparing = async {
            loop {
                let mut found = Vec::new();
                for site in 0..self.healths.len() {
                    let fingerprints = self.doors.fingerprints(site).await;
                    found.push(fingerprints.map_err(at("taking fingerprints"))?);
                }
                if found.windows(2).all(|pair| pair[0] == pair[1]) {
                    return Ok(true);
                }
                let differs = found[0].iter().any(|(partition, one)| {
                    found[1..].iter().any(|other| {
                        other
                            .get(partition)
                            .is_some_and(|o| o.seq == one.seq && o != one)
                    })
                });
                if differs {
                    return Ok(false);
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(COMPARE_MAX, comparing)
            .await
            .unwrap_or(Ok(false))
    }

    fn site_lines(&self, records: &[Record]) -> Vec<SiteLine> {
        let sites = self
            .healths
            .iter()
            .zip(self.doors.client().sites())
            .enumerate();
        sites
            .map(|(index, (health, url))| SiteLine {
                name: health.name.clone(),
                url: url.to_string(),
                acknowledged: records
                    .iter()
                    .filter(|r| {
                        matches!(&r.outcome, Outcome::Acknowledged { site_index, .. }
                            if *site_index == index)
                    })
                    .count() as u64,
            })
            .collect()
    }

    /// Files the report in the continuity record and puts the conversation away. The report is
    /// complete without it; what fails here is only said.
    async fn file(&self, report: &Report) {
        let value = serde_json::to_value(report).unwrap_or(Value::Null);
        if let Err(error) = self.doors.record_end(self.id, report.passed, &value).await {
            tracing::warn!(%error, "the report could not be filed in the continuity record");
        }
        let (workspace, conversation) = (self.place.workspace, self.place.conversation);
        if let Err(error) = self
            .doors
            .archive_conversation(workspace, conversation)
            .await
        {
            tracing::warn!(%error, "the drill's conversation could not be archived");
        }
    }
}

async fn collect(load: JoinHandle<Vec<Record>>, watches: Vec<JoinHandle<FunctionGap>>) -> Watched {
    let records = load.await.unwrap_or_default();
    let mut functions = Vec::new();
    for watch in watches {
        functions.extend(watch.await);
    }
    Watched { records, functions }
}
