//! The drill of a valid account that turns against its workspace: documents are overwritten with
//! noise while others work; measured are how soon the account is stopped, and whether taking its
//! changes back leaves exactly what the others made.

mod model;
mod pen;
mod players;
mod stage;

use crate::cast::SignIn;
use crate::doors::{DoorError, Doors};
use crate::finding::{Finding, Miss, findings};
use crate::function_line::{FunctionLine, Moments, share_available};
use crate::functions::{self, Function, Place, Tries};
use crate::scenario::{Expect, Lasting};
use kernel::id::Uuid;
use kernel::{Clock, Timestamp};
use model::{Expected, Written, hash};
use players::{Attack, attack, locked_out, millis_since, work};
use serde::Serialize;
use serde_json::{Value, json};
use stage::Stage;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

const SCENARIO: &str = "ransomware";
/// Work goes on for so long before the attack and after the rewind.
const AROUND: Duration = Duration::from_secs(3);
/// The longest an attacker may go on.
const QUARANTINED_WITHIN: Duration = Duration::from_secs(60);
/// The longest a rewind may take.
const REWOUND_WITHIN: Duration = Duration::from_secs(900);
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How the drill is run.
pub struct Settings<'a> {
    /// Documents in the workspace.
    pub documents: usize,
    /// People who work meanwhile.
    pub workers: usize,
    /// Documents a second the attacker spoils.
    pub rate: u32,
    /// Signs a new account in.
    pub sign_in: &'a SignIn<'a>,
    /// Who runs it and answers for findings.
    pub runner: Option<String>,
}

/// The evidence. Times are milliseconds.
#[derive(Debug, Serialize)]
pub struct RansomwareReport {
    /// The drill.
    pub drill_id: Uuid,
    /// `ransomware`.
    pub scenario: &'static str,
    /// Whether the attacker was stopped and everything else is as it would be.
    pub passed: bool,
    /// What was not.
    pub shortfalls: Vec<String>,
    /// When the drill began.
    pub started_at: Timestamp,
    /// The attacker's person.
    pub actor: Uuid,
    /// Documents there were.
    pub objects_total: u64,
    /// Documents the attacker spoilt.
    pub objects_hit: u64,
    /// When the first was.
    pub first_hit_at: Option<Timestamp>,
    /// From the first until both sites refused the attacker.
    pub quarantined_ms: Option<i64>,
    /// Things the rewind put back.
    pub rewound: u64,
    /// From the approval until the rewind was completed.
    pub rewind_ms: Option<i64>,
    /// Changes others were acknowledged.
    pub others_changes: u64,
    /// Whether all of these are there.
    pub others_changes_kept: bool,
    /// Changes others tried in vain.
    pub others_failures: u64,
    /// Hash of the documents as they would be without the attacker.
    pub state_hash_expected: String,
    /// Hash of the documents as they are.
    pub state_hash_after: String,
    /// Other people who were put in quarantine.
    pub false_quarantines: u64,
    /// Each function, as it fared for others from the attack until its changes were taken back.
    pub functions: Vec<FunctionLine>,
    /// The share of functions that worked again within their objective.
    pub functions_available_pct: Option<f64>,
    /// What has to be seen to.
    pub findings: Vec<Finding>,
}

/// Runs it, in a workspace of its own.
///
/// # Errors
/// When the stage cannot be set or the installation does not answer.
pub async fn run(
    doors: &Doors,
    settings: &Settings<'_>,
    clock: &dyn Clock,
    say: &(dyn Fn(&str) + Sync),
) -> Result<RansomwareReport, DoorError> {
    let drill_id = doors.client().new_uuid();
    let started_at = clock.now();
    doors.record_start(drill_id, SCENARIO, "both").await?;
    let report = stage_and_play(doors, settings, clock, say)
        .await
        .map(|(stage, played)| {
            let mut report = played.report(&stage, drill_id, started_at);
            let missed: Vec<Miss> = report
                .shortfalls
                .iter()
                .map(|line| Miss::of_shortfall(line))
                .collect();
            let owner = settings.runner.as_deref();
            report.findings = findings(drill_id, &missed, owner, clock.now());
            report
        });
    let (passed, value) = match &report {
        Ok(report) => (
            report.passed,
            serde_json::to_value(report).unwrap_or_default(),
        ),
        Err(error) => {
            let aborted = error.to_string();
            let value = json!({ "scenario": SCENARIO, "passed": false, "aborted": aborted });
            (false, value)
        }
    };
    if let Err(error) = doors.record_end(drill_id, passed, &value).await {
        tracing::warn!(%error, "the report could not be filed in the continuity record");
    }
    report
}

