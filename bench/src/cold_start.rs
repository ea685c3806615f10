//! `bench cold-start`: how long `sekoci serve` takes from its first instruction until `/readyz` says
//! yes, with the data that is there. The site's process is killed with SIGKILL and its agent starts
//! it again, as after any crash; the machine's file cache stays warm.

use crate::process;
use crate::product::{Product, ProductArguments};
use crate::report::Reports;
use crate::table::{Table, number};
use anyhow::Context;
use client::load::{Summary, summarise};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::Serialize;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

const LOOK_EVERY: Duration = Duration::from_millis(5);
const READY_MAX: Duration = Duration::from_secs(120);
/// The agent takes a child that ran this long for sound and restarts it at once.
const SOUND_AFTER: Duration = Duration::from_secs(11);

/// Arguments of `bench cold-start`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    product: ProductArguments,
    /// Starts of each site
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: usize,
}

#[derive(Debug, Serialize)]
struct Found {
    /// From the start of the process to ready, in milliseconds.
    start_to_ready_ms: Summary,
    /// From the kill to ready, in milliseconds: the agent's part included.
    kill_to_ready_ms: Summary,
    /// Size of the program.
    binary_bytes: u64,
    /// Size of the views that were there, at both sites.
    views_bytes: u64,
}

/// Runs it.
pub async fn run(reports: &Reports, arguments: Arguments) -> anyhow::Result<()> {
    let report = reports.begin("cold-start")?;
    let product = Product::start(&arguments.product).await?;
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(1))
        .no_proxy()
        .build()?;
    let (mut starts, mut kills) = (Vec::new(), Vec::new());
    for _ in 0..arguments.runs {
        for site in &product.ready().sites {
            tokio::time::sleep(SOUND_AFTER).await;
            eprintln!("bench: restarting site {}", site.name);
            let (start, kill) = restart(&product, &http, &site.name, &site.url).await?;
            starts.push(start);
            kills.push(kill);
        }
    }
    let views = |site: &str| folder_bytes(&product.folder().join(site).join("data/views"));
    let found = Found {
        start_to_ready_ms: summarise(starts),
        kill_to_ready_ms: summarise(kills),
        binary_bytes: std::fs::metadata(product.program())?.len(),
        views_bytes: product
            .ready()
            .sites
            .iter()
            .map(|site| views(&site.name))
            .sum(),
    };
    product.stop().await?;
    print(&found);
    let asked = json!({ "engine": arguments.product.engine, "runs": arguments.runs });
    report.write(&asked, &found)
}

/// Kills the site's process; gives the milliseconds from its next start, and from the kill, to
/// ready.
async fn restart(
    product: &Product,
    http: &reqwest::Client,
    site: &str,
    url: &str,
) -> anyhow::Result<(f64, f64)> {
    let file = product.site_file(site);
    let old = process::find_serving(&file)?;
    kill(Pid::from_raw(i32::try_from(old)?), Signal::SIGKILL)?;
    let killed = Instant::now();
    let ready = async {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let answer = http.get(format!("{url}/readyz")).send().await;
            if !answer.is_ok_and(|answer| answer.status().is_success()) {
                continue;
            }
            // The killed one may have answered a last time.
            if let Ok(pid) = process::find_serving(&file)
                && pid != old
            {
                return anyhow::Ok((process::age_seconds(pid)? * 1000.0, killed.elapsed()));
            }
        }
    };
    let (start, kill) = tokio::time::timeout(READY_MAX, ready)
        .await
        .with_context(|| format!("site {site} did not come back"))??;
    Ok((start, kill.as_secs_f64() * 1000.0))
}

fn folder_bytes(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| entry.metadata().ok());
    sizes.map(|file| file.len()).sum()
}

#[expect(clippy::cast_precision_loss, reason = "sizes lie far below 2^52")]
fn print(found: &Found) {
    let mut table = Table::new(&["from", "starts", "p50 ms", "worst ms"]);
    for (name, times) in [
        ("start to ready", found.start_to_ready_ms),
        ("kill to ready", found.kill_to_ready_ms),
    ] {
        table.row([
            name.into(),
            times.count.to_string(),
            number(times.p50),
            number(times.max),
        ]);
    }
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!(
        "{table}\n\nprogram {:.1} MiB, views {:.1} MiB",
        mib(found.binary_bytes),
        mib(found.views_bytes)
    );
}
