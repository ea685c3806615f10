//! Problem documents (RFC 9457): how every refusal and failure looks to a client.
//!
//! `{ "type": "/errors/<code>", "title", "status", "code", "detail", "field"?, "retry_after_ms"?,
//! "progress"? }`.
//! Every code has a page in `docs/errors/`.

use crate::runtime::QueryFailure;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use journal::partition::Outcome;
use kernel::{DecideError, Refusal, RefusalKind};
use serde::Serialize;
use std::borrow::Cow;

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// When a client should ask again after a failure that passes by itself.
const RETRY_SOON_MS: u64 = 500;

/// A refusal or failure, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable code in snake case, with a page in `docs/errors/`.
    pub code: Cow<'static, str>,
    /// One English sentence about this very case.
    pub detail: String,
    /// The field concerned, as a JSON path of the request.
    pub field: Option<String>,
    /// When asking again is worth it.
    pub retry_after_ms: Option<u64>,
    /// How far what is being prepared is.
    pub progress: Option<Progress>,
}

/// Entries applied, of those to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Applied so far.
    pub applied: u64,
    /// To apply; 0 while it waits for its turn.
    pub total: u64,
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: String,
    status: u16,
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Progress>,
}

impl Problem {
    /// A problem with a status, a code and a sentence.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code: Cow::Borrowed(code),
            detail: detail.into(),
            field: None,
            retry_after_ms: None,
            progress: None,
        }
    }

    /// A field that is missing, malformed or out of bounds (422).
    #[must_use]
    pub fn invalid(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail).about(field)
    }

    /// A request without a session (401).
    #[must_use]
    pub fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            "Sign in first: this needs the header Authorization: Bearer <token>.",
        )
    }

    /// A session that has ended (401).
    #[must_use]
    pub fn session_ended() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "session_ended",
            "This session has ended. Sign in again.",
        )
    }

    /// A workspace that does not exist for whoever asks (404).
    #[must_use]
    pub fn workspace_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "workspace_not_found",
            "There is no such workspace for you.",
        )
        .about("workspace_id")
    }

    /// Too many requests (429).
    #[must_use]
    pub fn too_many_requests(retry_after_ms: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "Too many requests. Wait a moment and ask again.",
        )
        .retry_after(retry_after_ms)
    }

    /// Nothing was done, but it may succeed soon, here or at the other site (503).
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).retry_after(RETRY_SOON_MS)
    }

    /// More work is waiting than this site takes (503).
    #[must_use]
    pub fn overloaded() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "Too much work is waiting here. Nothing was done; ask again with the same id.",
        )
        .retry_after(RETRY_SOON_MS)
    }

    /// The rows of a moment are being made (503).
    #[must_use]
    pub fn moment_in_preparation(applied: u64, total: u64) -> Self {
        let problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "moment_in_preparation",
            format!("This moment is being prepared: {applied} of {total} entries. Ask again soon."),
        );
        Self {
            progress: Some(Progress { applied, total }),
            ..problem.retry_after(RETRY_SOON_MS)
        }
    }

    /// A failure inside the site (503): something may have been done. The cause goes to the log and not
    /// to the client.
    #[must_use]
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed inside the site");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "module_failed",
            "This site failed while answering. Ask again with the same id, here or at the other site.",
        )
    }

    /// The same problem, about a field.
    #[must_use]
    pub fn about(self, field: &str) -> Self {
        Self {
            field: Some(field.into()),
            ..self
        }
    }

    /// The same problem, with the time after which to ask again.
    #[must_use]
    pub fn retry_after(self, ms: u64) -> Self {
        Self {
            retry_after_ms: Some(ms),
            ..self
        }
    }

    /// The document's bytes.
    fn body(&self) -> Vec<u8> {
        let document = Document {
            r#type: format!("/errors/{}", self.code),
            title: title(&self.code),
            status: self.status.as_u16(),
            code: &self.code,
            detail: &self.detail,
            field: self.field.as_deref(),
            retry_after_ms: self.retry_after_ms,
            progress: self.progress,
        };
        serde_json::to_vec(&document).expect("a document of strings and numbers serialises")
    }

    /// The failure in an outcome; `None` for an outcome that is none.
    #[must_use]
    pub fn of_outcome(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Accepted { .. } | Outcome::Unchanged { .. } => None,
            Outcome::Refused(refusal) => Some(refusal.into()),
            Outcome::NotLead { lead, .. } => Some(Self::unavailable(format!(
                "Site {lead} leads and could not be asked. Nothing was done; ask again with the same id."
            ))),
            Outcome::Unavailable { cause } => {
                tracing::debug!(%cause, "a command could not be carried out");
                Some(Self::unavailable(
                    "Writing is not possible at the moment. Nothing was done; ask again with the same id, here or at the other site.",
                ))
            }
            Outcome::Unknown { cause } => {
                tracing::debug!(%cause, "the outcome of a command is unknown");
                Some(
                    Self::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "outcome_unknown",
                        "It may have been done. Ask again with the same id, here or at the other site, to learn what became of it.",
                    )
                    .retry_after(RETRY_SOON_MS),
                )
            }
            Outcome::Overloaded => Some(Self::overloaded()),
        }
    }
}

