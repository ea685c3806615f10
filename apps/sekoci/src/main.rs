//! `sekoci`: the one binary. Every subcommand is a file of its own; this one only names them.

mod cli;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A work platform that keeps working when a data centre does not, and can prove it.
#[derive(Parser)]
#[command(name = "sekoci", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// One variant per subcommand: its arguments, and `run` beside them.
#[derive(Subcommand)]
enum Command {
    /// Show every site's health and what the installation says of itself
    Status(cli::status::Arguments),
    /// Check that user and password are taken, and show which workspaces they lead to
    CheckSignIn(cli::check_sign_in::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    cli::logging::start();
    let done = match arguments.command {
        Command::Status(arguments) => cli::status::run(arguments),
        Command::CheckSignIn(arguments) => cli::check_sign_in::run(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
