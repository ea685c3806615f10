//! `sekoci import`: bring what another system held.

mod progress;
mod slack;

use super::Failure;
use clap::Subcommand;

/// Arguments of `sekoci import`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    from: From,
}

#[derive(Subcommand)]
enum From {
    /// Bring people, conversations and messages from a Slack export
    Slack(slack::Arguments),
}

/// Runs it.
///
/// # Errors
/// See the subcommand.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.from {
        From::Slack(arguments) => slack::run(arguments),
    }
}
