//! Two sites over one engine: what one did, the other knows.

use super::support::*;
use kernel::{PartitionId, WorkspaceId};
use serde_json::json;

const SESSION: &str = "/api/installation/session";

#[tokio::test]
async fn a_session_opened_at_one_site_is_good_at_the_other_and_ends_at_both() {
    let installation = Installation::two_sites().await;
    let (_, token) = installation.account("ann").await;
    let at_b = &installation.b().router;
    assert_eq!(get(at_b, SESSION, &token).await.ok()["site"], "b");
    let renewed = post(
        at_b,
        "/api/installation/refresh-session",
        Some(&token),
        &json!({}),
    )
    .await
    .ok();
    let renewed = renewed["token"].as_str().unwrap();
    get(&installation.a.router, SESSION, renewed).await.ok();
    let body = envelope(None, json!({}));
    post(at_b, "/api/installation/end-sessions", Some(&token), &body)
        .await
        .ok();
    // The site that was asked may have handed it to the other one, and reads it a moment later.
    for site in [at_b, &installation.a.router] {
        eventually(async || get(site, SESSION, renewed).await.status == 401).await;
        assert_eq!(get(site, SESSION, renewed).await.code(), "session_ended");
    }
}

#[tokio::test]
async fn a_command_sent_again_to_the_other_site_has_the_same_answer() {
    let installation = Installation::two_sites().await;
    let workspace = installation.workspace("Harbour").await;
    let (_, token) = installation.account("ann").await;
    let (a, b) = (&installation.a.router, &installation.b().router);
    let same = async |path: &str, token: Option<&str>, body: serde_json::Value| {
        let mut first = post(a, path, token, &body).await.ok();
        let mut second = post(b, path, token, &body).await.ok();
        for answer in [&mut first, &mut second] {
            let fields = answer.as_object_mut().unwrap();
            // Who answers and how well it is kept by now are not the command's.
            fields.retain(|name, _| name != "site" && name != "durability");
        }
        assert_eq!(first, second, "{path}");
    };
    let operator = Some(&*installation.operator);
    let group = json!({ "group_id": new_id(), "name": "Crew" });
    same(
        "/api/directory/create-group",
        operator,
        envelope(Some(workspace), group),
    )
    .await;
    let change = json!({ "current": PASSWORD, "new": "another horse battery" });
    same(
        "/api/installation/change-password",
        Some(&token),
        envelope(None, change),
    )
    .await;
    let other = json!({ "workspace_id": new_id(), "name": "Pier" });
    same(
        "/api/installation/create-workspace",
        operator,
        envelope(None, other),
    )
    .await;
    let invite = json!({ "invitation_id": new_id(), "role": "member" });
    let invite = envelope(Some(workspace), invite);
    let invited = post(a, "/api/directory/invite", operator, &invite)
        .await
        .ok();
    same("/api/directory/invite", operator, invite).await;
    let accept = json!({ "invitation_code": invited["answer"]["code"], "user": "newcomer",
                         "name": "Newcomer", "password": PASSWORD });
    same(
        "/api/installation/accept-invitation",
        None,
        envelope(None, accept),
    )
    .await;
}

#[tokio::test]
async fn whoever_was_let_in_at_one_site_is_in_at_the_other_at_once() {
    let installation = Installation::two_sites().await;
    for round in 0..5 {
        let workspace = installation.workspace(&format!("Harbour {round}")).await;
        let (_, token) = installation.member(workspace, &format!("ann{round}")).await;
        let path = format!("/api/directory/person-list?workspace_id={workspace}");
        get(&installation.b().router, &path, &token).await.ok();
    }
}

#[tokio::test]
async fn a_site_that_lost_its_views_does_not_sign_people_out() {
    let installation = Installation::two_sites().await;
    let workspace = installation.workspace("Harbour").await;
    let (_, token) = installation.member(workspace, "ann").await;
    let b = installation.b();
    let path = format!("/api/directory/person-list?workspace_id={workspace}");
    get(&b.router, &path, &token).await.ok();
    for module in ["installation", "directory"] {
        let id = match module {
            "installation" => PartitionId::new(kernel::WorkspaceId::INSTALLATION, module),
            _ => PartitionId::new(workspace, module),
        };
        let view = installation
            .dir
            .path()
            .join("b/views")
            .join(format!("{}-{module}.sqlite", id.workspace));
        std::fs::remove_file(view).unwrap();
    }
    eventually(async || {
        let answer = get(&b.router, &path, &token).await;
        assert!(
            matches!(answer.status.as_u16(), 200 | 503),
            "{:?}",
            answer.json()
        );
        answer.status == 200
    })
    .await;
}

/// The site may read on by itself between a look and its catching up; the look is then out of date.
#[tokio::test]
async fn what_was_read_since_a_look_counts_as_read_on() {
    use crate::session::{applied, catch_up};
    let installation = Installation::two_sites().await;
    let b = &installation.b().site;
    let id = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
    let seen = applied(b, &id);
    installation.account("ann").await;
    eventually(async || applied(b, &id) > seen).await;
    assert!(catch_up(b, &id, seen).await);
    let seen = applied(b, &id);
    assert!(!catch_up(b, &id, seen).await);
}
