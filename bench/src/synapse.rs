//! `bench synapse`: matrix-synapse and the product on the same PostgreSQL, in the same run: clients
//! that send to one room, one message after the other.
//!
//! Synapse gets a database of its own on the demo's primary, so its commits wait for the same
//! copies; its rate limits are raised and it listens on 127.0.0.1 only.

mod database;
mod homeserver;
mod room;

use crate::product::{EngineKind, Product, ProductArguments, require_files};
use crate::report::Reports;
use crate::sends::{self, Sends};
use crate::table::{Table, number};
use anyhow::ensure;
use database::Database;
use homeserver::Homeserver;
use room::MatrixSends;
use serde::Serialize;
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

/// Arguments of `bench synapse`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    product: ProductArguments,
    /// Where Synapse's Python environment and configuration go; kept for the next time
    #[arg(long, value_name = "DIR")]
    synapse: PathBuf,
    /// Port for Synapse on 127.0.0.1
    #[arg(long, value_name = "N", default_value_t = 8890)]
    synapse_port: u16,
    /// Clients that send one message after the other
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [1, 64])]
    clients: Vec<usize>,
    /// Seconds for each
    #[arg(long, value_name = "N", default_value_t = 20)]
    seconds: u64,
}

#[derive(Debug, Serialize)]
struct Row {
    clients: usize,
    synapse: MatrixSends,
    product: Sends,
    /// Our messages a second over theirs.
    ratio: f64,
}

/// Runs it.
pub async fn run(reports: &Reports, arguments: Arguments) -> anyhow::Result<()> {
    ensure!(
        arguments.product.engine == EngineKind::Postgres,
        "--engine: only with postgres there is a database for both"
    );
    let report = reports.begin("synapse")?;
    let most = arguments.clients.iter().max().copied().unwrap_or(0);
    require_files(most * 3 + 500)?;
    let product = Product::start(&arguments.product).await?;
    let database = Database::make(&product.folder()).await?;
    let homeserver =
        Homeserver::start(&arguments.synapse, arguments.synapse_port, &database).await?;
    let users = homeserver.users(most).await?;
    let client = product.client()?;
    let ours = product.room(&client).await?;
    let theirs = room::make(&users).await?;
    let lasts = Duration::from_secs(arguments.seconds);
    let mut rows = Vec::new();
    for clients in arguments.clients {
        eprintln!("bench: {clients} clients to Synapse, then to the product");
        let warm = Duration::from_secs(2).min(lasts);
        room::load(&users[..clients], &theirs, warm).await?;
        let synapse = room::load(&users[..clients], &theirs, lasts).await?;
        sends::load(&client, &ours, clients, warm).await?;
        let sends = sends::load(&client, &ours, clients, lasts).await?;
        rows.push(Row {
            clients,
            ratio: sends.messages_per_s / synapse.messages_per_s,
            synapse,
            product: sends,
        });
    }
    homeserver.stop().await?;
    database.remove().await?;
    product.stop().await?;
    print(&rows);
    let asked = json!({ "seconds": arguments.seconds, "synapse": homeserver::VERSION });
    report.write(&asked, &json!({ "rows": rows }))
}

fn print(rows: &[Row]) {
    let mut table = Table::new(&[
        "clients",
        "synapse/s",
        "p50 ms",
        "p99 ms",
        "sekoci/s",
        "p50 ms",
        "p99 ms",
        "ratio",
    ]);
    for row in rows {
        table.row([
            row.clients.to_string(),
            number(row.synapse.messages_per_s),
            number(row.synapse.p50_ms),
            number(row.synapse.p99_ms),
            number(row.product.messages_per_s),
            number(row.product.p50_ms),
            number(row.product.p99_ms),
            format!("{} x", number(row.ratio)),
        ]);
    }
    println!("{table}");
}
