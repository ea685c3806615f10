//! The agent's configuration file (`agent.toml`).

use crate::cli::failure::Failure;
use kernel::random::OsRandom;
use serde::{Deserialize, Serialize};
use server::config as site_config;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// The whole file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the other nodes reach this agent.
    pub listen: SocketAddr,
    /// The configuration of the site or witness it runs.
    pub site: PathBuf,
    /// Where etcd and PostgreSQL keep their data.
    pub data: PathBuf,
    /// Who etcd, Patroni and PostgreSQL run as, when the agent runs as root.
    pub user: String,
    /// The database; absent with the `sqlite` engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseConfig>,
    /// A vault that this agent runs beside the node. A vault belongs on a machine of its own; where it
    /// has an agent, drills can take it away and give it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault: Option<VaultConfig>,
}

/// A vault that an agent runs: the arguments of `sekoci vault serve`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its folder.
    pub data: PathBuf,
    /// PEM file with its certificates; needed where it listens for other machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_certificate: Option<PathBuf>,
    /// PEM file with the key of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
}

impl VaultConfig {
    fn child(&self, program: PathBuf) -> cluster::ExtraChild {
        let mut args: Vec<std::ffi::OsString> = vec!["vault".into(), "serve".into()];
        args.extend(["--listen".into(), self.listen.to_string().into()]);
        args.extend(["--data".into(), self.data.clone().into()]);
        for (name, file) in [
            ("--tls-certificate", &self.tls_certificate),
            ("--tls-key", &self.tls_key),
        ] {
            if let Some(file) = file {
                args.extend([name.into(), file.clone().into()]);
            }
        }
        cluster::ExtraChild {
            name: "vault".into(),
            program,
            args,
            keep_user: true,
            ..cluster::ExtraChild::default()
        }
    }
}

/// The database cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// File with the cluster's passwords.
    pub secrets: PathBuf,
    /// All members; the order is the same in every node's file.
    pub members: Vec<MemberConfig>,
}

/// One member.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberConfig {
    /// The node's name.
    pub name: String,
    /// Its address.
    pub host: Ipv4Addr,
    /// Port of etcd for clients.
    pub etcd_client: u16,
    /// Port of etcd for members.
    pub etcd_peer: u16,
    /// Port of PostgreSQL.
    pub postgres: u16,
    /// Port of Patroni.
    pub patroni: u16,
}

impl DatabaseConfig {
    /// The members of the cluster.
    pub fn members(&self) -> Vec<cluster::Member> {
        self.members.iter().map(MemberConfig::member).collect()
    }
}

impl From<&cluster::Member> for MemberConfig {
    fn from(member: &cluster::Member) -> Self {
        Self {
            name: member.name.clone(),
            host: member.host,
            etcd_client: member.ports.etcd_client,
            etcd_peer: member.ports.etcd_peer,
            postgres: member.ports.postgres,
            patroni: member.ports.patroni,
        }
    }
}

impl MemberConfig {
    fn member(&self) -> cluster::Member {
        cluster::Member {
            name: self.name.clone(),
            host: self.host,
            ports: cluster::Ports {
                etcd_client: self.etcd_client,
                etcd_peer: self.etcd_peer,
                postgres: self.postgres,
                patroni: self.patroni,
            },
        }
    }
}

impl Config {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| Failure::argument("--config", format!("{}: {e}", path.display())))?;
        toml::from_str(&text)
            .map_err(|e| Failure::argument("--config", format!("{}: {e}", path.display())))
    }

    /// The processes to run for `site`.
    pub fn spec(&self, site: &site_config::Config) -> Result<cluster::SiteSpec, Failure> {
        let mut spec = cluster::SiteSpec::new(site.name.as_str(), self.data.clone());
        spec.user.clone_from(&self.user);
        if let Some(database) = &self.database {
            let secrets = cluster::Secrets::load_or_make(&database.secrets, &OsRandom)
                .map_err(|e| Failure::failed(e.to_string()))?;
            let copy = match site.role {
                site_config::Role::Site => cluster::Copy::Candidate,
                site_config::Role::Witness => cluster::Copy::Witness,
            };
            spec.database = Some(cluster::DatabaseSpec::new(
                database.members(),
                copy,
                secrets,
            ));
        }
        let program = std::env::current_exe().map_err(|e| Failure::failed(e.to_string()))?;
        if let Some(vault) = &self.vault {
            spec.extra.push(vault.child(program.clone()));
        }
        spec.extra.push(cluster::ExtraChild {
            name: "sekoci".into(),
            program,
            args: vec!["serve".into(), "--config".into(), self.site.clone().into()],
            keep_user: true,
            ..cluster::ExtraChild::default()
        });
        Ok(spec)
    }
}
