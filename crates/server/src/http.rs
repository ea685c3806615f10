//! The HTTP door for people and programs: sessions, commands, queries, attachments, the web app.
//!
//! [`routes`] makes one router of it; other parts of the site bring theirs along. Around all of them
//! lie, from the outside in: security headers, cross-origin rules, a net for panics, measuring, and
//! for everything under `/api` finding out who asks and how often they may.

mod accept_invitation;
mod api;
mod attachments;
mod authenticate;
mod commands;
mod create_workspace;
pub mod envelope;
mod evidence;
mod moment;
mod observe;
mod passkeys;
mod prepare;
mod queries;
mod query_text;
mod release_person;
mod sessions;
#[cfg(test)]
pub(crate) mod tests;
pub mod wire;
pub mod workspace_changes;

use crate::rewind::{rewind_plan, rewind_progress};

pub use api::{Api, ApiError, ApiParts};
pub use authenticate::{Session, require_session};
pub use observe::RouteLabel;

use crate::assets;
use crate::attachments::address::CONTENT_MAX;
use crate::problem::Problem;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;

/// Routes that other parts of the site bring along.
#[derive(Default)]
pub struct MoreRoutes {
    /// For signed-in clients only.
    pub signed_in: Router<Api>,
    /// For anybody: health, metrics.
    pub open: Router<Api>,
}

/// Everything a site serves to people and programs.
pub fn routes(api: Api, more: MoreRoutes) -> Router {
    let signed_in = Router::new()
        .route("/api/installation/session", get(sessions::session))
        .route("/api/installation/refresh-session", post(sessions::refresh))
        .route(
            "/api/installation/passkey-register-start",
            post(passkeys::register_start),
        )
        .route(
            "/api/installation/passkey-register-finish",
            post(passkeys::register_finish),
        )
        .route(
            "/api/installation/create-workspace",
            post(create_workspace::create_workspace),
        )
        .route(
            "/api/installation/release-person",
            post(release_person::release_person),
        )
        .route(
            "/api/attachments/{workspace}/chunks/{hash}",
            put(attachments::put_chunk),
        )
        .route(
            "/api/attachments/{workspace}/{message}/{attachment}",
            get(attachments::read),
        )
        .route(
            "/api/attachments/{workspace}/documents/{document}/{attachment}",
            get(attachments::read_of_document),
        )
        .route(
            "/api/continuity/drill-evidence",
            get(evidence::drill_evidence),
        )
        .route(
            "/api/continuity/period-evidence",
            get(evidence::period_evidence),
        )
        .route(
            "/api/continuity/evidence-keys",
            get(evidence::evidence_keys),
        )
        .route("/api/protection/rewind-plan", get(rewind_plan))
        .route("/api/protection/rewind-progress", get(rewind_progress))
        .route(
            "/api/workspace-changes",
            get(workspace_changes::workspace_changes),
        )
        .merge(more.signed_in)
        .route(
            "/api/{module}/{name}",
            post(commands::command).get(queries::query),
        )
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn(require_session))
        .route_layer(from_fn_with_state(api.clone(), authenticate::authenticate));
    let strangers = Router::new()
        .route("/api/installation/sign-in", post(sessions::sign_in))
        .route("/status/{name}", get(crate::status_page::show))
        .route(
            "/api/installation/passkey-sign-in-start",
            post(passkeys::sign_in_start),
        )
        .route(
            "/api/installation/passkey-sign-in-finish",
            post(passkeys::sign_in_finish),
        )
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn_with_state(api.clone(), authenticate::limit_address));
    let either = Router::new()
        .route(
            "/api/installation/accept-invitation",
            post(accept_invitation::accept_invitation),
        )
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn_with_state(api.clone(), authenticate::authenticate));
    let web = Router::new()
        .route("/api/openapi.json", get(openapi))
        .route("/errors/{code}", get(assets::error_page))
        .fallback(assets::web_app)
        .layer(CompressionLayer::new());
    let cors = cors(&api);
    Router::new()
        .merge(signed_in)
        .merge(strangers)
        .merge(either)
        .merge(more.open)
        .merge(web)
        .layer(DefaultBodyLimit::max(CONTENT_MAX))
        .layer(from_fn(observe::observe))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(cors)
        .layer(map_response_with_state(api.clone(), secure))
        .with_state(api)
}

/// The sites' own pages may call any of the sites; other pages none.
fn cors(api: &Api) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(api.origins())
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::RANGE,
            header::IF_NONE_MATCH,
        ])
        .expose_headers([
            header::RETRY_AFTER,
            header::CONTENT_RANGE,
            header::CONTENT_DISPOSITION,
            header::ACCEPT_RANGES,
            header::ETAG,
            HeaderName::from_static("sekoci-site"),
        ])
        .max_age(Duration::from_secs(24 * 3600))
}

/// Adds what browsers are told with every answer, and which site answered.
async fn secure(State(api): State<Api>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    api.headers().add_to(headers);
    if let Ok(site) = HeaderValue::from_str(api.site().name.as_str()) {
        headers.insert(HeaderName::from_static("sekoci-site"), site);
    }
    response
}

async fn openapi(State(api): State<Api>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, api.openapi()).into_response()
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "Commands are sent with POST, queries with GET.",
    )
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over"
)]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without text");
    Problem::internal(&text).into_response()
}

/// An answer that is a JSON document.
type Answer<T> = Result<Json<T>, Problem>;
