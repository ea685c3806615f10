//! The drill of the worst day: everything is brought back from the vault alone, into a scratch folder
//! with a site of its own, while the installation goes on. What comes back is compared with the live
//! journal head by head, and people's functions are tried on it. Run every night it is the rehearsal.
//! The report is signed with the key that opened the vault.

pub mod live;
mod scratch;

use super::super::{Connection, Failure};
use crate::recover::opener::Key;
use crate::recover::signed::Signed;
use crate::vault::place::{Access, Place};
use continuity::REHEARSAL;
use drill::{Doors, Finding, Function, FunctionLine, Miss, findings, share_available};
use kernel::clock::SystemClock;
use kernel::id::Uuid;
use kernel::{Clock, Hash, Timestamp};
use live::LiveHead;
use scratch::Bench;
use serde::Serialize;
use serde_json::json;
use server::sealing::Parts;
use std::collections::BTreeMap;
use vault::Store;
use vault::custody::RecoveryIdentity;
use vault::recovery::{Recovered, Recovery, plan};

/// What the drill needs.
pub struct Settings<'a> {
    /// The installation.
    pub connection: &'a Connection,
    /// Its vault.
    pub place: &'a Place,
    /// What opens it.
    pub key: &'a Key,
    /// The workspace in which functions are tried; the user's first where absent.
    pub workspace: Option<&'a str>,
}

/// The evidence. Times are milliseconds.
#[derive(Serialize)]
pub struct Report {
    drill_id: Uuid,
    scenario: &'static str,
    /// Digest of the trust to which the key belongs that opened the vault.
    trust: Hash,
    /// Whether everything came back and worked.
    pub passed: bool,
    /// What did not.
    pub shortfalls: Vec<String>,
    started_at: Timestamp,
    /// From the look at the live heads until all of that was in the vault.
    sealed_after_ms: Option<i64>,
    messages: u64,
    documents: u64,
    files: u64,
    bytes: u64,
    entries: u64,
    /// From the beginning of the recovery until every function of the module had worked.
    first_use_ms: BTreeMap<&'static str, i64>,
    /// Until everything was back.
    complete_ms: i64,
    /// Every live head is in what came back, at its place and with its hash.
    heads_equal: bool,
    heads: Vec<LiveHead>,
    unrestorable: Vec<String>,
    /// Each function: how long after the beginning of the recovery it worked.
    functions: Vec<FunctionLine>,
    /// The share of functions that worked.
    functions_available_pct: Option<f64>,
    /// What has to be seen to.
    findings: Vec<Finding>,
}

/// The report with its signature.
#[derive(Serialize)]
pub struct Evidence {
    /// The report.
    #[serde(flatten)]
    pub report: Report,
    signed: Signed,
    /// Whether it is in the continuity record.
    #[serde(skip)]
    pub is_filed: bool,
}

/// What is on record of a drill that did not get as far as a report.
#[derive(Serialize)]
struct Broken {
    drill_id: Uuid,
    scenario: &'static str,
    trust: Hash,
    passed: bool,
    shortfalls: [String; 1],
    started_at: Timestamp,
}

/// Runs it, unless `stop` comes first. Nothing of the scratch folder is left, however it ends.
///
/// # Errors
/// Refused where an argument cannot be used or the installation does not answer; failed where it was
/// stopped, or did not get as far as a report, which is then on record as a failure.
pub async fn run(
    settings: &Settings<'_>,
    stop: impl Future<Output = ()>,
) -> Result<Evidence, Failure> {
    let store = settings.place.open(Access::Existing)?;
    let doors = Doors::new(settings.connection.client()?);
    let id = doors.client().new_uuid();
    let started_at = SystemClock.now();
    say("looking at the live heads");
    let mut heads = live::heads(&doors).await?;
    let mut bench = Bench::make()?;
    let refused = |e: drill::DoorError| Failure::refused(format!("recording the drill: {e}"));
    doors
        .record_start(id, REHEARSAL, BOTH)
        .await
        .map_err(refused)?;
    let working = async {
        say("waiting until all of that is in the vault");
        let sealed_after_ms = live::wait_sealed(&doors, &heads, started_at).await?;
        let rebuilt = rebuild(settings, &*store, &mut bench, &mut heads).await?;
        Ok::<_, Failure>((sealed_after_ms, rebuilt))
    };
    let worked = tokio::select! {
        worked = working => Some(worked),
        () = stop => None,
    };
    bench.clear().await;
    match worked {
        None => Err(Failure::failed("the drill was stopped before its end")),
        Some(Err(failure)) => {
            let broken = Broken {
                drill_id: id,
                scenario: REHEARSAL,
                trust: settings.key.trust,
                passed: false,
                shortfalls: [failure.to_string()],
                started_at,
            };
            file(&doors, id, false, &broken, &settings.key.identity).await?;
            Err(failure)
        }
        Some(Ok((sealed_after_ms, rebuilt))) => {
            let trust = settings.key.trust;
            let mut report = Report::new(id, trust, started_at, sealed_after_ms, heads, &rebuilt);
            let shortfalls = report.shortfalls.iter();
            let missed: Vec<Miss> = shortfalls.map(|line| Miss::of_shortfall(line)).collect();
            let owner = settings.connection.user.as_deref();
            report.findings = findings(id, &missed, owner, SystemClock.now());
            let signed = Signed::of(&report, &settings.key.identity)?;
            let is_filed = file(&doors, id, report.passed, &report, &settings.key.identity).await?;
            Ok(Evidence {
                report,
                signed,
                is_filed,
            })
        }
    }
}

