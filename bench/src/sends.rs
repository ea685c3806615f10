//! `bench sends`: durable sends end to end over HTTP, at both sites at once, and what the engine
//! alone does with batches of the same size in the same run.

use crate::ceiling::{self, Ceiling};
use crate::observed::{self, Batches};
use crate::product::{Product, ProductArguments, Room, require_files};
use crate::report::Reports;
use crate::table::{Table, number, percent};
use anyhow::{Context, ensure};
use client::Client;
use client::load::{self, LoadPlan, Outcome, Record, summarise};
use journal::Engine;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;

const PATIENCE: Duration = Duration::from_secs(20);
/// A load goes ahead of each that counts: connections, caches, the lead's place.
const WARM_UP: Duration = Duration::from_secs(2);

/// Arguments of `bench sends`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    product: ProductArguments,
    /// Seconds for each number of clients, and half of it for each ceiling
    #[arg(long, value_name = "N", default_value_t = 20)]
    seconds: u64,
    /// Clients that send one message after the other
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [1, 64, 512])]
    clients: Vec<usize>,
}

/// One number of clients.
#[derive(Debug, Serialize)]
struct Row {
    clients: usize,
    sends: Sends,
    /// How the product batched them.
    batches: Batches,
    /// The engine alone, with the product's mean batch.
    ceiling: Ceiling,
    /// Messages a second over the engine's entries a second.
    ratio: f64,
    /// The engine alone, with every client's message in one batch: what no product could exceed.
    ceiling_full: Ceiling,
    /// The same with that.
    ratio_full: f64,
}

/// What a load came to.
#[derive(Debug, Serialize)]
pub struct Sends {
    /// Acknowledged messages a second.
    pub messages_per_s: f64,
    /// From sending to acknowledgement, in milliseconds.
    pub p50_ms: f64,
    /// The same at the 99th percentile.
    pub p99_ms: f64,
    /// Acknowledged messages.
    pub acknowledged: u64,
    /// Those that were not.
    pub other: u64,
    /// Those that were kept where the engine promises.
    pub protected: u64,
    /// Acknowledged messages by the site that answered.
    pub by_site: BTreeMap<String, u64>,
    /// Position of the last.
    pub last_seq: u64,
}

/// Runs it.
pub async fn run(reports: &Reports, arguments: Arguments) -> anyhow::Result<()> {
    let report = reports.begin("sends")?;
    let most = arguments.clients.iter().max().copied().unwrap_or(0);
    require_files(most * 2 + 500)?;
    let product = Product::start(&arguments.product).await?;
    let client = product.client()?;
    let room = product.room(&client).await?;
    let engine = ceiling::open(product.engine_config("a")?).await?;
    let seconds = Duration::from_secs(arguments.seconds);
    let mut rows = Vec::new();
    for clients in arguments.clients {
        eprintln!("bench: {clients} clients");
        rows.push(measure(&client, &room, &*engine, clients, seconds).await?);
    }
    let about = engine.describe().await;
    drop(engine);
    product.stop().await?;
    print(&rows);
    let asked = json!({ "engine": arguments.product.engine, "seconds": arguments.seconds });
    report.write(&asked, &json!({ "rows": rows, "engine": about }))
}

async fn measure(
    client: &Client,
    room: &Room,
    engine: &dyn Engine,
    clients: usize,
    seconds: Duration,
) -> anyhow::Result<Row> {
    let warm = load(client, room, clients, WARM_UP.min(seconds)).await?;
    let sends = load(client, room, clients, seconds).await?;
    let partition = room.partition();
    let batches = observed::batches(engine, &partition, warm.last_seq, sends.last_seq).await?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "means of small positive counts"
    )]
    let (mean, bytes) = (
        batches.entries_mean.round() as usize,
        batches.sealed_bytes_mean.round() as usize,
    );
    let ceiling = ceiling::measure(engine, mean, bytes, seconds / 2).await?;
    let ceiling_full = ceiling::measure(engine, clients, bytes, seconds / 2).await?;
    Ok(Row {
        clients,
        ratio: sends.messages_per_s / ceiling.entries_per_s,
        ratio_full: sends.messages_per_s / ceiling_full.entries_per_s,
        sends,
        batches,
        ceiling,
        ceiling_full,
    })
}

/// Sends with `clients` clients, each its next message as soon as the last one is answered.
pub async fn load(
    client: &Client,
    room: &Room,
    clients: usize,
    lasts: Duration,
) -> anyhow::Result<Sends> {
    let plan = LoadPlan {
        workspace: room.workspace,
        conversation: room.conversation,
        senders: clients,
        rate: None,
        lasts,
        patience: PATIENCE,
        tag: format!("a message of a load, {}, number", client.new_uuid()),
    };
    let (_keep, stop) = watch::channel(false);
    let records = load::run(std::slice::from_ref(client), &plan, stop).await;
    summary(&records)
}

fn summary(records: &[Record]) -> anyhow::Result<Sends> {
    let acknowledged = || records.iter().filter(|record| record.is_acknowledged());
    #[expect(
        clippy::cast_precision_loss,
        reason = "times and counts lie far below 2^52"
    )]
    let times = summarise(acknowledged().map(|record| record.took_us() as f64 / 1000.0));
    ensure!(
        times.count > 0,
        "nothing was acknowledged: {:?}",
        records.first()
    );
    let began = records.iter().map(|record| record.sent_us).min();
    let ended = acknowledged().map(|record| record.ended_us).max();
    let lasted_us = ended.zip(began).map(|(ended, began)| ended - began);
    let lasted = Duration::from_micros(lasted_us.context("no records")?.unsigned_abs());
    let (mut protected, mut by_site, mut last_seq) = (0, BTreeMap::new(), 0);
    for record in records {
        if let Outcome::Acknowledged {
            site,
            seq,
            durability,
            ..
        } = &record.outcome
        {
            protected += u64::from(durability == "protected");
            *by_site.entry(site.clone()).or_default() += 1;
            last_seq = last_seq.max(*seq);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^52")]
    let rate = times.count as f64 / lasted.as_secs_f64();
    Ok(Sends {
        messages_per_s: rate,
        p50_ms: times.p50,
        p99_ms: times.p99,
        acknowledged: times.count,
        other: records.len() as u64 - times.count,
        protected,
        by_site,
        last_seq,
    })
}

fn print(rows: &[Row]) {
    let mut table = Table::new(&[
        "clients",
        "messages/s",
        "p50 ms",
        "p99 ms",
        "not ack.",
        "batch",
        "engine/s",
        "ratio",
        "engine/s full",
        "ratio full",
    ]);
    for row in rows {
        table.row([
            row.clients.to_string(),
            number(row.sends.messages_per_s),
            number(row.sends.p50_ms),
            number(row.sends.p99_ms),
            row.sends.other.to_string(),
            number(row.batches.entries_mean),
            number(row.ceiling.entries_per_s),
            percent(row.ratio),
            number(row.ceiling_full.entries_per_s),
            percent(row.ratio_full),
        ]);
    }
    println!("{table}");
}
