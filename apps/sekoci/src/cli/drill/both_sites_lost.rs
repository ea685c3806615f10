//! The drill of the worst day: everything is brought back from the vault alone, into a scratch folder
//! with a site of its own, while the installation goes on. What comes back is compared with the live
//! journal head by head, and people's functions are tried on it. Run every night it is the rehearsal.

mod live;
mod scratch;

use super::super::{Connection, Failure};
use crate::recover::opener::{Key, MaybeOpener};
use crate::vault::place::{Access, Place};
use drill::{Doors, Function};
use kernel::clock::SystemClock;
use kernel::id::Uuid;
use kernel::{Clock, Timestamp};
use live::LiveHead;
use scratch::Scratch;
use serde::Serialize;
use server::sealing::Parts;
use std::collections::BTreeMap;
use vault::Store;
use vault::recovery::{Recovered, Recovery, plan};

/// What the drill needs.
pub struct Settings<'a> {
    /// The installation.
    pub connection: &'a Connection,
    /// Its vault.
    pub place: &'a Place,
    /// What opens it.
    pub opener: &'a MaybeOpener,
    /// The workspace in which functions are tried; the user's first where absent.
    pub workspace: Option<&'a str>,
}

/// The evidence. Times are milliseconds.
#[derive(Serialize)]
pub struct Report {
    drill_id: Uuid,
    scenario: &'static str,
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
}

/// Runs it.
///
/// # Errors
/// Refused where an argument cannot be used or the installation does not answer.
pub async fn run(settings: &Settings<'_>) -> Result<Report, Failure> {
    let key = settings.opener.read()?;
    let key = key.ok_or_else(|| Failure::argument("--identity", "is missing (or --shares)"))?;
    let store = settings.place.open(Access::Existing)?;
    let doors = Doors::new(settings.connection.client()?);
    let id = doors.client().new_uuid();
    let started_at = SystemClock.now();
    say("looking at the live heads");
    let mut heads = live::heads(&doors).await?;
    let refused = |e: drill::DoorError| Failure::refused(format!("recording the drill: {e}"));
    doors
        .record_start(id, SCENARIO, BOTH)
        .await
        .map_err(refused)?;
    say("waiting until all of that is in the vault");
    let sealed_after_ms = live::wait_sealed(&doors, &heads, started_at).await?;
    let rebuilt = rebuild(settings, &key, &*store, &mut heads).await?;
    let report = Report::new(id, started_at, sealed_after_ms, heads, &rebuilt);
    let value = serde_json::to_value(&report).map_err(|e| Failure::failed(e.to_string()))?;
    if let Err(error) = doors.record_end(id, report.passed, &value).await {
        tracing::warn!(%error, "the report could not be filed in the continuity record");
    }
    Ok(report)
}

const SCENARIO: &str = "both-sites-lost";
/// Stands in the record where other drills name the site that they broke.
const BOTH: &str = "both";

/// What was rebuilt, and how it did.
struct Rebuilt {
    recovered: Recovered,
    first_use_ms: BTreeMap<&'static str, i64>,
    failures: Vec<String>,
}

async fn rebuild(
    settings: &Settings<'_>,
    key: &Key,
    store: &dyn Store,
    heads: &mut [LiveHead],
) -> Result<Rebuilt, Failure> {
    say("bringing everything back into a scratch folder");
    let scratch = Scratch::make()?;
    let target = scratch.target()?;
    let opened = key.open(store).await?;
    let planned = plan(store, None).await.map_err(crate::recover::failed)?;
    let engine = target.engine().await?;
    target.begin()?;
    let chunks = target.chunks()?;
    let mut site = scratch.serve()?;
    let began = SystemClock.now();
    let connection = Connection {
        urls: vec![scratch.url()?],
        ca_file: None,
        ..settings.connection.clone()
    };
    let workspace = settings.workspace.map(str::to_owned);
    let trying = tokio::spawn(scratch::try_functions(
        connection.client()?,
        workspace,
        began,
    ));
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
    let tried = trying.await.unwrap_or_default();
    site.stop().await;
    for head in heads {
        head.compare(&*engine).await;
    }
    Ok(Rebuilt {
        recovered,
        first_use_ms: tried.first_use_ms,
        failures: tried.failures,
    })
}

impl Report {
    fn new(
        drill_id: Uuid,
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
            scenario: SCENARIO,
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
        }
    }

    /// Says what was seen.
    pub fn print(&self) {
        println!(
            "{SCENARIO}: {}",
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
