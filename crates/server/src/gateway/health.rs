//! How the site is: for load balancers, for monitoring, for people.

use super::Doors;
use crate::status;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// The process answers.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// The site has read its partitions and can serve people; 503 otherwise.
pub(super) async fn ready(State(doors): State<Arc<Doors>>) -> Response {
    if *doors.site.draining().borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response();
    }
    if status::is_ready(&doors.site) {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "catching up\n").into_response()
    }
}

/// What the site leads and whether it takes writes; 503 when it does not.
pub(super) async fn role(State(doors): State<Arc<Doors>>) -> Response {
    let writable = status::is_writable(&doors.site);
    let statuses = doors.site.partition_statuses();
    let leads: Vec<_> = statuses
        .iter()
        .filter(|s| {
            s.core
                .as_ref()
                .is_some_and(|core| core.lead == doors.site.name)
        })
        .map(|s| &s.partition)
        .collect();
    let role = json!({ "site": doors.site.name, "leads": leads, "writable": writable });
    let code = if writable {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(role)).into_response()
}

/// Prometheus metrics.
pub(super) async fn metrics(State(doors): State<Arc<Doors>>) -> Response {
    status::record_metrics(&doors.site).await;
    let headers = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (headers, doors.metrics.render()).into_response()
}

/// The whole status.
pub(super) async fn whole_status(State(doors): State<Arc<Doors>>) -> Json<Value> {
    let mut whole = status::whole(&doors.site, &doors.contacts).await;
    whole["verdicts"] = json!(doors.watch.verdicts());
    Json(whole)
}

/// What the vantage points see.
pub(super) async fn vantage(State(doors): State<Arc<Doors>>) -> Json<Value> {
    Json(json!({
        "verdicts": doors.watch.verdicts(),
        "observations": doors.watch.latest(),
    }))
}
