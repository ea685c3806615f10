//! Load for drills and benchmarks: messages sent through both sites at a steady rate, what became
//! of each, and the count of what the installation really holds afterwards.

mod record;
mod run;
mod statistics;
mod verify;

pub use record::{Outcome, Record};
pub use run::{LoadPlan, run};
pub use statistics::{Summary, longest_gap_ms, percentile, summarise};
pub use verify::{Verification, verify};
