//! An entry as engines store it in columns, and back.

use super::ReadError;
use crate::chain::header_bytes;
use kernel::{Entry, Hash, Header, PartitionId, Seq};

/// The columns of a stored entry besides its partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// Its position.
    pub seq: Seq,
    /// The header's canonical JSON, exactly the bytes that were hashed.
    pub header: String,
    /// The sealed payload.
    pub sealed: Vec<u8>,
    /// The entry's hash, 32 bytes.
    pub hash: Vec<u8>,
}

/// The canonical header text of an entry, as engines store it.
#[must_use]
pub fn header_text(header: &Header) -> String {
    String::from_utf8(header_bytes(header)).expect("JSON is UTF-8")
}

/// The entry in `row`, which must be entry `expected` of `partition`.
///
/// # Errors
/// [`ReadError::Damaged`], naming the position, when another entry or none stands there, or the
/// columns do not decode or contradict one another.
pub fn decode(partition: &PartitionId, expected: Seq, row: StoredRow) -> Result<Entry, ReadError> {
    let damaged = |cause: String| ReadError::Damaged {
        partition: partition.clone(),
        seq: expected,
        cause,
    };
    if row.seq != expected {
        return Err(damaged(format!(
            "it is missing: entry {} was found in its place",
            row.seq
        )));
    }
    let header: Header = serde_json::from_str(&row.header)
        .map_err(|e| damaged(format!("its header does not decode: {e}")))?;
    if header.partition != *partition || header.seq != expected {
        return Err(damaged("its header belongs to another place".into()));
    }
    let hash = <[u8; 32]>::try_from(row.hash.as_slice())
        .map_err(|_| damaged(format!("its hash has {} bytes, not 32", row.hash.len())))?;
    Ok(Entry {
        header,
        sealed: row.sealed,
        hash: Hash(hash),
    })
}

/// The entries in `rows`, which must be those of `partition` from `after + 1` on without a gap.
///
/// # Errors
/// [`ReadError::Damaged`] for the first that is not.
pub fn decode_all(
    partition: &PartitionId,
    after: Seq,
    rows: impl IntoIterator<Item = StoredRow>,
) -> Result<Vec<Entry>, ReadError> {
    rows.into_iter()
        .zip(after.saturating_add(1)..)
        .map(|(row, expected)| decode(partition, expected, row))
        .collect()
}