/// Puts a report into the continuity record, with the signature of what is recorded beside it: lists
/// are cut there, as a report of a failure can be longer than what a site takes, and a site signs what
/// is on record. Whether that worked.
async fn file(
    doors: &Doors,
    id: Uuid,
    passed: bool,
    report: &impl Serialize,
    identity: &RecoveryIdentity,
) -> Result<bool, Failure> {
    let mut value = drill::capped(&json!(report));
    let signed = Signed::of(&value, identity)?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("signed".into(), json!(signed));
    }
    let filed = doors.record_end(id, passed, &value).await;
    Ok(filed
        .inspect_err(|error| {
            tracing::warn!(%error, "the report could not be filed in the continuity record");
        })
        .is_ok())
}

/// Stands in the record where other drills name the site that they broke.
const BOTH: &str = "both";

/// What was rebuilt, and how it did.
struct Rebuilt {
    recovered: Recovered,
    first_use_ms: BTreeMap<&'static str, i64>,
    failures: Vec<String>,
    functions: Vec<FunctionLine>,
}

async fn rebuild(
    settings: &Settings<'_>,
    store: &dyn Store,
    bench: &mut Bench,
    heads: &mut [LiveHead],
) -> Result<Rebuilt, Failure> {
    say("bringing everything back into a scratch folder");
    let target = bench.target()?;
    let opened = settings.key.open(store).await?;
    let planned = plan(store, None).await.map_err(crate::recover::failed)?;
    let engine = target.engine().await?;
    target.begin()?;
    let chunks = target.chunks()?;
    bench.serve()?;
    let began = SystemClock.now();
    let connection = Connection {
        urls: vec![bench.url()?],
        ca_file: None,
        ..settings.connection.clone()
    };
    let workspace = settings.workspace.map(str::to_owned);
    bench.try_functions(connection.client()?, workspace, began);
    let recovery = Recovery {
        store,
        engine: &*engine,
        opened: &opened,
        files: Some(&Parts(&chunks)),
        until: None,
        clock: &SystemClock,
    };
    let mut unwritten = None;
    let recovered = recovery
        .run(
            &planned,
            |_| {},
            |one, key| {
                if let Err(failure) = crate::recover::done(&target, one, key) {
                    unwritten.get_or_insert(failure);
                }
            },
        )
        .await;
    if let Some(failure) = unwritten {
        return Err(failure);
    }
    // What did not come back is in the report; the functions are tried on the rest.
    target.finish()?;
    say("trying what people do");
    let tried = bench.tried().await;
    for head in heads {
        head.compare(&*engine).await;
    }
    Ok(Rebuilt {
        recovered,
        first_use_ms: tried.first_use_ms,
        failures: tried.failures,
        functions: tried.functions,
    })
}

impl Report {
    fn new(
        drill_id: Uuid,
        trust: Hash,
        started_at: Timestamp,
        sealed_after_ms: Option<i64>,
        heads: Vec<LiveHead>,
        rebuilt: &Rebuilt,
    ) -> Self {
        let count = rebuilt.recovered.count();
        let files = &rebuilt.recovered.files;
        let partitions = rebuilt.recovered.partitions.iter();
        let unrestorable: Vec<String> = partitions
            .filter_map(|one| {
                let cause = one.failure.as_ref()?;
                Some(format!(
                    "{} after entry {}: {cause}",
                    one.partition, one.head.seq
                ))
            })
            .chain(files.failures.iter().cloned())
            .collect();
        let heads_equal = heads.iter().all(|head| head.is_equal == Some(true));
        let mut shortfalls = unrestorable.clone();
        if sealed_after_ms.is_none() {
            let line = format!(
                "not everything was in the vault within {} s",
                live::SEALED_MAX.as_secs()
            );
            shortfalls.push(line);
        }
        let differing = heads.iter().filter(|head| head.is_equal != Some(true));
        shortfalls.extend(differing.map(|head| {
            format!(
                "{}: entry {} did not come back as it is live",
                head.partition, head.seq
            )
        }));
        shortfalls.extend(rebuilt.failures.iter().cloned());
        Self {
            drill_id,
            scenario: REHEARSAL,
            trust,
            passed: shortfalls.is_empty(),
            shortfalls,
            started_at,
            sealed_after_ms,
            messages: count.messages,
            documents: count.documents,
            files: files.files,
            bytes: files.bytes,
            entries: count.entries,
            first_use_ms: rebuilt.first_use_ms.clone(),
            complete_ms: rebuilt.recovered.complete_ms,
            heads_equal,
            heads,
            unrestorable,
            functions_available_pct: share_available(&rebuilt.functions),
            functions: rebuilt.functions.clone(),
            findings: Vec::new(),
        }
    }

    /// Says what was seen.
    pub fn print(&self) {
        println!(
            "{REHEARSAL}: {}",
            if self.passed { "passed" } else { "FAILED" }
        );
        let sealed = self
            .sealed_after_ms
            .map_or("-".into(), |ms| format!("{ms} ms"));
        println!("  in the vault after         {sealed}");
        println!("  everything back after      {} ms", self.complete_ms);
        for (module, ms) in &self.first_use_ms {
            println!("  {module:<13} usable after {ms} ms");
        }
        println!(
            "  {} messages, {} documents, {} files in {} entries; heads equal: {}",
            self.messages,
            self.documents,
            self.files,
            self.entries,
            if self.heads_equal { "yes" } else { "NO" }
        );
        for shortfall in &self.shortfalls {
            println!("  shortfall: {shortfall}");
        }
    }
}

/// Modules whose functions are tried.
fn modules() -> impl Iterator<Item = &'static str> {
    let mut modules: Vec<_> = Function::ALL.iter().map(|f| f.module()).collect();
    modules.dedup();
    modules.into_iter()
}

fn say(what: &str) {
    eprintln!("drill: {what}");
}
