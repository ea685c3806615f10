//! The client itself and how it is put together.

use crate::session::{Credentials, SessionKeeper};
use crate::{Backoff, BuildError, Command, Observer, SiteUrl, Timeouts, tls};
use kernel::clock::SystemClock;
use kernel::id::{Uuid, new_uuid};
use kernel::random::OsRandom;
use kernel::{Clock, CommandId, Random};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A client of one installation. Cheap to clone; clones share connections and the session.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    /// The site asked first; moves when it fails.
    preferred: Arc<AtomicUsize>,
}

/// What all clones share.
pub(crate) struct Shared {
    pub sites: Vec<SiteUrl>,
    pub http: reqwest::Client,
    pub tls: Arc<rustls::ClientConfig>,
    pub timeouts: Timeouts,
    pub backoff: Backoff,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub observers: Vec<Arc<dyn Observer>>,
    pub session: SessionKeeper,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("sites", &self.shared.sites)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Client`].
pub struct Builder {
    sites: Vec<SiteUrl>,
    authorities: Option<PathBuf>,
    credentials: Option<Credentials>,
    token: Option<String>,
    timeouts: Timeouts,
    backoff: Backoff,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    observers: Vec<Arc<dyn Observer>>,
}

impl Client {
    /// Starts the settings of a client.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            sites: Vec::new(),
            authorities: None,
            credentials: None,
            token: None,
            timeouts: Timeouts::default(),
            backoff: Backoff::default(),
            clock: Arc::new(SystemClock),
            random: Arc::new(OsRandom),
            observers: Vec::new(),
        }
    }

    /// The sites in the order they were given.
    #[must_use]
    pub fn sites(&self) -> &[SiteUrl] {
        &self.shared.sites
    }

    /// The time limits.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        self.shared.timeouts
    }

    /// Index of the site that is asked first at the moment.
    #[must_use]
    pub fn preferred_site(&self) -> usize {
        self.preferred.load(Ordering::Relaxed) % self.shared.sites.len()
    }

    /// The same client and session with a preference of its own, starting at `site` (an index).
    #[must_use]
    pub fn preferring(&self, site: usize) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            preferred: Arc::new(AtomicUsize::new(site % self.shared.sites.len())),
        }
    }

    /// A site answered: stay there.
    pub(crate) fn prefer(&self, site: usize) {
        self.preferred.store(site, Ordering::Relaxed);
    }

    /// A site failed: ask the next one first, unless someone moved on already.
    pub(crate) fn move_on_from(&self, site: usize) {
        let next = (site + 1) % self.shared.sites.len();
        let _ = self
            .preferred
            .compare_exchange(site, next, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// A new version 7 UUID.
    #[must_use]
    pub fn new_uuid(&self) -> Uuid {
        new_uuid(&*self.shared.clock, &*self.shared.random)
    }

    /// A new command id.
    #[must_use]
    pub fn new_command_id(&self) -> CommandId {
        CommandId(self.new_uuid())
    }

    /// A command with a new id.
    #[must_use]
    pub fn new_command(&self, module: &str, name: &str, body: serde_json::Value) -> Command {
        Command::new(module, name, body, self.new_command_id())
    }

    /// The clock the client reads.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }
}

impl Builder {
    /// Adds a site. The first one is asked first.
    ///
    /// # Errors
    /// When the URL does not fit.
    pub fn site(mut self, url: &str) -> Result<Self, BuildError> {
        self.sites.push(SiteUrl::parse(url)?);
        Ok(self)
    }

    /// Adds sites.
    #[must_use]
    pub fn sites(mut self, urls: impl IntoIterator<Item = SiteUrl>) -> Self {
        self.sites.extend(urls);
        self
    }

    /// User and password to sign in with, now and whenever the session ends.
    #[must_use]
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials = Some(Credentials {
            user: user.into(),
            password: password.into(),
        });
        self
    }

    /// A session's token to start with.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Trust only the certificate authorities in this PEM file.
    #[must_use]
    pub fn authorities(mut self, file: impl Into<PathBuf>) -> Self {
        self.authorities = Some(file.into());
        self
    }

    /// Time limits.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Waits between rounds in which every site failed.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Adds an observer of every attempt.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Another clock and another source of randomness than the system's.
    #[must_use]
    pub fn adapters(mut self, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        self.clock = clock;
        self.random = random;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// When no site was given or TLS cannot be set up.
    pub fn build(self) -> Result<Client, BuildError> {
        if self.sites.is_empty() {
            return Err(BuildError::NoSite);
        }
        let tls = tls::client_config(self.authorities.as_deref())?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.timeouts.connect)
            .tcp_nodelay(true)
            .no_proxy()
            .user_agent(concat!("sekoci-client/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| BuildError::Setup(e.to_string()))?;
        Ok(Client {
            shared: Arc::new(Shared {
                sites: self.sites,
                http,
                tls: Arc::new(tls),
                timeouts: self.timeouts,
                backoff: self.backoff,
                clock: self.clock,
                random: self.random,
                observers: self.observers,
                session: SessionKeeper::new(self.credentials, self.token),
            }),
            preferred: Arc::new(AtomicUsize::new(0)),
        })
    }
}
