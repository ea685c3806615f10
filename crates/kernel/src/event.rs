//! Events: facts that cannot be refused.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A fact a module recorded. Its stored shape is frozen by `(kind, version)`: a new shape is a new
/// version, and old ones decode for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What happened, past tense in kebab case: `message-posted`.
    pub kind: String,
    /// Version of the shape of `data`, from 1.
    #[serde(rename = "v")]
    pub version: u16,
    /// The fact.
    pub data: Value,
}

/// An event that a module cannot read.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The module never wrote this kind and version.
    #[error("event {kind} version {version} is unknown here; it was written by a newer release")]
    Unknown {
        /// The event's kind.
        kind: String,
        /// The event's version.
        version: u16,
    },
    /// The data does not have the shape of its kind and version.
    #[error("event {kind} version {version} does not decode")]
    Shape {
        /// The event's kind.
        kind: String,
        /// The event's version.
        version: u16,
        /// What did not fit.
        source: serde_json::Error,
    },
}

impl Event {
    /// An event of the given kind and version.
    #[must_use]
    pub fn new<T: Serialize>(kind: &str, version: u16, data: &T) -> Self {
        let data = serde_json::to_value(data).expect("event types have string keys only");
        Self {
            kind: kind.into(),
            version,
            data,
        }
    }

    /// Decodes the data as `T`.
    ///
    /// # Errors
    /// [`EventError::Shape`] when the data has another shape.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, EventError> {
        T::deserialize(&self.data).map_err(|source| EventError::Shape {
            kind: self.kind.clone(),
            version: self.version,
            source,
        })
    }

    /// The error for a kind and version the module does not know.
    #[must_use]
    pub fn unknown(&self) -> EventError {
        EventError::Unknown {
            kind: self.kind.clone(),
            version: self.version,
        }
    }
}
