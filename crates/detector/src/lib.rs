//! The ransomware detectors: what an actor does to a workspace, seen in its entries.
//!
//! A [`Detector`] watches one partition. It is shown every entry in order and says, with reasons,
//! when an actor's changes look like an attack by a valid account: at [`Level::Medium`] a human is
//! asked, at [`Level::High`] the actor is quarantined. It only says so; acting is the caller's.
//!
//! - **Deterministic.** A verdict follows from the entries, from what [`Content`] says about them
//!   and from what was declared (canaries, maintenance windows, releases) at the same places of the
//!   chain; all arithmetic is on integers. Two sites with the same chain reach the same verdict.
//! - **Explained.** A [`Verdict`] carries the evidence in words and figures and the entries it is
//!   made of.
//! - **Bounded.** What is kept is limited per actor and in all ([`limits`]); it can be saved
//!   (`serde`) and comes back by replay.
//! - **Alike for all.** Integrations and administrators are watched like people. Only a site acting
//!   by itself is not: there is nobody to quarantine, and what it does follows from others' acts.
//!
//! How evidence becomes a score is in [`combined`]; which event does how much harm in [`classify`].

mod actor;
mod baseline;
mod canary;
mod content;
mod detect;
mod maintenance;
mod noise;
mod observed;
mod rate;
mod slow;
mod sweep;
mod verdict;
mod window;

pub mod classify;
pub mod limits;
pub mod measure;

pub use content::{Content, NoContent, TextChange};
pub use detect::{Detector, NotNext};
pub use maintenance::{MaintenanceWindow, WorkKind};
pub use observed::{EntryRef, Observed};
pub use verdict::{DetectorKind, Evidence, HIGH, Level, MEDIUM, Score, Verdict, combined};
