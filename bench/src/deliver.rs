//! `bench deliver`: one conversation with many readers at both sites; how many deliveries a second,
//! and how long from the moment a sender sends to the moment a reader has it.

use crate::product::{Product, ProductArguments, Room, require_files};
use crate::report::Reports;
use crate::table::{Table, number, percent};
use crate::websocket::{Reader, connect_all};
use anyhow::ensure;
use client::Client;
use client::load::summarise;
use serde::Serialize;
use serde_json::json;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Goes before the moment of sending in every text.
const TAG: &str = "sent at ";
/// How long the last deliveries may take after the last message was sent.
const GRACE: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(20);

/// Arguments of `bench deliver`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    product: ProductArguments,
    /// WebSocket readers, half at each site
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    readers: usize,
    /// Messages a second over both sites, one run for each
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [5, 20, 40])]
    rates: Vec<u32>,
    /// Seconds for each rate
    #[arg(long, value_name = "N", default_value_t = 15)]
    seconds: u64,
}

/// One rate.
#[derive(Debug, Serialize)]
struct Row {
    messages_per_s: u32,
    readers: usize,
    sent: u64,
    refused: u64,
    deliveries: u64,
    /// Deliveries over what there should have been.
    delivered: f64,
    deliveries_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    worst_ms: f64,
    /// How often a site told a reader that it is too slow.
    resets: u64,
}

/// Runs it.
pub async fn run(reports: &Reports, arguments: Arguments) -> anyhow::Result<()> {
    ensure!(
        arguments.rates.iter().all(|rate| *rate > 0),
        "--rates: 0 is none"
    );
    let report = reports.begin("deliver")?;
    require_files(arguments.readers + 500)?;
    let product = Product::start(&arguments.product).await?;
    let client = product.client()?;
    let room = product.room(&client).await?;
    let token = client.session_token().await?;
    let urls: Vec<String> = product
        .ready()
        .sites
        .iter()
        .map(|site| site.url.clone())
        .collect();
    let mut rows = Vec::new();
    for rate in &arguments.rates {
        let readers = connect_all(&urls, &token, &[room.partition()], arguments.readers).await?;
        eprintln!("bench: {} readers, {rate} messages/s", readers.len());
        let lasts = Duration::from_secs(arguments.seconds);
        rows.push(measure(&client, &room, readers, *rate, lasts).await?);
    }
    product.stop().await?;
    print(&rows);
    let asked = json!({ "engine": arguments.product.engine, "seconds": arguments.seconds });
    report.write(&asked, &json!({ "rows": rows }))
}

/// What one reader saw.
#[derive(Default)]
struct Seen {
    /// From sending to receipt, in microseconds.
    took_us: Vec<u64>,
    /// When the last came, in microseconds from the start.
    last_us: u64,
    resets: u64,
}

async fn measure(
    client: &Client,
    room: &Room,
    readers: Vec<Reader>,
    rate: u32,
    lasts: Duration,
) -> anyhow::Result<Row> {
    let count = readers.len();
    let started = Instant::now();
    let (total, told) = watch::channel(None);
    let mut reading = JoinSet::new();
    for reader in readers {
        reading.spawn(read(reader, started, told.clone()));
    }
    let (sent, refused) = send(client, room, rate, lasts, started).await;
    // Readers end when they have everything, or when they are told that it is too late.
    total.send_replace(Some(sent));
    let deadline = Instant::now() + GRACE;
    let mut all = Seen::default();
    let mut times: Vec<f64> = Vec::new();
    loop {
        let done = tokio::time::timeout_at(deadline, reading.join_next()).await;
        let Ok(done) = done else {
            total.send_replace(Some(0));
            while let Some(late) = reading.join_next().await {
                take(&mut all, &mut times, late?);
            }
            break;
        };
        let Some(seen) = done else { break };
        take(&mut all, &mut times, seen?);
    }
    let summary = summarise(times);
    #[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^52")]
    let (due, deliveries) = ((sent * count as u64) as f64, summary.count as f64);
    let lasted = Duration::from_micros(all.last_us).max(Duration::from_millis(1));
    Ok(Row {
        messages_per_s: rate,
        readers: count,
        sent,
        refused,
        deliveries: summary.count,
        delivered: deliveries / due.max(1.0),
        deliveries_per_s: deliveries / lasted.as_secs_f64(),
        p50_ms: summary.p50,
        p99_ms: summary.p99,
        worst_ms: summary.max,
        resets: all.resets,
    })
}

