//! What the agent does when another node of the installation asks: only over mutual TLS.

use super::config::Config;
use super::configuration::Configuration;
use super::link::{Link, Weather};
use crate::cli::failure::Failure;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use cluster::SiteProcesses;
use serde::Deserialize;
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
        .route("/agent/kill-process", post(kill_process))
        .route("/agent/pause-process", post(pause_process))
        .route("/agent/cut-off", post(cut_off))
        .route("/agent/slow-link", post(slow_link))
        .route("/agent/bad-configuration", post(bad_configuration))
        .with_state(Arc::new(Agent {
            processes,
            link: Link::of(config, site),
            configuration: Configuration::of(config),
        }))
        .into_make_service_with_connect_info::<PeerName>();
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            tracing::error!(%error, "the agent's listener ended");
        }
    }))
}

/// What the doors work with.
struct Agent {
    processes: Arc<SiteProcesses>,
    link: Link,
    configuration: Configuration,
}

/// One process of the node.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Process {
    Application,
    Database,
    DatabaseManager,
    Etcd,
    Vault,
}

#[derive(Deserialize)]
struct Which {
    process: Process,
}

impl Process {
    /// What the agent's supervisor calls it; PostgreSQL is Patroni's child.
    const fn child(self) -> Option<&'static str> {
        match self {
            Self::Application => Some("sekoci"),
            Self::DatabaseManager => Some("patroni"),
            Self::Etcd => Some("etcd"),
            Self::Vault => Some("vault"),
            Self::Database => None,
        }
    }
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

fn unlucky(why: String) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, why)
}

/// SIGKILL to one process, which stays away until the node is started.
async fn kill_process(
    State(agent): State<Arc<Agent>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
    Json(which): Json<Which>,
) -> Answer {
    let held = match which.process.child() {
        Some(name) => agent.processes.hold_child(name),
        None => agent.processes.hold_database(),
    };
    held.map_err(|e| failed(&e))?;
    Ok(done(&agent.processes, &peer, "killed one process"))
}

/// SIGSTOP to one process, until the node is resumed.
async fn pause_process(
    State(agent): State<Arc<Agent>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
    Json(which): Json<Which>,
) -> Answer {
    let paused = match which.process.child() {
        Some(name) => agent.processes.pause_child(name),
        None => agent.processes.pause_database().await,
    };
    paused.map_err(|e| failed(&e))?;
    Ok(done(&agent.processes, &peer, "paused one process"))
}

/// Nothing that this machine sends reaches the other nodes, but for this agent's answers.
async fn cut_off(
    State(agent): State<Arc<Agent>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
) -> Answer {
    agent.link.cut().map_err(unlucky)?;
    Ok(done(&agent.processes, &peer, "cut off"))
}

/// What this machine sends to the other nodes is late, and some of it lost.
async fn slow_link(
    State(agent): State<Arc<Agent>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
    Json(weather): Json<Weather>,
) -> Answer {
    agent.link.slow(&weather).map_err(unlucky)?;
    Ok(done(&agent.processes, &peer, "slowed down"))
}

/// The application is started again with a configuration that it cannot use.
async fn bad_configuration(
    State(agent): State<Arc<Agent>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
) -> Answer {
    agent.configuration.spoil().map_err(unlucky)?;
    agent
        .processes
        .kill_child("sekoci")
        .map_err(|e| failed(&e))?;
    Ok(done(&agent.processes, &peer, "given a bad configuration"))
}

/// SIGKILL to everything of this site but the agent: application, database, etcd member.
async fn kill(State(agent): State<Arc<Agent>>, ConnectInfo(peer): ConnectInfo<PeerName>) -> Answer {
    agent.processes.kill().await.map_err(|e| failed(&e))?;
    Ok(done(&agent.processes, &peer, "killed"))
}

async fn start(
    State(agent): State<Arc<Agent>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
) -> Answer {
    agent.processes.start().await.map_err(|e| failed(&e))?;
    Ok(done(&agent.processes, &peer, "started"))
}

async fn pause(
    State(agent): State<Arc<Agent>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
) -> Answer {
    agent.processes.pause().await;
    Ok(done(&agent.processes, &peer, "paused"))
}

async fn resume(
    State(agent): State<Arc<Agent>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
) -> Answer {
    agent.processes.resume().await;
    agent.link.mend().map_err(unlucky)?;
    agent.configuration.put_back().map_err(unlucky)?;
    Ok(done(&agent.processes, &peer, "resumed"))
}

async fn status(State(agent): State<Arc<Agent>>) -> Json<Value> {
    described(&agent.processes)
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
