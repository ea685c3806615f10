//! What every answer carries, and who may call from where.

use super::support::*;
use crate::assets::ErrorPages;
use axum::body::Body;
use axum::http::{HeaderValue, Method, header};
use serde_json::Value;

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let installation = Installation::one_site().await;
    for path in [
        "/",
        "/api/installation/session",
        "/api/nothing/nothing",
        "/assets/none.js",
        "/api/openapi.json",
    ] {
        let answer = send(
            &installation.a.router,
            request(Method::GET, path, None, Body::empty()),
        )
        .await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(policy.contains("ws://localhost:8401"), "{path}");
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer.headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(answer.headers["sekoci-site"], "a");
    }
}

#[tokio::test]
async fn only_the_sites_own_pages_may_call_across() {
    let installation = Installation::two_sites().await;
    let allowed = async |origin: &str| {
        let mut ask = request(
            Method::OPTIONS,
            "/api/messaging/post-message",
            None,
            Body::empty(),
        );
        let headers = ask.headers_mut();
        headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        headers.insert(
            header::ACCESS_CONTROL_REQUEST_METHOD,
            HeaderValue::from_static("POST"),
        );
        let wanted = HeaderValue::from_static("authorization,content-type");
        headers.insert(header::ACCESS_CONTROL_REQUEST_HEADERS, wanted);
        let answer = send(&installation.a.router, ask).await;
        assert!(answer.status.is_success());
        let allowed = answer
            .headers
            .get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
            .cloned();
        allowed.map(|value| value.to_str().unwrap().to_owned())
    };
    for own in [url("a"), url("b")] {
        assert_eq!(allowed(&own).await, Some(own));
    }
    for other in ["http://localhost:9999", "https://evil.example", "null"] {
        assert_eq!(allowed(other).await, None);
    }
    let mut ask = request(
        Method::GET,
        "/api/installation/session",
        None,
        Body::empty(),
    );
    ask.headers_mut()
        .insert(header::ORIGIN, HeaderValue::from_str(&url("b")).unwrap());
    let refused = send(&installation.a.router, ask).await;
    assert_eq!(
        refused.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        url("b"),
        "refusals are readable too"
    );
}

#[tokio::test]
async fn unknown_addresses_of_the_api_are_problems_and_not_pages() {
    let installation = Installation::one_site().await;
    let answer = send(
        &installation.a.router,
        request(Method::GET, "/api/none", None, Body::empty()),
    )
    .await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (404, "route_not_found".into())
    );
    let page = send(
        &installation.a.router,
        request(Method::GET, "/some/page", None, Body::empty()),
    )
    .await;
    assert_eq!(
        page.headers[header::CONTENT_TYPE],
        "text/html; charset=utf-8"
    );
}

#[tokio::test]
async fn a_problems_type_is_a_page_about_it() {
    let installation = Installation::one_site().await;
    let refused = send(
        &installation.a.router,
        request(
            Method::GET,
            "/api/installation/session",
            None,
            Body::empty(),
        ),
    )
    .await;
    let about = refused.json()["type"].as_str().unwrap().to_owned();
    let page = send(
        &installation.a.router,
        request(Method::GET, &about, None, Body::empty()),
    )
    .await;
    assert_eq!(page.status, 200);
    assert!(
        page.bytes.starts_with(b"# `not_signed_in`"),
        "{:?}",
        page.bytes
    );
    let none = send(
        &installation.a.router,
        request(Method::GET, "/errors/..%2Findex", None, Body::empty()),
    )
    .await;
    assert_eq!(none.status, 404);
    assert!(ErrorPages::iter().count() > 20);
}

#[tokio::test]
async fn the_description_of_the_api_holds_together() {
    let installation = Installation::one_site().await;
    let answer = send(
        &installation.a.router,
        request(Method::GET, "/api/openapi.json", None, Body::empty()),
    )
    .await;
    let document = answer.ok();
    assert_eq!(document["openapi"], "3.1.0");
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 100);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
    for module in installation.a.site.modules() {
        for spec in module.commands() {
            let path = format!("/api/{}/{}", module.name(), spec.name);
            let operation = &document["paths"][&path]["post"];
            assert_eq!(operation.is_object(), spec.is_public, "{path}");
            if spec.is_public {
                let body = &operation["requestBody"]["content"]["application/json"]["schema"];
                assert!(body["properties"]["command"]["$ref"].is_string(), "{path}");
                assert!(body["properties"]["command_id"].is_object(), "{path}");
                assert!(operation["responses"]["200"].is_object(), "{path}");
                assert!(operation["responses"]["default"].is_object(), "{path}");
            }
        }
        for spec in module.queries() {
            let path = format!("/api/{}/{}", module.name(), spec.name);
            assert!(
                document["paths"][&path]["get"]["responses"]["200"].is_object(),
                "{path}"
            );
        }
    }
    let mut ids: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "every operation has an id of its own");
}

fn collect_references<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(reference) if key == "$ref" => into.push(reference),
                    value => collect_references(value, into),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
        _ => {}
    }
}
