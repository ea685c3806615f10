//! The [`Engine`]: where entries are kept, and the contract every engine keeps.
//!
//! # The contract
//! 1. **Append is an atomic compare-and-set.** All entries of a batch become durable, or none. They
//!    do only if the partition's last entry is exactly `after`; otherwise [`AppendError::Conflict`].
//! 2. **`Ok` means durable**: on as many copies as the engine promises ([`Durability::Protected`]), or
//!    on fewer, and then it says so. An engine that cannot tell answers [`AppendError::Unknown`].
//! 3. **`Unknown` means unknown**: the batch may be durable now, may become so later, or never. After
//!    it, the caller reads back and never assumes. [`AppendError::Unavailable`] means certainly not
//!    appended, now or later.
//! 4. **Read gives what is durable, in order, without gaps**: entries with `seq > after`, ascending,
//!    at most `limit`. What it has once given it never takes back: an entry that a reader has seen
//!    survives the loss of any one site. It may lag behind an append elsewhere; after an append
//!    answered `Ok` here, a read here sees it.
//! 5. **Head** is the newest entry that `read` would give.
//! 6. **Watch loses no wake-up**: a change between subscribing and waiting is noticed. It may wake
//!    without a change. It promises nothing about how soon; callers also look on their own timers.
//! 7. A cancelled call (a dropped future) is an `Unknown` append.
//! 8. **A malformed batch** ([`batch::check`]: empty, too long, of another partition, not consecutive,
//!    not linked by `prev`, after a head no chain has) is refused as [`AppendError::Unavailable`] with
//!    the cause, whatever the engine holds. Hashes are not recomputed here: verifying is the
//!    reader's ([`crate::chain::verify`]), so that damage is found wherever it happened.
//! 9. **Damage is loud**: a stored row that does not decode, contradicts itself or is missing between
//!    others is [`ReadError::Damaged`], never skipped.

pub mod batch;
pub mod memory;
pub mod stored;
pub mod watch_list;

#[cfg(feature = "conformance")]
pub mod conformance;

use async_trait::async_trait;
use kernel::{Entry, Head, PartitionId, Seq};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// The most entries one append carries.
pub const BATCH_MAX: usize = 1_000;

/// How well an acknowledged entry is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// On fewer copies than the engine promises: stored here only. RPO is not guaranteed.
    StoredHere,
    /// On every copy the engine promises: the loss of any one site loses nothing.
    Protected,
}

/// A durable append.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// How well it is kept.
    pub durability: Durability,
}

/// An append that is not known to be durable.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
pub enum AppendError {
    /// The partition's last entry is not the one named. Nothing was appended.
    #[error("another entry came first")]
    Conflict,
    /// Certainly not appended, now or later: the engine could not be reached, is full, or refuses.
    #[error("the engine cannot append: {0}")]
    Unavailable(String),
    /// Sent, but no answer: it may be durable now, later or never.
    #[error("the outcome of the append is unknown: {0}")]
    Unknown(String),
}

/// A read that failed.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
pub enum ReadError {
    /// The engine cannot be read at the moment.
    #[error("the engine cannot be read: {0}")]
    Unavailable(String),
    /// What is stored is not an entry.
    #[error("entry {seq} of {partition} is damaged: {cause}")]
    Damaged {
        /// The partition.
        partition: PartitionId,
        /// Position of the entry.
        seq: Seq,
        /// What is wrong with it.
        cause: String,
    },
}

/// A place that keeps chains of entries. See the [module documentation](self) for the contract.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Appends `entries` (1 to [`BATCH_MAX`], all of one partition, consecutive from `after.seq + 1`)
    /// if the partition's last entry is `after`.
    async fn append(
        &self,
        partition: &PartitionId,
        after: Head,
        entries: &[Entry],
    ) -> Result<Appended, AppendError>;

    /// Durable entries with `seq > after`, ascending and without gaps, at most `limit`.
    async fn read(
        &self,
        partition: &PartitionId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError>;

    /// The newest durable entry; [`Head::GENESIS`] for an empty chain.
    async fn head(&self, partition: &PartitionId) -> Result<Head, ReadError>;

    /// A receiver that changes when the partition may have grown; its value is the highest seq
    /// noticed so far.
    fn watch(&self, partition: &PartitionId) -> watch::Receiver<Seq>;

    /// How well an append made now would be kept; `None` while the engine cannot be reached.
    async fn durability(&self) -> Option<Durability>;

    /// What this engine promises and its present state, for status pages: name, version, topology.
    async fn describe(&self) -> serde_json::Value;

    /// Every partition that has entries, for verification.
    async fn partitions(&self) -> Result<Vec<PartitionId>, ReadError>;
}
