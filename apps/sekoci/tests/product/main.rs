//! The whole product as it is shipped: the real binary, real processes, real engines.
//!
//! Every test makes its own installation in a folder and on ports of its own, and leaves nothing
//! running behind.

mod at;
#[cfg(feature = "s3")]
mod bucket;
mod cli;
mod demo;
mod demo_sqlite;
mod door;
mod drill_engine;
mod drill_postgres;
mod events;
mod evidence;
mod isolation;
mod journal_verify;
mod keys;
mod ports;
mod processes;
mod programme;
mod quarantine;
mod ransomware;
mod recover;
mod rehearse;
mod two_sites_netns;
mod vault;
mod wait;

/// The binary under test.
const SEKOCI: &str = env!("CARGO_BIN_EXE_sekoci");
