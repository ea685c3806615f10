//! The [`Store`]: where sealed objects are kept, and the contract every store keeps.
//!
//! # The contract
//! 1. **Write once.** A name is bound to its bytes by the first `put`, until it is deleted. The same
//!    bytes again are [`Put::AlreadyThere`]; other bytes are [`StoreError::Exists`] and change
//!    nothing. Two writers of one name: exactly one is told [`Put::Created`].
//! 2. **`Created` means durable**, with the whole of its bytes: no reader ever sees a part.
//! 3. **Retention only grows.** An object stays at least until `retain_until`; `retain` may move
//!    that later, never earlier. `delete` before it is [`StoreError::Retained`]. Time is the
//!    store's own; what a writer believes the time to be plays no part, and a `retain_until`
//!    further away than the store's limit is refused.
//! 4. **Listing is complete and in order**: every object under the prefix, ascending by name,
//!    strictly after `after`, at most `limit`.
//! 5. **A failure says whether it is worth trying again**: [`StoreError::Unavailable`] and
//!    [`StoreError::Full`] are; the others are not.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod directory;
pub mod remote;
#[cfg(feature = "s3")]
pub mod s3;

use async_trait::async_trait;
use bytes::Bytes;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// The largest object a store takes, in bytes.
pub const OBJECT_MAX: usize = 64 << 20;

/// The longest object name, in bytes: with what a store adds, still a file name everywhere.
pub const NAME_MAX: usize = 200;

/// Name of an object: segments of `a-z 0-9 - _ .`, separated by `/`, none empty and none beginning
/// with a dot, at most [`NAME_MAX`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectName(String);

/// Why a text is no object name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not an object name: {cause}")]
pub struct NameError {
    /// The text.
    pub name: String,
    /// What is wrong with it.
    pub cause: &'static str,
}

impl ObjectName {
    /// A name from text.
    ///
    /// # Errors
    /// When the text is not a name as described at the type.
    pub fn new(name: impl Into<String>) -> Result<Self, NameError> {
        let name = name.into();
        let cause = if name.len() > NAME_MAX {
            "it is longer than 200 bytes"
        } else if !name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/'))
        {
            "only a-z, 0-9, '-', '_', '.' and '/' may occur"
        } else if name.split('/').any(str::is_empty) {
            "a part between slashes is empty"
        } else if name.split('/').any(|part| part.starts_with('.')) {
            "a part begins with a dot"
        } else {
            return Ok(Self(name));
        };
        Err(NameError { name, cause })
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ObjectName {
    type Error = NameError;
    fn try_from(name: String) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl From<ObjectName> for String {
    fn from(name: ObjectName) -> Self {
        name.0
    }
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a `put` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// The object is new.
    Created,
    /// The same bytes were there already; retention is as it was.
    AlreadyThere,
}

/// What a store knows of an object without opening it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its name.
    pub name: ObjectName,
    /// Its length in bytes.
    pub size: u64,
    /// The first moment at which it may be deleted, by the store's clock.
    pub retain_until: Timestamp,
}

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The name is bound to other bytes.
    #[error("{0} exists with other content; objects are written once")]
    Exists(ObjectName),
    /// The object may not be deleted yet.
    #[error("{name} is retained until {until}")]
    Retained {
        /// The object.
        name: ObjectName,
        /// When it may be deleted.
        until: Timestamp,
    },
    /// No such object.
    #[error("{0} does not exist")]
    Missing(ObjectName),
    /// The credentials do not allow it.
    #[error("not allowed: {0}")]
    Denied(String),
    /// The request can never succeed: too large, retention out of range.
    #[error("refused: {0}")]
    Refused(String),
    /// No space. Nothing was written.
    #[error("the store is full: {0}")]
    Full(String),
    /// The store cannot be reached or does not answer; whether a `put` took effect is unknown, and
    /// asking again is harmless.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// What is stored is not what was put.
    #[error("{name} is damaged: {cause}")]
    Damaged {
        /// The object.
        name: ObjectName,
        /// What is wrong with it.
        cause: String,
    },
}

impl StoreError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_))
    }
}

/// A place that keeps sealed objects. See the [module documentation](self) for the contract.
#[async_trait]
pub trait Store: Send + Sync {
    /// Binds `name` to `bytes` (at most [`OBJECT_MAX`]) and keeps it at least until `retain_until`,
    /// or for as long as the store's own policy says where that is longer.
    async fn put(
        &self,
        name: &ObjectName,
        bytes: Bytes,
        retain_until: Option<Timestamp>,
    ) -> Result<Put, StoreError>;

    /// The object's bytes; `None` where there is no such object.
    async fn get(&self, name: &ObjectName) -> Result<Option<Bytes>, StoreError>;

    /// What is known of the object; `None` where there is no such object.
    async fn stat(&self, name: &ObjectName) -> Result<Option<Stored>, StoreError>;

    /// Objects whose names begin with `prefix` (any text; empty: all) and come after `after`.
    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectName>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError>;

    /// Keeps the object at least until `until`. Earlier than now retained: nothing changes.
    async fn retain(&self, name: &ObjectName, until: Timestamp) -> Result<(), StoreError>;

    /// Deletes an object whose retention has passed.
    async fn delete(&self, name: &ObjectName) -> Result<(), StoreError>;

    /// What this store is and its present state, for status pages; no secrets.
    async fn describe(&self) -> serde_json::Value;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_paths() {
        for good in ["a", "w-1/messaging/segments/00001", "a.b_c"] {
            assert_eq!(ObjectName::new(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn whatever_could_leave_the_store_or_hide_in_it_is_no_name() {
        let long = "a".repeat(NAME_MAX + 1);
        for bad in [
            "", "/", "a/", "/a", "a//b", "..", "a/../b", ".a", "A", "a b", "a@", "ä", &long,
        ] {
            assert!(ObjectName::new(bad).is_err(), "{bad:?}");
            assert!(
                serde_json::from_value::<ObjectName>(bad.into()).is_err(),
                "{bad:?}"
            );
        }
    }
}
