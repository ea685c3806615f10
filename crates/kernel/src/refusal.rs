//! Refusals: typed answers to commands and queries that cannot be granted.

use serde::{Deserialize, Serialize};

/// What sort of refusal it is; decides the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// A field is missing, malformed or out of bounds (422).
    Invalid,
    /// The actor may not do this (403).
    Forbidden,
    /// The thing does not exist, or the actor may not know that it does (404).
    NotFound,
    /// The present state does not allow it (409).
    Conflict,
    /// The module failed while deciding; nothing was changed (500).
    Failed,
}

/// A command or query that cannot be granted, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    /// What sort it is.
    pub kind: RefusalKind,
    /// Stable code in snake case, documented in `docs/errors/`.
    pub code: String,
    /// The field concerned, as a JSON path of the request, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// One English sentence for the person who reads it; clients translate by `code`.
    pub detail: String,
}

impl Refusal {
    fn new(kind: RefusalKind, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.into(),
            field: None,
            detail: detail.into(),
        }
    }

    /// A field that is missing, malformed or out of bounds.
    #[must_use]
    pub fn invalid(field: &str, code: &str, detail: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(RefusalKind::Invalid, code, detail)
        }
    }

    /// Something the actor may not do.
    #[must_use]
    pub fn forbidden(code: &str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Forbidden, code, detail)
    }

    /// Something that does not exist for the actor.
    #[must_use]
    pub fn not_found(field: &str, code: &str, detail: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(RefusalKind::NotFound, code, detail)
        }
    }

    /// Something the present state does not allow.
    #[must_use]
    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, code, detail)
    }

    /// A failure inside the module.
    #[must_use]
    pub fn failed(code: &str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Failed, code, detail)
    }

    /// The refusal for a body that does not have the command's shape.
    #[must_use]
    pub fn malformed(error: &serde_json::Error) -> Self {
        Self::invalid("command", "malformed", error.to_string())
    }
}
