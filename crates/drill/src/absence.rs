//! The drill of administrators who cannot be reached: in a workspace of its own, people whom the rules name
//! ask for break-glass access and approve of it in their own sessions, at both sites. Measured is how long
//! it takes from the request until it is granted at both; shown is that nobody takes it alone. The request
//! is marked as a drill, so no rights are given.

use crate::cast::{Cast, Player, SignIn, insist, strike};
use crate::doors::{DoorError, Doors};
use crate::finding::{Finding, Miss, findings};
use crate::function_line::FunctionLine;
use client::{Client, Error};
use kernel::id::Uuid;
use kernel::{Clock, Timestamp, WorkspaceId};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const SCENARIO: &str = "administrators-absent";
/// Approvals of others that the rules ask for.
const NEEDED: u32 = 2;
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the sites may take to know somebody, and to do what is due.
const KNOWN_WITHIN: Duration = Duration::from_secs(30);
/// For so long a request with too few approvals is watched: it must stay one.
const WATCHED: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(50);
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
    /// From ending it until it was over at both sites.
    pub ended_ms: Option<i64>,
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

/// Who is there; all but the last are named by the rules.
struct Scene<'a> {
    operator: &'a Client,
    workspace: WorkspaceId,
    people: Vec<Player>,
}

/// What was seen.
#[derive(Default)]
struct Played {
    named: u32,
    attempts: Vec<(Attempt, &'static str)>,
    stayed_requested: bool,
    without_rights: bool,
    approved_ms: Option<i64>,
    granted_ms: Option<i64>,
    ended_ms: Option<i64>,
}

impl Scene<'_> {
    async fn play(&self, say: &(dyn Fn(&str) + Sync)) -> Result<Played, DoorError> {
        let mut played = Played::default();
        let named: Vec<Uuid> = self.named().iter().map(|one| one.person).collect();
        played.named = u32::try_from(named.len()).unwrap_or(u32::MAX);
        let rules = json!({ "named": named, "needed": NEEDED, "powers": ["people.manage"],
            "hours": 1, "waiting_s": 0 });
        let set = self
            .operator
            .new_command("response", "set-succession-policy", rules);
        insist(self.operator, set.in_workspace(self.workspace)).await?;
        say("people try to take it alone");
        self.alone(&mut played).await?;
        say("no administrator answers: enough people act");
        self.together(&mut played).await?;
        Ok(played)
    }

    fn named(&self) -> &[Player] {
        &self.people[..self.people.len() - 1]
    }

    async fn alone(&self, played: &mut Played) -> Result<(), DoorError> {
        let [asks, first, _, _, leaver, outsider] = &self.people[..] else {
            return Err(DoorError::Lacks("the stage", "people"));
        };
        let id = self.operator.new_uuid();
        let ask =
            json!({ "request_id": id, "reason": "A drill: nobody answers", "is_drill": true });
        let approve = json!({ "request_id": id });
        let mut tried = async |what, who, name, body: &Value, wanted| {
            let refused_with = self.refusal(who, name, body, wanted).await;
            let attempt = Attempt { what, refused_with };
            played.attempts.push((attempt, wanted));
        };
        let request = "request-succession";
        tried(
            "asked without being named",
            outsider,
            request,
            &ask,
            "not_permitted",
        )
        .await;
        self.does(asks, 0, request, &ask).await?;
        let approving = "approve-succession";
        tried(
            "approved of their own request",
            asks,
            approving,
            &approve,
            "second_person_needed",
        )
        .await;
        self.does(first, 1, approving, &approve).await?;
        tried(
            "approved twice",
            first,
            approving,
            &approve,
            "approved_already",
        )
        .await;
        self.does(leaver, 0, approving, &approve).await?;
        self.leaves(leaver).await?;
        let began = Instant::now();
        played.stayed_requested = true;
        while began.elapsed() < WATCHED {
            for site in self.sites() {
                played.stayed_requested &= self.state(asks, site, id).await? == "requested";
            }
            sleep(LOOK_EVERY).await;
        }
        let withdraw = json!({ "request_id": id, "reason": "It was a drill" });
        self.does(asks, 1, "refuse-succession", &withdraw).await?;
        Ok(())
    }

