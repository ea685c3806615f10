//! Signing in.

use super::support::*;
use crate::config::Limits;
use serde_json::json;

const SIGN_IN: &str = "/api/installation/sign-in";

#[tokio::test]
async fn a_session_tells_who_is_signed_in_and_where_the_sites_are() {
    let installation = Installation::one_site().await;
    let body = json!({ "user": " OPERATOR ", "password": PASSWORD });
    let answer = post(&installation.a.router, SIGN_IN, None, &body)
        .await
        .ok();
    assert_eq!(answer["account"]["user"], OPERATOR);
    assert_eq!(answer["account"]["operator"], true);
    assert_eq!(answer["sites"], json!([{ "name": "a", "url": url("a") }]));
    assert!(answer["expires_at"].is_i64());
    let token = answer["token"].as_str().unwrap();
    let workspace = installation.workspace("Harbour").await;
    let view = get(&installation.a.router, "/api/installation/session", token)
        .await
        .ok();
    assert_eq!(view["site"], "a");
    assert_eq!(view["workspaces"][0]["id"], json!(workspace));
    assert_eq!(view["workspaces"][0]["name"], "Harbour");
    assert_eq!(view["workspaces"][0]["person"]["roles"], json!(["owner"]));
    assert_eq!(view["workspaces"][0]["person"]["handle"], OPERATOR);
}

#[tokio::test]
async fn wrong_passwords_and_unknown_users_get_the_same_answer() {
    let installation = Installation::one_site().await;
    let answer = async |user: &str, password: &str| {
        let body = json!({ "user": user, "password": password });
        let answer = post(&installation.a.router, SIGN_IN, None, &body).await;
        assert_eq!(answer.status, 401);
        answer.json()
    };
    let wrong = answer(OPERATOR, "wrong horse battery").await;
    assert_eq!(wrong["code"], "sign_in_refused");
    assert_eq!(wrong, answer("nobody", PASSWORD).await);
    assert_eq!(wrong, answer(OPERATOR, &"x".repeat(5_000)).await);
}

#[tokio::test]
async fn deactivated_accounts_do_not_get_in() {
    let installation = Installation::one_site().await;
    let (account, token) = installation.account("ann").await;
    installation
        .operator("deactivate-account", json!({ "account_id": account }))
        .await
        .ok();
    let body = json!({ "user": "ann", "password": PASSWORD });
    let answer = post(&installation.a.router, SIGN_IN, None, &body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (401, "sign_in_refused".into())
    );
    let answer = get(&installation.a.router, "/api/installation/session", &token).await;
    assert_eq!(answer.code(), "session_ended");
}

#[tokio::test]
async fn failures_are_throttled_and_successes_are_not() {
    let limits = Limits {
        sign_ins_per_minute: 3,
        ..limits()
    };
    let installation = Installation::start(&["a"], limits).await;
    for _ in 0..10 {
        sign_in(&installation.a.router, OPERATOR).await;
    }
    let wrong = json!({ "user": OPERATOR, "password": "wrong horse battery" });
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(post(&installation.a.router, SIGN_IN, None, &wrong).await);
    }
    assert_eq!(answers[0].code(), "sign_in_refused");
    let last = answers.last().unwrap();
    assert_eq!(
        (last.status.as_u16(), last.code()),
        (429, "too_many_sign_ins".into())
    );
    assert!(last.headers.contains_key("retry-after"));
    let right = json!({ "user": OPERATOR, "password": PASSWORD });
    let blocked = post(&installation.a.router, SIGN_IN, None, &right).await;
    assert_eq!(
        blocked.status, 429,
        "not even the right password, or guessing would go on"
    );
    installation.clock.move_ms(60_000);
    sign_in(&installation.a.router, OPERATOR).await;
}

#[tokio::test]
async fn a_sign_in_that_is_not_one_is_named() {
    let installation = Installation::one_site().await;
    for (body, code) in [
        (json!({ "user": "ann" }), "malformed"),
        (
            json!({ "user": "ann", "password": "x", "more": 1 }),
            "malformed",
        ),
        (json!([]), "malformed"),
    ] {
        let answer = post(&installation.a.router, SIGN_IN, None, &body).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (422, code.into()));
    }
}

#[tokio::test]
async fn requests_are_limited_by_session() {
    let limits = Limits {
        requests_per_second: 1,
        requests_burst: 5,
        ..Limits::default()
    };
    let installation = Installation::start(&["a"], limits).await;
    let mut last = None;
    for _ in 0..7 {
        last = Some(
            get(
                &installation.a.router,
                "/api/installation/session",
                &installation.operator,
            )
            .await,
        );
    }
    let last = last.unwrap();
    assert_eq!(
        (last.status.as_u16(), last.code()),
        (429, "too_many_requests".into())
    );
    assert!(last.json()["retry_after_ms"].as_u64().unwrap() > 0);
}
