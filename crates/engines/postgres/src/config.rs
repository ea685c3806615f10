//! Where the database is and how long it is waited for.

use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

/// What [`crate::PostgresEngine::connect`] needs to know.
#[derive(Clone)]
pub struct PostgresConfig {
    /// A libpq connection string that names every node that may be primary:
    /// `host=10.0.1.1,10.0.2.1 port=5432 dbname=sekoci user=sekoci`. Better without a password.
    pub candidates: String,
    /// Patroni's REST addresses, one for each host above and in the same order, like
    /// `http://10.0.1.1:8008`. Without any, whichever host takes writes is the primary, which a
    /// deposed primary whose Patroni is dead still does.
    pub patroni: Vec<String>,
    /// A connection string of this site's own node, for reads; user, database and password are
    /// taken from `candidates` where it has none.
    pub local: Option<String>,
    /// A file that holds the password.
    pub password_file: Option<PathBuf>,
    /// Copies, the primary's included, that an acknowledged entry must be on to be
    /// [`Protected`](journal::Durability::Protected).
    pub copies_min: usize,
    /// Connections for appends; partitions share them.
    pub connections: usize,
    /// How long a connection, free or new, is waited for.
    pub connect_limit: Duration,
    /// How long an answer is waited for before its connection is dropped.
    pub answer_limit: Duration,
}

