//! Quarantine from outside: what the person in it is told at every door of both sites, what it does
//! not change for others, and who ends it.

use super::support::*;
use crate::Alarm;
use axum::Router;
use axum::body::Body;
use axum::http::Method;
use directory::events::AlarmId;
use journal::partition::Outcome;
use kernel::id::Uuid;
use kernel::{PartitionId, PersonId, WorkspaceId};
use serde_json::{Value, json};
use std::time::Duration;

const SESSION: &str = "/api/installation/session";

/// Long for what should take milliseconds, short for "within seconds".
const SOON: Duration = Duration::from_secs(2);

fn alarm(workspace: WorkspaceId, person: Uuid, reason: &str, n: u128) -> Alarm {
    Alarm {
        workspace,
        person: PersonId(person),
        reason: reason.into(),
        id: AlarmId(Uuid::from_u128(n)),
    }
}

async fn quarantine(door: &Door, workspace: WorkspaceId, person: Uuid) -> Outcome {
    let outcome = door
        .site
        .quarantine(alarm(workspace, person, "Encrypted 300 files", 1))
        .await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    outcome
}

/// What one is told at every door of a workspace.
async fn doors(router: &Router, workspace: WorkspaceId, token: &str) -> Vec<(u16, String)> {
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
        (
            "documents/create-folder",
            json!({ "folder_id": new_id(), "name": "x" }),
        ),
    ] {
        let body = envelope(Some(workspace), command);
        told.push(post(router, &format!("/api/{path}"), Some(token), &body).await);
    }
    for path in [
        "directory/person-list",
        "messaging/conversation-list",
        "documents/folder-tree",
    ] {
        let path = format!("/api/{path}?workspace_id={workspace}");
        told.push(get(router, &path, token).await);
    }
    let chunk = blake3::hash(b"x").to_hex();
    let path = format!("/api/attachments/{workspace}/chunks/{chunk}");
    told.push(
        send(
            router,
            request(Method::PUT, &path, Some(token), Body::from("x")),
        )
        .await,
    );
    for middle in ["", "documents/"] {
        let path = format!(
            "/api/attachments/{workspace}/{middle}{}/{}",
            new_id(),
            new_id()
        );
        told.push(get(router, &path, token).await);
    }
    told.iter()
        .map(|answer| (answer.status.as_u16(), answer.code()))
        .collect()
}

#[tokio::test]
async fn whoever_is_in_quarantine_is_out_at_both_sites_and_told_why() {
    let installation = Installation::two_sites().await;
    let workspace = installation.workspace("Harbour").await;
    let other = installation.workspace("Pier").await;
    let (person, token) = installation.member(workspace, "ann").await;
    let view = get(&installation.a.router, SESSION, &token).await.ok();
    let account = view["account"]["id"].clone();
    let there = json!({ "person_id": new_id(), "name": "Ann", "handle": "ann", "role": "member",
        "account_id": account });
    installation
        .post(other, "directory/add-person", &installation.operator, there)
        .await
        .ok();
    let list = |workspace| format!("/api/directory/person-list?workspace_id={workspace}");
    let sites = [&installation.a.router, &installation.b().router];
    for site in sites {
        eventually(async || get(site, &list(workspace), &token).await.status == 200).await;
    }

    quarantine(&installation.a, workspace, person).await;
    let told_at = tokio::time::Instant::now();
    for site in sites {
        eventually(async || get(site, &list(workspace), &token).await.status != 200).await;
    }
    let refused_after = told_at.elapsed();
    for site in sites {
        eventually(async || get(site, SESSION, &token).await.status == 401).await;
        assert_eq!(get(site, SESSION, &token).await.code(), "session_ended");
    }
    let signed_out_after = told_at.elapsed();
    println!(
        "refused at both sites after {refused_after:?}, signed out after {signed_out_after:?}"
    );
    assert!(signed_out_after < SOON, "{signed_out_after:?}");

    // It may sign in again, and learns at every door where it stands.
    let token = sign_in(sites[1], "ann").await;
    for site in sites {
        let told = doors(site, workspace, &token).await;
        assert!(
            told.iter().all(|told| *told == (403, "quarantined".into())),
            "{told:?}"
        );
        let told = get(site, &list(workspace), &token).await.json();
        let detail = told["detail"].as_str().unwrap().to_owned();
        for part in ["Encrypted 300 files.", "UTC", "Ask Operator"] {
            assert!(detail.contains(part), "{detail}");
        }
        get(site, &list(other), &token).await.ok();
        let view = get(site, SESSION, &token).await.ok();
        assert_eq!(view["workspaces"].as_array().unwrap().len(), 1);
        let quarantined = &view["quarantined"][0];
        assert_eq!(quarantined["workspace_id"], json!(workspace));
        assert_eq!(quarantined["reason"], "Encrypted 300 files");
        assert_eq!(quarantined["ask"], json!(["Operator"]));
        assert!(quarantined["since"].as_i64().unwrap() > 0);
    }

    let release = json!({ "person_id": person, "note": "It was a restore" });
    installation
        .post(
            workspace,
            "directory/release-person",
            &installation.operator,
            release,
        )
        .await
        .ok();
    for site in sites {
        for module in ["directory/person-list", "messaging/conversation-list"] {
            let path = format!("/api/{module}?workspace_id={workspace}");
            eventually(async || get(site, &path, &token).await.status == 200).await;
        }
        let view = get(site, SESSION, &token).await.ok();
        assert_eq!(view["quarantined"], json!([]));
    }
}

