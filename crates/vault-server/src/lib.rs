//! The vault: a small server that keeps sealed objects in a third place, under credentials that are
//! its own.
//!
//! Invariants:
//! - a site's token adds; it never overwrites, shortens or deletes, and reads only what is signed and
//!   public ([`Role::Site`]);
//! - time is the vault's own;
//! - what is retained is deleted early only when two people, each with a token of their own, want it;
//! - tokens, proposals, approvals and deletions are in the vault's log, a chain that no door leads
//!   to.

mod approval;
mod door;
mod log;
mod token;

pub use approval::{ApprovalError, Approvals, Deletion};
pub use door::{DAILY_BYTES, Door, MAX_REQUEST_ITEMS, PREFIX, Parts as DoorParts};
pub use log::{Log, LogError, Record, What};
pub use token::{Holder, Role, TokenError, Tokens};
