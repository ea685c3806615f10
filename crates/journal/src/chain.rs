//! The hash chain. An entry's hash covers its header and its sealed payload, so anyone can verify
//! a chain without keys.
//!
//! Format: `hash = BLAKE3-derive-key("sekoci 2026 entry v1", len(header) || header || sealed)` where
//! `header` is the canonical JSON of [`Header`] (field order as declared) and `len` is a
//! little-endian `u64` of its length in bytes.

use kernel::{Entry, Hash, Head, Header, Seq};

/// The header's canonical bytes, as hashed and as bound to the sealed payload.
#[must_use]
pub fn header_bytes(header: &Header) -> Vec<u8> {
    serde_json::to_vec(header).expect("headers have string keys only")
}

/// The hash of an entry with the given header and sealed payload.
#[must_use]
pub fn hash(header: &Header, sealed: &[u8]) -> Hash {
    let header = header_bytes(header);
    let mut hasher = blake3::Hasher::new_derive_key("sekoci 2026 entry v1");
    hasher.update(&(header.len() as u64).to_le_bytes());
    hasher.update(&header);
    hasher.update(sealed);
    Hash(*hasher.finalize().as_bytes())
}

/// How a chain is broken, and where.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ChainError {
    /// The entry's own hash does not match its contents.
    #[error("entry {seq} was altered: its hash does not match its contents")]
    Altered {
        /// Position of the entry.
        seq: Seq,
    },
    /// The entry does not name the hash of the one before it.
    #[error("entry {seq} does not follow entry {}: the entry before it was replaced", seq - 1)]
    Unlinked {
        /// Position of the entry.
        seq: Seq,
    },
    /// One or more entries are not there.
    #[error("entry {missing} is missing: {found} was found in its place")]
    Missing {
        /// Position of the first missing entry.
        missing: Seq,
        /// Position of the entry found.
        found: Seq,
    },
    /// The entry belongs to another partition.
    #[error("entry {seq} belongs to another partition")]
    Foreign {
        /// Position of the entry.
        seq: Seq,
    },
}

/// Checks that `entry` is whole and follows `head`, and gives the new head.
///
/// # Errors
/// What is broken.
pub fn verify(head: Head, entry: &Entry) -> Result<Head, ChainError> {
    let seq = entry.header.seq;
    if seq != head.seq + 1 {
        return Err(ChainError::Missing {
            missing: head.seq + 1,
            found: seq,
        });
    }
    if hash(&entry.header, &entry.sealed) != entry.hash {
        return Err(ChainError::Altered { seq });
    }
    if entry.header.prev != head.hash {
        return Err(ChainError::Unlinked { seq });
    }
    Ok(entry.head())
}
