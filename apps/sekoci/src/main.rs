//! `sekoci`: the one binary. Every subcommand is a file of its own; this one only names them.

mod agent;
mod cli;
mod demo;
mod init;
mod journal;
mod keys;
mod module;
mod recover;
mod serve;
mod vault;
mod verify;

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
    /// Ask a workspace's module as of a moment
    At(cli::at::Arguments),
    /// Release a person from quarantine whom nobody of the workspace can release
    Release(cli::release::Arguments),
    /// Take back what one person changed, or bring back what was
    Rewind(cli::rewind::Arguments),
    /// Bring what a line of business depends on into a workspace
    Template(cli::template::Arguments),
    /// Bring the register of a workspace in and out as spreadsheets
    Programme(cli::programme::Arguments),
    /// Bring people and messages from another system
    Import(cli::import::Arguments),
    /// Break something on purpose and measure what people would notice
    Drill(cli::drill::Arguments),
    /// Rehearse the worst day every night: bring everything back from the vault, compare, file the result
    Rehearse(cli::rehearse::Arguments),
    /// Say what a report proves and what not, offline
    Verify(verify::Arguments),
    /// Report on a year or quarter, make reports readable, list the keys they are signed with
    Report(cli::report::Arguments),
    /// Look at the journal itself
    Journal(journal::Arguments),
    /// Make, combine, replace and try out the keys that people hold
    Keys(keys::Arguments),
    /// Make certificates, keys and configuration for a new installation
    Init(init::Arguments),
    /// Run a site or a witness
    Serve(serve::Arguments),
    /// Run one module of a site, which starts this by itself
    #[command(hide = true)]
    Module(module::Arguments),
    /// Start, supervise and, when told to, kill the processes of a node
    Agent(agent::Arguments),
    /// Bring everything back from the vault, on a machine that never saw it
    Recover(recover::Arguments),
    /// Keep sealed objects in a third place, and look after them
    Vault(vault::Arguments),
    /// Run two sites and a witness on this machine, with sample data
    Demo(demo::Arguments),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return cli::usage::report(&error),
    };
    cli::logging::start(match &arguments.command {
        Command::Serve(_) | Command::Module(_) | Command::Agent(_) | Command::Rehearse(_) => "info",
        Command::Vault(arguments) if arguments.serves() => "info",
        _ => "warn",
    });
    let done = match arguments.command {
        Command::Status(arguments) => cli::status::run(arguments),
        Command::CheckSignIn(arguments) => cli::check_sign_in::run(arguments),
        Command::At(arguments) => cli::at::run(arguments),
        Command::Release(arguments) => cli::release::run(&arguments),
        Command::Rewind(arguments) => cli::rewind::run(arguments),
        Command::Template(arguments) => cli::template::run(arguments),
        Command::Programme(arguments) => cli::programme::run(arguments),
        Command::Import(arguments) => cli::import::run(arguments),
        Command::Drill(arguments) => cli::drill::run(arguments),
        Command::Rehearse(arguments) => cli::rehearse::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Report(arguments) => cli::report::run(arguments),
        Command::Journal(arguments) => journal::run(arguments),
        Command::Keys(arguments) => keys::run(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Module(arguments) => module::run(&arguments),
        Command::Agent(arguments) => agent::run(arguments),
        Command::Recover(arguments) => recover::run(&arguments),
        Command::Vault(arguments) => vault::run(arguments),
        Command::Demo(arguments) => demo::run(arguments),
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
