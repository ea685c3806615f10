//! The partition core: the sans-IO heart of the product.
//!
//! [`Core::step`] takes one [`Input`] and gives the [`Output`]s that a shell carries out: appends,
//! reads, forwards and replies. It owns the partition's [`View`](kernel::View) and never waits, so
//! the same code runs in the server's async shell and, thousands of seeds a minute, in the simulator.
//!
//! # Rules
//! 1. Nothing is acknowledged before the engine said `Ok` to the append that carries it, or before it
//!    was read back from the engine.
//! 2. An append always follows the last entry this view has applied.
//! 3. Every batch is decided on rows that hold everything before it; a conflict rolls the batch back,
//!    reads what came first and decides again.
//! 4. A command whose id is already recorded is answered as the first time and never decided again.
//! 5. The lead is whoever the last applied entry names. A site that does not lead forwards; when the
//!    lead does not answer, or is not reachable, it appends itself and so becomes the lead.
//! 6. A command that came from the peer is never forwarded back.
//! 7. After an append of unknown outcome the engine is read before anything else is decided.

mod batch;
mod core;
mod follow;
mod types;

pub use self::core::Core;
pub use types::{
    AppendResult, AppliedEntry, Config, CoreError, ForwardResult, Input, Outcome, Output,
    ReadResult, SWITCH_OVER, Status, Via, Waiter,
};

/// The site that leads an empty chain: partitions start spread evenly over the sites.
#[must_use]
pub fn initial_lead<'a>(
    partition: &kernel::PartitionId,
    sites: &'a [kernel::SiteName],
) -> Option<&'a kernel::SiteName> {
    let hash = blake3::hash(partition.to_string().as_bytes());
    let count = sites.len();
    (count > 0).then(|| &sites[usize::from(hash.as_bytes()[0]) % count])
}
