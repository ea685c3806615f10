//! `sekoci drill run vault-credentials-stolen`: with a site's token everything is tried that would harm what
//! is in the vault. Each has to be refused, and what is there has to be as it was.

use super::super::{Connection, Failure};
use crate::vault::place::Place;
use drill::{Doors, Finding, FunctionLine, Miss, findings};
use kernel::clock::SystemClock;
use kernel::id::Uuid;
use kernel::{Clock, Timestamp};
use reqwest::Method;
use serde::Serialize;
use serde_json::json;
use vault::store::remote::RemoteStore;
use vault::store::{ObjectName, Store, StoreError, Stored};

const SCENARIO: &str = "vault-credentials-stolen";
const DAY_MS: i64 = 24 * 3_600_000;
/// Further away than any vault lets something be kept.
const FOR_EVER_MS: i64 = 100 * 366 * DAY_MS;
const LIST_MAX: usize = 10_000;
const NOISE: &[u8] = b"not what was sealed";

/// Something that whoever has the token tried.
#[derive(Debug, Serialize)]
pub struct Attempt {
    /// What.
    what: &'static str,
    /// How the vault refused it; absent where it did not.
    refused: Option<String>,
}

/// The evidence.
#[derive(Debug, Serialize)]
pub struct Report {
    drill_id: Uuid,
    scenario: &'static str,
    /// Whether everything was refused and is as it was.
    pub passed: bool,
    /// What was not.
    pub shortfalls: Vec<String>,
    started_at: Timestamp,
    /// The object on which it was tried.
    object: ObjectName,
    /// Objects that were there before.
    objects: usize,
    attempts: Vec<Attempt>,
    /// All of these are there, as long as before and kept no shorter.
    unchanged: bool,
    /// Nothing of the platform is broken: no function is measured.
    functions: Vec<FunctionLine>,
    /// What has to be seen to.
    findings: Vec<Finding>,
}

/// Runs it with the token that was given, which has to be a site's.
///
/// # Errors
/// Refused where the token is more than a site's or there is nothing to harm; failed where vault or
/// installation do not answer.
pub async fn run(connection: &Connection, place: &Place) -> Result<Report, Failure> {
    let store = place.remote()?;
    let doors = Doors::new(connection.client()?);
    let before = all(&store).await?;
    let target = target(&store, &before).await?;
    let id = doors.client().new_uuid();
    let started_at = SystemClock.now();
    let refused = |e: drill::DoorError| Failure::refused(format!("recording the drill: {e}"));
    doors
        .record_start(id, SCENARIO, "vault")
        .await
        .map_err(refused)?;
    let attempts = attempts(&store, &target).await;
    let unchanged = all(&store)
        .await
        .is_ok_and(|after| are_there(&before, &after));
    let mut report = Report::new(
        id,
        started_at,
        target.name,
        attempts,
        before.len(),
        unchanged,
    );
    let missed = report
        .shortfalls
        .iter()
        .map(|line| Miss::of_shortfall(line));
    let missed: Vec<Miss> = missed.collect();
    report.findings = findings(id, &missed, connection.user.as_deref(), SystemClock.now());
    let value = serde_json::to_value(&report).unwrap_or_default();
    let filed = doors.record_end(id, report.passed, &value).await;
    filed.map_err(refused)?;
    Ok(report)
}

fn failed(error: &StoreError) -> Failure {
    Failure::failed(format!("--vault: {error}"))
}

async fn all(store: &RemoteStore) -> Result<Vec<Stored>, Failure> {
    let mut found: Vec<Stored> = Vec::new();
    loop {
        let after = found.last().map(|last| last.name.clone());
        let page = store.list("", after.as_ref(), LIST_MAX).await;
        let page = page.map_err(|e| failed(&e))?;
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page);
    }
}

/// Something sealed that is kept for long enough that not even somebody with more rights could delete
/// it by this drill.
async fn target(store: &RemoteStore, there: &[Stored]) -> Result<Stored, Failure> {
    let tomorrow = SystemClock.now().plus_ms(DAY_MS);
    let is_sealed = |one: &&Stored| {
        let name = one.name.as_str();
        name.contains("/segments/") && one.retain_until > tomorrow
    };
    let target = there.iter().find(is_sealed).cloned();
    let target = target.ok_or_else(|| {
        Failure::refused("the vault holds nothing sealed that is kept for another day")
    })?;
    match store.get(&target.name).await {
        Err(StoreError::Denied(_)) => Ok(target),
        Err(error) => Err(failed(&error)),
        Ok(_) => Err(Failure::argument(
            "--vault-token-file",
            "this token reads what is sealed; give the token of a site",
        )),
    }
}

