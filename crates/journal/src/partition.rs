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
//!    lead does not answer, or is not reachable, it appends itself and so becomes the lead. A lead
//!    that the engine fails asks its peer to append, for a while, before it tries again.
//! 6. A command that came from the peer is never forwarded back.
//! 7. After an append of unknown outcome the engine is read before anything else is decided.
//! 8. "It was not done" is only said when it cannot be done any more: what an append carried without
//!    an answer is refused only after another entry took that append's place, and what the peer took
//!    without an answer is accepted or stays unknown.
//! 9. Answers that need no entry (refused, unchanged) rest on rows that may be old. A site that does
//!    not lead, or that the engine fails, gives them only after an entry of its own
//!    ([`TAKE_OVER`]) followed those rows. A lead gives them at once: until it hears of a takeover it
//!    may give a few that are old, as any reader may.
//! 10. The module's panics stop a command or this partition, and nothing else.
//!
//! # What the shell sees to
//! - Time given to `step` never goes back; a tick comes when [`Core::deadline`] says so.
//! - Every append and read is reported once, also when it was given up ([`AppendError::Unknown`] for
//!   an append). A forward need not be: the core gives up by itself.
//! - A followed partition's entries come without gaps, from `View::followed` on.
//! - Queries and readers of a followed partition use connections of their own to the view's file.
//!
//! [`AppendError::Unknown`]: crate::AppendError::Unknown

mod batch;
mod core;
mod decide;
mod follow;
mod forward;
mod inbox;
mod types;

#[cfg(test)]
mod tests;

pub use self::core::Core;
pub use types::{
    AppendResult, AppliedEntry, Config, CoreError, ForwardResult, Input, Outcome, Output,
    ReadResult, SWITCH_OVER, Status, TAKE_OVER, Via, Waiter,
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
