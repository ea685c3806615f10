//! Measurements of the product, one subcommand each. Every figure that says how good something is
//! stands beside what it is to be compared with, measured in the same run; `bench/README.md` says
//! how to run them and how to read them.

mod ceiling;
mod cold_start;
mod deliver;
mod drills;
mod idle;
mod import;
mod machine;
mod observed;
mod process;
mod product;
mod replay;
mod report;
mod sends;
mod synapse;
mod table;
mod vault;
mod websocket;

use clap::{Parser, Subcommand};
use report::Reports;

/// Measures the product: JSON into a folder, a table on standard output.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    #[command(flatten)]
    reports: Reports,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Durable sends over HTTP at both sites, beside what the engine alone can do
    Sends(sends::Arguments),
    /// One conversation, many WebSocket readers at both sites
    Deliver(deliver::Arguments),
    /// Memory of idle WebSockets, the kernel's included
    Idle(idle::Arguments),
    /// Replaying a view through the partition core
    Replay(replay::Arguments),
    /// Bringing in an export with `sekoci import`
    Import(import::Arguments),
    /// Losing a site, again and again, with `sekoci drill run`
    Drills(drills::Arguments),
    /// From the start of `sekoci serve` until it is ready, and the size of the program
    ColdStart(cold_start::Arguments),
    /// How far the vault is behind under load and after an outage, and a recovery from it
    Vault(vault::Arguments),
    /// Sends to matrix-synapse and to the product, on the same PostgreSQL
    Synapse(synapse::Arguments),
}

fn main() -> anyhow::Result<()> {
    let Arguments { reports, command } = Arguments::parse();
    client::install_crypto_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Whatever a measurement started is stopped when its future is dropped.
        tokio::select! {
            done = run(&reports, command) => done,
            () = told_to_stop() => anyhow::bail!("told to stop"),
        }
    })
}

async fn run(reports: &Reports, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Sends(arguments) => sends::run(reports, arguments).await,
        Command::Deliver(arguments) => deliver::run(reports, arguments).await,
        Command::Idle(arguments) => idle::run(reports, arguments).await,
        Command::Replay(arguments) => replay::run(reports, arguments).await,
        Command::Import(arguments) => import::run(reports, arguments).await,
        Command::Drills(arguments) => drills::run(reports, arguments).await,
        Command::ColdStart(arguments) => cold_start::run(reports, arguments).await,
        Command::Vault(arguments) => vault::run(reports, arguments).await,
        Command::Synapse(arguments) => synapse::run(reports, arguments).await,
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
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
