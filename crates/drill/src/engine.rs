//! The one engine that every drill under load runs on: prepare, break step by step, watch, put back,
//! compare, report. However it ends, what was broken is put back, and how is written down before it is
//! broken.

mod compare;
mod expected;
mod ledger;
mod measure;
mod plan;
mod prepare;
mod put_back;
mod steps;

pub use ledger::{Ledger, LeftOver};
pub use plan::{Deed, Plan, Planned, plan};
pub use put_back::{PutBack, Undoing, put_back};

use crate::doors::{DoorError, Doors, Health};
use crate::finding::{self, Miss, Severity};
use crate::function_line::Moments;
use crate::functions::{self, Function, Place, Tries};
use crate::report::{Phase, Report, StepLine};
use crate::scenario::Scenario;
use client::load::{self, LoadPlan, Record};
use kernel::Timestamp;
use measure::in_flight;
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
const LOOK_EVERY: Duration = Duration::from_millis(100);

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
    broken_at: Vec<Timestamp>,
}

impl Drill<'_> {
    /// Breaks, watches, puts back and compares. However it ends, the record has the end of it.
    async fn carry_out(&mut self, progress: &watch::Sender<Phase>) -> Result<(), Aborted> {
        let mut done = Done {
            ledger: None,
            undoings: Vec::new(),
            steps: Vec::new(),
            fault: None,
            broken_at: Vec::new(),
        };
        progress.send_replace(Phase::Warming);
        let going = self.start();
        let broken = self.break_or_stop(&mut done, progress).await;
        progress.send_replace(Phase::Restoring);
        let undone = Instant::now();
        let fault = done.fault.unwrap_or((self.now(), undone));
        self.report.fault_at = done.fault.map(|(at, _)| at);
        self.report.steps = std::mem::take(&mut done.steps);
        let broken_at = std::mem::take(&mut done.broken_at);
        let back = self.put_back(done, broken.is_ok()).await;
        going.stop.send_replace(true);
        let watched = going.collect(fault.1, undone).await;
        self.report.in_flight = in_flight(&watched.records, &broken_at);
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
            lasts: WARM_UP + Duration::from_secs(load.seconds) + steps::NOTICED_MAX + REJOIN_MAX,
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
        for (site, before) in self.healths.iter().enumerate() {
            match self.doors.health(site).await {
                Ok(health) if health.is_whole() && (health.seals() || !before.seals()) => {}
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
