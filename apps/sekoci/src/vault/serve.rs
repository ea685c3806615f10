//! `sekoci vault serve`: runs a vault in the foreground.

use crate::cli::{Failure, failure::with_sources};
use clap::Args;
use kernel::Clock;
use kernel::clock::SystemClock;
use server::config::Tls;
use server::limits::Connections;
use server::peer;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use vault::store::directory::{DirectoryStore, Retention};
use vault_server::{Door, DoorParts, Log, Tokens};

const GIB: u64 = 1 << 30;
const CONNECTIONS_MAX: usize = 1_024;
const DRAIN_MAX: Duration = Duration::from_secs(5);

/// Arguments of `sekoci vault serve`.
#[derive(Args)]
pub struct Arguments {
    /// The vault's folder; made where there is none
    #[arg(long, value_name = "DIR")]
    data: PathBuf,

    /// Where to listen; without TLS, on this machine only
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,

    /// PEM file with the certificate to show
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,

    /// PEM file with its private key
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,

    /// Every object is kept so long
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=36_500))]
    retain_days: u32,

    /// Nobody may have an object kept longer than this from now
    #[arg(long, value_name = "DAYS", default_value_t = 3_650, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    retain_days_max: u32,

    /// How much one site may add in a day
    #[arg(long, value_name = "GIB", default_value_t = vault_server::DAILY_BYTES / GIB, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    daily_gib: u64,

    /// Disk space that is left free
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(0..=1_000_000))]
    reserve_mib: u64,
}

/// Runs until SIGTERM or SIGINT.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    if arguments.retain_days > arguments.retain_days_max {
        let cause = "is more than --retain-days-max";
        return Err(Failure::argument("--retain-days", cause));
    }
    let tls = tls(&arguments)?;
    crate::serve::runtime()?.block_on(serve(arguments, tls))
}

async fn serve(arguments: Arguments, tls: Option<Tls>) -> Result<(), Failure> {
    let tls = tls
        .map(|tls| peer::server_config_for_people(&tls))
        .transpose()
        .map_err(|e| Failure::argument("--tls-certificate", e))?;
    let door = Door::new(parts(&arguments)?);
    door.approvals()
        .resume()
        .await
        .map_err(|e| Failure::failed(with_sources(&e)))?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|e| Failure::argument("--listen", format!("{}: {e}", arguments.listen)))?;
    let address = listener
        .local_addr()
        .map_err(|e| Failure::failed(e.to_string()))?;
    let served = server::listen::serve(
        listener,
        tls,
        door.routes(),
        Connections::new(CONNECTIONS_MAX, &[]),
        crate::serve::told_to_stop(),
    )
    .map_err(|e| Failure::failed(e.to_string()))?;
    tracing::info!(listen = %address, data = %arguments.data.display(), "vault serves");
    crate::serve::told_to_stop().await;
    // Objects are whole or not there; what is open is sent again.
    let _ = tokio::time::timeout(DRAIN_MAX, served).await;
    Ok(())
}

/// What a vault consists of.
fn parts(arguments: &Arguments) -> Result<DoorParts, Failure> {
    let retention = Retention::days(arguments.retain_days, arguments.retain_days_max);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(DoorParts {
        store: open(&arguments.data.join("store"), retention, &clock)?,
        tokens: Tokens::open(&arguments.data),
        log: log(&arguments.data)?,
        clock,
        daily_bytes: arguments.daily_gib * GIB,
        reserve_bytes: arguments.reserve_mib << 20,
    })
}

/// The log in a vault's folder. Nothing deletes from it; its retention is as long as can be told.
///
/// # Errors
/// When the folder cannot be made or read.
pub fn log(data: &Path) -> Result<Log, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let retention = Retention::days(36_500, 36_500);
    let store = open(&data.join("log"), retention, &clock)?;
    Ok(Log::new(Arc::new(store), clock))
}

fn open(
    folder: &Path,
    retention: Retention,
    clock: &Arc<dyn Clock>,
) -> Result<DirectoryStore, Failure> {
    DirectoryStore::open(folder, retention, Arc::clone(clock))
        .map_err(|e| Failure::argument("--data", e))
}

fn tls(arguments: &Arguments) -> Result<Option<Tls>, Failure> {
    match (&arguments.tls_certificate, &arguments.tls_key) {
        (Some(certificate), Some(key)) => Ok(Some(Tls {
            certificate: certificate.clone(),
            key: key.clone(),
        })),
        _ if arguments.listen.ip().is_loopback() => Ok(None),
        _ => Err(Failure::argument(
            "--listen",
            "tokens would travel in the clear; give --tls-certificate and --tls-key, or listen on a \
             loopback address",
        )),
    }
}