/// `workspace_not_found` → `Workspace not found`.
fn title(code: &str) -> String {
    let mut letters = code.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first
        .into_iter()
        .chain(letters.map(|c| if c == '_' { ' ' } else { c }))
        .collect()
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind {
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self {
            status,
            code: Cow::Owned(refusal.code),
            detail: refusal.detail,
            field: refusal.field,
            retry_after_ms: None,
            progress: None,
        }
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Refused(refusal) => refusal.into(),
            DecideError::View(error) => {
                tracing::error!(%error, "a view cannot be read");
                Self::unavailable("This site cannot read its rows at the moment.")
            }
        }
    }
}

impl From<QueryFailure> for Problem {
    fn from(failure: QueryFailure) -> Self {
        match failure {
            QueryFailure::Decide(error) => error.into(),
            QueryFailure::NoPartition => Self::workspace_not_found(),
            QueryFailure::Behind { wanted } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "behind",
                format!("This site has not applied entry {wanted} yet."),
            )
            .retry_after(RETRY_SOON_MS),
            QueryFailure::Unavailable(cause) => Self::unavailable(cause),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (
            self.status,
            [
                (header::CONTENT_TYPE, MEDIA_TYPE),
                (header::CACHE_CONTROL, "no-store"),
            ],
            self.body(),
        )
            .into_response();
        let headers = response.headers_mut();
        if let Some(ms) = self.retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document(problem: &Problem) -> Value {
        serde_json::from_slice(&problem.body()).unwrap()
    }

    #[test]
    fn a_refusal_keeps_its_code_field_and_sentence() {
        let refusal = Refusal::invalid("command.text", "text_too_long", "Too long.");
        assert_eq!(
            document(&refusal.into()),
            json!({
                "type": "/errors/text_too_long", "title": "Text too long", "status": 422,
                "code": "text_too_long", "detail": "Too long.", "field": "command.text"
            })
        );
        let status = |refusal: Refusal| Problem::from(refusal).status.as_u16();
        assert_eq!(status(Refusal::forbidden("x", "")), 403);
        assert_eq!(status(Refusal::not_found("f", "x", "")), 404);
        assert_eq!(status(Refusal::conflict("x", "")), 409);
        assert_eq!(status(Refusal::failed("x", "")), 500);
    }

    #[test]
    fn outcomes_say_whether_something_may_have_been_written() {
        let code = |outcome| Problem::of_outcome(outcome).map(|p| p.code.into_owned());
        let cause = String::new;
        assert_eq!(
            code(Outcome::Unchanged {
                answer: Value::Null
            }),
            None
        );
        assert_eq!(
            code(Outcome::Unavailable { cause: cause() }).unwrap(),
            "unavailable"
        );
        assert_eq!(
            code(Outcome::Unknown { cause: cause() }).unwrap(),
            "outcome_unknown"
        );
        assert_eq!(code(Outcome::Overloaded).unwrap(), "overloaded");
    }

    #[test]
    fn responses_carry_the_headers_clients_act_on() {
        let response = Problem::too_many_requests(1_200).into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        let response = Problem::not_signed_in().into_response();
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
    }

    #[test]
    fn causes_inside_the_site_are_not_told() {
        let problem = Problem::internal(&"secret path /srv");
        assert!(!String::from_utf8(problem.body()).unwrap().contains("/srv"));
    }
}
