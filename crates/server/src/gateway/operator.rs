//! The doors for operators.

use super::Doors;
use crate::http::Session;
use crate::http::envelope::{self, CommandAnswer, Scope};
use crate::limits::read_json;
use crate::operations::{self, BreakSite, RestoreSite, SwitchOver};
use crate::problem::Problem;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use drill::scenario::Scenario;
use kernel::{CommandId, Refusal, SiteName, parse_body};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use utoipa::ToSchema;

type Answer = Result<Json<CommandAnswer>, Problem>;

/// Start a drill.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartDrill {
    /// The scenario, by the name `sekoci drill list` gives it.
    pub scenario: String,
    /// The site to break.
    #[schema(value_type = String)]
    pub site: SiteName,
    /// Its name once more: whoever breaks a site types its name.
    #[schema(value_type = String)]
    pub confirm_site: SiteName,
    /// Seconds of load after the fault, 5 to 600; the scenario's where absent.
    #[serde(default)]
    pub seconds: Option<u64>,
    /// Messages a second over both sites, 1 to 500; the scenario's where absent.
    #[serde(default)]
    pub rate: Option<u64>,
}

/// The drill that runs at this site, one at a time.
#[derive(Default)]
pub(super) struct Drills(Mutex<Option<RunningDrill>>);

struct RunningDrill {
    site: SiteName,
    progress: watch::Receiver<drill::Phase>,
    outcome: Option<Result<Box<drill::Report>, String>>,
    /// Held for as long as the drill runs; it is stopped through the record.
    _stop: watch::Sender<bool>,
}

pub(super) async fn break_site(
    State(doors): State<Arc<Doors>>,
    session: Session,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let (id, wish) = wished::<BreakSite>(&doors, &session, &headers, body).await?;
    let answer = operations::break_site(&doors.site, &doors.link, &wish).await?;
    Ok(done(&doors, id, answer))
}

pub(super) async fn restore_site(
    State(doors): State<Arc<Doors>>,
    session: Session,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let (id, wish) = wished::<RestoreSite>(&doors, &session, &headers, body).await?;
    let answer = operations::restore_site(&doors.site, &doors.link, &wish).await?;
    Ok(done(&doors, id, answer))
}

pub(super) async fn switch_over(
    State(doors): State<Arc<Doors>>,
    session: Session,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let (id, wish) = wished::<SwitchOver>(&doors, &session, &headers, body).await?;
    let outcomes = operations::switch_over(&doors.site, &wish).await?;
    Ok(done(&doors, id, json!({ "partitions": outcomes })))
}

pub(super) async fn fingerprints(
    State(doors): State<Arc<Doors>>,
    session: Session,
) -> Result<Json<Value>, Problem> {
    operations::must_be_operator(&doors.site, session.0.account).await?;
    Ok(Json(json!(operations::fingerprints(&doors.site).await?)))
}

pub(super) async fn chains(
    State(doors): State<Arc<Doors>>,
    session: Session,
) -> Result<Json<Value>, Problem> {
    operations::must_be_operator(&doors.site, session.0.account).await?;
    Ok(Json(json!(operations::chains(&doors.site).await?)))
}

/// Starts a drill in the background, with the caller's own session: it can do no more than they.
pub(super) async fn start_drill(
    State(doors): State<Arc<Doors>>,
    session: Session,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let (id, wish) = wished::<StartDrill>(&doors, &session, &headers, body).await?;
    let scenario = scenario(&wish)?;
    if wish.site == doors.site.name {
        return Err(Refusal::conflict(
            "drill_at_survivor",
            "start the drill at the other site: this one would be broken and could not watch",
        )
        .into());
    }
    let client = client(&doors, &headers)?;
    let (progress, told) = watch::channel(drill::Phase::Preparing);
    let (stop, stopped) = watch::channel(false);
    doors.drills.begin(&wish.site, told, stop)?;
    let options = drill::Options {
        site: Some(wish.site.to_string()),
        workspace: None,
        ledger: Some(doors.site.config.data.join("drills")),
        runner: None,
        confirmed: drill::Confirmed::Name(Some(wish.confirm_site.to_string())),
        stop: stopped,
    };
    let keeper = Arc::clone(&doors);
    tokio::spawn(async move {
        let doors = drill::Doors::new(client);
        let outcome = drill::run(&doors, &scenario, &options, &progress).await;
        keeper
            .drills
            .end(outcome.map(Box::new).map_err(|aborted| aborted.to_string()));
    });
    Ok(done(
        &doors,
        id,
        json!({ "scenario": wish.scenario, "site": wish.site }),
    ))
}

