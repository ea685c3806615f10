//! `sekoci vault verify`: whether what a vault holds is whole.

use super::place::{Access, Place};
use crate::cli::{Failure, Reporting};
use crate::recover::opener::MaybeOpener;
use crate::recover::progress;
use kernel::clock::SystemClock;
use kernel::random::OsRandom;
use kernel::{Clock, PartitionId, Timestamp};
use serde::Serialize;
use std::path::PathBuf;
use vault::Store;
use vault::custody::{Trust, site_keys};
use vault::manifest::SiteKeys;
use vault::recovery::{Planned, plan};
use vault::verify::{Extent, Verification, Verified};

/// Arguments of `sekoci vault verify`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    opener: MaybeOpener,
    /// The trust (trust.json): without anything that opens segments, they are compared with the
    /// signed manifests alone
    #[arg(long, value_name = "FILE", conflicts_with_all = ["identity", "shares"], required_unless_present_any = ["identity", "shares"])]
    trust: Option<PathBuf>,
    /// Look at every segment
    #[arg(long, conflicts_with = "sample", required_unless_present = "sample")]
    full: bool,
    /// Look at this part of the segments, at random, and at every manifest
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    sample: Option<f64>,
    #[command(flatten)]
    reporting: Reporting,
}

/// What was found.
#[derive(Serialize)]
struct Report {
    passed: bool,
    at: Timestamp,
    /// `opened`: segments were opened; `digests`: they were compared with the manifests.
    mode: &'static str,
    sample_percent: f64,
    complete_ms: i64,
    checked: u64,
    bytes: u64,
    partitions: Vec<Line>,
    shortfalls: Vec<String>,
}

#[derive(Serialize)]
struct Line {
    partition: PartitionId,
    #[serde(flatten)]
    verified: Verified,
}

/// Runs it.
///
/// # Errors
/// Refused where an argument cannot be used; failed where something is not whole.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments.reporting.check()?;
    let store = arguments.place.open(Access::Existing)?;
    let key = arguments.opener.read()?;
    let report = crate::serve::runtime()?.block_on(async {
        let (trusted, identities) = match key {
            Some(key) => {
                let opened = key.open(&*store).await?;
                (opened.trusted, opened.identities)
            }
            None => (trusted(arguments, &*store).await?, Vec::new()),
        };
        let verification = Verification {
            store: &*store,
            trusted: &trusted,
            identities: &identities,
            extent: arguments
                .sample
                .map_or(Extent::Full, |percent| Extent::Sample(percent / 100.0)),
            random: &OsRandom,
        };
        let planned = plan(&*store, None).await.map_err(crate::recover::failed)?;
        Ok::<_, Failure>(look(arguments, &verification, &planned).await)
    })?;
    arguments.reporting.write(&report)?;
    if !arguments.reporting.is_stdout() {
        report.print();
    }
    if report.passed {
        return Ok(());
    }
    let shortfalls = report.shortfalls.join("; ");
    Err(Failure::failed(format!(
        "the vault is not whole: {shortfalls}"
    )))
}

async fn trusted(arguments: &Arguments, store: &dyn Store) -> Result<SiteKeys, Failure> {
    let Some(file) = &arguments.trust else {
        return Err(Failure::argument(
            "--trust",
            "is missing (or --identity, or --shares)",
        ));
    };
    let bad = |cause: &dyn std::fmt::Display| {
        Failure::argument("--trust", format!("{}: {cause}", file.display()))
    };
    let bytes = std::fs::read(file).map_err(|e| bad(&e))?;
    let trust = Trust::from_bytes(bytes).map_err(|e| bad(&e))?;
    site_keys(store, &trust)
        .await
        .map_err(|e| Failure::failed(format!("--vault: {e}")))
}

async fn look(
    arguments: &Arguments,
    verification: &Verification<'_>,
    planned: &[Planned],
) -> Report {
    let began = SystemClock.now();
    let bar = progress::bar(planned);
    let mut partitions = Vec::new();
    for planned in planned {
        bar.set_message(planned.partition.module.to_string());
        let partition = planned.partition.clone();
        let verified = verification
            .partition(&partition, |bytes| bar.inc(bytes))
            .await;
        partitions.push(Line {
            partition,
            verified,
        });
    }
    bar.finish_and_clear();
    let mut shortfalls: Vec<String> = partitions
        .iter()
        .flat_map(|line| {
            let failures = line.verified.failures.iter();
            failures.map(|failure| format!("{}: {failure}", line.partition))
        })
        .collect();
    if partitions.is_empty() {
        shortfalls.push("it holds no segment: nothing was shown".into());
    }
    Report {
        passed: shortfalls.is_empty(),
        at: began,
        mode: match verification.identities.is_empty() {
            true => "digests",
            false => "opened",
        },
        sample_percent: arguments.sample.unwrap_or(100.0),
        complete_ms: SystemClock.now().since(began),
        checked: partitions.iter().map(|line| line.verified.checked).sum(),
        bytes: partitions.iter().map(|line| line.verified.bytes).sum(),
        partitions,
        shortfalls,
    }
}

impl Report {
    fn print(&self) {
        for line in &self.partitions {
            let state = match line.verified.failures.as_slice() {
                [] => "whole".to_owned(),
                failures => format!("NOT WHOLE: {}", failures.join("; ")),
            };
            let head = line.verified.head.map_or(0, |head| head.seq);
            println!(
                "{}  {} links, to entry {head}, {} segments looked at: {state}",
                line.partition, line.verified.links, line.verified.checked
            );
        }
        println!("{}", if self.passed { "passed" } else { "FAILED" });
    }
}

/// `5`, `5%` or `0.1`: more than 0, at most 100.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim();
    match number.parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(percent),
        _ => Err("a percentage above 0, up to 100, is needed".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_with_and_without_their_sign() {
        assert_eq!(percent("5"), Ok(5.0));
        assert_eq!(percent("0.5%"), Ok(0.5));
        for bad in ["", "0", "-1", "101", "x", "NaN"] {
            assert!(percent(bad).is_err(), "{bad}");
        }
    }
}
