//! What the agent does when another node of the installation asks: only over mutual TLS.

use super::config::Config;
use crate::cli::failure::Failure;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use cluster::SiteProcesses;
use serde_json::{Value, json};
use server::config as site_config;
use server::peer::{PeerName, TlsListener};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Opens the agent's listener.
pub async fn open(
    config: &Config,
    site: &site_config::Config,
    processes: Arc<SiteProcesses>,
) -> Result<JoinHandle<()>, Failure> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|e| Failure::failed(format!("listen {}: {e}", config.listen)))?;
    let tls = server::peer::server_config(&site.identity)
        .map_err(|e| Failure::argument("identity", e))?;
    let listener = TlsListener::new(listener, tls, Some(site.nodes.clone()))
        .map_err(|e| Failure::failed(e.to_string()))?;
    let routes = Router::new()
        .route("/agent/kill", post(kill))
        .route("/agent/start", post(start))
        .route("/agent/pause", post(pause))
        .route("/agent/resume", post(resume))
        .route("/agent/status", post(status))
        .with_state(processes)
        .into_make_service_with_connect_info::<PeerName>();
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            tracing::error!(%error, "the agent's listener ended");
        }
    }))
}

type Answer = Result<Json<Value>, (StatusCode, String)>;

fn done(processes: &SiteProcesses, peer: &PeerName, what: &str) -> Json<Value> {
    let by = peer.node.as_ref().map(ToString::to_string);
    tracing::warn!(by, what, "done at another node's request");
    described(processes)
}

fn failed(error: &cluster::SiteError) -> (StatusCode, String) {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        crate::cli::failure::with_sources(error),
    )
}

/// SIGKILL to everything of this site but the agent: application, database, etcd member.
async fn kill(
    State(processes): State<Arc<SiteProcesses>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
) -> Answer {
    processes.kill().await.map_err(|e| failed(&e))?;
    Ok(done(&processes, &peer, "killed"))
}

async fn start(
    State(processes): State<Arc<SiteProcesses>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
) -> Answer {
    processes.start().await.map_err(|e| failed(&e))?;
    Ok(done(&processes, &peer, "started"))
}

async fn pause(
    State(processes): State<Arc<SiteProcesses>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
) -> Answer {
    processes.pause().await;
    Ok(done(&processes, &peer, "paused"))
}

async fn resume(
    State(processes): State<Arc<SiteProcesses>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
) -> Answer {
    processes.resume().await;
    Ok(done(&processes, &peer, "resumed"))
}

async fn status(State(processes): State<Arc<SiteProcesses>>) -> Json<Value> {
    described(&processes)
}

fn described(processes: &SiteProcesses) -> Json<Value> {
    let status = processes.status();
    let children: Vec<Value> = status
        .children
        .iter()
        .map(|child| {
            json!({
                "name": child.name,
                "pid": child.pid,
                "restarts": child.restarts,
                "reasons": child.reasons,
            })
        })
        .collect();
    Json(json!({
        "site": status.name,
        "children": children,
        "postgres": status.postgres,
        "paused": status.paused,
    }))
}
