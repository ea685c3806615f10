//! Waiting until both sites answer, take writes, and keep them where they promise to.

use crate::cli::failure::Failure;
use crate::init::Plan;
use client::Client;
use drill::Doors;
use server::config::Role;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(240);
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LOOK_MAX: Duration = Duration::from_secs(3);

/// The first operator's password.
pub fn operator_password(plan: &Plan) -> Result<String, Failure> {
    let file = plan.out.join("operator.password");
    std::fs::read_to_string(&file).map_err(|e| Failure::failed(format!("{}: {e}", file.display())))
}

/// A client of both sites, once they are ready.
pub async fn wait(plan: &Plan) -> Result<Client, Failure> {
    let urls = plan
        .nodes
        .iter()
        .filter(|node| node.role == Role::Site)
        .map(|node| client::SiteUrl::parse(&node.url()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| Failure::failed(e.to_string()))?;
    let client = Client::builder()
        .sites(urls)
        .credentials(&plan.operator, operator_password(plan)?)
        .build()
        .map_err(|e| Failure::failed(e.to_string()))?;
    let mut every = tokio::time::interval(LOOK_EVERY);
    let waiting = async {
        loop {
            every.tick().await;
            if are_ready(&client, plan).await {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| {
        Failure::failed(format!(
            "the sites were not ready within {} s; the logs are in {}/*/",
            PATIENCE.as_secs(),
            plan.out.display()
        ))
    })?;
    Ok(client)
}

async fn are_ready(client: &Client, plan: &Plan) -> bool {
    let doors = Doors::new(client.clone());
    for site in 0..client.sites().len() {
        let health = tokio::time::timeout(LOOK_MAX, doors.health(site)).await;
        if !health.is_ok_and(|health| health.is_ok_and(|health| health.is_whole())) {
            return false;
        }
    }
    let Ok(session) = client.session().await else {
        return false;
    };
    session
        .workspaces
        .iter()
        .any(|workspace| workspace.name == plan.workspace)
}
