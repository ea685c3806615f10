//! The command team, seen from outside: calls that both sites carry on once, incidents that the sites
//! open, break-glass access that is lent and ends, the status page.

use super::support::*;
use axum::body::Body;
use axum::http::Method;
use kernel::{PartitionId, WorkspaceId};
use serde_json::{Value, json};
use uuid::Uuid;

async fn two_sites() -> (Installation, WorkspaceId) {
    let installation = Installation::two_sites().await;
    for door in [&installation.a, installation.b()] {
        crate::responding::start(&door.site);
    }
    let workspace = installation.workspace("Harbour").await;
    for module in ["directory", "response", "protection"] {
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
    name: &str,
    command: Value,
) -> Value {
    let body = envelope(Some(workspace), command);
    let path = format!("/api/response/{name}");
    eventually(async || {
        let answer = post(&installation.a.router, &path, Some(token), &body).await;
        answer.status == 200
    })
    .await;
    post(&installation.a.router, &path, Some(token), &body)
        .await
        .json()
}

async fn asked(door: &Door, workspace: WorkspaceId, token: &str, query: &str) -> Value {
    let mark = if query.contains('?') { '&' } else { '?' };
    let path = format!("/api/response/{query}{mark}workspace_id={workspace}");
    get(&door.router, &path, token).await.json()
}

#[tokio::test]
async fn a_call_goes_on_by_itself_and_once_at_two_sites() {
    let (installation, workspace) = two_sites().await;
    let owner = installation.operator.as_str();
    let (ann, token) = installation.member(workspace, "ann").await;
    let call = new_id();
    let place = json!({"call_id": call, "purpose": {"notice": {}}, "text": "To the bridge",
        "people": [ann],
        "policy": {"remind_every_s": 60, "escalate_after_s": 60, "ends_in_s": 180}});
    sent(&installation, workspace, owner, "place-call", place).await;
    let query = format!("call?call_id={call}");
    for times in [2, 3] {
        installation.clock.move_ms(60_000);
        for door in [&installation.a, installation.b()] {
            eventually(async || {
                asked(door, workspace, owner, &query).await["asked"][0]["times_told"] == times
            })
            .await;
        }
    }
    let own = asked(&installation.a, workspace, &token, "call-list?is_own=true").await;
    assert_eq!(own["items"][0]["own"]["times_told"], 3);
    installation.clock.move_ms(60_000);
    for door in [&installation.a, installation.b()] {
        eventually(async || {
            let found = asked(door, workspace, owner, &query).await;
            found["end"]["outcome"] == "nobody_answered"
        })
        .await;
    }
    let found = asked(&installation.a, workspace, owner, &query).await;
    assert_eq!(found["asked"][0]["times_told"], 3, "each time once");
}

#[tokio::test]
async fn a_high_alarm_opens_one_incident() {
    use kernel::{Actor, Command, CommandId};
    let (installation, workspace) = two_sites().await;
    let owner = installation.operator.as_str();
    let (ann, _) = installation.member(workspace, "ann").await;
    let now = kernel::Clock::now(&*installation.clock);
    let body = json!({"alarm_id": new_id(), "person_id": ann, "level": "high", "finding": {
        "module": "documents", "seq": 9, "first_at": now, "at": now, "score": 950,
        "reasons": [], "objects_hit": 8}});
    let command = Command {
        id: CommandId(new_id()),
        name: "raise-alarm".into(),
        actor: Actor::Site(installation.a.site.name.clone()),
        digest: [0; 32],
        body,
    };
    let id = PartitionId::new(workspace, "protection");
    installation.a.site.submit(&id, command).await;
    for door in [&installation.a, installation.b()] {
        eventually(async || {
            let found = asked(door, workspace, owner, "incident-list").await;
            found["items"]
                .as_array()
                .is_some_and(|items| items.len() == 1)
        })
        .await;
    }
    let found = asked(&installation.a, workspace, owner, "incident-list").await;
    assert_eq!(found["items"][0]["severity"], "major");
    assert!(found["items"][0]["cause"]["alarm"].is_object());
    // Whatever else happens, it stays one.
    let opened = json!({"incident_id": new_id(), "severity": "minor", "title": "Another"});
    sent(&installation, workspace, owner, "open-incident", opened).await;
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    let found = asked(installation.b(), workspace, owner, "incident-list").await;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn break_glass_access_is_lent_at_both_sites_and_ends_with_the_sessions() {
    let (installation, workspace) = two_sites().await;
    let owner = installation.operator.as_str();
    let mut people: Vec<(Uuid, String)> = Vec::new();
    for name in ["ann", "ben", "cyd"] {
        people.push(installation.member(workspace, name).await);
    }
    let named: Vec<Uuid> = people.iter().map(|(person, _)| *person).collect();
    let rules = json!({"named": named, "needed": 1, "powers": ["people.manage"], "hours": 1,
        "waiting_s": 0});
    sent(
        &installation,
        workspace,
        owner,
        "set-succession-policy",
        rules,
    )
    .await;
    let request = new_id();
    let ask = json!({"request_id": request, "reason": "Nobody answers"});
    sent(
        &installation,
        workspace,
        &people[0].1,
        "request-succession",
        ask,
    )
    .await;
    let approve = json!({"request_id": request});
    let own = installation
        .post(
            workspace,
            "response/approve-succession",
            &people[0].1,
            approve.clone(),
        )
        .await;
    assert_eq!(own.code(), "second_person_needed");
    let body = json!({"person_id": people[2].0});
    let refused = installation
        .post(
            workspace,
            "directory/deactivate-person",
            &people[0].1,
            body.clone(),
        )
        .await;
    assert_eq!(refused.code(), "not_permitted");
    sent(
        &installation,
        workspace,
        &people[1].1,
        "approve-succession",
        approve,
    )
    .await;
    eventually(async || {
        let answer = installation
            .post(
                workspace,
                "directory/deactivate-person",
                &people[0].1,
                body.clone(),
            )
            .await;
        answer.status == 200
    })
    .await;
    installation.clock.move_ms(3_600_000);
    let path = format!("/api/directory/person-list?workspace_id={workspace}");
    for door in [&installation.a, installation.b()] {
        // Whoever had it signs in again, and has no more than before.
        eventually(async || get(&door.router, &path, &people[0].1).await.status == 401).await;
    }
    let again = sign_in(&installation.a.router, "ann").await;
    let refused = installation
        .post(workspace, "directory/reactivate-person", &again, body)
        .await;
    assert_eq!(refused.code(), "not_permitted");
    let list = asked(&installation.a, workspace, owner, "succession-list").await;
    assert_eq!(list["items"][0]["state"], "ended");
    assert_eq!(list["items"][0]["ended_because"], "time_over");
}

#[tokio::test]
async fn anybody_with_its_address_reads_the_status_page_at_either_site() {
    let (installation, workspace) = two_sites().await;
    let owner = installation.operator.as_str();
    let slug = "k3v9-0qwe-77ab-xx12";
    let path = format!("/status/{slug}");
    let read = async |door: &Door, path: &str| {
        let asked = request(Method::GET, path, None, Body::empty());
        send(&door.router, asked).await
    };
    assert_eq!(read(&installation.a, &path).await.status, 404);
    let page = json!({"is_on": true, "slug": slug, "title": "Harbour"});
    sent(&installation, workspace, owner, "set-status-page", page).await;
    let incident = new_id();
    let opened = json!({"incident_id": incident, "severity": "major", "title": "Secret title"});
    sent(&installation, workspace, owner, "open-incident", opened).await;
    for (text, is_public) in [("Orders are slow", true), ("Ann is ill", false)] {
        let update = json!({"incident_id": incident, "text": text, "is_public": is_public});
        sent(&installation, workspace, owner, "post-update", update).await;
    }
    for door in [&installation.a, installation.b()] {
        eventually(async || {
            let answer = read(door, &path).await;
            String::from_utf8_lossy(&answer.bytes).contains("Orders are slow")
        })
        .await;
        let answer = read(door, &path).await;
        let html = String::from_utf8_lossy(&answer.bytes).into_owned();
        for hidden in [
            "Secret title",
            "Ann is ill",
            "Operator",
            &workspace.to_string(),
        ] {
            assert!(!html.contains(hidden), "{hidden}");
        }
        assert!(
            answer.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("default-src 'none'")
        );
        let answer = read(door, &format!("{path}?lang=zh-Hant")).await;
        assert_eq!(answer.headers["content-language"], "zh-Hant");
    }
    let page = json!({"is_on": false, "slug": slug, "title": "Harbour"});
    sent(&installation, workspace, owner, "set-status-page", page).await;
    eventually(async || read(&installation.a, &path).await.status == 404).await;
}

/// A provider of SMS on this machine: gives the JSON it is sent.
async fn provider() -> (u16, tokio::sync::mpsc::UnboundedReceiver<Value>) {
    let (got, messages) = tokio::sync::mpsc::unbounded_channel();
    let take = move |axum::Json(body): axum::Json<Value>| {
        let got = got.clone();
        async move {
            let _ = got.send(body);
        }
    };
    let app = axum::Router::new().route("/sms", axum::routing::post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (port, messages)
}

fn sms(installation: &Installation, port: u16) -> delivery::Post {
    let secret_file = installation.dir.path().join("sms-secret");
    std::fs::write(&secret_file, "a secret of twenty-four b").unwrap();
    let webhook = delivery::Webhook {
        url: format!("http://127.0.0.1:{port}/sms"),
        secret_file,
        is_private: true,
    };
    let config = delivery::Config {
        webhooks: [("sms".to_owned(), webhook)].into(),
        ..delivery::Config::default()
    };
    delivery::Post::open(&config).unwrap()
}

#[tokio::test]
async fn who_is_called_is_told_outside_under_one_id_though_a_site_dies_before_recording_it() {
    use response::queries::outgoing;
    let (installation, workspace) = two_sites().await;
    let owner = installation.operator.as_str();
    let (ann, token) = installation.member(workspace, "ann").await;
    let (port, mut messages) = provider().await;
    let point = new_id();
    let add =
        json!({"point_id": point, "address": {"webhook": {"provider": "sms", "to": "+62 811 12"}}});
    sent(&installation, workspace, &token, "add-contact-point", add).await;
    let place = |call: Uuid| {
        json!({"call_id": call, "purpose": {"notice": {}}, "text": "To the bridge", "people": [ann],
            "policy": {"remind_every_s": 600, "escalate_after_s": 600, "ends_in_s": 3_600}})
    };
    sent(
        &installation,
        workspace,
        owner,
        "place-call",
        place(new_id()),
    )
    .await;
    // What site a sends, it does not live to record.
    let id = PartitionId::new(workspace, "response");
    let now = kernel::Clock::now(&*installation.clock);
    let due = installation
        .a
        .site
        .query(&id, None, move |rows| Ok(outgoing(rows, now, 10)?));
    let due = due.await.unwrap();
    assert_eq!(
        due.len(),
        1,
        "a point that is not verified carries its code alone"
    );
    let first = due[0].message_id.to_string();
    let letter = delivery::Letter {
        id: &first,
        subject: "",
        text: "",
        at_s: 1,
    };
    let to = delivery::To::Webhook {
        provider: "sms",
        to: "+6281112",
    };
    sms(&installation, port).send(&letter, to).await.unwrap();
    for door in [&installation.a, installation.b()] {
        crate::delivering::start(&door.site, sms(&installation, port), || false);
    }
    assert_eq!(messages.recv().await.unwrap()["message_id"], first);
    let again = messages.recv().await.unwrap();
    assert_eq!(
        again["message_id"], first,
        "at least once, and recognisably"
    );
    let code = again["text"].clone();
    let verify = json!({"point_id": point, "code": code});
    let answer = sent(
        &installation,
        workspace,
        &token,
        "verify-contact-point",
        verify,
    )
    .await;
    assert_eq!(answer["answer"]["is_verified"], true, "{answer}");
    let call = new_id();
    sent(&installation, workspace, owner, "place-call", place(call)).await;
    let told = messages.recv().await.unwrap();
    assert!(told["text"].as_str().unwrap().starts_with("To the bridge"));
    assert_eq!(told["to"], "+6281112");
    let query = format!("call?call_id={call}");
    for door in [&installation.a, installation.b()] {
        eventually(async || {
            let found = asked(door, workspace, owner, &query).await;
            found["messages"][0]["state"] == "taken"
        })
        .await;
        let found = asked(door, workspace, owner, &query).await;
        assert_eq!(found["messages"][0]["message_id"], told["message_id"]);
        assert_eq!(found["messages"][0]["attempts"], 1);
        assert_eq!(found["messages"][0]["masked"], "sms •••12");
    }
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert!(
        messages.try_recv().is_err(),
        "what was recorded is not sent again"
    );
}
