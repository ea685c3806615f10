//! Probe, verdict, narration: what three vantage points see of the sites, what that means, and the
//! notes that the continuity record keeps of it.
//!
//! - [`Prober`] takes a real user's steps at every site and records [`Observation`]s.
//! - [`Board`] collects the observations of all vantage points.
//! - [`Board::verdict`] is pure: a site is lost when two of three vantage points say so, and found
//!   again when two of three say that.
//! - [`Window`]s count, minute by minute, how often each step worked: what availability rests on.
//! - [`Narrator`] is pure: it turns changes into notes, for the one site that records them.

mod board;
mod ledger;
mod narrator;
mod observation;
mod prober;

pub use board::{Board, Opinion, Verdict};
pub use ledger::{Line, WINDOW_MINUTES, Window};
pub use narrator::{Facts, Narrator, Note, RehearsalFact, VaultFact};
pub use observation::{Deed, Observation, Report, Step};
pub use prober::{Prober, ProberSettings, Target};
