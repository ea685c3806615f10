//! `bench import`: brings an export in with `sekoci import slack` and says how fast.

use crate::product::{Product, ProductArguments};
use crate::report::Reports;
use crate::table::{Table, number};
use anyhow::{Context, ensure};
use kernel::Clock;
use kernel::clock::SystemClock;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use tokio::time::Instant;

/// Arguments of `bench import`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    product: ProductArguments,
    /// The export
    #[arg(long, value_name = "EXPORT.zip")]
    export: PathBuf,
    /// Workspace to bring it into; a new one where absent
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
}

#[derive(Debug, Serialize)]
struct Found {
    messages: u64,
    users: u64,
    skipped: u64,
    /// Reading and checking, in seconds.
    survey_s: f64,
    /// Bringing in, in seconds.
    bring_s: f64,
    /// From start to end of the program, in seconds.
    whole_s: f64,
    /// Messages a second while bringing in.
    messages_per_s: f64,
    /// Messages a second over everything.
    messages_per_s_whole: f64,
}

/// Runs it.
pub async fn run(reports: &Reports, arguments: Arguments) -> anyhow::Result<()> {
    let report = reports.begin("import")?;
    let product = Product::start(&arguments.product).await?;
    let workspace = arguments
        .workspace
        .unwrap_or_else(|| format!("Import {}", SystemClock.now()));
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("report.json");
    let began = Instant::now();
    let status = product
        .command()
        .args(["import", "slack"])
        .arg(&arguments.export)
        .args(["--workspace", &workspace])
        .arg("--json")
        .arg(&file)
        .status()
        .await?;
    let whole_s = began.elapsed().as_secs_f64();
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("the import ended with {status} and left no report"))?;
    let told: Value = serde_json::from_str(&text)?;
    let found = found(&told, whole_s);
    product.stop().await?;
    ensure!(found.messages > 0, "nothing was brought in");
    let mut table = Table::new(&[
        "messages",
        "users",
        "skipped",
        "read s",
        "bring s",
        "messages/s",
        "messages/s whole",
    ]);
    table.row([
        found.messages.to_string(),
        found.users.to_string(),
        found.skipped.to_string(),
        number(found.survey_s),
        number(found.bring_s),
        number(found.messages_per_s),
        number(found.messages_per_s_whole),
    ]);
    println!("{table}");
    let asked = json!({ "engine": arguments.product.engine, "export": arguments.export });
    report.write(&asked, &found)
}

#[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^52")]
fn found(told: &Value, whole_s: f64) -> Found {
    let count = |name: &str| told[name].as_u64().unwrap_or(0);
    let messages = count("messages");
    let bring_s = count("bring_ms") as f64 / 1000.0;
    Found {
        messages,
        users: count("users"),
        skipped: count("skipped_total"),
        survey_s: count("survey_ms") as f64 / 1000.0,
        bring_s,
        whole_s,
        messages_per_s: messages as f64 / bring_s.max(0.001),
        messages_per_s_whole: messages as f64 / whole_s.max(0.001),
    }
}
