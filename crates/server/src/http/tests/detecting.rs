//! The detectors at work, seen from outside: whoever harms a workspace is stopped at both sites, and
//! those who watch over it are told why.

use super::support::*;
use kernel::{PartitionId, WorkspaceId};
use serde_json::{Value, json};
use uuid::Uuid;

async fn watched() -> (Installation, WorkspaceId) {
    let installation = Installation::two_sites().await;
    for door in [&installation.a, installation.b()] {
        crate::detecting::start(&door.site, door.api.chunks().clone());
    }
    let workspace = installation.workspace("Harbour").await;
    for module in ["documents", "protection"] {
        let id = PartitionId::new(workspace, module);
        eventually(async || installation.b().site.has_partition(&id)).await;
    }
    (installation, workspace)
}

/// Sends until the module knows the people concerned.
async fn sent(
    installation: &Installation,
    workspace: WorkspaceId,
    token: &str,
    path: &str,
    command: Value,
) {
    let body = envelope(Some(workspace), command);
    let path = format!("/api/{path}");
    eventually(async || {
        post(&installation.a.router, &path, Some(token), &body)
            .await
            .status
            == 200
    })
    .await;
}

async fn alarms(door: &Door, workspace: WorkspaceId, token: &str) -> Vec<Value> {
    let path = format!("/api/protection/alarm-list?workspace_id={workspace}");
    let answer = get(&door.router, &path, token).await;
    match answer.status.as_u16() {
        200 => answer.json()["items"]
            .as_array()
            .cloned()
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// A folder that everyone may edit, with `n` documents in it.
async fn folder(
    installation: &Installation,
    workspace: WorkspaceId,
    n: usize,
) -> (Uuid, Vec<Uuid>) {
    let owner = installation.operator.as_str();
    let id = new_id();
    let create = json!({ "folder_id": id, "name": "Plans" });
    sent(
        installation,
        workspace,
        owner,
        "documents/create-folder",
        create,
    )
    .await;
    let grants = json!([{ "to": "everyone", "role": "manager" }]);
    let share = json!({ "item_id": id, "inherits": true, "grants": grants });
    sent(
        installation,
        workspace,
        owner,
        "documents/set-permissions",
        share,
    )
    .await;
    let mut documents = Vec::new();
    for n in 0..n {
        let document = new_id();
        let create =
            json!({ "document_id": document, "folder_id": id, "title": format!("Plan {n}") });
        sent(
            installation,
            workspace,
            owner,
            "documents/create-document",
            create,
        )
        .await;
        documents.push(document);
    }
    (id, documents)
}

#[tokio::test]
async fn who_touches_a_canary_is_stopped_at_both_sites() {
    let (installation, workspace) = watched().await;
    let owner = installation.operator.as_str();
    let (mallory, token) = installation.member(workspace, "mallory").await;
    let (_, honest) = installation.member(workspace, "ann").await;
    let (_, documents) = folder(&installation, workspace, 2).await;
    let plant = json!({ "items": [documents[1]] });
    sent(
        &installation,
        workspace,
        owner,
        "protection/plant-canaries",
        plant,
    )
    .await;
    // What stands is looked at with the next entries.
    let rename = json!({ "document_id": documents[1], "title": "Plan B" });
    sent(
        &installation,
        workspace,
        &token,
        "documents/rename-document",
        rename,
    )
    .await;

    let path = format!("/api/directory/person-list?workspace_id={workspace}");
    for door in [&installation.a, installation.b()] {
        eventually(async || get(&door.router, &path, &token).await.status != 200).await;
        eventually(async || !alarms(door, workspace, owner).await.is_empty()).await;
        let found = alarms(door, workspace, owner).await;
        assert_eq!(found.len(), 1, "both sites found it, and it is one alarm");
        assert_eq!(found[0]["person_id"], json!(mallory));
        assert_eq!(found[0]["level"], "high");
        assert_eq!(found[0]["finding"]["reasons"][0]["detector"], "canary");
        let refused = get(&door.router, &path, &honest).await;
        assert_eq!(refused.status, 200, "nobody else is held up");
    }
    let again = sign_in(&installation.a.router, "mallory").await;
    let refused = get(&installation.a.router, &path, &again).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (403, "quarantined".into())
    );
    // What was found is for those who watch over the workspace.
    let list = format!("/api/protection/alarm-list?workspace_id={workspace}");
    let refused = get(&installation.a.router, &list, &honest).await;
    assert_eq!(refused.code(), "not_permitted");
    let (_, stranger) = installation.account("eve").await;
    let refused = get(&installation.a.router, &list, &stranger).await;
    assert_eq!(refused.code(), "workspace_not_found");
}

#[tokio::test]
async fn honest_bulk_work_that_was_declared_goes_on() {
    let (installation, workspace) = watched().await;
    let owner = installation.operator.as_str();
    let (worker, token) = installation.member(workspace, "worker").await;
    let (_, documents) = folder(&installation, workspace, 60).await;
    let ends_at = installation.a.site.clock.now().millis() + 3_600_000;
    let declare = json!({ "window_id": new_id(), "person_id": worker, "ends_at": ends_at,
        "kinds": ["changes"], "reason": "the yearly clearing" });
    sent(
        &installation,
        workspace,
        owner,
        "protection/declare-maintenance",
        declare,
    )
    .await;
    let path = format!("/api/protection/maintenance-list?workspace_id={workspace}");
    let b = installation.b();
    eventually(async || {
        let answer = get(&b.router, &path, owner).await;
        answer.status == 200 && answer.json()["items"][0].is_object()
    })
    .await;
    for document in &documents {
        let trash = json!({ "item_id": document });
        sent(&installation, workspace, &token, "documents/trash", trash).await;
    }
    // Entries are looked at in order: what is found of the next one was found after all of these.
    let (mallory, token) = installation.member(workspace, "mallory").await;
    let (_, others) = folder(&installation, workspace, 1).await;
    let plant = json!({ "items": [others[0]] });
    sent(
        &installation,
        workspace,
        owner,
        "protection/plant-canaries",
        plant,
    )
    .await;
    let rename = json!({ "document_id": others[0], "title": "Plan B" });
    sent(
        &installation,
        workspace,
        &token,
        "documents/rename-document",
        rename,
    )
    .await;
    let found = async || alarms(&installation.a, workspace, owner).await;
    eventually(async || !found().await.is_empty()).await;
    let people: Vec<Value> = found()
        .await
        .iter()
        .map(|alarm| alarm["person_id"].clone())
        .collect();
    assert_eq!(people, [json!(mallory)]);
}
