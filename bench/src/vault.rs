//! `bench vault`: how old the oldest work is that only the sites have, under load and after the vault
//! was away; then a recovery from the vault alone, and how large all that is.

use crate::product::{Product, ProductArguments, Room};
use crate::report::Reports;
use crate::table::{Table, number};
use anyhow::{Context, ensure};
use client::Client;
use client::load::{self, LoadPlan, Summary, summarise};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOK_PATIENCE: Duration = Duration::from_secs(5);
const SEALED_MAX: Duration = Duration::from_secs(600);
const SENDERS: usize = 16;

/// Arguments of `bench vault`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    product: ProductArguments,
    /// Messages a second over both sites
    #[arg(long, value_name = "N", default_value_t = 200)]
    rate: u32,
    /// Seconds of load with the vault there
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,
    /// Seconds of load with the vault frozen, afterwards; 0: none
    #[arg(long, value_name = "N", default_value_t = 30)]
    outage: u64,
}

#[derive(Serialize)]
struct Found {
    acknowledged: usize,
    /// The age of the oldest work that only the sites have, in seconds, over all looks.
    rpo_seconds: Summary,
    /// Looks at which it was not known.
    unknown: usize,
    outage: Option<Outage>,
    /// The report of `sekoci recover` into an empty journal file.
    recovery: Value,
    vault_bytes: u64,
    recovered_journal_bytes: u64,
}

#[derive(Serialize)]
struct Outage {
    seconds: u64,
    /// Entries that waited when the vault came back.
    backlog: u64,
    /// Seconds until none did.
    caught_up_s: f64,
}

/// Runs it.
pub async fn run(reports: &Reports, arguments: Arguments) -> anyhow::Result<()> {
    let report = reports.begin("vault")?;
    let product = Product::start(&arguments.product).await?;
    let client = product.client()?;
    let room = product.room(&client).await?;
    wait_sealed(&client).await?;
    eprintln!("bench: {} messages a second, vault there", arguments.rate);
    let (acknowledged, ages, unknown) = under_load(&client, &room, &arguments).await?;
    let outage = match arguments.outage {
        0 => None,
        seconds => Some(away(&product, &client, &room, &arguments, seconds).await?),
    };
    wait_sealed(&client).await?;
    let folder = tempfile::tempdir()?;
    let (recovery, recovered_journal_bytes) = recover(&product, folder.path()).await?;
    let vault_bytes = size(&product.folder().join("vault/store"))?;
    product.stop().await?;
    let found = Found {
        acknowledged,
        rpo_seconds: summarise(ages),
        unknown,
        outage,
        recovery,
        vault_bytes,
        recovered_journal_bytes,
    };
    print(&found);
    let asked = json!({
        "engine": arguments.product.engine,
        "rate": arguments.rate,
        "seconds": arguments.seconds,
        "outage": arguments.outage,
    });
    report.write(&asked, &found)
}

async fn under_load(
    client: &Client,
    room: &Room,
    arguments: &Arguments,
) -> anyhow::Result<(usize, Vec<f64>, usize)> {
    let (stop, stopped) = watch::channel(false);
    let loading = start_load(client, room, arguments, stopped);
    let until = Instant::now() + Duration::from_secs(arguments.seconds);
    let mut every = tokio::time::interval(LOOK_EVERY);
    let (mut ages, mut unknown) = (Vec::new(), 0);
    while Instant::now() < until {
        every.tick().await;
        match vault(client).await?["rpo_seconds"].as_f64() {
            Some(age) => ages.push(age),
            None => unknown += 1,
        }
    }
    stop.send_replace(true);
    Ok((loading.await?, ages, unknown))
}

/// The vault's process is frozen: connections stay open and nothing answers.
async fn away(
    product: &Product,
    client: &Client,
    room: &Room,
    arguments: &Arguments,
    seconds: u64,
) -> anyhow::Result<Outage> {
    eprintln!("bench: the vault is away for {seconds} s");
    let pid = vault_process(&product.folder())?;
    let (stop, stopped) = watch::channel(false);
    let loading = start_load(client, room, arguments, stopped);
    kill(pid, Signal::SIGSTOP)?;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let backlog = vault(client).await;
    kill(pid, Signal::SIGCONT)?;
    stop.send_replace(true);
    loading.await?;
    let back = Instant::now();
    wait_sealed(client).await?;
    Ok(Outage {
        seconds,
        backlog: backlog?["backlog"].as_u64().unwrap_or(0),
        caught_up_s: back.elapsed().as_secs_f64(),
    })
}

