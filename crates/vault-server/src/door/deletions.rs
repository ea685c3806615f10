//! Early deletion and the log.

use super::refused::Refused;
use super::{Asked, Door};
use crate::approval::{ApprovalError, Deletion};
use crate::log::{LogError, Record};
use crate::token::Role;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Json;
use serde::{Deserialize, Serialize};
use server::problem::Problem;
use std::net::SocketAddr;

const BODY_MAX: usize = 16 << 10;

type From = ConnectInfo<SocketAddr>;

/// A proposal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Propose {
    prefix: String,
    reason: String,
}

/// An answer with a list.
#[derive(Serialize)]
pub(super) struct Items<T> {
    items: Vec<T>,
}

pub(super) async fn list(
    State(door): State<Door>,
    from: From,
    headers: HeaderMap,
) -> Result<Json<Items<Deletion>>, Refused> {
    admit(&door, &from, &headers, "read proposals", READERS)?;
    let items = door.0.approvals.list().await.map_err(refused)?;
    Ok(Json(Items { items }))
}

pub(super) async fn propose(
    State(door): State<Door>,
    from: From,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Deletion>), Refused> {
    let by = admit(&door, &from, &headers, "propose a deletion", PERSON)?;
    let body = server::limits::read_json(&headers, body, BODY_MAX).await?;
    let wish: Propose = serde_json::from_value(body)
        .map_err(|error| Problem::invalid("body", "malformed", error.to_string()))?;
    let made = door.0.approvals.propose(&by, &wish.prefix, &wish.reason);
    Ok((StatusCode::CREATED, Json(made.await.map_err(refused)?)))
}

pub(super) async fn approve(
    State(door): State<Door>,
    from: From,
    Path(number): Path<u64>,
    headers: HeaderMap,
) -> Result<Json<Deletion>, Refused> {
    let by = admit(&door, &from, &headers, "approve a deletion", PERSON)?;
    let approvals = door.0.approvals.clone();
    // It goes on when whoever asked hangs up.
    let approving = tokio::spawn(async move { approvals.approve(&by, number).await });
    let done = approving.await.map_err(|error| Problem::internal(&error))?;
    Ok(Json(done.map_err(refused)?))
}

pub(super) async fn log(
    State(door): State<Door>,
    from: From,
    headers: HeaderMap,
) -> Result<Json<Items<Record>>, Refused> {
    admit(&door, &from, &headers, "read the log", READERS)?;
    let items = door.0.log.read().await;
    let items = items.map_err(|error| refused(error.into()))?;
    Ok(Json(Items { items }))
}

const PERSON: &[Role] = &[Role::Person];
const READERS: &[Role] = &[Role::Reader, Role::Person];

fn admit(
    door: &Door,
    from: &From,
    headers: &HeaderMap,
    what: &str,
    roles: &[Role],
) -> Result<String, Refused> {
    let asked = Asked {
        headers,
        from: from.0,
        what,
    };
    Ok(door.admit(&asked, roles)?.name)
}

fn refused(error: ApprovalError) -> Refused {
    let detail = error.to_string();
    match error {
        ApprovalError::Invalid { field, .. } => {
            Problem::invalid(field, "deletion_invalid", detail).into()
        }
        ApprovalError::Missing(_) => {
            Problem::new(StatusCode::NOT_FOUND, "deletion_not_found", detail).into()
        }
        ApprovalError::Refused(_) => {
            Problem::new(StatusCode::CONFLICT, "deletion_refused", detail).into()
        }
        ApprovalError::Log(LogError::Store(error)) | ApprovalError::Store(error) => error.into(),
        ApprovalError::Log(error) => {
            tracing::error!(%error, "the vault's log cannot be used");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Problem::new(status, "vault_log_broken", detail).into()
        }
    }
}