fn take(all: &mut Seen, times: &mut Vec<f64>, seen: Seen) {
    all.last_us = all.last_us.max(seen.last_us);
    all.resets += seen.resets;
    #[expect(
        clippy::cast_precision_loss,
        reason = "times lie far below 2^52 microseconds"
    )]
    times.extend(seen.took_us.iter().map(|us| *us as f64 / 1000.0));
}

/// Reads until as many messages came as were sent, once that is told.
async fn read(
    mut reader: Reader,
    started: Instant,
    mut total: watch::Receiver<Option<u64>>,
) -> Seen {
    let mut seen = Seen::default();
    loop {
        let wanted = *total.borrow_and_update();
        if wanted.is_some_and(|wanted| seen.took_us.len() as u64 >= wanted) {
            return seen;
        }
        let frame = tokio::select! {
            frame = reader.next() => frame,
            _ = total.changed() => continue,
        };
        let Ok(frame) = frame else { return seen };
        if let Some(sent_us) = sent_at(&frame) {
            let now_us = micros(started.elapsed());
            seen.took_us.push(now_us.saturating_sub(sent_us));
            seen.last_us = now_us;
        } else if frame.contains("\"reset\":true") {
            seen.resets += 1;
            if reader.subscribe().await.is_err() {
                return seen;
            }
        }
    }
}

/// The moment in a message's text.
fn sent_at(frame: &str) -> Option<u64> {
    let (_, rest) = frame.split_once(TAG)?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    rest[..end].parse().ok()
}

/// Sends at the given rate through both sites; says how many were taken and how many were not.
async fn send(
    client: &Client,
    room: &Room,
    rate: u32,
    lasts: Duration,
    started: Instant,
) -> (u64, u64) {
    let sites = client.sites().len();
    let clients: Vec<Client> = (0..sites).map(|site| client.preferring(site)).collect();
    let mut every = tokio::time::interval(Duration::from_secs(1) / rate);
    let began = Instant::now();
    let mut sending = JoinSet::new();
    for n in 0.. {
        every.tick().await;
        if began.elapsed() >= lasts {
            break;
        }
        let (client, room) = (clients[n % sites].clone(), *room);
        sending.spawn(async move {
            let body = json!({
                "message_id": client.new_uuid(),
                "conversation_id": room.conversation,
                "text": format!("{TAG}{} by the clock of this load", micros(started.elapsed())),
            });
            let command = client.new_command("messaging", "post-message", body);
            let command = command.in_workspace(room.workspace);
            client.command_within(&command, PATIENCE).await.is_ok()
        });
    }
    let (mut taken, mut refused) = (0, 0);
    while let Some(done) = sending.join_next().await {
        if matches!(done, Ok(true)) {
            taken += 1;
        } else {
            refused += 1;
        }
    }
    (taken, refused)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn print(rows: &[Row]) {
    let mut table = Table::new(&[
        "readers",
        "messages/s",
        "deliveries/s",
        "delivered",
        "p50 ms",
        "p99 ms",
        "worst ms",
        "resets",
    ]);
    for row in rows {
        table.row([
            row.readers.to_string(),
            row.messages_per_s.to_string(),
            number(row.deliveries_per_s),
            percent(row.delivered),
            number(row.p50_ms),
            number(row.p99_ms),
            number(row.worst_ms),
            row.resets.to_string(),
        ]);
    }
    println!("{table}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_of_sending_is_found_in_a_frame() {
        let frame = r#"{"events":[{"data":{"text":"sent at 1234 by the clock"}}]}"#;
        assert_eq!(sent_at(frame), Some(1234));
        assert_eq!(sent_at(r#"{"at":7}"#), None);
    }
}
