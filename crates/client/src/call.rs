//! One call as data, so that every kind of request goes through the same rounds over the sites.

use bytes::Bytes;
use std::time::Duration;

/// A request that may be sent to any site, any number of times.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// For errors and observers, as `module/name`.
    pub operation: String,
    pub method: reqwest::Method,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: Option<(&'static str, Bytes)>,
    /// Whether it carries the session's token.
    pub is_signed_in: bool,
    /// Limit for all attempts together.
    pub patience: Duration,
    /// Only this site, where given.
    pub only_site: Option<usize>,
}

/// A granted call's answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub body: Bytes,
    /// Index of the site that answered.
    pub site: usize,
    pub attempts: u32,
    /// From the first attempt to the answer.
    pub took: Duration,
}

impl Call {
    pub fn get(operation: impl Into<String>, path: impl Into<String>, patience: Duration) -> Self {
        Self {
            operation: operation.into(),
            method: reqwest::Method::GET,
            path: path.into(),
            query: Vec::new(),
            body: None,
            is_signed_in: true,
            patience,
            only_site: None,
        }
    }

    pub fn post_json(
        operation: impl Into<String>,
        path: impl Into<String>,
        body: &serde_json::Value,
        patience: Duration,
    ) -> Self {
        Self {
            method: reqwest::Method::POST,
            body: Some(("application/json", Bytes::from(body.to_string()))),
            ..Self::get(operation, path, patience)
        }
    }

    pub fn put_bytes(
        operation: impl Into<String>,
        path: impl Into<String>,
        body: Bytes,
        patience: Duration,
    ) -> Self {
        Self {
            method: reqwest::Method::PUT,
            body: Some(("application/octet-stream", body)),
            ..Self::get(operation, path, patience)
        }
    }
}
