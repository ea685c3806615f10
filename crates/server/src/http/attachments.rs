//! `PUT /api/attachments/{workspace}/chunks/{hash}`,
//! `GET /api/attachments/{workspace}/{message}/{attachment}` and
//! `GET /api/attachments/{workspace}/documents/{document}/{attachment}`.

use super::api::partition;
use super::commands::actor;
use super::envelope::uuid;
use super::wire::StoredChunk;
use super::{Answer, Api, Session};
use crate::attachments::address::{CONTENT_MAX, content_hash};
use crate::attachments::download;
use crate::attachments::store::StoreError;
use crate::limits;
use crate::problem::Problem;
use ::attachments::AttachmentId;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use documents::DocumentId;
use kernel::{Hash, WorkspaceId};
use messaging::{MessageId, queries};

/// Stores a chunk here and at the other site, and says at how many sites it is.
pub(super) async fn put_chunk(
    State(api): State<Api>,
    Session(session): Session,
    Path((workspace, hash)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer<StoredChunk> {
    let workspace = WorkspaceId(uuid("workspace", &workspace)?);
    actor(&api, session, Some(workspace)).await?;
    let hash: Hash = hash
        .parse()
        .map_err(|detail: String| Problem::invalid("hash", "malformed", detail))?;
    let content = limits::read(&headers, body, CONTENT_MAX).await?;
    if content_hash(&content) != hash {
        return Err(StoreError::NotThatChunk(hash).into());
    }
    let copies = api.chunks().put(workspace, &content).await?;
    Ok(Json(StoredChunk { copies }))
}

/// Sends a file to whoever may read the message it belongs to.
pub(super) async fn read(
    State(api): State<Api>,
    Session(session): Session,
    Path((workspace, message, attachment)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let workspace = WorkspaceId(uuid("workspace", &workspace)?);
    let message = MessageId(uuid("message", &message)?);
    let attachment = AttachmentId(uuid("attachment", &attachment)?);
    let actor = actor(&api, session, Some(workspace)).await?;
    let id = partition("messaging", Some(workspace));
    let file = api
        .site()
        .query(&id, None, move |rows| {
            queries::attachment(rows, &actor, message, attachment)
        })
        .await?;
    download(api.chunks(), workspace, file, &headers).await
}

/// Sends a file that was put into a folder, or is shown in a document, to whoever may read that.
pub(super) async fn read_of_document(
    State(api): State<Api>,
    Session(session): Session,
    Path((workspace, document, attachment)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let workspace = WorkspaceId(uuid("workspace", &workspace)?);
    let document = DocumentId(uuid("document", &document)?);
    let attachment = AttachmentId(uuid("attachment", &attachment)?);
    let actor = actor(&api, session, Some(workspace)).await?;
    let id = partition("documents", Some(workspace));
    let file = api
        .site()
        .query(&id, None, move |rows| {
            documents::queries::file(rows, &actor, document, attachment)
        })
        .await?;
    download(api.chunks(), workspace, file, &headers).await
}
