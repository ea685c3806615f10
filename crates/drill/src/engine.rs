//! The one engine that every drill under load runs on: prepare, break step by step, watch, put back,
//! compare, report. However it ends, what was broken is put back, and how is written down before it is
//! broken.

mod compare;
mod expected;
mod ledger;
mod measure;
mod plan;
mod put_back;

pub use ledger::{Ledger, LeftOver};
pub use plan::{Deed, Plan, Planned, plan};
pub use put_back::{PutBack, Undoing, put_back};

use crate::doors::{DoorError, Doors, Health};
use crate::finding::{self, Miss, Severity};
use crate::function_line::Moments;
use crate::functions::{self, Function, Place, Tries};
use crate::report::{Phase, Report, StepLine};
use crate::scenario::{Safety, Scenario};
use client::load::{self, LoadPlan, Record};
use kernel::Timestamp;
use kernel::id::Uuid;
use measure::detected_ms;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

const WARM_UP: Duration = Duration::from_secs(3);
/// How long it is watched after everything is back, for what comes after to be measured.
const AFTER: Duration = Duration::from_secs(2);
const SENDERS: usize = 16;
/// Longer than any failover that may pass.
const MESSAGE_PATIENCE: Duration = Duration::from_secs(60);
const REJOIN_MAX: Duration = Duration::from_secs(120);
/// How long after the load the loss may still be noticed.
const NOTICED_MAX: Duration = Duration::from_secs(15);
/// How long the watch may take to know every site.
const WATCHED_MAX: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often the record is asked whether somebody wants the drill to stop.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// How a scenario is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The site it is about, where the scenario leaves that open.
    pub site: Option<String>,
    /// The workspace to write in; the session's first where absent.
    pub workspace: Option<String>,
    /// Where the file is kept that says how to put back; without it only the record knows of the drill.
    pub ledger: Option<PathBuf>,
    /// Who runs it, who answers for findings where the scenario names nobody.
    pub runner: Option<String>,
    /// The name of the node that will be broken, typed once more; without it what is for rehearsals only
    /// is refused.
    pub confirmed: Confirmed,
    /// Turns true when the drill shall stop.
    pub stop: watch::Receiver<bool>,
}

/// How whoever runs a drill says that they mean it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// Not asked for.
    NotNeeded,
    /// The name, where one was typed.
    Name(Option<String>),
}

/// Why a drill was not carried out to its end.
#[derive(Debug, thiserror::Error)]
pub enum Aborted {
    /// The installation is not in a state in which breaking something would be responsible, or not one
    /// for this scenario.
    #[error("refused: {0}")]
    Refused(String),
    /// A door did not open.
    #[error("{step}: {source}")]
    Door {
        /// What was being done.
        step: String,
        /// Why it failed.
        source: DoorError,
    },
    /// The file with the way back cannot be written.
    #[error("the file that says how to put back: {0}")]
    Ledger(#[from] std::io::Error),
    /// Somebody stopped it.
    #[error("stopped before its end")]
    Stopped,
    /// Something could not be put back.
    #[error("could not be put back; do this: {}", .0.join("; "))]
    NotPutBack(Vec<String>),
}

/// A drill that did not come to its end, with what is known of it.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct AbortedDrill {
    /// Why.
    #[source]
    pub cause: Aborted,
    /// What is known; `aborted` is set in it.
    pub report: Box<Report>,
}

fn at(step: impl Into<String>) -> impl FnOnce(DoorError) -> Aborted {
    move |source| Aborted::Door {
        step: step.into(),
        source,
    }
}

/// Runs a scenario. `progress` is told each phase as it begins.
///
/// # Errors
/// When it was refused, stopped or failed on the way; everything that it had broken is put back, or the
/// cause says what people have to do.
pub async fn run(
    doors: &Doors,
    scenario: &Scenario,
    options: &Options,
    progress: &watch::Sender<Phase>,
) -> Result<Report, AbortedDrill> {
    let id = doors.client().new_uuid();
    let mut report = Report::empty(id, &scenario.name);
    report.started_at = doors.client().clock().now();
    report.site = options.site.clone().unwrap_or_default();
    report.safety = scenario.safety.as_str().into();
    report.load.rate = scenario.load.rate;
    report.load.seconds = scenario.load.seconds;
    report.load.workload = scenario.load.workload;
    let mut drill = match Drill::prepare(doors, scenario, options, report.clone()).await {
        Ok(drill) => drill,
        Err(cause) => return Err(aborted(report, cause)),
    };
    let outcome = drill.carry_out(progress).await;
    progress.send_replace(Phase::Done);
    let Drill { mut report, .. } = drill;
    match outcome {
        Ok(()) => Ok(report),
        Err(cause) => {
            report.passed = false;
            Err(aborted(report, cause))
        }
    }
}

