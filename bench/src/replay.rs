//! `bench replay`: how fast a view comes back. A messaging chain of real, sealed entries is made in
//! the memory engine; then the partition core reads, verifies, opens and applies all of it, once
//! into a view in memory and once into a view in a file, as the product does.

mod chain;

use crate::report::Reports;
use crate::table::{Table, number};
use anyhow::{Context, bail};
use chain::Chain;
use journal::Engine;
use journal::partition::{Config, Core, Input, Output};
use kernel::clock::SystemClock;
use kernel::{Clock, View};
use messaging::Messaging;
use serde::Serialize;
use serde_json::json;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use tokio::time::Instant;

/// Arguments of `bench replay`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Messages in the chain
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    entries: u64,
    /// Folder for the view's file; a temporary one where absent
    #[arg(long, value_name = "DIR")]
    data: Option<std::path::PathBuf>,
}

#[derive(Debug, Serialize)]
struct Row {
    view: &'static str,
    entries: u64,
    seconds: f64,
    entries_per_s: f64,
    file_bytes: Option<u64>,
}

/// Runs it.
pub async fn run(reports: &Reports, arguments: Arguments) -> anyhow::Result<()> {
    let report = reports.begin("replay")?;
    eprintln!("bench: making a chain of {} messages", arguments.entries);
    let chain = Chain::make(arguments.entries).await?;
    let folder = match &arguments.data {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    }?;
    let file = folder.path().join("view.sqlite");
    let module = Arc::new(Messaging::default());
    let mut rows = Vec::new();
    for (name, view) in [
        ("memory", View::in_memory(module.clone())?),
        ("file", View::open(&file, module)?),
    ] {
        eprintln!("bench: replaying into {name}");
        let seconds = replay(&chain, view).await?;
        let head = chain.head().await?;
        #[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^52")]
        let entries_per_s = head as f64 / seconds;
        rows.push(Row {
            view: name,
            entries: head,
            seconds,
            entries_per_s,
            file_bytes: (name == "file").then(|| size(&file)),
        });
    }
    let mut table = Table::new(&["view", "entries", "seconds", "entries/s"]);
    for row in &rows {
        table.row([
            row.view.into(),
            row.entries.to_string(),
            number(row.seconds),
            number(row.entries_per_s),
        ]);
    }
    println!("{table}");
    let asked = json!({ "messages": arguments.entries });
    report.write(&asked, &json!({ "rows": rows }))
}

/// Drives a core over an empty view until it holds the whole chain; gives the seconds it took.
async fn replay(chain: &Chain, view: View) -> anyhow::Result<f64> {
    let site = chain.site();
    let config = Config::new(chain.partition.clone(), site.clone(), None, site);
    let mut core = Core::new(config, view, chain.keys.clone());
    let end = chain.head().await?;
    let began = Instant::now();
    let mut inputs = VecDeque::from([Input::Follow(vec![chain.people.clone()]), Input::Tick]);
    while core.status().head.seq < end {
        let input = inputs.pop_front().context("the core stopped reading")?;
        for output in core.step(SystemClock.now(), input)? {
            match output {
                Output::Read { after, limit } => {
                    let read = chain.engine.read(&chain.partition, after, limit).await;
                    inputs.push_back(Input::Read(read));
                }
                Output::Applied(_) => {}
                other => bail!("replaying asked for {other:?}"),
            }
        }
    }
    Ok(began.elapsed().as_secs_f64())
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_whole_chain_is_replayed() {
        let chain = Chain::make(2_500).await.unwrap();
        let view = View::in_memory(Arc::new(Messaging::default())).unwrap();
        assert!(replay(&chain, view).await.unwrap() > 0.0);
        assert!(chain.head().await.unwrap() > 2_500);
    }
}
