//! How available the installation was: what the vantage points measured minute by minute, the times
//! that were agreed not to count, and what both come to against the target.
//!
//! The measured figure never leaves anything out: agreed times are counted apart and listed.

mod exclusions;
mod figures;
mod query;
mod record;

pub use exclusions::{DeclareExclusion, ExclusionRow, WithdrawExclusion};
pub use query::{AvailabilityParameters, AvailabilityReport, availability};
pub use record::RecordAvailability;

pub(crate) use exclusions::{apply_declared, apply_withdrawn, declare, withdraw};
pub(crate) use record::{apply as apply_measured, decide as record};

/// Minutes in a window of the stored facts' first version.
const WINDOW_MINUTES: usize = 5;
const MINUTE_MS: i64 = 60_000;
const WINDOW_MS: i64 = MINUTE_MS * WINDOW_MINUTES as i64;

#[cfg(test)]
mod tests;
