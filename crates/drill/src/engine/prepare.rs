//! Before anything is broken: is the installation whole, is the drill meant, is it noticed when something
//! is lost, and where does the drill work.

use super::{Aborted, Confirmed, Drill, LOOK_EVERY, Options, Plan, at, plan, record_end};
use crate::doors::Doors;
use crate::functions::Place;
use crate::report::Report;
use crate::scenario::{Safety, Scenario};
use kernel::id::Uuid;
use std::time::Duration;

/// How long the watch may take to know every site.
const WATCHED_MAX: Duration = Duration::from_secs(15);

impl<'a> Drill<'a> {
    pub(super) async fn prepare(
        doors: &'a Doors,
        scenario: &'a Scenario,
        options: &'a Options,
        mut report: Report,
    ) -> Result<Self, Aborted> {
        let client = doors.client();
        // Signing in takes its time, which is not the time in which a site says how it is.
        let signed_in = client.session_token().await;
        signed_in.map_err(|e| at("signing in")(e.into()))?;
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