impl PostgresConfig {
    /// The usual values, without Patroni and without an own node.
    #[must_use]
    pub fn new(candidates: &str) -> Self {
        Self {
            candidates: candidates.into(),
            patroni: Vec::new(),
            local: None,
            password_file: None,
            copies_min: 2,
            connections: 4,
            connect_limit: Duration::from_secs(2),
            answer_limit: Duration::from_secs(5),
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A connection string does not parse.
    #[error("the connection string of {what} does not parse")]
    ConnectionString {
        /// Which one.
        what: &'static str,
        /// What is wrong with it.
        source: tokio_postgres::Error,
    },
    /// No host is named.
    #[error("the connection string of {0} names no host")]
    NoHost(&'static str),
    /// Hosts and Patronis do not match.
    #[error(
        "{patroni} Patroni addresses are given for {hosts} hosts; one for each is needed, or none"
    )]
    PatroniCount {
        /// Addresses given.
        patroni: usize,
        /// Hosts given.
        hosts: usize,
    },
    /// A Patroni address is not one.
    #[error("{0:?} is not the address of a Patroni (http://host:port)")]
    PatroniAddress(String),
    /// The password file cannot be read.
    #[error("the password file {path} cannot be read")]
    PasswordFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A number is out of range.
    #[error("{0} must be at least 1")]
    TooFew(&'static str),
}

/// The configuration, parsed.
pub struct Targets {
    /// One for each host that may be primary.
    pub candidates: Vec<Node>,
    /// All of them, for when no Patroni says which is primary.
    pub any: Config,
    /// This site's own node.
    pub local: Option<Node>,
}

/// One node of the cluster.
#[derive(Clone)]
pub struct Node {
    /// `host:port`, for people.
    pub name: String,
    /// How to connect to it and to no other.
    pub config: Config,
}

impl Targets {
    /// Parses and checks the configuration.
    pub fn new(config: &PostgresConfig) -> Result<Self, ConfigError> {
        let password = read_password(config)?;
        let mut all = parse("the candidates", &config.candidates)?;
        settle(&mut all, config, password.as_deref(), None);
        let candidates = nodes(&all);
        if candidates.is_empty() {
            return Err(ConfigError::NoHost("the candidates"));
        }
        if !config.patroni.is_empty() && config.patroni.len() != candidates.len() {
            return Err(ConfigError::PatroniCount {
                patroni: config.patroni.len(),
                hosts: candidates.len(),
            });
        }
        for (value, name) in [
            (config.copies_min, "copies_min"),
            (config.connections, "connections"),
        ] {
            if value == 0 {
                return Err(ConfigError::TooFew(name));
            }
        }
        let local = config.local.as_ref().map(|text| {
            let mut own = parse("the site's own node", text)?;
            settle(&mut own, config, password.as_deref(), Some(&all));
            let first = nodes(&own).into_iter().next();
            first.ok_or(ConfigError::NoHost("the site's own node"))
        });
        let mut any = all.clone();
        any.target_session_attrs(TargetSessionAttrs::ReadWrite);
        Ok(Self {
            candidates,
            any,
            local: local.transpose()?,
        })
    }
}

fn parse(what: &'static str, text: &str) -> Result<Config, ConfigError> {
    text.parse()
        .map_err(|source| ConfigError::ConnectionString { what, source })
}

fn read_password(config: &PostgresConfig) -> Result<Option<String>, ConfigError> {
    let Some(path) = &config.password_file else {
        return Ok(None);
    };
    std::fs::read_to_string(path)
        .map(|text| Some(text.trim_end_matches(['\r', '\n']).to_owned()))
        .map_err(|source| ConfigError::PasswordFile {
            path: path.clone(),
            source,
        })
}

/// Fills in what the string leaves open: credentials, and limits that notice a silent host.
fn settle(own: &mut Config, given: &PostgresConfig, password: Option<&str>, all: Option<&Config>) {
    if let (None, Some(user)) = (own.get_user(), all.and_then(Config::get_user)) {
        own.user(user);
    }
    if let (None, Some(name)) = (own.get_dbname(), all.and_then(Config::get_dbname)) {
        own.dbname(name);
    }
    let inherited = password
        .map(str::as_bytes)
        .or_else(|| all.and_then(Config::get_password));
    if let (None, Some(password)) = (own.get_password(), inherited) {
        own.password(password);
    }
    if own.get_application_name().is_none() {
        own.application_name("sekoci");
    }
    if own.get_tcp_user_timeout().is_none() {
        own.tcp_user_timeout(given.answer_limit);
    }
    own.keepalives(true)
        .keepalives_idle(Duration::from_secs(1))
        .keepalives_interval(Duration::from_secs(1))
        .keepalives_retries(3)
        .connect_timeout(given.connect_limit);
}

/// One configuration for each host of `all`.
fn nodes(all: &Config) -> Vec<Node> {
    let ports = all.get_ports();
    let port_of = |index: usize| {
        let port = if ports.len() == 1 {
            ports.first()
        } else {
            ports.get(index)
        };
        port.copied().unwrap_or(5432)
    };
    let node = |(index, host): (usize, &Host)| {
        let port = port_of(index);
        let mut config = without_hosts(all);
        config.port(port);
        let name = match host {
            Host::Tcp(host) => {
                config.host(host);
                format!("{host}:{port}")
            }
            Host::Unix(path) => {
                config.host_path(path);
                format!("{}:{port}", path.display())
            }
        };
        if let Some(address) = all.get_hostaddrs().get(index) {
            config.hostaddr(*address);
        }
        Node { name, config }
    };
    all.get_hosts().iter().enumerate().map(node).collect()
}

fn without_hosts(all: &Config) -> Config {
    let mut config = Config::new();
    if let Some(user) = all.get_user() {
        config.user(user);
    }
    if let Some(password) = all.get_password() {
        config.password(password);
    }
    if let Some(name) = all.get_dbname() {
        config.dbname(name);
    }
    if let Some(options) = all.get_options() {
        config.options(options);
    }
    if let Some(name) = all.get_application_name() {
        config.application_name(name);
    }
    if let Some(limit) = all.get_connect_timeout() {
        config.connect_timeout(*limit);
    }
    if let Some(limit) = all.get_tcp_user_timeout() {
        config.tcp_user_timeout(*limit);
    }
    if let Some(pause) = all.get_keepalives_interval() {
        config.keepalives_interval(pause);
    }
    if let Some(retries) = all.get_keepalives_retries() {
        config.keepalives_retries(retries);
    }
    config
        .keepalives(all.get_keepalives())
        .keepalives_idle(all.get_keepalives_idle());
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_becomes_a_node_of_its_own() {
        let mut config = PostgresConfig::new("host=a,b port=1,2 user=u password=p dbname=d");
        config.local = Some("host=b port=2".into());
        let targets = Targets::new(&config).unwrap();
        let names: Vec<_> = targets.candidates.iter().map(|n| n.name.as_str()).collect();
        assert_eq!(names, ["a:1", "b:2"]);
        let local = targets.local.unwrap();
        assert_eq!(local.name, "b:2");
        assert_eq!(local.config.get_hosts().len(), 1);
        for node in [&targets.candidates[0], &local] {
            assert_eq!(node.config.get_user(), Some("u"));
            assert_eq!(node.config.get_password(), Some(&b"p"[..]));
            assert_eq!(node.config.get_dbname(), Some("d"));
        }
    }

    #[test]
    fn one_port_serves_all_hosts() {
        let targets = Targets::new(&PostgresConfig::new("host=a,b port=7")).unwrap();
        assert_eq!(targets.candidates[1].name, "b:7");
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let refused = |config: &PostgresConfig| Targets::new(config).err();
        let good = PostgresConfig::new("host=a,b");
        let mut patroni = good.clone();
        patroni.patroni = vec!["http://a:8008".into()];
        assert!(matches!(
            refused(&patroni),
            Some(ConfigError::PatroniCount { .. })
        ));
        let mut none = good.clone();
        none.connections = 0;
        assert!(matches!(refused(&none), Some(ConfigError::TooFew(_))));
        let mut missing = good.clone();
        missing.password_file = Some("/nonexistent/password".into());
        assert!(matches!(
            refused(&missing),
            Some(ConfigError::PasswordFile { .. })
        ));
        for text in ["host=a port=x", "dbname=d"] {
            assert!(refused(&PostgresConfig::new(text)).is_some(), "{text}");
        }
    }
}
