//! What a batch must look like before any engine looks at it.

use super::{AppendError, BATCH_MAX};
use kernel::{Entry, Hash, Head, PartitionId, Seq};

/// The largest position an engine stores.
pub const SEQ_MAX: Seq = i64::MAX as Seq;

/// Why a batch is refused whatever the engine holds.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BatchError {
    /// There is nothing in it.
    #[error("the batch is empty")]
    Empty,
    /// There is too much in it.
    #[error("the batch has {0} entries, more than {BATCH_MAX}")]
    TooLong(usize),
    /// The head it follows cannot be the head of any chain.
    #[error("no chain has the head {} {}", .0.seq, .0.hash)]
    ImpossibleHead(Head),
    /// An entry names another partition.
    #[error("entry {0} belongs to another partition")]
    Foreign(Seq),
    /// An entry is not the next one.
    #[error("entry {found} stands where entry {expected} should")]
    OutOfOrder {
        /// The position that was due.
        expected: Seq,
        /// The position that was found.
        found: Seq,
    },
    /// An entry does not name the hash of the one before it.
    #[error("entry {0} does not name the entry before it")]
    Unlinked(Seq),
}

impl From<BatchError> for AppendError {
    fn from(error: BatchError) -> Self {
        Self::Unavailable(format!("malformed batch: {error}"))
    }
}

/// Checks that `entries` are 1 to [`BATCH_MAX`] links of `partition`'s chain that follow `after`.
/// Every engine calls it first. It checks links, not hashes: hashes are checked by whoever
/// verifies a chain, so that a damaged one is found wherever it was damaged.
///
/// # Errors
/// What is wrong with the batch.
pub fn check(partition: &PartitionId, after: Head, entries: &[Entry]) -> Result<(), BatchError> {
    if entries.is_empty() {
        return Err(BatchError::Empty);
    }
    if entries.len() > BATCH_MAX {
        return Err(BatchError::TooLong(entries.len()));
    }
    let starts = after.seq == 0;
    if starts != (after.hash == Hash::ZERO) || after.seq > SEQ_MAX - BATCH_MAX as Seq {
        return Err(BatchError::ImpossibleHead(after));
    }
    entries
        .iter()
        .try_fold(after, |head, entry| check_link(partition, head, entry))
        .map(|_| ())
}

fn check_link(partition: &PartitionId, head: Head, entry: &Entry) -> Result<Head, BatchError> {
    let header = &entry.header;
    if header.partition != *partition {
        return Err(BatchError::Foreign(header.seq));
    }
    if header.seq != head.seq + 1 {
        return Err(BatchError::OutOfOrder {
            expected: head.seq + 1,
            found: header.seq,
        });
    }
    if header.prev != head.hash {
        return Err(BatchError::Unlinked(header.seq));
    }
    Ok(entry.head())
}
