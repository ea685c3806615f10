//! Why the door did not do what it was asked, as an answer.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::Timestamp;
use server::problem::Problem;
use vault::store::StoreError;

/// Header with the moment until which an object is retained, in milliseconds since the Unix epoch.
pub(super) const RETAIN_UNTIL: &str = "retain-until";

/// A refusal or failure.
pub(super) enum Refused {
    /// Of the door itself.
    Problem(Problem),
    /// Of the store behind it.
    Store(StoreError),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Store(error) => {
                let mut response = of_store(&error).into_response();
                if let StoreError::Retained { until, .. } = error {
                    set_retain_until(&mut response, until);
                }
                response
            }
        }
    }
}

/// Says in a header until when an object is retained.
pub(super) fn set_retain_until(response: &mut Response, until: Timestamp) {
    let headers = response.headers_mut();
    headers.insert(RETAIN_UNTIL, until.millis().into());
}

fn of_store(error: &StoreError) -> Problem {
    let text = error.to_string();
    match error {
        StoreError::Exists(_) => Problem::new(StatusCode::CONFLICT, "object_exists", text),
        StoreError::Retained { .. } => Problem::new(StatusCode::CONFLICT, "object_retained", text),
        StoreError::Missing(_) => Problem::new(StatusCode::NOT_FOUND, "object_missing", text),
        StoreError::Denied(_) => Problem::new(StatusCode::FORBIDDEN, "not_permitted", text),
        StoreError::Refused(_) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "object_refused", text)
        }
        StoreError::Full(_) => Problem::new(StatusCode::INSUFFICIENT_STORAGE, "vault_full", text),
        StoreError::Unavailable(_) => {
            tracing::error!(%error, "the vault's files cannot be used");
            Problem::unavailable("The vault cannot use its files at the moment.")
        }
        StoreError::Damaged { .. } => {
            tracing::error!(%error, "an object is damaged");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "object_damaged", text)
        }
    }
}