fn start_load(
    client: &Client,
    room: &Room,
    arguments: &Arguments,
    stop: watch::Receiver<bool>,
) -> tokio::task::JoinHandle<usize> {
    let plan = LoadPlan {
        workspace: room.workspace,
        conversation: room.conversation,
        senders: SENDERS,
        rate: Some(f64::from(arguments.rate)),
        lasts: Duration::from_secs(arguments.seconds + arguments.outage + 60),
        patience: Duration::from_secs(30),
        tag: "vault".into(),
    };
    let clients = [client.clone()];
    tokio::spawn(async move {
        let records = load::run(&clients, &plan, stop).await;
        records.iter().filter(|r| r.is_acknowledged()).count()
    })
}

/// What the first site says of the vault.
async fn vault(client: &Client) -> anyhow::Result<Value> {
    let status: Value = client
        .get_at(0, "/api/status", true, LOOK_PATIENCE)
        .await
        .context("asking for the status")?;
    Ok(status["vault"].clone())
}

async fn wait_sealed(client: &Client) -> anyhow::Result<()> {
    let waiting = async {
        let mut every = tokio::time::interval(LOOK_EVERY);
        loop {
            every.tick().await;
            let vault = vault(client).await?;
            if vault["rpo_seconds"] == 0.0 {
                return anyhow::Ok(());
            }
        }
    };
    tokio::time::timeout(SEALED_MAX, waiting)
        .await
        .context("not everything was sealed in time")?
}

async fn recover(product: &Product, folder: &Path) -> anyhow::Result<(Value, u64)> {
    eprintln!("bench: recovering");
    let keys = product.folder();
    let (into, json) = (folder.join("journal.sqlite"), folder.join("report.json"));
    let address = product
        .ready()
        .vault
        .clone()
        .context("the demo has no vault")?;
    let ended = product
        .command()
        .args(["recover", "--vault", &address, "--vault-token-file"])
        .arg(keys.join("recovery.token"))
        .arg("--shares")
        .arg(keys.join("keys/share-1.txt"))
        .arg(keys.join("keys/share-2.txt"))
        .arg("--into")
        .arg(&into)
        .arg("--json")
        .arg(&json)
        .status()
        .await?;
    ensure!(ended.success(), "sekoci recover ended with {ended}");
    let report = serde_json::from_slice(&std::fs::read(&json)?)?;
    Ok((report, std::fs::metadata(&into)?.len()))
}

/// The demo's own vault, by its arguments.
fn vault_process(folder: &Path) -> anyhow::Result<Pid> {
    let data = folder.join("vault").display().to_string();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains("vault serve") && line.contains(&data) {
            return Ok(Pid::from_raw(pid));
        }
    }
    anyhow::bail!("the vault's process was not found")
}

fn size(folder: &Path) -> anyhow::Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let data = entry.metadata()?;
        sum += if data.is_dir() {
            size(&entry.path())?
        } else {
            data.len()
        };
    }
    Ok(sum)
}

fn print(found: &Found) {
    let mut table = Table::new(&["", "p50", "p99", "worst"]);
    let rpo = &found.rpo_seconds;
    table.row([
        "vault RPO, s".to_string(),
        number(rpo.p50),
        number(rpo.p99),
        number(rpo.max),
    ]);
    println!("{table}");
    if let Some(outage) = &found.outage {
        println!(
            "after {} s without the vault: {} entries caught up with in {:.1} s",
            outage.seconds, outage.backlog, outage.caught_up_s
        );
    }
    println!(
        "recovered {} messages in {} ms; vault {} bytes, journal {} bytes",
        found.recovery["messages"],
        found.recovery["complete_ms"],
        found.vault_bytes,
        found.recovered_journal_bytes
    );
}
