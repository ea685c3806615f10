//! `sekoci drill`: break something on purpose, under load, and measure what people would notice.

mod absence;
pub mod both_sites_lost;
mod ledger;
mod lint;
mod list;
mod print;
mod ransomware;
mod run;
mod scripted;
mod stolen_credentials;
mod stop;
mod undo;

use super::Failure;
use clap::{Args, Subcommand};
use drill::scenario::Scenario;
use std::path::Path;

/// Arguments of `sekoci drill`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: DrillCommand,
}

#[derive(Subcommand)]
enum DrillCommand {
    /// Name the scenarios: what each needs, where it may be run, and how it last went
    List(list::Arguments),
    /// Say what is wrong with a scenario's file: exit code 0 nothing, 1 something, 2 it cannot be read
    Lint(lint::Arguments),
    /// Run a scenario: exit code 0 passed, 1 failed, 2 refused or aborted
    Run(Box<run::Arguments>),
    /// Put back what a drill has left whose runner is gone, and end it on record
    Undo(undo::Arguments),
    /// Ask whoever runs a drill to stop it and put everything back
    Stop(stop::Arguments),
}

/// Runs it.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        DrillCommand::List(list) => list::run(&list),
        DrillCommand::Lint(lint) => lint::run(&lint),
        DrillCommand::Run(run) => run::run(&run),
        DrillCommand::Undo(undo) => undo::run(&undo),
        DrillCommand::Stop(stop) => stop::run(&stop),
    }
}

/// The scenario of a name, or in a file; one that lint finds anything in is refused.
fn scenario(name: &str) -> Result<Scenario, Failure> {
    let text = match drill::scenario::named(name) {
        Some(text) => text.to_owned(),
        None if name.contains('/') || name.ends_with(".toml") => {
            std::fs::read_to_string(Path::new(name))
                .map_err(|e| Failure::argument("SCENARIO", format!("{name}: {e}")))?
        }
        None => {
            let names = drill::scenario::builtin().map(|(name, _)| name);
            let names = names.collect::<Vec<_>>().join(", ");
            let cause = format!("{name} is neither a file (*.toml) nor one of {names}");
            return Err(Failure::argument("SCENARIO", cause));
        }
    };
    let bad = |cause: String| Failure::argument("SCENARIO", format!("{name}: {cause}"));
    let findings = drill::scenario::lint(&text).map_err(|e| bad(e.to_string()))?;
    if let Some(first) = findings.first() {
        let (line, field, message) = (first.line, &first.field, &first.message);
        let more = findings.len() - 1;
        return Err(bad(format!(
            "line {line}: {field}: {message} (and {more} more: sekoci drill lint)"
        )));
    }
    Scenario::parse(&text).map_err(|e| bad(e.to_string()))
}
