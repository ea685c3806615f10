//! `sekoci keys`: the keys that people hold. What opens the vault is split among custodians; no
//! site and no file keeps it.

pub mod ceremony;
mod combine;
mod drill;
mod init;
mod page;
mod publish;
mod rotate;
pub mod shares;
mod sheet;

use crate::cli::Failure;
use clap::{Args, Subcommand};

/// Arguments of `sekoci keys`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Make the identity that opens the vault, split it among custodians, and keep no copy
    Init(init::Arguments),
    /// Put the trust that init made into a vault, where init could not
    Publish(publish::Arguments),
    /// Put the identity together again from enough shares
    Combine(combine::Arguments),
    /// Make a new identity and new shares; what was sealed before stays readable
    Rotate(rotate::Arguments),
    /// Prove that shares open the vault: exit code 0 passed, 1 failed, 2 refused
    Drill(drill::Arguments),
}

/// Runs it.
///
/// # Errors
/// See the subcommand.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        KeysCommand::Init(arguments) => init::run(&arguments),
        KeysCommand::Publish(arguments) => publish::run(&arguments),
        KeysCommand::Combine(arguments) => combine::run(&arguments),
        KeysCommand::Rotate(arguments) => rotate::run(&arguments),
        KeysCommand::Drill(arguments) => drill::run(&arguments),
    }
}
