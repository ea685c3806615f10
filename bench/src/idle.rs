//! `bench idle`: what an idle WebSocket costs, in the server's process and in the kernel.
//!
//! Measured without, with half and with all connections; what counts is the step from half to all,
//! because the first thousand also pays for what is there once.

use crate::machine::KernelMemory;
use crate::process;
use crate::product::{Product, ProductArguments, require_files};
use crate::report::Reports;
use crate::table::{Table, number};
use crate::websocket::{Reader, connect_all};
use kernel::PartitionId;
use serde::Serialize;
use serde_json::json;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What the product promises: so many connections in so much memory.
const PROMISED_CONNECTIONS: f64 = 20_000.0;
const PROMISED_BYTES: f64 = (1_u64 << 30) as f64;

/// How often a site speaks on an idle connection.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Looks during one interval of heartbeats.
const SAMPLES: u32 = 25;

/// Arguments of `bench idle`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    product: ProductArguments,
    /// Connections, half at each site
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    connections: usize,
    /// Seconds without anything happening before each look
    #[arg(long, value_name = "N", default_value_t = 12)]
    settle: u64,
}

/// A look at memory, in bytes.
#[derive(Clone, Debug, Serialize)]
struct Look {
    connections: usize,
    /// Resident memory of each site's process.
    resident: Vec<u64>,
    kernel: KernelMemory,
}

/// What one connection costs, in bytes.
#[derive(Debug, Serialize)]
struct Cost {
    /// In the server's process.
    process: f64,
    /// In the kernel, for the server's end: half of what both ends on this machine take.
    kernel: f64,
    /// Both.
    total: f64,
    /// What the product promises, for comparison.
    promised: f64,
    /// Cost over promise; below 1 it is kept.
    ratio: f64,
    /// What 20,000 such connections take, in GiB.
    gib_for_20000: f64,
}

/// Runs it.
pub async fn run(reports: &Reports, arguments: Arguments) -> anyhow::Result<()> {
    let report = reports.begin("idle")?;
    require_files(arguments.connections + 500)?;
    let product = Product::start(&arguments.product).await?;
    let client = product.client()?;
    let room = product.room(&client).await?;
    let token = client.session_token().await?;
    let partitions = [
        room.partition(),
        PartitionId::new(room.workspace, "directory"),
    ];
    let sites = &product.ready().sites;
    let urls: Vec<String> = sites.iter().map(|site| site.url.clone()).collect();
    let pids = sites
        .iter()
        .map(|site| process::find_serving(&product.site_file(&site.name)))
        .collect::<anyhow::Result<Vec<u32>>>()?;
    let settle = Duration::from_secs(arguments.settle);
    let mut looks = vec![look(0, &pids, settle).await?];
    let mut held = Held::new();
    let half = arguments.connections / 2;
    for more in [half, arguments.connections - half] {
        eprintln!("bench: {more} more connections");
        held.hold(connect_all(&urls, &token, &partitions, more).await?);
        looks.push(look(held.open(), &pids, settle).await?);
    }
    drop(held);
    let cost = cost(&looks[1], &looks[2]);
    product.stop().await?;
    print(&looks, &cost);
    let asked = json!({ "engine": arguments.product.engine, "settle_s": arguments.settle });
    report.write(
        &asked,
        &json!({ "looks": looks, "per_connection_bytes": cost }),
    )
}

/// Connections that are kept open, and read so that heartbeats do not pile up.
struct Held {
    reading: JoinSet<()>,
    over: watch::Sender<bool>,
}

impl Held {
    fn new() -> Self {
        Self {
            reading: JoinSet::new(),
            over: watch::channel(false).0,
        }
    }

    fn hold(&mut self, readers: Vec<Reader>) {
        for mut reader in readers {
            let mut over = self.over.subscribe();
            self.reading.spawn(async move {
                loop {
                    tokio::select! {
                        frame = reader.next() => if frame.is_err() { return },
                        _ = over.changed() => return,
                    }
                }
            });
        }
    }

    /// How many are open still.
    fn open(&mut self) -> usize {
        while self.reading.try_join_next().is_some() {}
        self.reading.len()
    }
}

/// Medians over one interval of heartbeats: buffers fill and empty with each.
async fn look(connections: usize, pids: &[u32], settle: Duration) -> anyhow::Result<Look> {
    tokio::time::sleep(settle).await;
    let (mut resident, mut slab, mut tcp) = (vec![Vec::new(); pids.len()], vec![], vec![]);
    for _ in 0..SAMPLES {
        tokio::time::sleep(HEARTBEAT / SAMPLES).await;
        for (pid, samples) in pids.iter().zip(&mut resident) {
            samples.push(process::resident_bytes(*pid)?);
        }
        let kernel = KernelMemory::now();
        slab.push(kernel.slab);
        tcp.push(kernel.tcp_buffers);
    }
    Ok(Look {
        connections,
        resident: resident.into_iter().map(median).collect(),
        kernel: KernelMemory {
            slab: median(slab),
            tcp_buffers: median(tcp),
        },
    })
}

fn median(mut samples: Vec<u64>) -> u64 {
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied().unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "sizes lie far below 2^52")]
fn cost(before: &Look, after: &Look) -> Cost {
    let count = (after.connections - before.connections.min(after.connections)).max(1) as f64;
    let grown = |after: u64, before: u64| after as f64 - before as f64;
    let process = grown(after.resident.iter().sum(), before.resident.iter().sum()) / count;
    let kernel = grown(after.kernel.total(), before.kernel.total()) / count / 2.0;
    let total = process + kernel;
    let promised = PROMISED_BYTES / PROMISED_CONNECTIONS;
    Cost {
        process,
        kernel,
        total,
        promised,
        ratio: total / promised,
        gib_for_20000: total * PROMISED_CONNECTIONS / PROMISED_BYTES,
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes lie far below 2^52")]
fn print(looks: &[Look], cost: &Cost) {
    let mib = |bytes: u64| number(bytes as f64 / f64::from(1 << 20));
    let mut table = Table::new(&[
        "connections",
        "site a MiB",
        "site b MiB",
        "slab MiB",
        "tcp MiB",
    ]);
    for look in looks {
        let resident = |site: usize| look.resident.get(site).map_or("-".into(), |b| mib(*b));
        table.row([
            look.connections.to_string(),
            resident(0),
            resident(1),
            mib(look.kernel.slab),
            mib(look.kernel.tcp_buffers),
        ]);
    }
    println!("{table}\n");
    println!(
        "one connection: {:.0} bytes in the process, {:.0} in the kernel, together {:.2} of the \
         {:.0} promised; 20,000 take {:.2} GiB",
        cost.process, cost.kernel, cost.ratio, cost.promised, cost.gib_for_20000
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_is_the_step_and_the_kernel_counts_for_one_end() {
        let look = |connections, resident: u64, slab: u64| Look {
            connections,
            resident: vec![resident, resident],
            kernel: KernelMemory {
                slab,
                tcp_buffers: 0,
            },
        };
        let cost = cost(
            &look(100, 1_000_000, 500_000),
            &look(200, 2_000_000, 900_000),
        );
        assert!((cost.process - 20_000.0).abs() < 1e-6);
        assert!((cost.kernel - 2_000.0).abs() < 1e-6);
        assert!(cost.ratio < 1.0);
    }
}
