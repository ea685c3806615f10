//! Documents over HTTP: what is written at one site is read at the other.

use super::support::*;
use axum::body::Body;
use axum::http::Method;
use kernel::{PartitionId, PersonId};
use serde_json::json;

/// A Yjs update by client 5: a paragraph that says "hello".
const HELLO: &str = "AQMFAAcBB2RlZmF1bHQDCXBhcmFncmFwaAcABQAGBAAFAQVoZWxsbwA=";

#[tokio::test]
async fn what_is_written_at_one_site_is_read_at_the_other() {
    let installation = Installation::two_sites().await;
    let workspace = installation.workspace("Harbour").await;
    let (ann, token) = installation.member(workspace, "ann").await;
    let (_, outsider) = installation.member(workspace, "ben").await;
    let (a, b) = (&installation.a, installation.b());
    let documents = PartitionId::new(workspace, "documents");
    eventually(async || b.site.has_partition(&documents)).await;
    let (folder, document) = (new_id(), new_id());
    let owner = installation.operator.as_str();
    let create = json!({ "folder_id": folder, "name": "Plans" });
    // The module learns of people a moment after the directory.
    let body = envelope(Some(workspace), create);
    let path = "/api/documents/create-folder";
    eventually(async || post(&a.router, path, Some(owner), &body).await.status == 200).await;
    let create = json!({ "document_id": document, "folder_id": folder, "title": "Notes" });
    installation
        .post(workspace, "documents/create-document", owner, create)
        .await
        .ok();
    let grants = json!([{ "to": { "person": ann }, "role": "editor" }]);
    let share = json!({ "item_id": folder, "inherits": true, "grants": grants });
    let body = envelope(Some(workspace), share);
    let path = "/api/documents/set-permissions";
    eventually(async || post(&a.router, path, Some(owner), &body).await.status == 200).await;

    // Typed at site b, twice with the same id; read at both.
    let update = json!({ "document_id": document, "update": HELLO });
    let body = envelope(Some(workspace), update);
    let path = "/api/documents/update-document";
    eventually(async || post(&b.router, path, Some(&token), &body).await.status == 200).await;
    let again = post(&a.router, path, Some(&token), &body).await.ok();
    assert_eq!(again["answer"], json!({ "seq": 1 }));
    let path =
        format!("/api/documents/export-markdown?workspace_id={workspace}&document_id={document}");
    for door in [a, b] {
        eventually(async || {
            let answer = get(&door.router, &path, &token).await;
            answer.status == 200 && answer.json()["markdown"] == "hello\n"
        })
        .await;
        let refused = get(&door.router, &path, &outsider).await;
        assert_eq!(refused.code(), "item_not_found");
    }
}

#[tokio::test]
async fn a_file_in_a_folder_is_sent_to_whoever_may_read_it() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    let (_, outsider) = installation.member(workspace, "ben").await;
    let (a, owner) = (&installation.a.router, installation.operator.as_str());
    let content: &[u8] = b"the plan";
    let hash = blake3::hash(content).to_hex().to_string();
    let (document, attachment) = (new_id(), new_id());
    let file = json!({ "attachment_id": attachment, "name": "plan.txt", "type": "text/plain",
                       "size": content.len(), "chunks": [hash], "copies": 1 });
    let add = json!({ "document_id": document, "file": file });
    let body = envelope(Some(workspace), add);
    let path = "/api/documents/add-file";
    let early = post(a, path, Some(owner), &body).await;
    assert_eq!(early.code(), "attachment_chunk_missing");
    let chunk = format!("/api/attachments/{workspace}/chunks/{hash}");
    let put = request(Method::PUT, &chunk, Some(owner), Body::from(content));
    send(a, put).await.ok();
    eventually(async || post(a, path, Some(owner), &body).await.status == 200).await;
    let path = format!("/api/attachments/{workspace}/documents/{document}/{attachment}");
    assert_eq!(get(a, &path, owner).await.bytes, "the plan");
    eventually(async || get(a, &path, &outsider).await.code() == "item_not_found").await;
}

#[tokio::test]
async fn whoever_leaves_a_group_is_shown_no_more_of_what_it_may_read() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    let (ben, _) = installation.member(workspace, "ben").await;
    let (site, owner) = (&installation.a.site, installation.operator.as_str());
    let (document, group) = (new_id(), new_id());
    let granted = async |path: &str, command: serde_json::Value| {
        let body = envelope(Some(workspace), command);
        let path = format!("/api/{path}");
        eventually(async || {
            let answer = post(&installation.a.router, &path, Some(owner), &body).await;
            answer.status == 200
        })
        .await;
    };
    let crew = json!({ "group_id": group, "name": "Crew" });
    granted("directory/create-group", crew).await;
    let members = json!({ "group_id": group, "people": [ben] });
    granted("directory/add-group-members", members.clone()).await;
    let create = json!({ "document_id": document, "title": "Notes" });
    granted("documents/create-document", create).await;
    let grants = json!([{ "to": { "group": group }, "role": "viewer" }]);
    let share = json!({ "item_id": document, "inherits": true, "grants": grants });
    granted("documents/set-permissions", share).await;

    let hub = site.hub(&PartitionId::new(workspace, "documents")).unwrap();
    let (queue, mut shown) = tokio::sync::mpsc::channel(64);
    let topics = vec![format!("person:{ben}"), format!("item:{document}")];
    hub.listen(PersonId(ben), topics, queue);
    let mut n = 0;
    let mut is_shown = async || {
        n += 1;
        let rename = json!({ "document_id": document, "title": format!("Notes {n}") });
        granted("documents/rename-document", rename).await;
        let wait = std::time::Duration::from_millis(200);
        tokio::time::timeout(wait, shown.recv()).await.is_ok()
    };
    assert!(is_shown().await, "while he is in the group");
    granted("directory/remove-group-members", members).await;
    let mut is_still_shown = true;
    for _ in 0..200 {
        is_still_shown = is_shown().await;
        if !is_still_shown {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(!is_still_shown, "he is still shown what happens");
}
