//! Writes a site's configuration files from the templates under `deploy/patroni/`.

use crate::spec::{Copy, DatabaseSpec, Member, SiteSpec};
use crate::template::{self, Value};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const ETCD: &str = include_str!("../../../deploy/patroni/etcd.yml");
const PATRONI: &str = include_str!("../../../deploy/patroni/patroni.yml");
const POST_BOOTSTRAP: &str = include_str!("../../../deploy/patroni/post-bootstrap.sh");
const JOURNAL: &str = include_str!("../../../deploy/patroni/journal.sql");
const GUARD: &str = include_str!("../../../deploy/patroni/patroni-guard.py");

/// Why a site's files could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data directory is relative or has a character that templates and shells would misread.
    #[error("the data directory {0} must be absolute, of letters, digits and / . _ - only")]
    DataDir(PathBuf),
    /// The site is not among the members.
    #[error("site {0} is not among the members")]
    NotAMember(String),
    /// A name that etcd, Patroni or PostgreSQL would have to quote.
    #[error("the name {0:?} must start with a letter and have only small letters, digits and _")]
    Name(String),
    /// A client network that is not an address with a prefix length.
    #[error("the client network {0:?} is not like 10.0.0.0/24")]
    Network(String),
    /// A template could not be filled.
    #[error("{file}")]
    Template {
        /// The file to be written.
        file: &'static str,
        /// Why.
        source: template::Error,
    },
    /// A file could not be written.
    #[error("{path}")]
    File {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes everything etcd and Patroni of this site read (files 0600, directories 0700) and makes the
/// directories. `owner` is who they will run as. Writing again over an existing site is harmless.
pub fn write(site: &SiteSpec, owner: Option<(u32, u32)>) -> Result<(), Error> {
    check_data_dir(&site.data_dir)?;
    make_dir(&site.data_dir, owner)?;
    let Some(database) = &site.database else {
        return Ok(());
    };
    for dir in ["etcd", "postgres"] {
        make_dir(&site.data_dir.join(dir), owner)?;
    }
    let values = values(site, database)?;
    for (file, text) in [
        ("etcd.yml", ETCD),
        ("patroni.yml", PATRONI),
        ("post-bootstrap.sh", POST_BOOTSTRAP),
        ("journal.sql", JOURNAL),
    ] {
        let filled =
            template::fill(text, &values).map_err(|source| Error::Template { file, source })?;
        write_private(&site.data_dir.join(file), &filled, owner)?;
    }
    write_private(&site.data_dir.join("patroni-guard.py"), GUARD, owner)?;
    write_private(
        &site.data_dir.join("sekoci.password"),
        &database.secrets.sekoci,
        owner,
    )
}

fn check_data_dir(dir: &Path) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    match dir.to_str() {
        Some(text) if dir.is_absolute() && text.chars().all(plain) => Ok(()),
        _ => Err(Error::DataDir(dir.into())),
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain) {
        return Ok(());
    }
    Err(Error::Name(name.into()))
}

fn values(site: &SiteSpec, database: &DatabaseSpec) -> Result<Vec<(&'static str, Value)>, Error> {
    for name in database
        .members
        .iter()
        .map(|m| &m.name)
        .chain([&database.scope])
    {
        check_name(name)?;
    }
    let own = database
        .members
        .iter()
        .find(|member| member.name == site.name)
        .ok_or_else(|| Error::NotAMember(site.name.clone()))?;
    let is_witness = database.copy == Copy::Witness;
    let secrets = &database.secrets;
    Ok(vec![
        ("SCOPE", Value::from(&database.scope)),
        ("NAME", Value::from(&site.name)),
        ("DATA_DIR", Value::from(site.data_dir.display())),
        ("HOST", Value::from(own.host)),
        ("ETCD_CLIENT_PORT", Value::from(own.ports.etcd_client)),
        ("ETCD_PEER_PORT", Value::from(own.ports.etcd_peer)),
        ("POSTGRES_PORT", Value::from(own.ports.postgres)),
        ("PATRONI_PORT", Value::from(own.ports.patroni)),
        (
            "INITIAL_CLUSTER",
            Value::from(initial_cluster(&database.members)),
        ),
        (
            "ETCD_HOSTS",
            Value::from(etcd_hosts(own, &database.members)),
        ),
        ("TTL", Value::from(database.lease.ttl_s)),
        ("LOOP_WAIT", Value::from(database.lease.loop_wait_s)),
        ("RETRY_TIMEOUT", Value::from(database.lease.retry_timeout_s)),
        (
            "WAL_TIMEOUT",
            Value::from(format!("{}s", database.lease.wal_timeout_s)),
        ),
        ("BIN_DIR", Value::from(database.bin_dir.display())),
        ("SHARED_BUFFERS", Value::from(&database.shared_buffers)),
        ("SUPERUSER_PASSWORD", Value::from(&secrets.superuser)),
        ("REPLICATION_PASSWORD", Value::from(&secrets.replication)),
        ("REWIND_PASSWORD", Value::from(&secrets.rewind)),
        ("PATRONI_PASSWORD", Value::from(&secrets.patroni)),
        ("PG_HBA", Value::Lines(pg_hba(database)?)),
        (
            "WATCHDOG",
            Value::from(if database.watchdog { "required" } else { "off" }),
        ),
        ("NOFAILOVER", Value::from(is_witness)),
    ])
}

