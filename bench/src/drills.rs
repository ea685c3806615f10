//! `bench drills`: loses a site again and again with `sekoci drill run site-loss` and says how long
//! it took each time, and over all.

use crate::product::{Product, ProductArguments};
use crate::report::Reports;
use crate::table::{Table, number};
use anyhow::{Context, ensure};
use client::load::{Summary, summarise};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const TIMES: [&str; 4] = ["rto_ms", "write_gap_ms", "detected_ms", "rejoin_ms"];

/// Arguments of `bench drills`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    product: ProductArguments,
    /// Drills for each site
    #[arg(long, value_name = "N", default_value_t = 20)]
    runs: usize,
    /// Sites to lose, in turn
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',', default_values_t = ["a".to_string(), "b".to_string()])]
    site: Vec<String>,
    /// How: kill or pause
    #[arg(long, value_name = "HOW", default_value = "kill", value_parser = ["kill", "pause"])]
    fault: String,
    /// Messages a second over both sites
    #[arg(long, value_name = "N", default_value_t = 200)]
    rate: u64,
    /// Seconds of load after the fault
    #[arg(long, value_name = "N", default_value_t = 20)]
    seconds: u64,
}

/// One drill.
#[derive(Debug, Serialize)]
struct Drill {
    site: String,
    passed: bool,
    /// Why it did not pass, or did not run.
    because: Vec<String>,
    /// The whole report of the drill.
    report: Value,
}

/// All drills of one site.
#[derive(Debug, Serialize)]
struct Row {
    site: String,
    runs: usize,
    passed: usize,
    acknowledged: u64,
    lost: u64,
    duplicated: u64,
    /// Distribution of each time, in milliseconds, over the drills that told it.
    times: BTreeMap<&'static str, Summary>,
}

/// Runs it. A drill that fails is counted and the next one goes on.
pub async fn run(reports: &Reports, arguments: Arguments) -> anyhow::Result<()> {
    let report = reports.begin("drills")?;
    let product = Product::start(&arguments.product).await?;
    let folder = tempfile::tempdir()?;
    let mut drills = Vec::new();
    for n in 0..arguments.runs {
        for site in &arguments.site {
            eprintln!("bench: drill {} of {}, site {site}", n + 1, arguments.runs);
            let file = folder.path().join(format!("{n}-{site}.json"));
            drills.push(drill(&product, &arguments, site, &file).await?);
        }
    }
    product.stop().await?;
    let rows: Vec<Row> = arguments
        .site
        .iter()
        .map(|site| row(site, &drills))
        .collect();
    print(&rows);
    for drill in drills.iter().filter(|drill| !drill.passed) {
        println!(
            "site {} did not pass: {}",
            drill.site,
            drill.because.join("; ")
        );
    }
    let asked = json!({
        "engine": arguments.product.engine,
        "runs": arguments.runs,
        "fault": arguments.fault,
        "rate": arguments.rate,
        "seconds": arguments.seconds,
    });
    report.write(&asked, &json!({ "rows": rows, "drills": drills }))?;
    let failed = drills.iter().filter(|drill| !drill.passed).count();
    ensure!(
        failed == 0,
        "{failed} of {} drills did not pass",
        drills.len()
    );
    Ok(())
}

async fn drill(
    product: &Product,
    arguments: &Arguments,
    site: &str,
    file: &Path,
) -> anyhow::Result<Drill> {
    let status = product
        .command()
        .args(["drill", "run", "site-loss", "--site", site])
        .args(["--fault", &arguments.fault])
        .args(["--rate", &arguments.rate.to_string()])
        .args(["--seconds", &arguments.seconds.to_string()])
        .arg("--json")
        .arg(file)
        .stdout(std::process::Stdio::null())
        .status()
        .await
        .context("sekoci drill")?;
    let report: Value = match std::fs::read_to_string(file) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) => json!({ "aborted": format!("no report; it ended with {status}") }),
    };
    let mut because: Vec<String> = report["shortfalls"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|shortfall| shortfall.as_str().map(ToOwned::to_owned))
        .collect();
    because.extend(report["aborted"].as_str().map(ToOwned::to_owned));
    Ok(Drill {
        site: site.into(),
        passed: status.success(),
        because,
        report,
    })
}

fn row(site: &str, drills: &[Drill]) -> Row {
    let own: Vec<&Drill> = drills.iter().filter(|drill| drill.site == site).collect();
    let sum = |name: &str| {
        own.iter()
            .filter_map(|drill| drill.report[name].as_u64())
            .sum()
    };
    let times = TIMES.map(|name| {
        let values = own.iter().filter_map(|drill| drill.report[name].as_f64());
        (name, summarise(values))
    });
    Row {
        site: site.into(),
        runs: own.len(),
        passed: own.iter().filter(|drill| drill.passed).count(),
        acknowledged: sum("acknowledged"),
        lost: sum("lost"),
        duplicated: sum("duplicated"),
        times: times.into(),
    }
}

fn print(rows: &[Row]) {
    let mut table = Table::new(&["site", "what", "told", "p50 ms", "p95 ms", "worst ms"]);
    for row in rows {
        for name in TIMES {
            let time = row.times[name];
            table.row([
                row.site.clone(),
                name.trim_end_matches("_ms").into(),
                format!("{}/{}", time.count, row.runs),
                number(time.p50),
                number(time.p95),
                number(time.max),
            ]);
        }
    }
    println!("{table}\n");
    let mut table = Table::new(&["site", "passed", "acknowledged", "lost", "twice"]);
    for row in rows {
        table.row([
            row.site.clone(),
            format!("{}/{}", row.passed, row.runs),
            row.acknowledged.to_string(),
            row.lost.to_string(),
            row.duplicated.to_string(),
        ]);
    }
    println!("{table}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_over_the_drills_of_the_site_that_told_them() {
        let drill = |site: &str, rto: Value, lost: u64| Drill {
            site: site.into(),
            passed: lost == 0,
            because: Vec::new(),
            report: json!({ "rto_ms": rto, "lost": lost }),
        };
        let drills = [
            drill("a", json!(100), 0),
            drill("a", json!(300), 2),
            drill("a", Value::Null, 0),
            drill("b", json!(9_000), 0),
        ];
        let row = row("a", &drills);
        assert_eq!((row.runs, row.passed, row.lost), (3, 2, 2));
        let rto = row.times["rto_ms"];
        assert_eq!((rto.count, rto.p50, rto.max), (2, 100.0, 300.0));
    }
}
