//! What an installation consists of: names, addresses, ports.

use crate::cli::failure::Failure;
use clap::ValueEnum;
use kernel::{Random, SiteName};
use server::config::Role;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// Which engine keeps the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineKind {
    /// PostgreSQL with synchronous replication: survives losing a site
    Postgres,
    /// One file on one machine: survives losing a process, not the machine
    Sqlite,
}

/// The ports of one node.
#[derive(Clone, Copy, Debug)]
pub struct NodePorts {
    /// People and programs.
    pub http: u16,
    /// Other nodes.
    pub peer: u16,
    /// The agent that starts and kills the node's processes.
    pub agent: u16,
    /// etcd, Patroni, PostgreSQL.
    pub cluster: cluster::Ports,
}

impl Default for NodePorts {
    fn default() -> Self {
        Self {
            http: 8440,
            peer: 8441,
            agent: 8442,
            cluster: cluster::Ports::default(),
        }
    }
}

impl NodePorts {
    /// Seven ports in a row, from `first`.
    #[must_use]
    pub const fn in_a_row(first: u16) -> Self {
        Self {
            http: first,
            peer: first + 1,
            agent: first + 2,
            cluster: cluster::Ports {
                etcd_client: first + 3,
                etcd_peer: first + 4,
                postgres: first + 5,
                patroni: first + 6,
            },
        }
    }
}

/// One node.
#[derive(Clone, Debug)]
pub struct NodePlan {
    /// Its name.
    pub name: SiteName,
    /// What it is.
    pub role: Role,
    /// Its address.
    pub address: Ipv4Addr,
    /// Its ports.
    pub ports: NodePorts,
}

impl NodePlan {
    /// A site.
    #[must_use]
    pub const fn site(name: SiteName, address: Ipv4Addr, ports: NodePorts) -> Self {
        Self {
            name,
            role: Role::Site,
            address,
            ports,
        }
    }

    /// A witness.
    #[must_use]
    pub const fn witness(name: SiteName, address: Ipv4Addr, ports: NodePorts) -> Self {
        Self {
            name,
            role: Role::Witness,
            address,
            ports,
        }
    }

    /// How people reach it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}:{}", self.address, self.ports.http)
    }

    /// The node as a member of the database cluster.
    #[must_use]
    pub fn member(&self) -> cluster::Member {
        cluster::Member {
            name: self.name.to_string(),
            host: self.address,
            ports: self.ports.cluster,
        }
    }
}

/// An installation to be made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to put it; one folder per node.
    pub out: PathBuf,
    /// The nodes.
    pub nodes: Vec<NodePlan>,
    /// The engine.
    pub engine: EngineKind,
    /// Login name of the first operator.
    pub operator: String,
    /// Password of the first operator; random where absent.
    pub operator_password: Option<String>,
    /// Name of the first workspace.
    pub workspace: String,
    /// Where the journal file is, with the `sqlite` engine; `out/journal.sqlite` where absent.
    pub sqlite_journal: Option<PathBuf>,
    /// URL of the vault that the sites seal into. Its token, the trust and the sealing key go into
    /// each site's folder by other hands.
    pub vault: Option<String>,
    /// Whether operators may make modules misbehave, for drills.
    pub drills: bool,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The file with the first operator's password.
    pub password_file: PathBuf,
}

impl Plan {
    /// The folder of a node.
    #[must_use]
    pub fn folder(&self, node: &SiteName) -> PathBuf {
        self.out.join(node.as_str())
    }

    /// Writes everything.
    ///
    /// # Errors
    /// When the plan does not hold together or files cannot be written.
    pub fn carry_out(&self, random: &dyn Random) -> Result<Made, Failure> {
        self.check()?;
        super::files::write(self, random)
    }

    fn check(&self) -> Result<(), Failure> {
        let sites = self
            .nodes
            .iter()
            .filter(|node| node.role == Role::Site)
            .count();
        if !(1..=2).contains(&sites) {
            return Err(Failure::argument("--site", "one or two sites are possible"));
        }
        let mut names: Vec<_> = self.nodes.iter().map(|node| &node.name).collect();
        names.sort();
        names.dedup();
        if names.len() != self.nodes.len() {
            return Err(Failure::argument(
                "--site",
                "every node needs a name of its own",
            ));
        }
        if self.engine == EngineKind::Postgres && self.nodes.len() != 3 {
            return Err(Failure::argument(
                "--witness",
                "the postgres engine needs two sites and a witness",
            ));
        }
        let is_taken = std::fs::read_dir(&self.out).is_ok_and(|mut dir| dir.next().is_some());
        if is_taken {
            return Err(Failure::argument(
                "--out",
                "the folder exists and is not empty",
            ));
        }
        Ok(())
    }
}