fn initial_cluster(members: &[Member]) -> String {
    let peer = |m: &Member| format!("{}=http://{}:{}", m.name, m.host, m.ports.etcd_peer);
    members.iter().map(peer).collect::<Vec<_>>().join(",")
}

/// The site's own etcd first: Patroni then talks to the others only when it is gone.
fn etcd_hosts(own: &Member, members: &[Member]) -> String {
    let others = members.iter().filter(|member| *member != own);
    let host = |m: &Member| format!("{}:{}", m.host, m.ports.etcd_client);
    std::iter::once(own)
        .chain(others)
        .map(host)
        .collect::<Vec<_>>()
        .join(",")
}

/// Who may connect: replication, rewinding and the superuser from the members only.
fn pg_hba(database: &DatabaseSpec) -> Result<String, Error> {
    let mut members: Vec<String> = database.members.iter().map(member_network).collect();
    members.dedup();
    let mut lines = Vec::new();
    for network in &members {
        for rule in [
            "replication replicator",
            "postgres rewinder",
            "postgres replicator",
            "all postgres",
            "sekoci sekoci",
        ] {
            lines.push(format!("  - host {rule} {network} scram-sha-256"));
        }
    }
    for network in &database.client_networks {
        let (address, bits) = network.split_once('/').unwrap_or_default();
        let valid = address.parse::<std::net::IpAddr>().is_ok() && bits.parse::<u8>().is_ok();
        if !valid {
            return Err(Error::Network(network.clone()));
        }
        lines.push(format!("  - host sekoci sekoci {network} scram-sha-256"));
    }
    Ok(lines.join("\n"))
}

/// On loopback the kernel picks the sender's address, so all of it is meant.
fn member_network(member: &Member) -> String {
    if member.host.is_loopback() {
        "127.0.0.0/8".into()
    } else {
        format!("{}/32", member.host)
    }
}

fn make_dir(path: &Path, owner: Option<(u32, u32)>) -> Result<(), Error> {
    let failed = |source| Error::File {
        path: path.into(),
        source,
    };
    let mut builder = fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed)?;
    give(path, owner)
}

fn write_private(path: &Path, text: &str, owner: Option<(u32, u32)>) -> Result<(), Error> {
    let failed = |source| Error::File {
        path: path.into(),
        source,
    };
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    give(path, owner)
}

fn give(path: &Path, owner: Option<(u32, u32)>) -> Result<(), Error> {
    let Some((uid, gid)) = owner else {
        return Ok(());
    };
    std::os::unix::fs::chown(path, Some(uid), Some(gid)).map_err(|source| Error::File {
        path: path.into(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Ports;
    use kernel::random::SeededRandom;
    use std::net::Ipv4Addr;
    use std::os::unix::fs::PermissionsExt;

    fn site(dir: &Path, name: &str, copy: Copy) -> SiteSpec {
        let member = |name: &str, last| Member {
            name: name.into(),
            host: Ipv4Addr::new(10, 0, 0, last),
            ports: Ports::default(),
        };
        let members = vec![member("a", 1), member("b", 2), member("w", 3)];
        let secrets = crate::Secrets::make(&SeededRandom::new(1));
        let mut site = SiteSpec::new(name, dir.join(name));
        site.database = Some(DatabaseSpec::new(members, copy, secrets));
        site
    }

    #[test]
    fn every_file_is_private_and_completely_filled() {
        let dir = tempfile::tempdir().expect("a directory");
        let site = site(dir.path(), "a", Copy::Candidate);
        write(&site, None).expect("written");
        for file in [
            "etcd.yml",
            "patroni.yml",
            "post-bootstrap.sh",
            "journal.sql",
        ] {
            let path = site.data_dir.join(file);
            let text = fs::read_to_string(&path).expect("written");
            assert_eq!(
                fs::metadata(&path).expect("there").permissions().mode() & 0o777,
                0o600
            );
            let words = text.split('@').filter(|word| {
                !word.is_empty() && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
            });
            assert_eq!(words.count(), 0, "{file}: {text}");
        }
    }

    #[test]
    fn only_the_witness_is_never_promoted() {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, copy, line) in [
            ("b", Copy::Candidate, "nofailover: false"),
            ("w", Copy::Witness, "nofailover: true"),
        ] {
            let site = site(dir.path(), name, copy);
            write(&site, None).expect("written");
            let text = fs::read_to_string(site.data_dir.join("patroni.yml")).expect("written");
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn unusable_specs_are_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut relative = site(dir.path(), "a", Copy::Candidate);
        relative.data_dir = "relative".into();
        assert!(matches!(write(&relative, None), Err(Error::DataDir(_))));
        let stranger = site(dir.path(), "x", Copy::Candidate);
        assert!(matches!(write(&stranger, None), Err(Error::NotAMember(_))));
        let mut open = site(dir.path(), "a", Copy::Candidate);
        open.database.as_mut().expect("set").client_networks = vec!["anywhere".into()];
        assert!(matches!(write(&open, None), Err(Error::Network(_))));
    }
}
