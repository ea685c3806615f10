//! Attachments over HTTP.

use super::support::*;
use axum::body::Body;
use axum::http::{HeaderValue, Method, header};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde_json::{Value, json};

fn hash(content: &[u8]) -> String {
    blake3::hash(content).to_hex().to_string()
}

async fn put(
    door: &Door,
    workspace: WorkspaceId,
    token: &str,
    name: &str,
    content: &[u8],
) -> Answer {
    let path = format!("/api/attachments/{workspace}/chunks/{name}");
    send(
        &door.router,
        request(
            Method::PUT,
            &path,
            Some(token),
            Body::from(content.to_vec()),
        ),
    )
    .await
}

fn message(conversation: Uuid, size: usize, chunks: &[String]) -> (Uuid, Uuid, Value) {
    let (message, attachment) = (new_id(), new_id());
    let command = json!({
        "message_id": message, "conversation_id": conversation, "text": "see the plan",
        "attachments": [{ "attachment_id": attachment, "name": "plan.txt", "type": "text/plain",
                          "size": size, "chunks": chunks, "copies": 2 }],
    });
    (message, attachment, command)
}

#[tokio::test]
async fn a_file_is_sent_in_chunks_and_read_by_members_only() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    let (ann, ann_token) = installation.member(workspace, "ann").await;
    let (_, ben_token) = installation.member(workspace, "ben").await;
    let (_, stranger) = installation.account("cyd").await;
    let room = installation
        .group(workspace, &installation.operator, &[ann])
        .await;
    let parts: [&[u8]; 2] = [b"first part, ", b"second part"];
    let mut chunks = Vec::new();
    for part in parts {
        let stored = put(
            &installation.a,
            workspace,
            &installation.operator,
            &hash(part),
            part,
        )
        .await;
        assert_eq!(
            stored.ok(),
            json!({ "copies": 1 }),
            "there is one site only"
        );
        chunks.push(hash(part));
    }
    let (id, attachment, command) = message(room, 23, &chunks);
    installation
        .post(
            workspace,
            "messaging/post-message",
            &installation.operator,
            command,
        )
        .await
        .ok();
    let path = format!("/api/attachments/{workspace}/{id}/{attachment}");
    let read = get(&installation.a.router, &path, &ann_token).await;
    assert_eq!(read.bytes, "first part, second part");
    assert_eq!(
        read.headers[header::CONTENT_DISPOSITION],
        "attachment; filename=\"plan.txt\""
    );
    assert_eq!(read.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let mut part = request(Method::GET, &path, Some(&ann_token), Body::empty());
    part.headers_mut()
        .insert(header::RANGE, HeaderValue::from_static("bytes=6-12"));
    let part = send(&installation.a.router, part).await;
    assert_eq!(
        (part.status.as_u16(), &part.bytes[..]),
        (206, &b"part, s"[..])
    );

    let outsider = get(&installation.a.router, &path, &ben_token).await;
    assert_eq!(
        (outsider.status.as_u16(), outsider.code()),
        (404, "conversation_not_found".into())
    );
    let stranger = get(&installation.a.router, &path, &stranger).await;
    assert_eq!(stranger.code(), "workspace_not_found");
}

#[tokio::test]
async fn chunks_are_what_they_are_called_and_not_too_large() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    let put = async |name: &str, content: &[u8]| {
        let answer = put(
            &installation.a,
            workspace,
            &installation.operator,
            name,
            content,
        )
        .await;
        (answer.status.as_u16(), answer.code())
    };
    assert_eq!(
        put(&hash(b"a"), b"b").await,
        (422, "chunk_hash_mismatch".into())
    );
    assert_eq!(put("zz", b"b").await, (422, "malformed".into()));
    let large = vec![7; (4 << 20) + 1];
    assert_eq!(
        put(&hash(&large), &large).await,
        (413, "body_too_large".into())
    );
}

#[tokio::test]
async fn a_message_cannot_name_chunks_of_another_workspace_or_none() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    let other = installation.workspace("Pier").await;
    let room = installation
        .group(workspace, &installation.operator, &[])
        .await;
    put(
        &installation.a,
        other,
        &installation.operator,
        &hash(b"secret"),
        b"secret",
    )
    .await
    .ok();
    let (_, _, command) = message(room, 6, &[hash(b"secret")]);
    let answer = installation
        .post(
            workspace,
            "messaging/post-message",
            &installation.operator,
            command,
        )
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (422, "attachment_chunk_missing".into())
    );
    put(
        &installation.a,
        workspace,
        &installation.operator,
        &hash(b"plan"),
        b"plan",
    )
    .await
    .ok();
    let (_, _, command) = message(room, 5, &[hash(b"plan")]);
    let answer = installation
        .post(
            workspace,
            "messaging/post-message",
            &installation.operator,
            command,
        )
        .await;
    assert_eq!(answer.code(), "attachment_size");
}

#[tokio::test]
async fn two_sites_keep_two_copies_and_say_when_they_do_not() {
    let installation = Installation::two_sites().await;
    let workspace = installation.workspace("Harbour").await;
    let at_a = |content: &'static [u8]| {
        put(
            &installation.a,
            workspace,
            &installation.operator,
            Box::leak(hash(content).into_boxed_str()),
            content,
        )
    };
    assert_eq!(at_a(b"one").await.ok(), json!({ "copies": 2 }));
    installation.a.cut(true);
    assert_eq!(at_a(b"two").await.ok(), json!({ "copies": 1 }));
    installation.a.cut(false);
    assert_eq!(
        installation.a.api.chunks().repair().await.unwrap().copied,
        1
    );
    assert_eq!(
        installation.a.api.chunks().missing_at_peer().await.unwrap(),
        0
    );
}
