//! `sekoci drill run`.

use super::{absence, both_sites_lost, ledger, ransomware, scripted, stolen_credentials};
use crate::cli::{Connection, Evidencing, Failure};
use crate::recover::opener::MaybeOpener;
use crate::vault::place::Place;
use clap::ValueEnum;
use drill::Doors;
use drill::scenario::Action;

/// How a site is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HowLost {
    /// SIGKILL to everything
    Kill,
    /// SIGSTOP to everything, SIGCONT at the end
    Pause,
}

/// Arguments of `sekoci drill run`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The scenario: a name that `sekoci drill list` gives, or a file
    #[arg(value_name = "SCENARIO")]
    pub scenario: String,
    /// The site to break, where the scenario leaves that open
    #[arg(long, value_name = "NAME", required_if_eq("scenario", "site-loss"))]
    pub site: Option<String>,
    /// The name of the node that is broken once more, for what is for rehearsals only
    #[arg(long, visible_alias = "confirm", value_name = "NAME")]
    pub confirm_site: Option<String>,
    /// How a site is lost, where a scenario kills one
    #[arg(long, value_enum, default_value_t = HowLost::Kill)]
    pub fault: HowLost,
    /// Seconds of load after the fault; the scenario's where absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(5..=3600))]
    pub seconds: Option<u64>,
    /// Messages a second over both sites, the scenario's where absent; for ransomware, documents a
    /// second the attacker spoils
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=2_000))]
    pub rate: Option<u64>,
    /// Documents there are, for ransomware
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(20..=100_000))]
    documents: u32,
    /// People who work meanwhile, for ransomware
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    people: u32,
    /// Workspace to write in; the user's first where absent (ransomware makes its own)
    #[arg(long, value_name = "NAME")]
    pub workspace: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opener: MaybeOpener,
    /// The installation.
    #[command(flatten)]
    pub connection: Connection,
    /// Where the report goes.
    #[command(flatten)]
    pub reporting: Evidencing,
}

/// Runs a scenario, after what an earlier drill has left is put back.
///
/// # Errors
/// Failed where something was not as expected; refused where it was refused, stopped or could not be
/// carried out to its end.
pub fn run(run: &Arguments) -> Result<(), Failure> {
    run.reporting.check()?;
    let scenario = super::scenario(&run.scenario)?;
    let doors = Doors::new(run.connection.client()?);
    crate::cli::block_on(ledger::put_back_left_overs(&run.connection, &doors))?;
    match scenario.procedure() {
        Some(Action::RebuildFromVault) => lose_both_sites(run),
        Some(Action::UseStolenCredentials) => be_robbed(run),
        Some(Action::LoseAdministrators) => be_without_administrators(run),
        Some(_) => be_attacked(run),
        None => scripted::run(run, scenario),
    }
}

fn lose_both_sites(run: &Arguments) -> Result<(), Failure> {
    let key = run.opener.read()?;
    let key = key.ok_or_else(|| Failure::argument("--identity", "is missing (or --shares)"))?;
    let settings = both_sites_lost::Settings {
        connection: &run.connection,
        place: &run.place,
        key: &key,
        workspace: run.workspace.as_deref(),
    };
    let stop = crate::serve::told_to_stop();
    let running = both_sites_lost::run(&settings, stop);
    let evidence = crate::serve::runtime()?.block_on(running)?;
    run.reporting.write(&run.connection, &evidence)?;
    let report = evidence.report;
    if !run.reporting.is_stdout() {
        report.print();
    }
    ended(report.passed, &report.shortfalls)
}

fn be_attacked(run: &Arguments) -> Result<(), Failure> {
    let scale = ransomware::Scale {
        documents: run.documents,
        people: run.people,
        rate: u32::try_from(run.rate.unwrap_or(ransomware::RATE)).unwrap_or(u32::MAX),
    };
    let report = crate::cli::block_on(ransomware::run(&run.connection, &scale))?;
    run.reporting.write(&run.connection, &report)?;
    if !run.reporting.is_stdout() {
        ransomware::print(&report);
    }
    ended(report.passed, &report.shortfalls)
}

fn be_robbed(run: &Arguments) -> Result<(), Failure> {
    let running = stolen_credentials::run(&run.connection, &run.place);
    let report = crate::cli::block_on(running)?;
    run.reporting.write(&run.connection, &report)?;
    if !run.reporting.is_stdout() {
        stolen_credentials::print(&report);
    }
    ended(report.passed, &report.shortfalls)
}

fn be_without_administrators(run: &Arguments) -> Result<(), Failure> {
    let report = crate::cli::block_on(absence::run(&run.connection))?;
    run.reporting.write(&run.connection, &report)?;
    if !run.reporting.is_stdout() {
        absence::print(&report);
    }
    ended(report.passed, &report.shortfalls)
}

/// How a drill that came to its end ends the command.
pub fn ended(passed: bool, shortfalls: &[String]) -> Result<(), Failure> {
    if passed {
        return Ok(());
    }
    let shortfalls = shortfalls.join("; ");
    Err(Failure::failed(format!("the drill failed: {shortfalls}")))
}
