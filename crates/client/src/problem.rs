//! Typed errors of the installation: `application/problem+json`.

use serde::{Deserialize, Serialize};

/// A refusal or failure as a site describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", self.line())]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// Stable code in snake case.
    pub code: String,
    /// One sentence about this very case.
    #[serde(default)]
    pub detail: String,
    /// The field of the request it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// When asking again is worth it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Problem {
    /// Reads a problem document; `None` for anything that is not one.
    #[must_use]
    pub(crate) fn read(status: u16, body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Document {
            code: String,
            #[serde(default)]
            detail: Option<String>,
            #[serde(default)]
            title: Option<String>,
            #[serde(default)]
            field: Option<String>,
            #[serde(default)]
            retry_after_ms: Option<u64>,
        }
        let document: Document = serde_json::from_slice(body).ok()?;
        Some(Self {
            status,
            code: document.code,
            detail: document.detail.or(document.title).unwrap_or_default(),
            field: document.field,
            retry_after_ms: document.retry_after_ms,
        })
    }

    /// Whether the caller is not allowed, rather than something being wrong (401, 403).
    #[must_use]
    pub const fn is_about_rights(&self) -> bool {
        matches!(self.status, 401 | 403)
    }

    fn line(&self) -> String {
        let mut line = self.code.clone();
        if let Some(field) = &self.field {
            line.push_str(" (");
            line.push_str(field);
            line.push(')');
        }
        if !self.detail.is_empty() {
            line.push_str(": ");
            line.push_str(&self.detail);
        }
        line
    }
}
