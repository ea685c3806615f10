//! What the handlers work with.

use crate::assets::SecurityHeaders;
use crate::attachments::store::StoreError;
use crate::attachments::{ChunkPeer, Chunks};
use crate::limits::Requests;
use crate::openapi;
use crate::passkey::Passkeys;
use crate::session::{Members, Sessions, SignIns};
use crate::site::Site;
use axum::extract::FromRef;
use axum::http::HeaderValue;
use bytes::Bytes;
use installation::password::{Cost, HashError};
use kernel::PartitionId;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How often the other site's missing chunks are looked at.
const REPAIR_EVERY: Duration = Duration::from_secs(5);

/// The state of the gateway; cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    site: Arc<Site>,
    chunks: Chunks,
    sessions: Sessions,
    members: Members,
    sign_ins: SignIns,
    passkeys: Option<Passkeys>,
    requests: Requests,
    headers: SecurityHeaders,
    origins: Vec<HeaderValue>,
    openapi: Bytes,
    digest_key: [u8; 32],
}

/// What a gateway is made of.
pub struct ApiParts {
    /// The site it is the door of.
    pub site: Arc<Site>,
    /// The other site's chunks, where there is another site.
    pub chunk_peer: Option<Arc<dyn ChunkPeer>>,
    /// What hashing a password costs.
    pub password_cost: Cost,
}

/// Why a gateway cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The folder for chunks cannot be used.
    #[error("the folder for attachments cannot be used")]
    Chunks(#[from] StoreError),
    /// The cost of hashing is not possible.
    #[error(transparent)]
    Passwords(#[from] HashError),
}

impl Api {
    /// Opens the gateway of a site.
    ///
    /// # Errors
    /// When the data folder cannot be used or passwords cannot be hashed.
    pub fn open(parts: ApiParts) -> Result<Self, ApiError> {
        let ApiParts {
            site,
            chunk_peer,
            password_cost,
        } = parts;
        let config = &site.config;
        let urls = || config.sites().map(|node| node.url.as_str());
        let document = openapi::document(site.modules());
        let inner = Inner {
            chunks: Chunks::open(
                &config.data.join("chunks"),
                Arc::clone(&site.random),
                chunk_peer,
            )?,
            sessions: Sessions::default(),
            members: Members::default(),
            sign_ins: SignIns::new(&config.limits, password_cost, &site.clock, &*site.random)?,
            passkeys: Passkeys::new(
                urls(),
                site.installation_key(),
                Arc::clone(&site.clock),
                Arc::clone(&site.random),
            ),
            requests: Requests::new(&config.limits, &site.clock),
            headers: SecurityHeaders::new(urls(), config.tls.is_some()),
            origins: urls().filter_map(origin).collect(),
            openapi: Bytes::from(document.to_string()),
            digest_key: site
                .installation_key()
                .derive("sekoci 2026 command digest v1"),
            site,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Sends the other site the chunks it misses, for as long as the site runs.
    pub async fn keep_chunks_copied(self) {
        let mut every = tokio::time::interval(REPAIR_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            match self.chunks().repair().await {
                Ok(done) => {
                    if done.copied > 0 {
                        tracing::info!(copied = done.copied, left = done.left, "chunks repaired");
                    }
                    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
                    metrics::gauge!("sekoci_chunks_missing_at_peer").set(done.left as f64);
                }
                Err(error) => tracing::error!(%error, "chunks cannot be repaired"),
            }
        }
    }

    /// The site.
    #[must_use]
    pub fn site(&self) -> &Arc<Site> {
        &self.0.site
    }

    /// The attachments' chunks; the peer link serves them to the other site.
    #[must_use]
    pub fn chunks(&self) -> &Chunks {
        &self.0.chunks
    }

    pub(super) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn members(&self) -> &Members {
        &self.0.members
    }

    pub(super) fn sign_ins(&self) -> &SignIns {
        &self.0.sign_ins
    }

    pub(super) fn passkeys(&self) -> Option<&Passkeys> {
        self.0.passkeys.as_ref()
    }

    pub(super) fn requests(&self) -> &Requests {
        &self.0.requests
    }

    pub(super) fn headers(&self) -> &SecurityHeaders {
        &self.0.headers
    }

    pub(super) fn origins(&self) -> Vec<HeaderValue> {
        self.0.origins.clone()
    }

    pub(super) fn openapi(&self) -> Bytes {
        self.0.openapi.clone()
    }

    pub(super) fn digest_key(&self) -> &[u8; 32] {
        &self.0.digest_key
    }

    /// Addresses of load balancers whose `X-Forwarded-For` is believed.
    pub(super) fn trusted_proxies(&self) -> &[IpAddr] {
        &self.0.site.config.limits.trusted_proxies
    }

    pub(super) fn body_bytes_max(&self) -> usize {
        self.0.site.config.limits.body_bytes_max
    }
}

impl FromRef<Api> for Arc<Site> {
    fn from_ref(api: &Api) -> Self {
        Self::clone(api.site())
    }
}

/// The origin (scheme, host and port) of a site's URL.
fn origin(url: &str) -> Option<HeaderValue> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split('/').next().unwrap_or(rest);
    HeaderValue::from_str(&format!("{scheme}://{host}").to_ascii_lowercase()).ok()
}

/// The partition in which a module keeps what concerns a workspace, or the installation.
pub(super) fn partition(module: &str, workspace: Option<kernel::WorkspaceId>) -> PartitionId {
    Site::partition_id(module, workspace)
}
