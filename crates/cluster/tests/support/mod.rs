//! Three sites: on the loopback interface with free ports, or in the namespaces of a lab.
#![expect(dead_code, reason = "each test file uses a part of it")]

pub mod hastening;
pub mod lone_etcd;
pub mod writer;

use cluster::{
    Copy, DatabaseSpec, LeaseTimes, Member, PatroniClient, Ports, Secrets, SiteProcesses, SiteSpec,
};
use netlab::Lab;
use std::collections::HashSet;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;
use tempfile::TempDir;

/// Sites a, b and the witness w.
pub struct Trio {
    pub sites: Vec<SiteProcesses>,
    pub secrets: Secrets,
    pub patroni: PatroniClient,
    pub lab: Option<Lab>,
    dir: Option<TempDir>,
}

fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("bound").port())
}

/// Why these tests cannot run here, if so.
pub fn unavailable() -> Option<String> {
    cluster::missing_programs("/usr/lib/postgresql/15/bin".as_ref())
        .err()
        .map(|e| e.to_string())
}

/// The same for tests that need a lab.
pub fn no_lab() -> Option<String> {
    unavailable().or_else(|| netlab::unavailable().map(|reason| reason.to_string()))
}

impl Trio {
    pub fn on_loopback() -> Self {
        let members = ["a", "b", "w"].map(|name| {
            let [etcd_client, etcd_peer, postgres, patroni] = free_ports();
            let ports = Ports {
                etcd_client,
                etcd_peer,
                postgres,
                patroni,
            };
            Member {
                name: name.into(),
                host: Ipv4Addr::LOCALHOST,
                ports,
            }
        });
        Self::new(members.to_vec(), LeaseTimes::default(), None)
    }

    /// Each site in a namespace, two milliseconds apart.
    pub fn in_lab(lease: LeaseTimes) -> Self {
        let lab = Lab::new(&["a", "b", "w"]).expect("a lab");
        for (one, other) in [("a", "b"), ("a", "w"), ("b", "w")] {
            lab.rtt(one, other, Duration::from_millis(2)).expect("set");
        }
        let members = ["a", "b", "w"].map(|name| {
            let host = lab.address(name).expect("in the lab");
            Member {
                name: name.into(),
                host,
                ports: Ports::default(),
            }
        });
        Self::new(members.to_vec(), lease, Some(lab))
    }

    fn new(members: Vec<Member>, lease: LeaseTimes, lab: Option<Lab>) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("sekoci-cluster-")
            .tempdir()
            .expect("a directory");
        open_to_others(dir.path());
        let secrets = Secrets::make(&kernel::random::OsRandom);
        let site = |member: &Member| {
            let copy = if member.name == "w" {
                Copy::Witness
            } else {
                Copy::Candidate
            };
            let mut spec = SiteSpec::new(&member.name, dir.path().join(&member.name));
            let mut database = DatabaseSpec::new(members.clone(), copy, secrets.clone());
            database.shared_buffers = "16MB".into();
            database.lease = lease;
            if let Some(lab) = &lab {
                database.client_networks = vec![format!("{}/32", lab.observer())];
            }
            spec.database = Some(database);
            spec.namespace = lab
                .as_ref()
                .map(|lab| lab.namespace(&member.name).expect("in the lab").into());
            SiteProcesses::new(spec).expect("prepared")
        };
        let sites = members.iter().map(site).collect();
        let patroni = PatroniClient::new(members.clone());
        Self {
            sites,
            secrets,
            patroni,
            lab,
            dir: Some(dir),
        }
    }

    pub fn site(&self, name: &str) -> &SiteProcesses {
        self.sites
            .iter()
            .find(|site| site.spec().name == name)
            .expect("one of the three")
    }

    /// Starts all sites and waits until all copies are in step. The primary's name and the other's.
    pub async fn start(&self) -> (&'static str, &'static str) {
        for site in &self.sites {
            site.start().await.expect("started");
        }
        let limit = Duration::from_secs(60);
        let primary = self.patroni.wait_ready(limit).await.expect("all in step");
        match primary.name.as_str() {
            "a" => ("a", "b"),
            "b" => ("b", "a"),
            other => panic!("{other} became primary"),
        }
    }

    /// Where `name`'s PostgreSQL is and how to connect to it as the journal does.
    pub fn connection(&self, name: &str) -> tokio_postgres::Config {
        let member = self.patroni.member(name).expect("one of the three");
        let mut config = tokio_postgres::Config::new();
        config
            .host(member.host.to_string())
            .port(member.ports.postgres);
        config
            .user("sekoci")
            .dbname("sekoci")
            .password(&self.secrets.sekoci);
        config.connect_timeout(Duration::from_secs(2));
        config
    }

    pub fn lab(&self) -> &Lab {
        self.lab.as_ref().expect("the sites are in a lab")
    }

    /// The first column of the first row, as text.
    pub async fn query(&self, name: &str, sql: &str) -> Result<String, tokio_postgres::Error> {
        let (client, connection) = self.connection(name).connect(tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        Ok(client.query_one(sql, &[]).await?.get(0))
    }

    pub async fn execute(&self, name: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
        let (client, connection) = self.connection(name).connect(tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute(sql).await
    }

    /// What the writers' table holds at `name`.
    pub async fn rows(&self, name: &str) -> Result<HashSet<(String, i64)>, tokio_postgres::Error> {
        let (client, connection) = self.connection(name).connect(tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let rows = client.query("SELECT writer, id FROM acked", &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

impl Drop for Trio {
    /// A failed test leaves the logs behind.
    fn drop(&mut self) {
        if std::thread::panicking() || std::env::var_os("SEKOCI_KEEP_LOGS").is_some() {
            let kept = self.dir.take().map(TempDir::keep);
            eprintln!("the sites' logs are kept in {kept:?}");
        }
    }
}

/// The children run as another user, who has to reach the site's directory.
fn open_to_others(dir: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(dir, open).expect("permissions");
}
