//! `sekoci vault`: the third place that keeps sealed objects.

mod bucket;
mod deletions;
mod holders;
pub mod place;
mod serve;
mod verify;

use crate::cli::Failure;
use clap::{Args, Subcommand};

/// Arguments of `sekoci vault`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: VaultCommand,
}

#[derive(Subcommand)]
enum VaultCommand {
    /// Run a vault in the foreground
    Serve(serve::Arguments),
    /// Grant a token, on the vault's machine; it is printed once and kept nowhere
    Grant(holders::Grant),
    /// Revoke a holder's token, on the vault's machine; it counts at once
    Revoke(holders::Revoke),
    /// Show who holds a token, on the vault's machine
    Holders(holders::Show),
    /// Look whether what a vault holds is whole: exit code 0 it is, 1 it is not, 2 refused
    Verify(verify::Arguments),
    /// Show what people did to a vault
    Log(deletions::ShowLog),
    /// Show proposals to delete early
    Deletions(deletions::Show),
    /// Propose to delete objects before their time
    ProposeDeletion(deletions::Propose),
    /// Approve another person's proposal, which carries it out
    ApproveDeletion(deletions::Approve),
}

impl Arguments {
    /// Whether this runs until it is told to stop.
    pub const fn serves(&self) -> bool {
        matches!(self.command, VaultCommand::Serve(_))
    }
}

/// Runs it.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        VaultCommand::Serve(arguments) => serve::run(arguments),
        VaultCommand::Grant(arguments) => holders::grant(&arguments),
        VaultCommand::Revoke(arguments) => holders::revoke(&arguments),
        VaultCommand::Holders(arguments) => holders::show(&arguments),
        VaultCommand::Verify(arguments) => verify::run(&arguments),
        VaultCommand::Log(arguments) => deletions::show_log(&arguments),
        VaultCommand::Deletions(arguments) => deletions::show(&arguments),
        VaultCommand::ProposeDeletion(arguments) => deletions::propose(&arguments),
        VaultCommand::ApproveDeletion(arguments) => deletions::approve(&arguments),
    }
}
