//! Strangers, members of other workspaces and former members: for them there is no such workspace.

use super::support::*;
use axum::body::Body;
use axum::http::Method;
use kernel::WorkspaceId;
use serde_json::{Value, json};

/// What one is told at every door of a workspace.
async fn doors(installation: &Installation, workspace: WorkspaceId, token: &str) -> Vec<Value> {
    let router = &installation.a.router;
    let chunk = blake3::hash(b"x").to_hex();
    let mut told = Vec::new();
    for (path, command) in [
        (
            "directory/create-group",
            json!({ "group_id": new_id(), "name": "x" }),
        ),
        (
            "messaging/create-conversation",
            json!({
            "conversation_id": new_id(), "kind": "group", "name": "x", "members": [] }),
        ),
    ] {
        told.push(
            installation
                .post(workspace, path, token, command)
                .await
                .json(),
        );
    }
    for path in ["directory/person-list", "messaging/conversation-list"] {
        let path = format!("/api/{path}?workspace_id={workspace}");
        told.push(get(router, &path, token).await.json());
    }
    let path = format!("/api/attachments/{workspace}/chunks/{chunk}");
    told.push(
        send(
            router,
            request(Method::PUT, &path, Some(token), Body::from("x")),
        )
        .await
        .json(),
    );
    let path = format!("/api/attachments/{workspace}/{}/{}", new_id(), new_id());
    told.push(get(router, &path, token).await.json());
    told
}

fn is_nothing(told: &[Value]) -> bool {
    told.iter()
        .all(|told| told["code"] == "workspace_not_found" && told["status"] == 404)
}

#[tokio::test]
async fn strangers_cannot_tell_a_workspace_from_none() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    let other = installation.workspace("Pier").await;
    let (_, member_of_other) = installation.member(other, "ann").await;
    let (_, stranger) = installation.account("ben").await;
    let none = doors(&installation, WorkspaceId(new_id()), &stranger).await;
    assert!(is_nothing(&none), "{none:?}");
    for token in [&stranger, &member_of_other] {
        assert_eq!(doors(&installation, workspace, token).await, none);
    }
    let mine = doors(&installation, workspace, &installation.operator).await;
    assert!(
        mine.iter()
            .all(|told| told["code"] != "workspace_not_found"),
        "{mine:?}"
    );
    let nil = doors(
        &installation,
        WorkspaceId::INSTALLATION,
        &installation.operator,
    )
    .await;
    assert!(nil.iter().all(|told| told["status"] != 200), "{nil:?}");
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_once_and_back_in_when_reactivated() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    let (person, token) = installation.member(workspace, "ann").await;
    let path = format!("/api/directory/person-list?workspace_id={workspace}");
    get(&installation.a.router, &path, &token).await.ok();
    let command = json!({ "person_id": person });
    installation
        .post(
            workspace,
            "directory/deactivate-person",
            &installation.operator,
            command.clone(),
        )
        .await
        .ok();
    let told = doors(&installation, workspace, &token).await;
    assert!(is_nothing(&told), "{told:?}");
    let view = get(&installation.a.router, "/api/installation/session", &token)
        .await
        .ok();
    assert_eq!(view["workspaces"], json!([]), "the account itself goes on");
    installation
        .post(
            workspace,
            "directory/reactivate-person",
            &installation.operator,
            command,
        )
        .await
        .ok();
    get(&installation.a.router, &path, &token).await.ok();
}

#[tokio::test]
async fn only_operators_run_the_installation() {
    let installation = Installation::one_site().await;
    let (account, token) = installation.account("ann").await;
    let router = &installation.a.router;
    for (name, command) in [
        (
            "create-account",
            json!({ "account_id": new_id(), "user": "x", "name": "x", "password": PASSWORD }),
        ),
        (
            "create-workspace",
            json!({ "workspace_id": new_id(), "name": "x" }),
        ),
        (
            "set-operator",
            json!({ "account_id": account, "operator": true }),
        ),
        ("rotate-signing-key", json!({})),
    ] {
        let path = format!("/api/installation/{name}");
        let answer = post(router, &path, Some(&token), &envelope(None, command)).await;
        assert_eq!(answer.status, 403, "{name}: {:?}", answer.json());
    }
}

#[tokio::test]
async fn an_invitation_brings_in_a_newcomer_once() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let workspace = installation.workspace("Harbour").await;
    let invite = envelope(
        Some(workspace),
        json!({ "invitation_id": new_id(), "role": "member" }),
    );
    let path = "/api/directory/invite";
    let invited = post(router, path, Some(&installation.operator), &invite)
        .await
        .ok();
    let again = post(router, path, Some(&installation.operator), &invite)
        .await
        .ok();
    assert_eq!(
        invited["answer"]["code"], again["answer"]["code"],
        "the code is shown again"
    );
    let accept = |user: &str| {
        envelope(
            None,
            json!({
            "invitation_code": invited["answer"]["code"], "user": user, "name": "Newcomer",
            "password": PASSWORD }),
        )
    };
    let path = "/api/installation/accept-invitation";
    let body = accept("ann@example.org");
    let joined = post(router, path, None, &body).await.ok();
    assert_eq!(joined["answer"]["workspace_id"], json!(workspace));
    assert_eq!(
        post(router, path, None, &body).await.ok(),
        joined,
        "asked again, the same"
    );
    let token = sign_in(router, "ann@example.org").await;
    let view = get(router, "/api/installation/session", &token).await.ok();
    assert_eq!(view["workspaces"][0]["person"]["handle"], "ann");
    assert_eq!(
        view["workspaces"][0]["person"]["id"],
        joined["answer"]["person_id"]
    );

    let used = post(router, path, None, &accept("ben")).await;
    assert_eq!(
        (used.status.as_u16(), used.code()),
        (404, "invitation_not_found".into())
    );
    let mut guessed = accept("ben");
    guessed["command"]["invitation_code"] = json!("ab".repeat(32));
    assert_eq!(
        post(router, path, None, &guessed).await.code(),
        "invitation_not_found"
    );
}

#[tokio::test]
async fn whoever_is_signed_in_joins_with_their_account() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let workspace = installation.workspace("Harbour").await;
    let (account, token) = installation.account("ann").await;
    let invite = json!({ "invitation_id": new_id(), "role": "guest" });
    let invited = installation
        .post(
            workspace,
            "directory/invite",
            &installation.operator,
            invite,
        )
        .await
        .ok();
    let body = envelope(
        None,
        json!({ "invitation_code": invited["answer"]["code"] }),
    );
    let path = "/api/installation/accept-invitation";
    let missing = post(router, path, None, &body).await;
    assert_eq!(
        (missing.code(), missing.json()["field"].clone()),
        ("missing_field".into(), json!("command.user"))
    );
    let joined = post(router, path, Some(&token), &body).await.ok();
    assert_eq!(joined["answer"]["account_id"], json!(account));
    let view = get(router, "/api/installation/session", &token).await.ok();
    assert_eq!(view["workspaces"][0]["person"]["roles"], json!(["guest"]));
}