#[tokio::test]
async fn what_people_order_shuts_their_own_workspace_and_ends_no_session() {
    let installation = Installation::two_sites().await;
    let workspace = installation.workspace("Harbour").await;
    let (person, token) = installation.member(workspace, "ann").await;
    let sites = [&installation.a.router, &installation.b().router];
    let order = json!({ "person_id": person, "reason": "No reason at all" });
    installation
        .post(
            workspace,
            "directory/quarantine-person",
            &installation.operator,
            order,
        )
        .await
        .ok();
    let list = format!("/api/directory/person-list?workspace_id={workspace}");
    for site in sites {
        eventually(async || get(site, &list, &token).await.code() == "quarantined").await;
    }
    // Long enough for what a site does about its own order.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for site in sites {
        let view = get(site, SESSION, &token).await.ok();
        assert_eq!(view["quarantined"][0]["reason"], "No reason at all");
    }
}

#[tokio::test]
async fn two_sites_do_it_once_however_they_word_it() {
    let installation = Installation::two_sites().await;
    let workspace = installation.workspace("Harbour").await;
    let (person, token) = installation.member(workspace, "ann").await;
    let id = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
    let (a, b) = (&installation.a.site, &installation.b().site);
    let before = crate::session::applied(a, &id);
    let (at_a, at_b) = tokio::join!(
        a.quarantine(alarm(workspace, person, "Encrypted 300 files", 7)),
        b.quarantine(alarm(workspace, person, "300 files were encrypted", 7)),
    );
    let (Outcome::Accepted { seq: first, .. }, Outcome::Accepted { seq: second, .. }) =
        (&at_a, &at_b)
    else {
        panic!("{at_a:?} {at_b:?}");
    };
    assert_eq!(first, second);
    for door in [&installation.a, installation.b()] {
        eventually(async || get(&door.router, SESSION, &token).await.status == 401).await;
    }
    // A third one would have come by now: what is due is settled within half a second.
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(crate::session::applied(a, &id), before + 1);
}

#[tokio::test]
async fn for_strangers_there_still_is_no_workspace_and_members_do_not_quarantine() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let workspace = installation.workspace("Harbour").await;
    let other = installation.workspace("Pier").await;
    let (person, _) = installation.member(workspace, "ann").await;
    let (_, member) = installation.member(workspace, "ben").await;
    let (former_person, former) = installation.member(workspace, "cyd").await;
    let (_, of_other) = installation.member(other, "dee").await;
    let (_, stranger) = installation.account("eve").await;
    for (path, who) in [
        ("directory/deactivate-person", former_person),
        ("directory/quarantine-person", person),
        // Who was deactivated before learns nothing by being put into quarantine as well.
        ("directory/quarantine-person", former_person),
    ] {
        let mut command = json!({ "person_id": who });
        if path.ends_with("quarantine-person") {
            command["reason"] = json!("An alarm");
        }
        installation
            .post(workspace, path, &installation.operator, command)
            .await
            .ok();
    }
    for token in [&former, &of_other, &stranger] {
        let told = doors(router, workspace, token).await;
        assert!(
            told.iter()
                .all(|told| *told == (404, "workspace_not_found".into())),
            "{told:?}"
        );
    }
    let commands = [
        (
            "directory/quarantine-person",
            json!({ "person_id": person, "reason": "x" }),
        ),
        (
            "directory/release-person",
            json!({ "person_id": person, "note": "x" }),
        ),
    ];
    for (path, command) in commands {
        for (token, code) in [
            (&member, "not_permitted"),
            (&of_other, "workspace_not_found"),
            (&stranger, "workspace_not_found"),
            (&former, "workspace_not_found"),
        ] {
            let told = installation
                .post(workspace, path, token, command.clone())
                .await;
            assert_eq!(told.code(), code, "{path}");
        }
    }
}

