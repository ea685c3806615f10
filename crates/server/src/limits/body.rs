//! Reading a request's body, as much of it as is allowed and no slower than is allowed.

use crate::problem::Problem;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;
use std::time::Duration;

/// A body that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body of at most `max` bytes.
///
/// # Errors
/// 413 when it is larger, 408 when it does not come, 422 when it breaks off.
pub async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Problem> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<usize>().ok());
    if declared.is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    match tokio::time::timeout(PATIENCE, Limited::new(body, max).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(max)),
        Ok(Err(_)) => Err(Problem::invalid(
            "body",
            "body_incomplete",
            "The body broke off.",
        )),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_too_slow",
            "The body did not arrive in time.",
        )),
    }
}

/// Reads a JSON body of at most `max` bytes.
///
/// # Errors
/// As [`read`], 415 for another media type, 422 for what is not JSON.
pub async fn read_json(headers: &HeaderMap, body: Body, max: usize) -> Result<Value, Problem> {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split(';').next())
        .is_some_and(|text| text.trim().eq_ignore_ascii_case("application/json"));
    if !is_json {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send application/json.",
        ));
    }
    let bytes = read(headers, body, max).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Problem::invalid("body", "malformed", format!("Not JSON: {error}.")))
}

fn too_large(max: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("The body is larger than {max} bytes."),
    )
    .about("body")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn json_headers() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
        headers
    }

    async fn code(headers: HeaderMap, body: Body) -> String {
        read_json(&headers, body, 16)
            .await
            .unwrap_err()
            .code
            .into_owned()
    }

    #[tokio::test]
    async fn bodies_are_limited_whether_or_not_they_declare_their_length() {
        assert_eq!(
            read(&HeaderMap::new(), Body::from("0123456789abcdef"), 16)
                .await
                .unwrap()
                .len(),
            16
        );
        assert_eq!(
            code(json_headers(), Body::from("0123456789abcdef0")).await,
            "body_too_large"
        );
        let mut declared = json_headers();
        declared.insert(header::CONTENT_LENGTH, HeaderValue::from_static("17"));
        assert_eq!(code(declared, Body::empty()).await, "body_too_large");
    }

    #[tokio::test]
    async fn only_json_is_read() {
        assert_eq!(
            read_json(&json_headers(), Body::from("[1]"), 16)
                .await
                .unwrap(),
            serde_json::json!([1])
        );
        assert_eq!(
            code(HeaderMap::new(), Body::from("[1]")).await,
            "unsupported_media_type"
        );
        assert_eq!(code(json_headers(), Body::from("[1")).await, "malformed");
        assert_eq!(
            code(json_headers(), Body::from(vec![b'['; 16])).await,
            "malformed"
        );
        assert_eq!(
            code(json_headers(), Body::from(vec![0xff, 0xfe])).await,
            "malformed"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let never =
            Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        let problem = read(&HeaderMap::new(), never, 16).await.unwrap_err();
        assert_eq!(problem.code, "body_too_slow");
    }
}
