//! The configuration file of a site or witness (`site.toml`).

use kernel::SiteName;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Serves people, holds the data keys.
    Site,
    /// Gives the third vote and a third vantage point; holds no data key.
    Witness,
}

/// The whole file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What this node is.
    pub role: Role,
    /// Its name.
    pub name: SiteName,
    /// Where it keeps views, chunks and its own state.
    pub data: PathBuf,
    /// Where people and programs connect.
    pub listen: SocketAddr,
    /// Where the other nodes connect, over mutual TLS.
    pub peer_listen: SocketAddr,
    /// Certificate and key for `listen`; without it `listen` speaks plain HTTP, for use behind a
    /// load balancer or on one machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// This node's identity towards the other nodes.
    pub identity: Identity,
    /// File with the installation key; sites only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation_key: Option<PathBuf>,
    /// File with the key this site signs evidence with, which it makes itself; without it,
    /// `evidence.key` beside the installation key. Sites only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_key: Option<PathBuf>,
    /// Every node: both sites and the witness.
    pub nodes: Vec<NodeConfig>,
    /// The engine; sites only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineConfig>,
    /// Account the probers sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prober: Option<ProberConfig>,
    /// The agent's file, from which a witness learns of the database whose failover it hastens;
    /// without it, it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hasten: Option<PathBuf>,
    /// The vault that this site seals into; without it nothing leaves the sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault: Option<VaultConfig>,
    /// People depend on this installation: drills that break something are refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub production: bool,
    /// Operators may make modules of this site misbehave, for drills.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drills: bool,
    /// How people are reached outside the app; without it they are not.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivery: delivery::Config,
    /// Limits.
    #[serde(default)]
    pub limits: Limits,
}

fn is_default(delivery: &delivery::Config) -> bool {
    *delivery == delivery::Config::default()
}

/// Where sealed copies go, and with which keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultConfig {
    /// URL of the vault, a bucket (`s3://bucket/prefix?endpoint=…&region=…&path_style=true`), or a
    /// directory.
    pub place: String,
    /// File with this site's token of that vault; for a bucket, with its credentials, which are in the
    /// environment (`AWS_ACCESS_KEY_ID` and so on) where there is no file; none for a directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<PathBuf>,
    /// PEM file of the certificate authorities to trust instead of the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorities: Option<PathBuf>,
    /// File with the trust (`trust.json`, as `sekoci keys init` makes it): for whom segments are
    /// sealed, and with which keys the sites sign.
    pub trust: PathBuf,
    /// File with this site's sealing key.
    pub sealing_key: PathBuf,
    /// After this many hours without a rehearsal that passed, the way back counts as not proven.
    #[serde(default = "crate::rehearsal::max_hours")]
    pub rehearsal_max_hours: NonZeroU32,
}

/// A night, and two hours for a rehearsal that takes long or had to be tried again.
pub const REHEARSAL_MAX_HOURS: NonZeroU32 = NonZeroU32::new(26).unwrap();

/// A certificate with its key, PEM files.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// This node's certificate for mutual TLS, PEM files.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The installation's own certificate authority.
    pub authority: PathBuf,
    /// This node's certificate.
    pub certificate: PathBuf,
    /// This node's private key.
    pub key: PathBuf,
}

/// One node of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// Its name.
    pub name: SiteName,
    /// What it is.
    pub role: Role,
    /// How people reach it: `https://a.example.org`.
    pub url: String,
    /// How other nodes reach it: `host:port`.
    pub peer: String,
    /// How its agent (what starts and kills the node's processes) is reached: `host:port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Its PostgreSQL, where that is the engine: `host:port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Patroni's address, where PostgreSQL is the engine: `http://host:port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patroni: Option<String>,
    /// BLAKE3 of its certificate (DER), hexadecimal: no other certificate speaks for it.
    pub fingerprint: String,
}

/// Which engine keeps the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum EngineConfig {
    /// One file on one machine.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// PostgreSQL with synchronous replication.
    Postgres {
        /// libpq-style connection string naming all candidates
        /// (`host=a,b port=5432,5432 dbname=sekoci user=sekoci target_session_attrs=read-write`).
        dsn: String,
        /// File with the password.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password_file: Option<PathBuf>,
        /// Patroni REST addresses of the candidates; the primary is the one that says so.
        #[serde(default)]
        patroni: Vec<String>,
        /// This site's own PostgreSQL, for reading.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        local: Option<String>,
    },
}

/// Who the probers are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProberConfig {
    /// Login name.
    pub user: String,
    /// File with the password.
    pub password_file: PathBuf,
    /// Name of the workspace probed.
    pub workspace: String,
}

/// Limits of a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The most bytes of a request body (attachment chunks have their own limit of 4 MiB).
    pub body_bytes_max: usize,
    /// The most open connections.
    pub connections_max: usize,
    /// Requests a session or address may make per second, on average.
    pub requests_per_second: u32,
    /// Requests it may make at once.
    pub requests_burst: u32,
    /// Addresses of load balancers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Sign-in attempts per user and per address and minute.
    pub sign_ins_per_minute: u32,
    /// Queries that may run at once per partition.
    pub queries_max: usize,
    /// Commands that may wait per partition.
    pub mailbox_max: usize,
    /// The most memory that a module's process may take, in MiB; it is started again when it wants more.
    pub module_memory_mib: u64,
    /// What looking back may cost.
    pub moments: MomentLimits,
}

