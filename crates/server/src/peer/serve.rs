//! What a node answers to the other nodes.

use super::forward::ForwardedCommand;
use super::listen::PeerName;
use crate::attachments::Chunks;
use crate::config::{Config, Role};
use crate::site::Site;
use crate::status;
use crate::watch::Watch;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use failover::Report;
use futures_util::future::join_all;
use journal::partition::{Outcome, Via};
use kernel::Hash;
use serde_json::{Value, json};
use std::sync::Arc;

/// Forwarded commands may be many in one request.
const BODY_BYTES_MAX: usize = 64 << 20;

/// What a site answers with.
pub struct SiteDoors {
    /// The site.
    pub site: Arc<Site>,
    /// Its vantage point.
    pub watch: Arc<Watch>,
    /// Its chunks.
    pub chunks: Chunks,
}

/// The routes of a site's peer listener.
pub fn site_routes(doors: SiteDoors) -> Router {
    let watch = Arc::clone(&doors.watch);
    Router::new()
        .route("/peer/commands", post(commands))
        .route("/peer/status", get(peer_status))
        .route("/peer/chunks/{name}", get(get_chunk).put(put_chunk))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Arc::new(doors))
        .merge(reports(watch))
}

/// The routes of a witness's peer listener.
pub fn witness_routes(config: &Config, watch: Arc<Watch>) -> Router {
    let said = json!({ "name": config.name });
    Router::new()
        .route("/peer/status", get(move || async move { Json(said) }))
        .merge(reports(watch))
}

fn reports(watch: Arc<Watch>) -> Router {
    Router::new()
        .route("/peer/reports", post(exchange))
        .with_state(watch)
}

async fn exchange(State(watch): State<Arc<Watch>>, Json(theirs): Json<Report>) -> Json<Report> {
    Json(watch.exchange(theirs))
}

/// Only the other site writes here; the witness has no say in what is written.
fn must_be_site(site: &Site, peer: &PeerName) -> Result<(), StatusCode> {
    let node = peer.node.as_ref().and_then(|name| site.config.node(name));
    match node {
        Some(node) if node.role == Role::Site => Ok(()),
        _ => Err(StatusCode::FORBIDDEN),
    }
}

async fn commands(
    State(doors): State<Arc<SiteDoors>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
    Json(commands): Json<Vec<ForwardedCommand>>,
) -> Result<Json<Vec<Outcome>>, StatusCode> {
    must_be_site(&doors.site, &peer)?;
    let outcomes = commands.into_iter().map(|forwarded| {
        let site = Arc::clone(&doors.site);
        async move {
            let via = Via::Peer {
                at: forwarded.at,
                must_append: forwarded.must_append,
            };
            site.submit_via(via, &forwarded.partition, forwarded.command)
                .await
        }
    });
    Ok(Json(join_all(outcomes).await))
}

async fn peer_status(State(doors): State<Arc<SiteDoors>>) -> Json<Value> {
    Json(serde_json::to_value(status::own(&doors.site)).unwrap_or(Value::Null))
}

async fn put_chunk(
    State(doors): State<Arc<SiteDoors>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
    Path(name): Path<String>,
    stored: Bytes,
) -> Result<(), StatusCode> {
    must_be_site(&doors.site, &peer)?;
    let name: Hash = name.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    doors.chunks.keep(name, stored).await.map_err(|error| {
        tracing::warn!(%error, "the other site's chunk cannot be kept");
        StatusCode::INSUFFICIENT_STORAGE
    })
}

async fn get_chunk(
    State(doors): State<Arc<SiteDoors>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
    Path(name): Path<String>,
) -> Result<Bytes, StatusCode> {
    must_be_site(&doors.site, &peer)?;
    let name: Hash = name.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    match doors.chunks.held(name).await {
        Ok(Some(stored)) => Ok(stored),
        Ok(None) => Err(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::warn!(%error, "a chunk cannot be read");
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}