fn aborted(mut report: Report, cause: Aborted) -> AbortedDrill {
    report.aborted = Some(cause.to_string());
    AbortedDrill {
        cause,
        report: Box::new(report),
    }
}

struct Drill<'a> {
    doors: &'a Doors,
    scenario: &'a Scenario,
    options: &'a Options,
    plan: Plan,
    healths: Vec<Health>,
    place: Place,
    report: Report,
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

/// What was going on.
struct Watched {
    records: Vec<Record>,
    tries: Vec<Tries>,
    moments: Moments,
}

/// What runs beside the steps.
struct Going {
    stop: watch::Sender<bool>,
    load: JoinHandle<Vec<Record>>,
    watches: Vec<JoinHandle<Tries>>,
    began: Instant,
}

/// What was done, and how it is undone.
struct Done {
    ledger: Option<Ledger>,
    undoings: Vec<Undoing>,
    steps: Vec<StepLine>,
    fault: Option<(Timestamp, Instant)>,
}

impl Done {
    /// Writes down how a step is undone, before it is done.
    fn note(&mut self, step: &Planned, now: Timestamp) -> Result<(), Aborted> {
        if let Some(undoing) = &step.undo {
            if let Some(ledger) = &mut self.ledger {
                ledger.note(undoing)?;
            }
            self.undoings.push(undoing.clone());
        }
        self.steps.push(StepLine {
            at: now,
            what: step.what.clone(),
        });
        self.fault.get_or_insert_with(|| (now, Instant::now()));
        Ok(())
    }
}

impl<'a> Drill<'a> {
    async fn prepare(
        doors: &'a Doors,
        scenario: &'a Scenario,
        options: &'a Options,
        mut report: Report,
    ) -> Result<Self, Aborted> {
        let client = doors.client();
        let mut healths = Vec::new();
        for site in 0..client.sites().len() {
            let health = doors.health(site).await;
            healths.push(health.map_err(at("asking a site how it is"))?);
        }
        let plan = plan(scenario, options.site.as_deref(), &healths).map_err(Aborted::Refused)?;
        must_be_meant(scenario, options, &plan).map_err(Aborted::Refused)?;
        if let Some(health) = healths.iter().find(|health| !health.is_whole()) {
            return Err(Aborted::Refused(format!(
                "site {} is not whole now (durability {}, ready {}); breaking another would hurt",
                health.name, health.status["durability"], health.status["ready"]
            )));
        }
        wait_watched(doors, plan.survivor).await?;
        let id = report.drill_id;
        doors
            .record_start(id, &scenario.name, &plan.node)
            .await
            .map_err(at("recording the start"))?;
        let place = make_place(doors, id, options, scenario, plan.watched).await;
        let place = match place {
            Ok(place) => place,
            Err(cause) => {
                report.aborted = Some(cause.to_string());
                record_end(doors, &report).await;
                return Err(cause);
            }
        };
        report.site.clone_from(&plan.node);
        report.fault = plan.fault().to_owned();
        Ok(Self {
            doors,
            scenario,
            options,
            plan,
            healths,
            place,
            report,
        })
    }

    /// Breaks, watches, puts back and compares. However it ends, the record has the end of it.
    async fn carry_out(&mut self, progress: &watch::Sender<Phase>) -> Result<(), Aborted> {
        let mut done = Done {
            ledger: None,
            undoings: Vec::new(),
            steps: Vec::new(),
            fault: None,
        };
        progress.send_replace(Phase::Warming);
        let going = self.start();
        let broken = self.break_or_stop(&mut done, progress).await;
        progress.send_replace(Phase::Restoring);
        let undone = Instant::now();
        let fault = done.fault.unwrap_or((self.now(), undone));
        self.report.fault_at = done.fault.map(|(at, _)| at);
        self.report.steps = std::mem::take(&mut done.steps);
        let back = self.put_back(done, broken.is_ok()).await;
        going.stop.send_replace(true);
        let watched = going.collect(fault.1, undone).await;
        let outcome = match (broken, back) {
            (_, Err(cause)) | (Err(cause), Ok(())) => Err(cause),
            (Ok(()), Ok(())) => {
                progress.send_replace(Phase::Comparing);
                self.compare(fault.0, watched).await
            }
        };
        if let Err(cause) = &outcome {
            self.abort(cause);
        }
        record_end(self.doors, &self.report).await;
        self.tidy().await;
        outcome
    }

    fn now(&self) -> Timestamp {
        self.doors.client().clock().now()
    }

