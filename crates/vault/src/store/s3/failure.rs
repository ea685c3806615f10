//! What a provider refused, in the store's words.

use crate::store::StoreError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// What went wrong.
pub(super) fn failure<E>(error: SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Some(status) = status(&error) else {
        return match error {
            SdkError::ConstructionFailure(_) => StoreError::Refused(kernel::with_sources(&error)),
            _ => StoreError::Unavailable(kernel::with_sources(&error)),
        };
    };
    let code = error.code().unwrap_or_default();
    let detail = match error.message() {
        Some(message) => format!("{code}: {message}"),
        None => format!("status {status} {code}"),
    };
    match (code, status) {
        (_, 507) | ("QuotaExceeded" | "XMinioStorageFull", _) => StoreError::Full(detail),
        // The key is right, the clock of one of the two machines is not: that gets mended.
        ("RequestTimeTooSkewed", _) => StoreError::Unavailable(detail),
        (_, 401 | 403) => StoreError::Denied(detail),
        (_, 408 | 409 | 429 | 500..) => StoreError::Unavailable(detail),
        _ => StoreError::Refused(detail),
    }
}

/// The status of the answer, where there was one that could be read.
pub(super) fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    match error {
        SdkError::ServiceError(error) => Some(error.raw().status().as_u16()),
        _ => None,
    }
}
