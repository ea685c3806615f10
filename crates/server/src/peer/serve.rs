//! What this site answers to the other nodes.

use super::forward::ForwardedCommand;
use super::listen::PeerName;
use crate::config::Role;
use crate::site::Site;
use crate::status;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::future::join_all;
use journal::partition::{Outcome, Via};
use std::sync::Arc;

/// Forwarded commands may be many in one request.
const BODY_BYTES_MAX: usize = 64 << 20;

/// The routes of the peer listener.
pub fn routes(site: Arc<Site>) -> Router {
    Router::new()
        .route("/peer/commands", post(commands))
        .route("/peer/status", get(peer_status))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(site)
}

/// Only the other site forwards commands; the witness has no say in what is written.
fn is_site(site: &Site, peer: &PeerName) -> bool {
    peer.node
        .as_ref()
        .and_then(|name| site.config.node(name))
        .is_some_and(|node| node.role == Role::Site)
}

async fn commands(
    State(site): State<Arc<Site>>,
    ConnectInfo(peer): ConnectInfo<PeerName>,
    Json(commands): Json<Vec<ForwardedCommand>>,
) -> Result<Json<Vec<Outcome>>, StatusCode> {
    if !is_site(&site, &peer) {
        return Err(StatusCode::FORBIDDEN);
    }
    let outcomes = commands.into_iter().map(|forwarded| {
        let site = Arc::clone(&site);
        async move {
            let via = Via::Peer { at: forwarded.at, must_append: forwarded.must_append };
            site.submit_via(via, &forwarded.partition, forwarded.command).await
        }
    });
    Ok(Json(join_all(outcomes).await))
}

async fn peer_status(State(site): State<Arc<Site>>) -> Json<status::OwnStatus> {
    Json(status::own(&site))
}
