//! `sekoci drill`: break something on purpose, under load, and measure what people would notice.

pub mod both_sites_lost;
mod ransomware;

use super::{Connection, Evidencing, Failure};
use crate::recover::opener::MaybeOpener;
use crate::vault::place::Place;
use clap::{Args, Subcommand, ValueEnum};
use drill::{Aborted, Doors, Fault, Phase, Report, Settings};
use serde_json::json;
use tokio::sync::watch;

/// Arguments of `sekoci drill`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: DrillCommand,
}

#[derive(Subcommand)]
enum DrillCommand {
    /// Name the scenarios
    List,
    /// Run a scenario: exit code 0 passed, 1 failed, 2 refused or aborted
    Run(Box<Run>),
}

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// A whole site is lost: application, database and etcd member
    SiteLoss,
    /// Both sites are lost: everything is brought back from the vault alone, elsewhere, and compared
    BothSitesLost,
    /// A valid account overwrites documents: how soon it is stopped, and what taking its changes back leaves
    Ransomware,
}

/// How the site is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum HowLost {
    /// SIGKILL to everything
    Kill,
    /// SIGSTOP to everything, SIGCONT at the end
    Pause,
}

#[derive(Args)]
struct Run {
    /// The scenario
    #[arg(value_enum)]
    scenario: Scenario,
    /// The site to break, where one is
    #[arg(long, value_name = "NAME", required_if_eq("scenario", "site-loss"))]
    site: Option<String>,
    /// How it is lost
    #[arg(long, value_enum, default_value_t = HowLost::Kill)]
    fault: HowLost,
    /// Seconds of load after the fault
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(5..=3600))]
    seconds: u64,
    /// Messages a second over both sites; for ransomware, documents a second the attacker spoils
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=2_000))]
    rate: u64,
    /// Documents there are, for ransomware
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(20..=100_000))]
    documents: u32,
    /// People who work meanwhile, for ransomware
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    people: u32,
    /// Workspace to write in; the user's first where absent (ransomware makes its own)
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opener: MaybeOpener,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Evidencing,
}

/// Runs it.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        DrillCommand::List => {
            println!(
                "site-loss        a whole site is killed or paused under load, watched, brought back, compared"
            );
            println!(
                "both-sites-lost  everything is brought back from the vault alone, used, and compared"
            );
            println!(
                "ransomware       a valid account overwrites documents, is stopped, and its changes are taken back"
            );
            Ok(())
        }
        DrillCommand::Run(run) => {
            run.reporting.check()?;
            match run.scenario {
                Scenario::SiteLoss => lose_site(&run),
                Scenario::BothSitesLost => lose_both_sites(&run),
                Scenario::Ransomware => be_attacked(&run),
            }
        }
    }
}

fn lose_both_sites(run: &Run) -> Result<(), Failure> {
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
    if report.passed {
        return Ok(());
    }
    let shortfalls = report.shortfalls.join("; ");
    Err(Failure::failed(format!("the drill failed: {shortfalls}")))
}

fn be_attacked(run: &Run) -> Result<(), Failure> {
    let scale = ransomware::Scale {
        documents: run.documents,
        people: run.people,
        rate: u32::try_from(run.rate).unwrap_or(u32::MAX),
    };
    let report = super::block_on(ransomware::run(&run.connection, &scale))?;
    run.reporting.write(&run.connection, &report)?;
    if !run.reporting.is_stdout() {
        ransomware::print(&report);
    }
    if report.passed {
        return Ok(());
    }
    let shortfalls = report.shortfalls.join("; ");
    Err(Failure::failed(format!("the drill failed: {shortfalls}")))
}

fn lose_site(run: &Run) -> Result<(), Failure> {
    let Some(site) = &run.site else {
        return Err(Failure::argument("--site", "is missing"));
    };
    let doors = Doors::new(run.connection.client()?);
    let settings = Settings {
        site: site.clone(),
        fault: match run.fault {
            HowLost::Kill => Fault::Kill,
            HowLost::Pause => Fault::Pause,
        },
        seconds: run.seconds,
        #[expect(clippy::cast_precision_loss, reason = "the rate is at most 2,000")]
        rate: run.rate as f64,
        workspace: run.workspace.clone(),
    };
    let outcome = super::block_on(async {
        let (progress, told) = watch::channel(Phase::Preparing);
        let saying = tokio::spawn(say(told, site.clone()));
        let outcome = drill::run(&doors, &settings, &progress).await;
        saying.abort();
        Ok::<_, Failure>(outcome)
    })?;
    match outcome {
        Ok(report) => {
            run.reporting.write(&run.connection, &report)?;
            if !run.reporting.is_stdout() {
                print(&report);
            }
            if report.passed {
                return Ok(());
            }
            Err(Failure::failed(format!(
                "the drill failed: {}",
                report.shortfalls.join("; ")
            )))
        }
        Err(aborted) => {
            let cause = super::failure::with_sources(&aborted);
            let report = json!({
                "scenario": "site-loss",
                "site": site,
                "passed": false,
                "aborted": cause,
            });
            run.reporting.write(&run.connection, &report)?;
            match aborted {
                Aborted::Refused(_) | Aborted::Door { .. } => Err(Failure::refused(cause)),
            }
        }
    }
}

async fn say(mut told: watch::Receiver<Phase>, site: String) {
    loop {
        let what = match *told.borrow_and_update() {
            Phase::Preparing => "checking that the installation is whole".to_string(),
            Phase::Warming => "writing to both sites".into(),
            Phase::Broken => format!("site {site} is broken; still writing"),
            Phase::Restoring => format!("bringing site {site} back"),
            Phase::Comparing => "counting and comparing".into(),
            Phase::Done => return,
        };
        eprintln!("drill: {what}");
        if told.changed().await.is_err() {
            return;
        }
    }
}

fn print(report: &Report) {
    let ms = |value: Option<i64>| value.map_or("-".into(), |ms| format!("{ms} ms"));
    println!(
        "{}: {}",
        report.scenario,
        if report.passed { "passed" } else { "FAILED" }
    );
    println!("  site {} ({})", report.site, report.fault);
    println!(
        "  noticed by two of three after   {}",
        ms(report.detected_ms)
    );
    println!("  people could write again after  {}", ms(report.rto_ms));
    println!(
        "  longest gap between writes      {}",
        ms(report.write_gap_ms)
    );
    println!("  back, in step and protected     {}", ms(report.rejoin_ms));
    println!(
        "  messages acknowledged {}  present {}  lost {}  twice {}",
        report.acknowledged, report.present, report.lost, report.duplicated
    );
    println!(
        "  rows equal at both sites: {}  chains whole: {}",
        yes(report.views_equal),
        yes(report.chains_valid)
    );
    println!("  longest time without, at the surviving site:");
    for function in &report.functions {
        println!(
            "    {:<13} {:<16} {} ms",
            function.module, function.name, function.longest_gap_ms
        );
    }
    for shortfall in &report.shortfalls {
        println!("  shortfall: {shortfall}");
    }
}

fn yes(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "not known",
    }
}
