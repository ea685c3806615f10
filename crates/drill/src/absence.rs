//! The drill of administrators who cannot be reached: in a workspace of its own, people whom the rules name
//! ask for break-glass access and approve of it in their own sessions, at both sites. Measured is how long
//! it takes from the request until it is granted at both; shown is that nobody takes it alone. The request
//! is marked as a drill, so no rights are given.

mod scene;

use crate::cast::{Cast, SignIn, strike};
use crate::doors::{DoorError, Doors};
use crate::finding::{Finding, Miss, findings};
use crate::function_line::FunctionLine;
use client::Client;
use kernel::id::Uuid;
use kernel::{Clock, Timestamp};
use scene::{Played, Scene};
use serde::Serialize;
use serde_json::json;

const SCENARIO: &str = "administrators-absent";
/// Approvals of others that the rules ask for.
const NEEDED: u32 = 2;
/// What the request may take from its beginning until it is granted at both sites.
const GRANTED_WITHIN_MS: i64 = 30_000;

/// How the drill is run.
pub struct Settings<'a> {
    /// Signs a new account in.
    pub sign_in: &'a SignIn<'a>,
    /// Who runs it and answers for findings.
    pub runner: Option<String>,
}

/// Something that somebody tried alone.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// What.
    pub what: &'static str,
    /// The code with which it was refused; absent where it was not.
    pub refused_with: Option<String>,
}

/// The evidence. Times are milliseconds.
#[derive(Debug, Serialize)]
pub struct AbsenceReport {
    /// The drill.
    pub drill_id: Uuid,
    /// `administrators-absent`.
    pub scenario: &'static str,
    /// Whether enough people can and one person cannot.
    pub passed: bool,
    /// What was not as it must be.
    pub shortfalls: Vec<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// People whom the rules name.
    pub named: u32,
    /// Approvals of others that are needed.
    pub needed: u32,
    /// From the request until the last approval that was needed was acknowledged.
    pub approved_ms: Option<i64>,
    /// From the request until it was granted at both sites.
    pub rto_ms: Option<i64>,
    /// What was tried alone.
    pub attempts: Vec<Attempt>,
    /// A request with one approval too few stayed a request.
    pub stayed_requested: bool,
    /// No rights were given, as it was a drill.
    pub without_rights: bool,
    /// Nothing of the platform is broken: no function is measured.
    pub functions: Vec<FunctionLine>,
    /// What has to be seen to.
    pub findings: Vec<Finding>,
}

/// Runs it, in a workspace of its own.
///
/// # Errors
/// When the people cannot be made or the installation does not answer.
pub async fn run(
    doors: &Doors,
    settings: &Settings<'_>,
    clock: &dyn Clock,
    say: &(dyn Fn(&str) + Sync),
) -> Result<AbsenceReport, DoorError> {
    let drill_id = doors.client().new_uuid();
    let started_at = clock.now();
    doors.record_start(drill_id, SCENARIO, "both").await?;
    let played = stage_and_play(doors.client(), settings, say).await;
    let (passed, value, report) = match played {
        Ok(played) => {
            let mut report = played.report(drill_id, started_at);
            let missed = report
                .shortfalls
                .iter()
                .map(|line| Miss::of_shortfall(line));
            let missed: Vec<Miss> = missed.collect();
            let owner = settings.runner.as_deref();
            report.findings = findings(drill_id, &missed, owner, clock.now());
            let value = serde_json::to_value(&report).unwrap_or_default();
            (report.passed, value, Ok(report))
        }
        Err(error) => {
            let aborted = error.to_string();
            let value = json!({ "scenario": SCENARIO, "passed": false, "aborted": aborted });
            (false, value, Err(error))
        }
    };
    if let Err(error) = doors.record_end(drill_id, passed, &value).await {
        tracing::warn!(%error, "the report could not be filed in the continuity record");
    }
    report
}

async fn stage_and_play(
    operator: &Client,
    settings: &Settings<'_>,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Played, DoorError> {
    say("setting the stage: a workspace with people of its own and rules for succession");
    let cast = Cast::in_new_workspace(operator, settings.sign_in).await?;
    let mut people = Vec::new();
    for part in ["asks", "first", "second", "spare", "leaver", "outsider"] {
        people.push(cast.player(part, "member").await?);
    }
    let scene = Scene {
        operator,
        workspace: cast.workspace,
        people,
    };
    let played = scene.play(say).await;
    strike(operator, scene.people.iter()).await;
    played
}

impl Played {
    fn report(self, drill_id: Uuid, started_at: Timestamp) -> AbsenceReport {
        let mut shortfalls = Vec::new();
        for (attempt, wanted) in &self.attempts {
            match attempt.refused_with.as_deref() {
                Some(code) if code == *wanted => {}
                Some(code) => shortfalls.push(format!(
                    "somebody {} and was refused with {code}, not {wanted}",
                    attempt.what
                )),
                None => shortfalls.push(format!("somebody {} and was not refused", attempt.what)),
            }
        }
        let mut need = |is_met: bool, what: &str| {
            if !is_met {
                shortfalls.push(what.to_owned());
            }
        };
        let too_few = "a request with too few approvals of people who are there did not stay one";
        need(self.stayed_requested, too_few);
        let in_time = self.granted_ms.is_some_and(|ms| ms <= GRANTED_WITHIN_MS);
        need(
            in_time,
            "enough approved, and it was not granted at both sites within 30 s",
        );
        need(self.without_rights, "a request that is a drill gave rights");
        AbsenceReport {
            drill_id,
            scenario: SCENARIO,
            passed: shortfalls.is_empty(),
            shortfalls,
            started_at,
            named: self.named,
            needed: NEEDED,
            approved_ms: self.approved_ms,
            rto_ms: self.granted_ms,
            attempts: self
                .attempts
                .into_iter()
                .map(|(attempt, _)| attempt)
                .collect(),
            stayed_requested: self.stayed_requested,
            without_rights: self.without_rights,
            functions: Vec::new(),
            findings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played() -> Played {
        let attempt = Attempt {
            what: "approved twice",
            refused_with: Some("approved_already".into()),
        };
        Played {
            named: 5,
            attempts: vec![(attempt, "approved_already")],
            stayed_requested: true,
            without_rights: true,
            approved_ms: Some(100),
            granted_ms: Some(900),
        }
    }

    #[test]
    fn each_way_to_take_it_alone_and_each_delay_fails_the_drill() {
        let shortfalls = |change: &dyn Fn(&mut Played)| {
            let mut played = played();
            change(&mut played);
            let report = played.report(Uuid::nil(), Timestamp(0));
            assert_eq!(report.passed, report.shortfalls.is_empty());
            report.shortfalls.join("; ")
        };
        assert_eq!(shortfalls(&|_| {}), "");
        let found = shortfalls(&|p| p.attempts[0].0.refused_with = None);
        assert!(
            found.contains("approved twice and was not refused"),
            "{found}"
        );
        let found = shortfalls(&|p| p.attempts[0].0.refused_with = Some("request_over".into()));
        assert!(found.contains("request_over"), "{found}");
        assert!(shortfalls(&|p| p.stayed_requested = false).contains("too few"));
        assert!(shortfalls(&|p| p.granted_ms = Some(30_001)).contains("30 s"));
        assert!(shortfalls(&|p| p.granted_ms = None).contains("30 s"));
        assert!(shortfalls(&|p| p.without_rights = false).contains("gave rights"));
    }
}
