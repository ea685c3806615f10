//! Running a witness: the third vantage point. It holds no data key and decides nothing about what
//! is written; it hastens the failover of a database whose primary is gone.

mod hasten;

use crate::cli::failure::Failure;
use kernel::clock::SystemClock;
use kernel::random::OsRandom;
use server::config::Config;
use server::peer::{self, PeerLink, PeerName, TlsListener, witness_routes};
use server::watch::{Watch, WatchParts};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Runs a witness until the process is told to stop.
pub async fn run(config: Arc<Config>) -> Result<(), Failure> {
    std::fs::create_dir_all(&config.data)
        .map_err(|e| Failure::argument("data", format!("{}: {e}", config.data.display())))?;
    let link = PeerLink::new(&config).map_err(|e| Failure::argument("identity", e))?;
    let watch = Watch::start(WatchParts {
        config: Arc::clone(&config),
        link: Arc::new(link),
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        site: None,
    })
    .map_err(|e| Failure::argument("prober", e))?;
    if let Some(agent) = &config.hasten {
        hasten::start(agent, &config, Arc::clone(&watch))?;
    }
    let people = listen_to_people(&config).await?;
    let peers = listen_to_peers(&config, watch).await?;
    tracing::info!(witness = %config.name, "witness watches");
    super::told_to_stop().await;
    people.abort();
    peers.abort();
    Ok(())
}

/// The witness serves no people; monitoring may ask whether it lives.
async fn listen_to_people(config: &Config) -> Result<tokio::task::JoinHandle<()>, Failure> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|e| Failure::argument("listen", format!("{}: {e}", config.listen)))?;
    let routes = axum::Router::new()
        .route("/livez", axum::routing::get(|| async { "live\n" }))
        .route("/readyz", axum::routing::get(|| async { "ready\n" }));
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            tracing::error!(%error, "the listener ended");
        }
    }))
}

async fn listen_to_peers(
    config: &Config,
    watch: Arc<Watch>,
) -> Result<tokio::task::JoinHandle<()>, Failure> {
    let listener = TcpListener::bind(config.peer_listen)
        .await
        .map_err(|e| Failure::argument("peer_listen", format!("{}: {e}", config.peer_listen)))?;
    let tls =
        peer::server_config(&config.identity).map_err(|e| Failure::argument("identity", e))?;
    let listener = TlsListener::new(listener, tls, Some(config.nodes.clone()))
        .map_err(|e| Failure::failed(e.to_string()))?;
    let service = witness_routes(config, watch).into_make_service_with_connect_info::<PeerName>();
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "the peer listener ended");
        }
    }))
}
