//! Tokens: what ends them, and what is none.

use super::support::*;
use crate::session::token::LIFETIME_MS;
use axum::http::header;
use serde_json::json;

const SESSION: &str = "/api/installation/session";

#[tokio::test]
async fn what_is_no_token_opens_nothing() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let good = installation.operator.clone();
    let (head, tail) = good.split_at(good.len() / 2);
    let middle = if tail.starts_with('A') { "B" } else { "A" };
    for bad in [
        "x".to_owned(),
        "v4.public.".to_owned(),
        head.to_owned(),
        format!("{head}{middle}{}", &tail[1..]),
        format!("{good}x"),
        good.replace("v4.public", "v4.local"),
        "v4.public.".to_owned() + &"A".repeat(5_000),
    ] {
        let answer = get(router, SESSION, &bad).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (401, "not_signed_in".into()),
            "{bad}"
        );
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
    }
    let without = send(
        router,
        request(
            axum::http::Method::GET,
            SESSION,
            None,
            axum::body::Body::empty(),
        ),
    )
    .await;
    assert_eq!(without.code(), "not_signed_in");
    get(router, SESSION, &good).await.ok();
}

#[tokio::test]
async fn a_token_ends_and_can_be_renewed_before() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    installation.clock.move_ms(LIFETIME_MS - 60_000);
    let path = "/api/installation/refresh-session";
    let renewed = post(router, path, Some(&installation.operator), &json!({}))
        .await
        .ok();
    let renewed = renewed["token"].as_str().unwrap();
    installation.clock.move_ms(120_000);
    assert_eq!(
        get(router, SESSION, &installation.operator).await.code(),
        "session_ended"
    );
    let again = post(router, path, Some(&installation.operator), &json!({})).await;
    assert_eq!(
        again.code(),
        "session_ended",
        "what has ended is not renewed"
    );
    get(router, SESSION, renewed).await.ok();
}

#[tokio::test]
async fn ending_a_session_ends_renewed_tokens_of_it_too_and_no_other() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let (_, first) = installation.account("ann").await;
    let second = sign_in(router, "ann").await;
    let path = "/api/installation/refresh-session";
    let renewed = post(router, path, Some(&first), &json!({})).await.ok();
    let renewed = renewed["token"].as_str().unwrap();
    let id = get(router, SESSION, &first).await.ok()["session_id"].clone();
    let body = envelope(None, json!({ "session_id": id }));
    post(router, "/api/installation/end-session", Some(&first), &body)
        .await
        .ok();
    for ended in [&first, renewed] {
        assert_eq!(get(router, SESSION, ended).await.code(), "session_ended");
    }
    get(router, SESSION, &second).await.ok();
    let body = envelope(None, json!({}));
    post(
        router,
        "/api/installation/end-sessions",
        Some(&second),
        &body,
    )
    .await
    .ok();
    assert_eq!(get(router, SESSION, &second).await.code(), "session_ended");
    get(router, SESSION, &sign_in(router, "ann").await)
        .await
        .ok();
}

#[tokio::test]
async fn a_changed_password_ends_other_sessions_and_can_be_asked_twice() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    let (_, here) = installation.account("ann").await;
    let elsewhere = sign_in(router, "ann").await;
    let change = |current: &str| {
        envelope(
            None,
            json!({ "current": current, "new": "another horse battery" }),
        )
    };
    let path = "/api/installation/change-password";
    let wrong = post(router, path, Some(&here), &change("wrong horse battery")).await;
    assert_eq!(wrong.code(), "wrong_password");
    let body = change(PASSWORD);
    let first = post(router, path, Some(&here), &body).await.ok();
    let again = post(router, path, Some(&here), &body).await.ok();
    assert_eq!(
        first, again,
        "the same id, the same answer, although the password is another now"
    );
    get(router, SESSION, &here).await.ok();
    assert_eq!(
        get(router, SESSION, &elsewhere).await.code(),
        "session_ended"
    );
}

#[tokio::test]
async fn rotated_keys_keep_old_sessions() {
    let installation = Installation::one_site().await;
    let router = &installation.a.router;
    installation
        .operator("rotate-signing-key", json!({}))
        .await
        .ok();
    get(router, SESSION, &installation.operator).await.ok();
    get(router, SESSION, &sign_in(router, OPERATOR).await)
        .await
        .ok();
}