    fn start(&self) -> Going {
        let (stop, stopped) = watch::channel(false);
        let load = &self.scenario.load;
        let plan = LoadPlan {
            workspace: self.place.workspace,
            conversation: self.place.conversation,
            senders: SENDERS,
            rate: Some(load.rate),
            lasts: WARM_UP + Duration::from_secs(load.seconds) + NOTICED_MAX + REJOIN_MAX,
            patience: MESSAGE_PATIENCE,
            tag: format!(
                "{} of drill {}, number",
                load.workload.record(),
                self.report.drill_id
            ),
        };
        let clients = [self.doors.client().clone()];
        let told = stopped.clone();
        let load = tokio::spawn(async move { load::run(&clients, &plan, told).await });
        let watches = Function::ALL.into_iter().map(|function| {
            tokio::spawn(functions::watch(
                function,
                self.place.clone(),
                stopped.clone(),
            ))
        });
        Going {
            watches: watches.collect(),
            load,
            stop,
            began: Instant::now(),
        }
    }

    /// Does the steps until the load is over, or somebody wants the drill to stop.
    async fn break_or_stop(
        &self,
        done: &mut Done,
        progress: &watch::Sender<Phase>,
    ) -> Result<(), Aborted> {
        let urls: Vec<String> = self
            .doors
            .client()
            .sites()
            .iter()
            .map(ToString::to_string)
            .collect();
        if let Some(folder) = &self.options.ledger {
            let id = self.report.drill_id;
            done.ledger = Some(Ledger::begin(folder, id, &self.scenario.name, &urls)?);
        }
        tokio::select! {
            biased;
            () = self.stopped() => Err(Aborted::Stopped),
            broken = self.break_all(done, progress) => broken,
        }
    }

    async fn break_all(
        &self,
        done: &mut Done,
        progress: &watch::Sender<Phase>,
    ) -> Result<(), Aborted> {
        tokio::time::sleep(WARM_UP).await;
        progress.send_replace(Phase::Broken);
        let began = Instant::now();
        for step in &self.plan.steps {
            tokio::time::sleep_until(began + step.at).await;
            done.note(step, self.now())?;
            self.take(step).await.map_err(at(step.what.clone()))?;
        }
        let seconds = Duration::from_secs(self.scenario.load.seconds);
        tokio::time::sleep_until(began + seconds).await;
        let expect = self.scenario.expect.as_ref();
        if expect.is_some_and(|expect| expect.detected_within.is_some()) {
            let fault_at = done.fault.map_or_else(|| self.now(), |(at, _)| at);
            self.wait_noticed(fault_at).await;
        }
        Ok(())
    }

    async fn take(&self, step: &Planned) -> Result<(), DoorError> {
        match &step.deed {
            Deed::Break {
                node,
                through,
                fault,
            } => self.doors.break_node(*through, node, fault).await,
            Deed::Restore(Undoing::Restore {
                node,
                through_itself,
            }) => self.doors.restore_anyhow(node, *through_itself).await,
            Deed::Restore(Undoing::SwitchBack { leads }) => self.doors.lead_as(leads).await,
            Deed::SwitchOver { to } => self.doors.switch_over("all", to).await,
        }
    }

