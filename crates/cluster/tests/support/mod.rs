//! Three sites on the loopback interface, with free ports.

use cluster::{Copy, DatabaseSpec, Member, PatroniClient, Ports, Secrets, SiteProcesses, SiteSpec};
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;
use tempfile::TempDir;

/// Sites a, b and the witness w.
pub struct Trio {
    pub sites: Vec<SiteProcesses>,
    pub secrets: Secrets,
    pub patroni: PatroniClient,
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
        Self::new(members.to_vec(), |_| None)
    }

    pub fn new(members: Vec<Member>, namespace: impl Fn(&str) -> Option<String>) -> Self {
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
            spec.database = Some(database);
            spec.namespace = namespace(&member.name);
            SiteProcesses::new(spec).expect("prepared")
        };
        let sites = members.iter().map(site).collect();
        let patroni = PatroniClient::new(members.clone());
        Self {
            sites,
            secrets,
            patroni,
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

    /// The first column of the first row, as text.
    pub async fn query(&self, name: &str, sql: &str) -> Result<String, tokio_postgres::Error> {
        let (client, connection) = self.connection(name).connect(tokio_postgres::NoTls).await?;
        let driver = tokio::spawn(connection);
        let row = client.query_one(sql, &[]).await;
        driver.abort();
        Ok(row?.get(0))
    }
}

impl Drop for Trio {
    /// A failed test leaves the logs behind.
    fn drop(&mut self) {
        if std::thread::panicking() {
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
