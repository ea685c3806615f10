//! Commands and queries.

use super::support::*;
use axum::body::Body;
use axum::http::{HeaderValue, Method, header};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

#[tokio::test]
async fn the_same_id_gives_the_same_answer_and_another_body_is_refused() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let workspace = installation.workspace("Harbour").await;
    let path = "/api/directory/create-group";
    let body = envelope(
        Some(workspace),
        json!({ "group_id": new_id(), "name": "Crew" }),
    );
    let first = post(router, path, Some(&installation.operator), &body)
        .await
        .ok();
    assert_eq!(first["command_id"], body["command_id"]);
    assert_eq!(
        (first["unchanged"].clone(), first["site"].clone()),
        (json!(false), json!("a"))
    );
    assert_eq!(first["durability"], "protected");
    assert!(first["seq"].as_u64().unwrap() > 0);
    assert_eq!(
        post(router, path, Some(&installation.operator), &body)
            .await
            .ok(),
        first
    );
    let mut other = body.clone();
    other["command"]["name"] = json!("Guests");
    let refused = post(router, path, Some(&installation.operator), &other).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "command_id_reused".into())
    );
}

#[tokio::test]
async fn a_workspace_is_created_once() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let body = envelope(None, json!({ "workspace_id": new_id(), "name": "Harbour" }));
    let path = "/api/installation/create-workspace";
    let first = post(router, path, Some(&installation.operator), &body)
        .await
        .ok();
    assert!(first["answer"]["person_id"].is_string());
    assert_eq!(
        post(router, path, Some(&installation.operator), &body)
            .await
            .ok(),
        first
    );
    let mut same_name = body.clone();
    same_name["command_id"] = json!(new_id());
    same_name["command"]["workspace_id"] = json!(new_id());
    let taken = post(router, path, Some(&installation.operator), &same_name).await;
    assert_eq!(
        (taken.status.as_u16(), taken.code()),
        (409, "name_taken".into())
    );
}

#[tokio::test]
async fn what_is_not_offered_is_not_found() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let workspace = installation.workspace("Harbour").await;
    for (path, code) in [
        ("directory/found-workspace", "unknown_command"),
        ("directory/nothing", "unknown_command"),
        ("installation/register-account", "unknown_command"),
        ("installation/found-installation", "unknown_command"),
        ("installation/add-passkey", "unknown_command"),
        ("nothing/nothing", "unknown_module"),
    ] {
        let answer = installation
            .post(workspace, path, &installation.operator, json!({}))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, code.into()),
            "{path}"
        );
    }
    let answer = get(router, "/api/directory/nothing", &installation.operator).await;
    assert_eq!(answer.code(), "unknown_query");
    let put = request(
        Method::PUT,
        "/api/directory/create-group",
        Some(&installation.operator),
        Body::empty(),
    );
    let answer = send(router, put).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (405, "method_not_allowed".into())
    );
}

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let workspace = installation.workspace("Harbour").await;
    let path = "/api/directory/create-group";
    let send_text = async |text: String, media_type: &'static str| {
        let mut request = request(
            Method::POST,
            path,
            Some(&installation.operator),
            Body::from(text),
        );
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        let answer = send(router, request).await;
        (answer.status.as_u16(), answer.code())
    };
    let json_type = "application/json";
    assert_eq!(
        send_text("{}".into(), "text/plain").await,
        (415, "unsupported_media_type".into())
    );
    assert_eq!(
        send_text("{".into(), json_type).await,
        (422, "malformed".into())
    );
    assert_eq!(
        send_text("{}".into(), json_type).await,
        (422, "missing_field".into())
    );
    let large = format!("\"{}\"", "x".repeat(3 << 20));
    assert_eq!(
        send_text(large, json_type).await,
        (413, "body_too_large".into())
    );
    let deep = "[".repeat(100_000);
    assert_eq!(send_text(deep, json_type).await, (422, "malformed".into()));
    let unknown = json!({ "group_id": new_id(), "name": "x", "colour": "red" });
    let answer = installation
        .post(
            workspace,
            "directory/create-group",
            &installation.operator,
            unknown,
        )
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (422, "malformed".into())
    );
    assert!(answer.json()["detail"].as_str().unwrap().contains("colour"));
}

#[tokio::test]
async fn people_read_what_they_wrote() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    let command = json!({ "group_id": new_id(), "name": "Crew" });
    let written = installation
        .post(
            workspace,
            "directory/create-group",
            &installation.operator,
            command,
        )
        .await
        .ok();
    let path = format!(
        "/api/directory/group-list?workspace_id={workspace}&min_seq={}",
        written["seq"]
    );
    let answer = get(&installation.a.router, &path, &installation.operator).await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(answer.ok()["items"][0]["name"], "Crew");
    for (bad, field) in [("min_seq=x", "min_seq"), ("limit=x", "query")] {
        let path = format!("/api/directory/group-list?workspace_id={workspace}&{bad}");
        let answer = get(&installation.a.router, &path, &installation.operator).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["field"].clone()),
            (422, json!(field))
        );
    }
    let answer = get(
        &installation.a.router,
        "/api/directory/group-list",
        &installation.operator,
    )
    .await;
    assert_eq!(answer.json()["field"], "workspace_id");
}

#[tokio::test]
async fn without_an_engine_reading_and_signing_in_go_on_and_writing_says_so() {
    let installation = Installation::one_site().await;
    let workspace = installation.workspace("Harbour").await;
    installation.engine.set_down(true);
    let token = sign_in(&installation.a.router, OPERATOR).await;
    let path = format!("/api/directory/group-list?workspace_id={workspace}");
    get(&installation.a.router, &path, &token).await.ok();
    installation.clock.move_ms(1);
    let body = envelope(
        Some(workspace),
        json!({ "group_id": new_id(), "name": "Crew" }),
    );
    let write = post(
        &installation.a.router,
        "/api/directory/create-group",
        Some(&token),
        &body,
    );
    let answer = write.await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (503, "unavailable".into())
    );
    installation.engine.set_down(false);
    post(
        &installation.a.router,
        "/api/directory/create-group",
        Some(&token),
        &body,
    )
    .await
    .ok();
}

#[test]
fn whatever_is_sent_is_answered_with_a_refusal() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let installation = runtime.block_on(Installation::one_site());
    let workspace = runtime.block_on(installation.workspace("Harbour"));
    let names: Vec<(String, &str)> = installation
        .a
        .site
        .modules()
        .flat_map(|module| {
            module
                .commands()
                .iter()
                .map(|spec| (module.name().to_owned(), spec.name))
        })
        // Without parameters it is a good command, and would end the session.
        .filter(|(_, name)| *name != "end-sessions")
        .collect();
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!(new_id())),
    ];
    let command = prop::collection::btree_map("[a-z_]{1,12}", value, 0..4);
    let mut runner = TestRunner::new(Config {
        cases: 200,
        ..Config::default()
    });
    runner
        .run(
            &(prop::sample::select(names), command),
            |((module, name), command)| {
                let body = envelope(
                    (module != "installation").then_some(workspace),
                    json!(command),
                );
                let path = format!("/api/{module}/{name}");
                let sent = post(
                    &installation.a.router,
                    &path,
                    Some(&installation.operator),
                    &body,
                );
                let answer = runtime.block_on(sent);
                prop_assert!(
                    answer.status.as_u16() < 500,
                    "{path} {body}: {:?}",
                    answer.json()
                );
                // It may have been `end-sessions {}`, which is a good command.
                prop_assume!(answer.status != 401);
                Ok(())
            },
        )
        .unwrap();
}