pub(super) async fn drill_progress(
    State(doors): State<Arc<Doors>>,
    session: Session,
) -> Result<Json<Value>, Problem> {
    operations::must_be_operator(&doors.site, session.0.account).await?;
    Ok(Json(doors.drills.look()))
}

impl Drills {
    fn begin(
        &self,
        site: &SiteName,
        progress: watch::Receiver<drill::Phase>,
        stop: watch::Sender<bool>,
    ) -> Result<(), Refusal> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running
            .as_ref()
            .is_some_and(|drill| drill.outcome.is_none())
        {
            return Err(Refusal::conflict(
                "drill_runs",
                "a drill is running at this site",
            ));
        }
        *running = Some(RunningDrill {
            site: site.clone(),
            progress,
            outcome: None,
            _stop: stop,
        });
        Ok(())
    }

    fn end(&self, outcome: Result<Box<drill::Report>, String>) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(drill) = running.as_mut() {
            drill.outcome = Some(outcome);
        }
    }

    fn look(&self) -> Value {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match running.as_ref() {
            None => json!({ "running": false }),
            Some(drill) => json!({
                "running": drill.outcome.is_none(),
                "site": drill.site,
                "phase": *drill.progress.borrow(),
                "report": drill.outcome.as_ref().and_then(|outcome| outcome.as_ref().ok()),
                "aborted": drill.outcome.as_ref().and_then(|outcome| outcome.as_ref().err()),
            }),
        }
    }
}

/// The scenario that is wished for, with the load that is.
fn scenario(wish: &StartDrill) -> Result<Scenario, Refusal> {
    let found = Scenario::builtin(&wish.scenario);
    let Some(mut scenario) = found.filter(|found| found.procedure().is_none()) else {
        let names = drill::scenario::builtin().map(|(name, _)| name);
        let detail = format!(
            "it can be one of {}, but for those that need a key or a command line",
            names.collect::<Vec<_>>().join(", ")
        );
        return Err(Refusal::invalid(
            "command.scenario",
            "unknown_scenario",
            detail,
        ));
    };
    if wish.site != wish.confirm_site {
        let detail = "the two names differ; nothing was done";
        return Err(Refusal::invalid(
            "command.confirm_site",
            "site_not_confirmed",
            detail,
        ));
    }
    if let Some(seconds) = wish.seconds {
        if !(5..=600).contains(&seconds) {
            let detail = "5 to 600";
            return Err(Refusal::invalid("command.seconds", "out_of_bounds", detail));
        }
        scenario.load.seconds = seconds;
    }
    if let Some(rate) = wish.rate {
        if !(1..=500).contains(&rate) {
            return Err(Refusal::invalid(
                "command.rate",
                "out_of_bounds",
                "1 to 500",
            ));
        }
        #[expect(clippy::cast_precision_loss, reason = "the rate is at most 500")]
        let rate = rate as f64;
        scenario.load.rate = rate;
    }
    Ok(scenario)
}

fn client(doors: &Doors, headers: &HeaderMap) -> Result<client::Client, Problem> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .map(|(_, token)| token.trim().to_owned())
        .unwrap_or_default();
    let mut builder = client::Client::builder().token(token);
    for node in doors.site.config.sites() {
        builder = builder
            .site(&node.url)
            .map_err(|error| Problem::internal(&error))?;
    }
    builder.build().map_err(|error| Problem::internal(&error))
}

async fn wished<T: DeserializeOwned>(
    doors: &Doors,
    session: &Session,
    headers: &HeaderMap,
    body: Body,
) -> Result<(CommandId, T), Problem> {
    operations::must_be_operator(&doors.site, session.0.account).await?;
    let body = read_json(headers, body, doors.site.config.limits.body_bytes_max).await?;
    let envelope = envelope::parse(body, Scope::Installation)?;
    Ok((envelope.command_id, parse_body(&envelope.command)?))
}

fn done(doors: &Doors, command_id: CommandId, answer: Value) -> Json<CommandAnswer> {
    Json(CommandAnswer {
        command_id,
        seq: None,
        unchanged: false,
        site: doors.site.name.to_string(),
        durability: doors
            .site
            .durability()
            .unwrap_or(journal::Durability::StoredHere),
        answer,
    })
}