    async fn together(&self, played: &mut Played) -> Result<(), DoorError> {
        let (asks, first, second) = (&self.people[0], &self.people[1], &self.people[2]);
        let id = self.operator.new_uuid();
        let ask =
            json!({ "request_id": id, "reason": "A drill: nobody answers", "is_drill": true });
        let approve = json!({ "request_id": id });
        let began = Instant::now();
        self.does(asks, 0, "request-succession", &ask).await?;
        self.does(first, 1, "approve-succession", &approve).await?;
        self.does(second, 0, "approve-succession", &approve).await?;
        played.approved_ms = Some(millis(began));
        let granted = self.reaches(asks, id, "granted").await?;
        played.granted_ms = granted.then(|| millis(began));
        let add = json!({ "person_id": self.operator.new_uuid(), "name": "Nobody",
            "handle": "nobody", "role": "member" });
        let command = asks.client.new_command("directory", "add-person", add);
        let added = asks
            .client
            .command(&command.in_workspace(self.workspace))
            .await;
        played.without_rights = added.is_err_and(|error| code(&error) == "not_permitted");
        let began = Instant::now();
        self.does(asks, 1, "end-succession", &json!({ "request_id": id }))
            .await?;
        let ended = self.reaches(asks, id, "ended").await?;
        played.ended_ms = ended.then(|| millis(began));
        Ok(())
    }

    fn sites(&self) -> std::ops::Range<usize> {
        0..self.operator.sites().len()
    }

    /// Does something that is permitted, at a site that may still have to hear of the person.
    async fn does(&self, who: &Player, at: usize, name: &str, body: &Value) -> Result<(), Error> {
        let began = Instant::now();
        loop {
            let command = who.client.new_command("response", name, body.clone());
            let command = command.in_workspace(self.workspace);
            match who.client.command_at(at, &command, PATIENCE).await {
                Ok(_) => return Ok(()),
                Err(error) if error.problem().is_some() && began.elapsed() < KNOWN_WITHIN => {
                    sleep(LOOK_EVERY).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// With what something is refused that must not be done; tried again while the site may not know
    /// the person yet.
    async fn refusal(
        &self,
        who: &Player,
        name: &str,
        body: &Value,
        wanted: &str,
    ) -> Option<String> {
        let began = Instant::now();
        loop {
            let command = who.client.new_command("response", name, body.clone());
            let command = command.in_workspace(self.workspace);
            let error = who.client.command(&command).await.err()?;
            let code = code(&error);
            if code == wanted || began.elapsed() > KNOWN_WITHIN {
                return Some(code);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Somebody who approved leaves the workspace.
    async fn leaves(&self, who: &Player) -> Result<(), DoorError> {
        let body = json!({ "person_id": who.person });
        let command = self
            .operator
            .new_command("directory", "deactivate-person", body);
        insist(self.operator, command.in_workspace(self.workspace)).await?;
        Ok(())
    }

    async fn state(&self, who: &Player, site: usize, id: Uuid) -> Result<String, Error> {
        let asked = [("request_id", id.to_string())];
        let page: Value = who
            .client
            .query_at(
                site,
                "response",
                "succession-list",
                Some(self.workspace),
                &asked,
                PATIENCE,
            )
            .await?;
        let state = page["items"][0]["state"].as_str();
        // A site that has not read so far yet knows it as a request at most.
        Ok(state.unwrap_or("requested").to_owned())
    }

    async fn reaches(&self, who: &Player, id: Uuid, state: &str) -> Result<bool, Error> {
        let began = Instant::now();
        for site in self.sites() {
            while self.state(who, site, id).await? != state {
                if began.elapsed() > KNOWN_WITHIN {
                    return Ok(false);
                }
                sleep(LOOK_EVERY).await;
            }
        }
        Ok(true)
    }
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
        need(
            self.ended_ms.is_some(),
            "it was ended, and is not over at both sites",
        );
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
            ended_ms: self.ended_ms,
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

fn code(error: &Error) -> String {
    error
        .problem()
        .map_or_else(|| error.to_string(), |problem| problem.code.clone())
}

fn millis(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
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
            ended_ms: Some(80),
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
        assert!(shortfalls(&|p| p.ended_ms = None).contains("not over"));
    }
}
