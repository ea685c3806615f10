//! What one site runs: names, addresses, ports, lease times and extra children.

use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// The ports of one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// etcd, for clients.
    pub etcd_client: u16,
    /// etcd, for the other members.
    pub etcd_peer: u16,
    /// PostgreSQL.
    pub postgres: u16,
    /// Patroni's REST interface.
    pub patroni: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            etcd_client: 2379,
            etcd_peer: 2380,
            postgres: 5432,
            patroni: 8008,
        }
    }
}

/// One site as the others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The site's name, as Patroni and etcd know it: letters, digits and `_`.
    pub name: String,
    /// Its address; every service of the site listens on this one.
    pub host: Ipv4Addr,
    /// Its ports.
    pub ports: Ports,
}

impl Member {
    /// Where this site's Patroni answers.
    #[must_use]
    pub fn patroni_url(&self) -> String {
        format!("http://{}:{}", self.host, self.ports.patroni)
    }

    /// Where this site's etcd answers.
    #[must_use]
    pub fn etcd_url(&self) -> String {
        format!("http://{}:{}", self.host, self.ports.etcd_client)
    }
}

/// What a site's copy of the database is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copy {
    /// May become the primary.
    Candidate,
    /// Keeps a copy, confirms commits, is never promoted.
    Witness,
}

/// Patroni's lease on the primary's role, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseTimes {
    /// How long the role is kept without renewal.
    pub ttl_s: u32,
    /// Pause between two looks at the cluster.
    pub loop_wait_s: u32,
    /// How long a failing etcd request is repeated before the primary steps down.
    pub retry_timeout_s: u32,
    /// How long replication may be silent before either end drops it.
    pub wal_timeout_s: u32,
}

impl Default for LeaseTimes {
    /// The times chosen in `docs/decisions/0002-lease-times.md`.
    fn default() -> Self {
        Self {
            ttl_s: 8,
            loop_wait_s: 1,
            retry_timeout_s: 3,
            wal_timeout_s: 3,
        }
    }
}

/// The database part of a site: etcd, Patroni and the PostgreSQL that Patroni starts.
#[derive(Clone, Debug)]
pub struct DatabaseSpec {
    /// Every site, this one included, in the same order everywhere.
    pub members: Vec<Member>,
    /// What this site's copy is for.
    pub copy: Copy,
    /// The lease; only the site that makes the database takes it from here.
    pub lease: LeaseTimes,
    /// Networks that may connect as `sekoci`, besides the members, like `10.0.0.0/24`.
    pub client_networks: Vec<String>,
    /// The passwords, the same at every site.
    pub secrets: crate::Secrets,
    /// PostgreSQL's programs, like `/usr/lib/postgresql/15/bin`.
    pub bin_dir: PathBuf,
    /// PostgreSQL's `shared_buffers`.
    pub shared_buffers: String,
    /// Use `/dev/watchdog` to stop a machine whose Patroni hangs while it is primary.
    pub watchdog: bool,
    /// The cluster's name: Patroni's scope, etcd's token.
    pub scope: String,
}

impl DatabaseSpec {
    /// A candidate with the usual values.
    #[must_use]
    pub fn new(members: Vec<Member>, copy: Copy, secrets: crate::Secrets) -> Self {
        Self {
            members,
            copy,
            lease: LeaseTimes::default(),
            client_networks: Vec::new(),
            secrets,
            bin_dir: PathBuf::from("/usr/lib/postgresql/15/bin"),
            shared_buffers: "128MB".into(),
            watchdog: false,
            scope: "sekoci".into(),
        }
    }
}

/// A program that lives and dies with the site, like the server itself.
#[derive(Clone, Debug, Default)]
pub struct ExtraChild {
    /// What status and logs call it; its log is `<name>.log` in the data directory.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Environment variables added to our own.
    pub env: Vec<(OsString, OsString)>,
    /// Run it as our own user instead of [`SiteSpec::user`].
    pub keep_user: bool,
    /// Seconds it gets after SIGTERM before SIGKILL; 0 means 10.
    pub stop_grace_s: u32,
}

/// Everything one site runs.
#[derive(Clone, Debug)]
pub struct SiteSpec {
    /// The site's name.
    pub name: String,
    /// Where configuration, data and logs are. Absolute, without spaces, one per site.
    pub data_dir: PathBuf,
    /// etcd and PostgreSQL; `None` with an engine that needs neither.
    pub database: Option<DatabaseSpec>,
    /// Other programs of the site, started after the database's.
    pub extra: Vec<ExtraChild>,
    /// The user children run as when we are root (PostgreSQL refuses root).
    pub user: String,
    /// A network namespace (as `ip netns` names it) that children run in.
    pub namespace: Option<String>,
}

impl SiteSpec {
    /// A site without a database.
    #[must_use]
    pub fn new(name: &str, data_dir: PathBuf) -> Self {
        Self {
            name: name.into(),
            data_dir,
            database: None,
            extra: Vec::new(),
            user: "postgres".into(),
            namespace: None,
        }
    }
}
