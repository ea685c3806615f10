//! A site's whole gateway: what people and programs reach, what other nodes reach, and the loops
//! that keep both informed.

mod health;
mod operator;

use crate::attachments::Chunks;
use crate::events;
use crate::http::{Api, ApiError, ApiParts, MoreRoutes};
use crate::limits::Connections;
use crate::listen;
use crate::peer::{LinkedChunks, PeerLink, SiteDoors, site_routes};
use crate::readiness::{self, breach};
use crate::site::Site;
use crate::status::Contacts;
use crate::watch::{Watch, WatchParts};
use axum::Router;
use axum::routing::{get, post};
use installation::password::Cost;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use operator::Drills;
pub use operator::StartDrill;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A site that has not answered for so long is taken for lost by work that only one of them does.
const SILENT_MS: i64 = 15_000;

/// A site's gateway.
pub struct Gateway {
    api: Api,
    doors: Arc<Doors>,
}

/// What the handlers here work with besides the [`Api`].
struct Doors {
    site: Arc<Site>,
    link: Arc<PeerLink>,
    contacts: Arc<Contacts>,
    watch: Arc<Watch>,
    metrics: PrometheusHandle,
    drills: Drills,
}

/// Why a gateway cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The part for people cannot be opened.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The vantage point cannot be set up.
    #[error(transparent)]
    Watch(#[from] crate::config::ConfigError),
    /// People cannot be reached as it is configured.
    #[error(transparent)]
    Delivery(#[from] delivery::OpenError),
    /// Metrics cannot be recorded.
    #[error("metrics cannot be recorded: {0}")]
    Metrics(String),
}

impl Gateway {
    /// Opens the gateway of a site and starts its loops.
    ///
    /// # Errors
    /// When folders, passwords or metrics cannot be set up.
    pub fn open(site: Arc<Site>, link: Arc<PeerLink>) -> Result<Self, GatewayError> {
        let chunk_peer = site.config.peer_site().map(|node| {
            let chunks = LinkedChunks::new(Arc::clone(&link), node.name.clone());
            Arc::new(chunks) as Arc<dyn crate::attachments::ChunkPeer>
        });
        let api = Api::open(ApiParts {
            site: Arc::clone(&site),
            chunk_peer,
            password_cost: Cost::RECOMMENDED,
        })?;
        let watch = Watch::start(WatchParts {
            config: Arc::clone(&site.config),
            link: Arc::clone(&link),
            clock: Arc::clone(&site.clock),
            random: Arc::clone(&site.random),
            site: Some(Arc::clone(&site)),
        })?;
        let contacts = Arc::new(Contacts::default());
        tokio::spawn(Arc::clone(&contacts).keep(Arc::clone(&site), Arc::clone(&link)));
        tokio::spawn(api.clone().keep_chunks_copied());
        let rewinds = Arc::clone(&site.rewinds);
        let is_silent = silence(&site, &contacts);
        tokio::spawn(rewinds.keep(Arc::clone(&site), is_silent.clone()));
        tokio::spawn(breach::keep(
            Arc::clone(&site),
            breach::LOOK_EVERY,
            is_silent.clone(),
        ));
        let post = delivery::Post::open(&site.config.delivery)?;
        crate::delivering::start(&site, post, is_silent);
        let metrics = recorder()?;
        let doors = Arc::new(Doors {
            site,
            link,
            contacts,
            watch,
            metrics,
            drills: Drills::default(),
        });
        Ok(Self { api, doors })
    }

    /// The bytes of files.
    #[must_use]
    pub fn chunks(&self) -> &Chunks {
        self.api.chunks()
    }

    /// What people and programs reach.
    pub fn routes(&self) -> Router {
        let doors = Arc::clone(&self.doors);
        let signed_in = Router::new()
            .route("/api/status", get(health::whole_status))
            .route("/api/continuity/vantage", get(health::vantage))
            .route("/api/continuity/fingerprints", get(operator::fingerprints))
            .route("/api/continuity/chains", get(operator::chains))
            .route("/api/continuity/break-site", post(operator::break_site))
            .route("/api/continuity/restore-site", post(operator::restore_site))
            .route("/api/continuity/switch-over", post(operator::switch_over))
            .route("/api/continuity/start-drill", post(operator::start_drill))
            .route(
                "/api/continuity/drill-progress",
                get(operator::drill_progress),
            )
            .with_state(Arc::clone(&doors))
            .merge(
                Router::new()
                    .route("/api/events", get(events::events))
                    .with_state(Arc::clone(&doors.site)),
            )
            .merge(readiness::routes(readiness::Door {
                api: self.api.clone(),
                contacts: Arc::clone(&doors.contacts),
            }));
        let open = Router::new()
            .route("/livez", get(health::live))
            .route("/readyz", get(health::ready))
            .route("/role", get(health::role))
            .route("/metrics", get(health::metrics))
            .with_state(doors);
        crate::http::routes(self.api.clone(), MoreRoutes { signed_in, open })
    }

    /// What other nodes reach.
    pub fn peer_routes(&self) -> Router {
        site_routes(SiteDoors {
            site: Arc::clone(&self.doors.site),
            watch: Arc::clone(&self.doors.watch),
            chunks: self.api.chunks().clone(),
        })
    }

    /// Serves people until `stop` ends and open requests are answered.
    ///
    /// # Errors
    /// When the listener has no local address.
    pub fn serve(
        &self,
        listener: TcpListener,
        tls: Option<rustls::ServerConfig>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<JoinHandle<()>> {
        let limits = &self.doors.site.config.limits;
        let proxies: Vec<IpAddr> = limits.trusted_proxies.clone();
        let connections = Connections::new(limits.connections_max, &proxies);
        listen::serve(listener, tls, self.routes(), connections, stop)
    }
}

/// Whether the other site has not answered for a while; where there is none, nobody waits for it.
fn silence(
    site: &Arc<Site>,
    contacts: &Arc<Contacts>,
) -> impl Fn() -> bool + Clone + Send + Sync + use<> {
    let (site, contacts) = (Arc::clone(site), Arc::clone(contacts));
    let begun = site.clock.now();
    move || {
        let Some(other) = site.config.peer_site() else {
            return true;
        };
        let last = contacts
            .with(&other.name)
            .map_or(begun, |contact| contact.at);
        site.clock.now().since(last) > SILENT_MS
    }
}

/// The process has one recorder, however many gateways are opened in it.
fn recorder() -> Result<PrometheusHandle, GatewayError> {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = RECORDER.get() {
        return Ok(handle.clone());
    }
    let buckets = [
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0,
    ];
    let handle = PrometheusBuilder::new()
        .set_buckets(&buckets)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| GatewayError::Metrics(error.to_string()))?;
    Ok(RECORDER.get_or_init(|| handle).clone())
}