    /// Ends when the runner is told to stop, or somebody asks for it through the record.
    async fn stopped(&self) {
        let mut stop = self.options.stop.clone();
        let told = async {
            if stop.wait_for(|is_told| *is_told).await.is_err() {
                // Nobody is left who could tell.
                std::future::pending::<()>().await;
            }
        };
        let asked = async {
            let mut every = tokio::time::interval(ASK_EVERY);
            every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                every.tick().await;
                // While no site answers there is nobody who could have asked.
                let drills = self.doors.drills(Some(&self.scenario.name), 1).await;
                let is_asked = drills.is_ok_and(|drills| {
                    drills.first().is_some_and(|drill| {
                        drill["drill_id"] == self.report.drill_id.to_string()
                            && !drill["stop_asked_at"].is_null()
                    })
                });
                if is_asked {
                    return;
                }
            }
        };
        tokio::select! {
            () = told => {}
            () = asked => {}
        }
    }

    /// A short drill must not put the site back before anybody could notice; when nobody does in time,
    /// that is what the report says.
    async fn wait_noticed(&self, fault_at: Timestamp) {
        let noticed = async {
            let mut every = tokio::time::interval(LOOK_EVERY);
            loop {
                every.tick().await;
                let timeline = self
                    .doors
                    .timeline(self.plan.survivor, self.report.started_at)
                    .await;
                let told = timeline
                    .ok()
                    .and_then(|notes| detected_ms(&notes, &self.plan.node, fault_at));
                if told.is_some() {
                    return;
                }
            }
        };
        // Not noticed in time is a finding, not a failure of the drill itself.
        let _ = tokio::time::timeout(NOTICED_MAX, noticed).await;
    }

    /// Puts everything back and waits until it serves, is in step and protected; an aborted drill does
    /// not wait.
    async fn put_back(&mut self, done: Done, waits: bool) -> Result<(), Aborted> {
        let ordered = self.now();
        self.report.put_back = put_back(self.doors, &done.undoings).await;
        let manual: Vec<String> = self
            .report
            .put_back
            .iter()
            .filter_map(|one| one.manual.clone())
            .collect();
        if !manual.is_empty() {
            return Err(Aborted::NotPutBack(manual));
        }
        if let Some(ledger) = done.ledger {
            ledger.close();
        }
        if !waits {
            return Ok(());
        }
        let waiting = async {
            let mut every = tokio::time::interval(LOOK_EVERY);
            loop {
                every.tick().await;
                if self.all_are_whole().await {
                    return;
                }
            }
        };
        if tokio::time::timeout(REJOIN_MAX, waiting).await.is_ok() {
            self.report.rejoin_ms = Some(self.now().since(ordered));
        }
        tokio::time::sleep(AFTER).await;
        Ok(())
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

    fn abort(&mut self, cause: &Aborted) {
        let miss = match cause {
            Aborted::NotPutBack(_) => Miss::new(Severity::High, "Not put back", cause.to_string()),
            _ => Miss::new(Severity::Low, "Not carried out", cause.to_string()),
        };
        self.report.passed = false;
        self.report.aborted = Some(cause.to_string());
        self.report.shortfalls = vec![miss.detail.clone()];
        self.report.findings = self.findings(&[miss]);
    }

    fn findings(&self, misses: &[Miss]) -> Vec<finding::Finding> {
        let owner = self
            .scenario
            .owner
            .as_deref()
            .or(self.options.runner.as_deref());
        finding::findings(self.report.drill_id, misses, owner, self.now())
    }

    /// Puts the drill's conversation and folder away. The report is complete without it; what fails
    /// here is only said.
    async fn tidy(&self) {
        let (workspace, conversation) = (self.place.workspace, self.place.conversation);
        let archived = self
            .doors
            .archive_conversation(workspace, conversation)
            .await;
        if let Err(error) = archived {
            tracing::warn!(%error, "the drill's conversation could not be archived");
        }
        if let Some(folder) = self.place.folder
            && let Err(error) = self.doors.trash_folder(workspace, folder).await
        {
            tracing::warn!(%error, "the drill's folder could not be put into the trash");
        }
    }
}

/// What breaks something is done only where the node's name was typed twice.
fn must_be_meant(scenario: &Scenario, options: &Options, plan: &Plan) -> Result<(), String> {
    let Confirmed::Name(name) = &options.confirmed else {
        return Ok(());
    };
    let node = &plan.node;
    let is_meant = options.site.as_ref() == Some(node) && name.as_ref() == Some(node);
    if is_meant || scenario.safety == Safety::SafeInProduction {
        return Ok(());
    }
    Err(format!(
        "{} breaks node {node}: type its name twice, --site {node} --confirm-site {node}",
        scenario.name
    ))
}

/// Files the report in the continuity record. It is complete without; what fails here is only said.
async fn record_end(doors: &Doors, report: &Report) {
    let value = serde_json::to_value(report).unwrap_or(Value::Null);
    if let Err(error) = doors
        .record_end(report.drill_id, report.passed, &value)
        .await
    {
        tracing::warn!(%error, "the report could not be filed in the continuity record");
    }
}

/// Where the drill works: a conversation and a folder of its own.
async fn make_place(
    doors: &Doors,
    id: Uuid,
    options: &Options,
    scenario: &Scenario,
    site: usize,
) -> Result<Place, Aborted> {
    let wished = options.workspace.as_deref();
    let (workspace, conversation) = doors
        .make_conversation(id, wished)
        .await
        .map_err(at("making the drill's conversation"))?;
    let folder = doors
        .make_folder(id, workspace)
        .await
        .map_err(at("making the drill's folder"))?;
    let session = doors.client().session().await;
    let session = session.map_err(|e| at("reading the session")(e.into()))?;
    let member = session.workspaces.iter().find(|w| w.id == workspace);
    Ok(Place {
        client: doors.client().clone(),
        site,
        workspace,
        conversation,
        folder: Some(folder),
        record: scenario.load.workload.record(),
        person: member.map_or_else(Uuid::nil, |w| w.person.id.0),
    })
}

impl Going {
    async fn collect(self, fault: Instant, undone: Instant) -> Watched {
        let ended = Instant::now();
        let records = self.load.await.unwrap_or_default();
        let mut tries = Vec::new();
        for watch in self.watches {
            tries.extend(watch.await);
        }
        Watched {
            records,
            tries,
            moments: Moments {
                began: self.began,
                fault,
                undone,
                ended,
            },
        }
    }
}