async fn release(router: &Router, token: &str, workspace: WorkspaceId, person: &str) -> Answer {
    let command = json!({ "workspace_id": workspace, "person": person, "note": "A restore" });
    let path = "/api/installation/release-person";
    post(router, path, Some(token), &envelope(None, command)).await
}

#[tokio::test]
async fn operators_release_the_only_owner_and_nobody_whom_others_can() {
    let installation = Installation::two_sites().await;
    let (a, b) = (&installation.a.router, &installation.b().router);
    let workspace = installation.workspace("Harbour").await;
    let (member, _) = installation.member(workspace, "ann").await;
    let (second, _) = installation.account("second").await;
    let command = json!({ "account_id": second, "operator": true });
    installation.operator("set-operator", command).await.ok();
    let second = sign_in(a, "second").await;
    let (_, nobody) = installation.account("nobody").await;
    let view = get(a, SESSION, &installation.operator).await.ok();
    let owner: Value = view["workspaces"][0]["person"]["id"].clone();
    let owner: Uuid = serde_json::from_value(owner).unwrap();

    quarantine(&installation.a, workspace, member).await;
    let told = release(a, &second, workspace, &member.to_string()).await;
    assert_eq!(told.code(), "people_can_release");
    assert!(told.json()["detail"].as_str().unwrap().contains("Operator"));

    // Another alarm, for the only owner, from the other site.
    let order = alarm(workspace, owner, "An alarm", 2);
    let outcome = installation.b().site.quarantine(order).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    for site in [a, b] {
        eventually(async || get(site, SESSION, &installation.operator).await.status == 401).await;
    }
    let own = sign_in(a, OPERATOR).await;
    let view = get(a, SESSION, &own).await.ok();
    assert_eq!(view["quarantined"][0]["ask"], json!([]));
    for (token, code) in [(&own, "not_yourself"), (&nobody, "not_permitted")] {
        let told = release(a, token, workspace, &owner.to_string()).await;
        assert_eq!((told.status.as_u16(), told.code()), (403, code.into()));
    }
    let told = release(a, &second, workspace, "@nobody-there").await;
    assert_eq!(told.code(), "person_not_found");
    let told = release(a, &second, WorkspaceId(new_id()), "@operator").await;
    assert_eq!(told.code(), "workspace_not_found");
    release(b, &second, workspace, "@operator").await.ok();
    let path = format!("/api/directory/person-list?workspace_id={workspace}&status=all");
    for site in [a, b] {
        eventually(async || get(site, &path, &own).await.status == 200).await;
    }
}

/// A module may have followed the directory before the gateway's own site has read it.
#[tokio::test]
async fn a_module_that_knew_first_does_not_make_it_a_stranger() {
    use crate::http::commands::explained;
    use crate::problem::Problem;
    let installation = Installation::one_site().await;
    let door = &installation.a;
    let workspace = installation.workspace("Harbour").await;
    let (person, token) = installation.member(workspace, "ann").await;
    let session = door.api.sessions().check(&door.site, &token).await.unwrap();
    let told = async |problem: Problem| {
        explained(&door.api, session, Some(workspace), problem)
            .await
            .code
            .into_owned()
    };
    assert_eq!(
        told(Problem::workspace_not_found()).await,
        "workspace_not_found"
    );
    quarantine(door, workspace, person).await;
    assert_eq!(told(Problem::workspace_not_found()).await, "quarantined");
    assert_eq!(told(Problem::overloaded()).await, "overloaded");
}