async fn attempts(store: &RemoteStore, target: &Stored) -> Vec<Attempt> {
    let name = &target.name;
    let sooner = target.retain_until.plus_ms(-DAY_MS / 2);
    let for_ever = SystemClock.now().plus_ms(FOR_EVER_MS);
    let proposal = json!({ "prefix": name.as_str(), "reason": "A drill: this must be refused" });
    let mut attempts = Vec::new();
    let mut tried = |what, outcome: Result<(), StoreError>| {
        let refused = outcome.err().map(|error| error.to_string());
        attempts.push(Attempt { what, refused });
    };
    let overwritten = store.put(name, NOISE.into(), None).await.map(drop);
    tried("overwrite what is sealed", overwritten);
    tried("delete it", store.delete(name).await);
    tried("keep it for ever", store.retain(name, for_ever).await);
    tried(
        "keep it for less long",
        shortened(store, target, sooner).await,
    );
    tried("read it", store.get(name).await.map(drop));
    if let Ok(trust) = ObjectName::new("trust/drill-of-stolen-credentials") {
        let planted = store.put(&trust, NOISE.into(), None).await.map(drop);
        tried("plant keys of their own", planted);
    }
    let proposed = store.ask(Method::POST, "deletions", Some(&proposal)).await;
    tried("propose to delete it early", proposed.map(drop));
    let read = store.ask(Method::GET, "deletions", None).await;
    tried("read what people propose", read.map(drop));
    attempts
}

/// Asking for less is no error of a store: it changes nothing.
async fn shortened(
    store: &RemoteStore,
    target: &Stored,
    until: Timestamp,
) -> Result<(), StoreError> {
    store.retain(&target.name, until).await?;
    match store.stat(&target.name).await? {
        Some(now) if now.retain_until < target.retain_until => Ok(()),
        _ => Err(StoreError::Retained {
            name: target.name.clone(),
            until: target.retain_until,
        }),
    }
}

/// Whether everything that was there is, with its length, and kept no shorter.
fn are_there(before: &[Stored], after: &[Stored]) -> bool {
    before.iter().all(|one| {
        let found = after.iter().find(|other| other.name == one.name);
        found.is_some_and(|now| now.size == one.size && now.retain_until >= one.retain_until)
    })
}

impl Report {
    fn new(
        drill_id: Uuid,
        started_at: Timestamp,
        object: ObjectName,
        attempts: Vec<Attempt>,
        objects: usize,
        unchanged: bool,
    ) -> Self {
        let granted = attempts.iter().filter(|one| one.refused.is_none());
        let mut shortfalls: Vec<String> = granted
            .map(|one| format!("with a site's token somebody could {}", one.what))
            .collect();
        if !unchanged {
            shortfalls.push("what was in the vault is not as it was".into());
        }
        Self {
            drill_id,
            scenario: SCENARIO,
            passed: shortfalls.is_empty(),
            shortfalls,
            started_at,
            object,
            objects,
            attempts,
            unchanged,
            functions: Vec::new(),
            findings: Vec::new(),
        }
    }
}

/// Says what was seen.
pub fn print(report: &Report) {
    let passed = if report.passed { "passed" } else { "FAILED" };
    println!("{}: {passed}", report.scenario);
    for attempt in &report.attempts {
        let refused = attempt.refused.as_deref().unwrap_or("NOT REFUSED");
        println!("  {:<28} {refused}", attempt.what);
    }
    for shortfall in &report.shortfalls {
        println!("  shortfall: {shortfall}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(name: &str, size: u64, until: i64) -> Stored {
        Stored {
            name: ObjectName::new(name).unwrap(),
            size,
            retain_until: Timestamp(until),
        }
    }

    #[test]
    fn what_is_missing_changed_or_kept_shorter_is_seen() {
        let before = [stored("a", 1, 10), stored("b", 2, 10)];
        let with = |b: Stored| [stored("a", 1, 10), b, stored("c", 9, 9)];
        assert!(are_there(&before, &with(stored("b", 2, 11))));
        assert!(!are_there(&before, &with(stored("b", 2, 9))));
        assert!(!are_there(&before, &with(stored("b", 3, 10))));
        assert!(!are_there(&before, &before[..1]));
    }

    #[test]
    fn one_thing_that_is_not_refused_fails_the_drill() {
        let report = |refused: Option<&str>, unchanged| {
            let attempt = Attempt {
                what: "delete it",
                refused: refused.map(String::from),
            };
            let name = ObjectName::new("a").unwrap();
            Report::new(Uuid::nil(), Timestamp(0), name, vec![attempt], 1, unchanged)
        };
        assert!(report(Some("not allowed"), true).passed);
        assert_eq!(report(Some("not allowed"), false).shortfalls.len(), 1);
        let found = report(None, true).shortfalls;
        assert_eq!(found, ["with a site's token somebody could delete it"]);
    }
}
