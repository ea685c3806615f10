//! Runs the simulator from the command line: one seed, or a range of them.

use clap::Parser;
use std::ops::Range;
use std::process::ExitCode;

/// Runs whole two-site histories from seeds and checks them.
#[derive(Parser)]
struct Arguments {
    /// The seed to run.
    #[arg(long, required_unless_present = "seeds")]
    seed: Option<u64>,
    /// Seeds to run, for example 0..2000; the last is not included.
    #[arg(long, value_parser = range)]
    seeds: Option<Range<u64>>,
    /// Print everything that happens.
    #[arg(long)]
    verbose: bool,
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let (from, to) = text.split_once("..").ok_or("expected FROM..TO")?;
    let number = |text: &str| text.parse::<u64>().map_err(|e| e.to_string());
    Ok(number(from)?..number(to)?)
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let one = arguments.seed.map(|seed| seed..seed + 1);
    let seeds = one.or(arguments.seeds).unwrap_or(0..0);
    let (mut failed, mut runs, mut issued, mut entries) = (0, 0, 0, 0);
    for seed in seeds {
        let report = sim::run(seed, arguments.verbose);
        runs += 1;
        issued += report.issued;
        entries += report.entries;
        for violation in &report.violations {
            println!("seed {seed}: {}: {}", violation.checker, violation.detail);
        }
        if !report.violations.is_empty() {
            failed += 1;
            println!("replay: {}", report.replay_command());
        }
        if arguments.seed.is_some() {
            println!("seed {seed}: trace {}", report.trace_hash);
        }
    }
    println!("{runs} runs, {issued} commands, {entries} entries, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