/// Bounds of the time machine.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MomentLimits {
    /// The most bytes that checkpoints may take on disk, and the most that moment views kept for
    /// queries may take.
    pub bytes_max: u64,
    /// A replay leaves a checkpoint after at least this many entries.
    pub checkpoint_every: u64,
    /// How long a query waits for its moment view, in milliseconds, before the client is told to ask
    /// again.
    pub wait_ms: u64,
}

impl Default for MomentLimits {
    fn default() -> Self {
        Self {
            bytes_max: 4 << 30,
            checkpoint_every: 20_000,
            wait_ms: 1_000,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 2 << 20,
            connections_max: 25_000,
            requests_per_second: 1_000,
            requests_burst: 2_000,
            trusted_proxies: Vec::new(),
            sign_ins_per_minute: 30,
            queries_max: 8,
            mailbox_max: 4_096,
            module_memory_mib: 1_024,
            moments: MomentLimits::default(),
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a configuration.
    #[error("{path}: {message}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        message: String,
    },
    /// The parts do not fit together.
    #[error("{path}: {field}: {cause}")]
    Inconsistent {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What is wrong.
        cause: String,
    },
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// When the file cannot be read, parsed, or its parts do not fit together.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.into(),
            source,
        })?;
        let config: Self = toml::from_str(&text).map_err(|error| ConfigError::Parse {
            path: path.into(),
            message: error.to_string(),
        })?;
        config
            .check()
            .map_err(|(field, cause)| ConfigError::Inconsistent {
                path: path.into(),
                field,
                cause,
            })?;
        Ok(config)
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        let own = self.nodes.iter().find(|node| node.name == self.name);
        match own {
            None => {
                return Err((
                    "nodes",
                    format!("no node is named {:?}", self.name.as_str()),
                ));
            }
            Some(own) if own.role != self.role => {
                return Err(("role", "differs from this node's entry in nodes".into()));
            }
            Some(_) => {}
        }
        let sites = self.sites().count();
        if sites == 0 || sites > 2 {
            return Err((
                "nodes",
                format!("{sites} sites are named; one or two are possible"),
            ));
        }
        if self.role == Role::Site && self.installation_key.is_none() {
            return Err(("installation_key", "a site needs it".into()));
        }
        if self.role == Role::Site && self.engine.is_none() {
            return Err(("engine", "a site needs one".into()));
        }
        if self.production && self.drills {
            return Err(("drills", "cannot be where production = true".into()));
        }
        if self.role == Role::Witness && self.installation_key.is_some() {
            return Err(("installation_key", "a witness must not have it".into()));
        }
        Ok(())
    }

    /// The sites, without the witness, in the order of the file.
    pub fn sites(&self) -> impl Iterator<Item = &NodeConfig> {
        self.nodes.iter().filter(|node| node.role == Role::Site)
    }

    /// The other site, where there is one.
    #[must_use]
    pub fn peer_site(&self) -> Option<&NodeConfig> {
        self.sites().find(|node| node.name != self.name)
    }

    /// The witness, where there is one.
    #[must_use]
    pub fn witness(&self) -> Option<&NodeConfig> {
        self.nodes.iter().find(|node| node.role == Role::Witness)
    }

    /// A node by its name.
    #[must_use]
    pub fn node(&self, name: &SiteName) -> Option<&NodeConfig> {
        self.nodes.iter().find(|node| node.name == *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        role = "site"
        name = "a"
        data = "data"
        listen = "127.0.0.1:8401"
        peer_listen = "127.0.0.1:8411"
        installation_key = "installation.key"
        identity = { authority = "ca.pem", certificate = "a.pem", key = "a.key" }
        engine = { kind = "sqlite", path = "journal.db" }
        [[nodes]]
        name = "a"
        role = "site"
        url = "http://127.0.0.1:8401"
        peer = "127.0.0.1:8411"
        fingerprint = "00"
    "#;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::load(file.path())
    }

    #[test]
    fn a_site_is_read() {
        let config = load(FILE).unwrap();
        assert_eq!(config.name.as_str(), "a");
        assert!(config.peer_site().is_none());
        assert_eq!(config.limits.mailbox_max, 4_096);
    }

    #[test]
    fn errors_name_the_field() {
        let unknown = load(&FILE.replace("data =", "date ="))
            .unwrap_err()
            .to_string();
        assert!(unknown.contains("date"), "{unknown}");
        let name = load(&FILE.replacen("name = \"a\"", "name = \"b\"", 1)).unwrap_err();
        assert!(
            name.to_string().contains("nodes: no node is named \"b\""),
            "{name}"
        );
        let key = load(&FILE.replace("installation_key = \"installation.key\"", "")).unwrap_err();
        assert!(key.to_string().contains("installation_key"), "{key}");
    }
}