async fn stage_and_play(
    doors: &Doors,
    settings: &Settings<'_>,
    clock: &dyn Clock,
    say: &(dyn Fn(&str) + Sync),
) -> Result<(Arc<Stage>, Played), DoorError> {
    say("setting the stage: a workspace with people and documents of its own");
    let stage = Arc::new(Stage::set(settings, doors.client().clone()).await?);
    let played = play(&stage, settings, clock, say).await;
    stage.strike().await;
    Ok((stage, played?))
}

/// What was seen.
struct Played {
    attack: Attack,
    quarantined_ms: Option<i64>,
    outcome: Option<Value>,
    rewind_ms: Option<i64>,
    expected: Expected,
    after: BTreeMap<Uuid, Written>,
    failures: Vec<String>,
    false_quarantines: u64,
    functions: Vec<FunctionLine>,
}

/// People other than the attacker must go on working: within this time.
const OBJECTIVE: Lasting = Lasting(5_000);

async fn play(
    stage: &Arc<Stage>,
    settings: &Settings<'_>,
    clock: &dyn Clock,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Played, DoorError> {
    let expected = Arc::new(Mutex::new(stage.expected.clone()));
    let (stop, stopped) = watch::channel(false);
    let workers: Vec<_> = (0..settings.workers)
        .map(|n| {
            let (stage, expected) = (Arc::clone(stage), Arc::clone(&expected));
            tokio::spawn(work(stage, n, expected, stopped.clone()))
        })
        .collect();
    let watching = Instant::now();
    let watches = start_watches(stage, &stopped).await?;
    sleep(AROUND).await;
    say("an account turns against the workspace");
    let began = Instant::now();
    let since = clock.now();
    let (attack, first, second) = tokio::join!(
        attack(stage, settings.rate, clock),
        locked_out(stage, 0, QUARANTINED_WITHIN),
        locked_out(stage, stage.operator.sites().len() - 1, QUARANTINED_WITHIN),
    );
    let until_first = attack.first_hit_at.map_or(0, |at| at.since(since));
    let quarantined_ms = (first && second).then(|| millis_since(began) - until_first);
    say("the account is refused; two others take its changes back");
    let (outcome, rewind_ms) = match rewind(stage, since).await? {
        Some((outcome, ms)) => (Some(outcome), Some(ms)),
        None => (None, None),
    };
    let undone = Instant::now();
    sleep(AROUND).await;
    let moments = Moments {
        began: watching,
        fault: began,
        undone,
        ended: Instant::now(),
    };
    stop.send_replace(true);
    let functions = collect(watches, &moments).await;
    let mut failures = Vec::new();
    for worker in workers {
        failures.extend(worker.await.unwrap_or_default());
    }
    say("comparing with what there would be");
    let expected = expected
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    Ok(Played {
        attack,
        quarantined_ms,
        outcome,
        rewind_ms,
        after: look(stage).await?,
        expected,
        failures,
        false_quarantines: false_quarantines(stage).await?,
        functions,
    })
}

/// Tries what people do, as the workspace's owner, in a conversation and a folder of its own: what is
/// compared afterwards is not touched.
async fn start_watches(
    stage: &Stage,
    stopped: &watch::Receiver<bool>,
) -> Result<Vec<tokio::task::JoinHandle<Tries>>, DoorError> {
    let owner = &stage.operator;
    let (conversation, folder) = (owner.new_uuid(), owner.new_uuid());
    let session = owner.session().await?;
    let member = session.workspaces.iter().find(|w| w.id == stage.workspace);
    let person = member.map_or_else(Uuid::nil, |w| w.person.id.0);
    let talk = json!({ "conversation_id": conversation, "kind": "group", "name": "Functions",
        "members": [person] });
    stage
        .insist(owner, "messaging", "create-conversation", talk)
        .await?;
    let make = json!({ "folder_id": folder, "name": "Functions" });
    stage
        .insist(owner, "documents", "create-folder", make)
        .await?;
    let place = Place {
        client: owner.clone(),
        site: 0,
        workspace: stage.workspace,
        conversation,
        folder: Some(folder),
        record: "Order",
        person,
    };
    let watches = Function::ALL
        .into_iter()
        .map(|function| tokio::spawn(functions::watch(function, place.clone(), stopped.clone())));
    Ok(watches.collect())
}

async fn collect(
    watches: Vec<tokio::task::JoinHandle<Tries>>,
    moments: &Moments,
) -> Vec<FunctionLine> {
    let expect = Expect {
        rto_within: Some(OBJECTIVE),
        ..Expect::default()
    };
    let mut lines = Vec::new();
    for watch in watches {
        lines.extend(
            watch
                .await
                .map(|tries| FunctionLine::of(&tries, moments, &expect)),
        );
    }
    lines
}

/// Proposed by the owner, approved by the second; what it came to and how long it took.
async fn rewind(stage: &Stage, since: Timestamp) -> Result<Option<(Value, i64)>, DoorError> {
    let rewind = stage.operator.new_uuid();
    let selection = json!({ "person": { "person_id": stage.attacker.person, "since": since } });
    let propose = json!({ "rewind_id": rewind, "selection": selection, "note": "drill" });
    let owner = &stage.operator;
    stage
        .insist(owner, "protection", "propose-rewind", propose)
        .await?;
    let approve = json!({ "rewind_id": rewind });
    let second = &stage.second.client;
    stage
        .insist(second, "protection", "approve-rewind", approve)
        .await?;
    let began = Instant::now();
    while began.elapsed() < REWOUND_WITHIN {
        let asked = [("rewind_id", rewind.to_string())];
        let workspace = Some(stage.workspace);
        let page: Value = owner
            .query("protection", "rewind-list", workspace, &asked)
            .await?;
        let found = &page["items"][0];
        if found["state"] == "completed" {
            return Ok(Some((found["outcome"].clone(), millis_since(began))));
        }
        sleep(LOOK_EVERY).await;
    }
    Ok(None)
}

/// Every document as it is, at a site that has read everything.
async fn look(stage: &Stage) -> Result<BTreeMap<Uuid, Written>, DoorError> {
    let last = json!({ "folder_id": stage.folder, "name": "Plans, compared" });
    let last = stage
        .insist(&stage.operator, "documents", "rename-folder", last)
        .await?
        .seq;
    let mut after = BTreeMap::new();
    for id in stage.expected.ids() {
        let details = stage.ask(id, "document", last).await?;
        let title = details["title"].as_str().unwrap_or_default().to_owned();
        let markdown = stage.markdown(id, last).await?;
        if details["is_trashed"] != true {
            let written = Written {
                id,
                title,
                markdown,
            };
            after.insert(id, written);
        }
    }
    Ok(after)
}

/// Alarms that put others than the attacker in quarantine.
async fn false_quarantines(stage: &Stage) -> Result<u64, DoorError> {
    let alarms: Vec<Value> = stage
        .operator
        .query_all("protection", "alarm-list", Some(stage.workspace), &[])
        .await?;
    let attacker = json!(stage.attacker.person);
    let others = alarms
        .iter()
        .filter(|alarm| alarm["level"] == "high" && alarm["person_id"] != attacker);
    Ok(others.count() as u64)
}

impl Played {
    fn report(self, stage: &Stage, drill_id: Uuid, started_at: Timestamp) -> RansomwareReport {
        let expected_hash = self.expected.hash();
        let after_hash = hash(self.after.values());
        let differing = self
            .expected
            .ids()
            .into_iter()
            .filter(|id| self.after.get(id) != self.expected.get(*id))
            .collect::<Vec<_>>();
        let mut shortfalls = Vec::new();
        if self.quarantined_ms.is_none() {
            shortfalls.push("the attacker was not refused at both sites within a minute".into());
        }
        if self.rewind_ms.is_none() {
            shortfalls.push("the rewind was not completed in time".into());
        }
        if !differing.is_empty() {
            let (count, first) = (differing.len(), differing[0]);
            shortfalls.push(format!(
                "{count} documents are not what they would be without the attacker, {first} among them"
            ));
        }
        if self.false_quarantines > 0 {
            let count = self.false_quarantines;
            shortfalls.push(format!("{count} others were put in quarantine"));
        }
        let outcome = self.outcome.unwrap_or_default();
        let left = outcome["left_over_count"].as_u64().unwrap_or(0);
        if left > 0 {
            let first = &outcome["left_over"][0];
            shortfalls.push(format!("{left} things could not be put back: {first}"));
        }
        RansomwareReport {
            drill_id,
            scenario: SCENARIO,
            passed: shortfalls.is_empty(),
            shortfalls,
            started_at,
            actor: stage.attacker.person,
            objects_total: stage.expected.ids().len() as u64,
            objects_hit: self.attack.hit,
            first_hit_at: self.attack.first_hit_at,
            quarantined_ms: self.quarantined_ms,
            rewound: outcome["done"].as_u64().unwrap_or(0),
            rewind_ms: self.rewind_ms,
            others_changes: self.expected.changes,
            others_changes_kept: differing.is_empty(),
            others_failures: self.failures.len() as u64,
            state_hash_expected: expected_hash,
            state_hash_after: after_hash,
            false_quarantines: self.false_quarantines,
            functions_available_pct: share_available(&self.functions),
            functions: self.functions,
            findings: Vec::new(),
        }
    }
}
