//! Measuring: a histogram of answer times for each route.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

/// Names the route more closely than its pattern does (`/api/messaging/post-message` instead of
/// `/api/{module}/{name}`); left with the response by handlers that know the name to be one of few.
#[derive(Clone, Debug)]
pub struct RouteLabel(pub String);

pub(super) async fn observe(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().as_str().to_owned();
    let pattern = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    let label = response
        .extensions()
        .get::<RouteLabel>()
        .map(|label| label.0.clone());
    let route = label.or(pattern).unwrap_or_else(|| "web".into());
    let status = response.status().as_u16().to_string();
    metrics::histogram!(
        "sekoci_http_request_seconds",
        "method" => method, "route" => route, "status" => status
    )
    .record(began.elapsed().as_secs_f64());
    response
}
