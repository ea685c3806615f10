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
        // Each of them goes by itself, and the provider says so with a status of its own.
        ("RequestTimeout" | "IncompleteBody" | "BadDigest", _) | (_, 307) => {
            StoreError::Unavailable(detail)
        }
        ("ExpiredToken", _) | (_, 401 | 403) => StoreError::Denied(detail),
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

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::error::ErrorMetadata;
    use aws_sdk_s3::operation::head_object::HeadObjectError;
    use aws_sdk_s3::primitives::SdkBody;

    fn told(status: u16, code: &str) -> StoreError {
        let meta = ErrorMetadata::builder().code(code).build();
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        failure(SdkError::service_error(
            HeadObjectError::generic(meta),
            answer,
        ))
    }

    #[test]
    fn what_goes_by_itself_is_not_refused() {
        for (status, code) in [
            (400, "RequestTimeout"),
            (400, "IncompleteBody"),
            (400, "BadDigest"),
            (307, "TemporaryRedirect"),
            (307, ""),
            (403, "RequestTimeTooSkewed"),
            (503, "SlowDown"),
        ] {
            let told = told(status, code);
            assert!(matches!(told, StoreError::Unavailable(_)), "{told:?}");
        }
        let bad = told(400, "InvalidArgument");
        assert!(matches!(bad, StoreError::Refused(_)), "{bad:?}");
    }

    #[test]
    fn a_key_that_is_not_taken_is_told_as_such() {
        for (status, code) in [(400, "ExpiredToken"), (403, "AccessDenied"), (401, "")] {
            let told = told(status, code);
            assert!(matches!(told, StoreError::Denied(_)), "{told:?}");
        }
    }
}
