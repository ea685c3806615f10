//! Running a site.

use super::found;
use crate::cli::failure::{Failure, with_sources};
use journal::DataKey;
use kernel::clock::SystemClock;
use kernel::random::OsRandom;
use kernel::{Module, PartitionId, WorkspaceId};
use server::attachments::Chunks;
use server::config::Config;
use server::gateway::Gateway;
use server::peer::{self, Forwarder, PeerLink, PeerName, TlsListener};
use server::recovering::Recovering;
use server::runtime::Processes;
use server::sealing::{self, SealingParts};
use server::site::{Parts, Site};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use vault::custody::{SealingKey, Trust};
use zeroize::Zeroizing;

/// How long open requests may take to end once the site is told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(5);

/// How often a recovery that is under way is looked at.
const RECOVERING_EVERY: Duration = Duration::from_millis(500);

/// Runs a site until the process is told to stop.
pub async fn run(config: Arc<Config>, folder: &Path) -> Result<(), Failure> {
    wait_recovered(&config.data).await?;
    let site = start(&config).await?;
    let link = Arc::new(PeerLink::new(&config).map_err(|e| Failure::argument("identity", e))?);
    let gateway =
        Gateway::open(Arc::clone(&site), link).map_err(|e| Failure::failed(with_sources(&e)))?;
    seal(&site, &config, gateway.chunks())?;
    server::detecting::start(&site, gateway.chunks().clone());
    server::responding::start(&site);
    let peers = listen_to_peers(&config, gateway.peer_routes()).await?;
    let people = listen_to_people(&config, &gateway).await?;
    tokio::spawn(found::found(
        Arc::clone(&site),
        folder.join("founding.json"),
    ));
    tracing::info!(site = %site.name, listen = %config.listen, "site serves");
    super::told_to_stop().await;
    tracing::info!(site = %site.name, "site drains");
    site.drain();
    peers.abort();
    // Open requests have had their time; what is left is resent by its client.
    let _ = tokio::time::timeout(DRAIN_MAX, people).await;
    Ok(())
}

/// Waits while a recovery has not brought back what a site cannot be without.
async fn wait_recovered(data: &Path) -> Result<(), Failure> {
    let needed = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
    let mut is_told = false;
    while let Some(recovering) =
        Recovering::read(data).map_err(|e| Failure::failed(format!("{}: {e}", data.display())))?
    {
        if recovering.has_released(&needed) {
            break;
        }
        if !is_told {
            tracing::info!("waiting for the recovery that is under way");
            is_told = true;
        }
        tokio::time::sleep(RECOVERING_EVERY).await;
    }
    Ok(())
}

/// The modules of a site.
pub fn modules() -> Vec<Arc<dyn Module>> {
    vec![
        Arc::new(installation::Installation),
        Arc::new(directory::Directory),
        Arc::new(messaging::Messaging::default()),
        Arc::new(documents::Documents),
        Arc::new(protection::Protection),
        Arc::new(programme::Programme),
        Arc::new(response::Response),
        Arc::new(continuity::Continuity),
    ]
}

async fn start(config: &Arc<Config>) -> Result<Arc<Site>, Failure> {
    let Some(engine) = &config.engine else {
        return Err(Failure::argument("engine", "a site needs one"));
    };
    std::fs::create_dir_all(&config.data)
        .map_err(|e| Failure::argument("data", format!("{}: {e}", config.data.display())))?;
    let engine = super::open_engine(engine).await?;
    let link = Arc::new(PeerLink::new(config).map_err(|e| Failure::argument("identity", e))?);
    let peer = config.peer_site().map(|node| node.name.clone());
    Site::start(Parts {
        config: Arc::clone(config),
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        engine,
        modules: modules(),
        installation_key: installation_key(config)?,
        remote: Arc::new(Forwarder::new(link, peer)),
        // The binary that runs, also where its file was replaced meanwhile.
        place: Arc::new(Processes::new(
            "/proc/self/exe".into(),
            config.limits.module_memory_mib,
        )),
    })
    .map_err(|e| Failure::failed(with_sources(&e)))
}

/// Begins to seal into the vault, where the configuration names one.
fn seal(site: &Arc<Site>, config: &Config, chunks: &Chunks) -> Result<(), Failure> {
    let Some(vault) = &config.vault else {
        return Ok(());
    };
    let bad = |field: &str, path: &Path, cause: &dyn std::fmt::Display| {
        Failure::argument(field, format!("{}: {cause}", path.display()))
    };
    let trust = std::fs::read(&vault.trust).map_err(|e| bad("vault.trust", &vault.trust, &e))?;
    let trust = Trust::from_bytes(trust).map_err(|e| bad("vault.trust", &vault.trust, &e))?;
    let key = std::fs::read_to_string(&vault.sealing_key)
        .map(Zeroizing::new)
        .map_err(|e| bad("vault.sealing_key", &vault.sealing_key, &e))?;
    let key = SealingKey::from_text(&key)
        .map_err(|e| bad("vault.sealing_key", &vault.sealing_key, &e))?;
    let store = crate::vault::place::of_site(vault)?;
    let chunks = chunks.clone();
    let parts = SealingParts {
        store,
        trust,
        key,
        chunks,
    };
    sealing::start(site, parts).map_err(|e| Failure::argument("vault.trust", e))?;
    tracing::info!(vault = %vault.place, "site seals");
    Ok(())
}

/// The installation key of a configuration.
pub fn installation_key(config: &Config) -> Result<DataKey, Failure> {
    let Some(path) = &config.installation_key else {
        return Err(Failure::argument("installation_key", "a site needs it"));
    };
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::argument("installation_key", format!("{}: {e}", path.display())))?;
    let key: kernel::Hash = text
        .trim()
        .parse()
        .map_err(|e: String| Failure::argument("installation_key", e))?;
    Ok(DataKey::from_bytes(key.0))
}

async fn listen_to_peers(
    config: &Config,
    routes: axum::Router,
) -> Result<tokio::task::JoinHandle<()>, Failure> {
    let listener = bind(config.peer_listen, "peer_listen").await?;
    let tls =
        peer::server_config(&config.identity).map_err(|e| Failure::argument("identity", e))?;
    let listener = TlsListener::new(listener, tls, Some(config.nodes.clone()))
        .map_err(|e| Failure::failed(e.to_string()))?;
    let service = routes.into_make_service_with_connect_info::<PeerName>();
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "the peer listener ended");
        }
    }))
}

async fn listen_to_people(
    config: &Config,
    gateway: &Gateway,
) -> Result<tokio::task::JoinHandle<()>, Failure> {
    let listener = bind(config.listen, "listen").await?;
    let tls = match &config.tls {
        Some(tls) => {
            Some(peer::server_config_for_people(tls).map_err(|e| Failure::argument("tls", e))?)
        }
        None => None,
    };
    gateway
        .serve(listener, tls, super::told_to_stop())
        .map_err(|e| Failure::failed(e.to_string()))
}

async fn bind(address: std::net::SocketAddr, field: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|e| Failure::argument(field, format!("{address}: {e}")))
}
