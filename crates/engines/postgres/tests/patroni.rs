//! Two sites and a witness under Patroni: writers at both sites through the loss, the pause and the
//! return of the primary's site.

use cluster::{Copy, DatabaseSpec, Member, PatroniClient, Ports, Secrets, SiteProcesses, SiteSpec};
use engine_postgres::{PostgresConfig, PostgresEngine};
use journal::engine::conformance::chain::{entries, grow, new_partition, whole};
use journal::engine::conformance::watch::wait_for;
use journal::{AppendError, Durability, Engine};
use kernel::random::OsRandom;
use kernel::{Entry, Head, PartitionId, Seq};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::Instant;

const LIMIT: Duration = Duration::from_secs(90);

struct Trio {
    sites: Vec<SiteProcesses>,
    members: Vec<Member>,
    password: String,
    patroni: PatroniClient,
    _dir: TempDir,
}

fn free_ports() -> [u16; 4] {
    let listeners = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

impl Trio {
    async fn start() -> Self {
        let members = ["a", "b", "w"].map(|name| {
            let [etcd_client, etcd_peer, postgres, patroni] = free_ports();
            Member {
                name: name.into(),
                host: Ipv4Addr::LOCALHOST,
                ports: Ports {
                    etcd_client,
                    etcd_peer,
                    postgres,
                    patroni,
                },
            }
        });
        let members = members.to_vec();
        let dir = TempDir::new().unwrap();
        // The servers run as another user, who has to reach their directories.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(dir.path(), open).unwrap();
        let secrets = Secrets::make(&OsRandom);
        let site = |member: &Member| {
            let copy = match member.name.as_str() {
                "w" => Copy::Witness,
                _ => Copy::Candidate,
            };
            let mut spec = SiteSpec::new(&member.name, dir.path().join(&member.name));
            let mut database = DatabaseSpec::new(members.clone(), copy, secrets.clone());
            database.shared_buffers = "16MB".into();
            spec.database = Some(database);
            SiteProcesses::new(spec).unwrap()
        };
        let sites: Vec<_> = members.iter().map(site).collect();
        for site in &sites {
            site.start().await.unwrap();
        }
        let patroni = PatroniClient::new(members.clone());
        patroni.wait_ready(LIMIT).await.unwrap();
        Self {
            sites,
            members,
            password: secrets.sekoci,
            patroni,
            _dir: dir,
        }
    }

    fn site(&self, name: &str) -> &SiteProcesses {
        let mut sites = self.sites.iter();
        sites.find(|site| site.spec().name == name).unwrap()
    }

    async fn primary(&self) -> String {
        self.patroni.wait_ready(LIMIT).await.unwrap().name.clone()
    }

    /// The engine as site `name` (a or b) runs it.
    async fn engine(&self, name: &str) -> Arc<PostgresEngine> {
        let candidates = &self.members[..2];
        let own = candidates
            .iter()
            .find(|member| member.name == name)
            .unwrap();
        let join = |text: fn(&Member) -> String| -> String {
            candidates.iter().map(text).collect::<Vec<_>>().join(",")
        };
        let hosts = join(|member| member.host.to_string());
        let ports = join(|member| member.ports.postgres.to_string());
        let password = &self.password;
        let mut config = PostgresConfig::new(&format!(
            "host={hosts} port={ports} user=sekoci dbname=sekoci password={password}"
        ));
        config.patroni = candidates.iter().map(Member::patroni_url).collect();
        config.local = Some(format!("host={} port={}", own.host, own.ports.postgres));
        config.answer_limit = Duration::from_secs(2);
        Arc::new(PostgresEngine::connect(config).await.unwrap())
    }
}

/// What writers share.
struct Watch {
    stop: AtomicBool,
    acknowledged: AtomicU64,
}

/// Appends until told to stop, settling what is unknown by reading back; gives the hashes of all
/// acknowledged entries.
async fn write(
    engine: Arc<PostgresEngine>,
    partition: PartitionId,
    watch: Arc<Watch>,
) -> BTreeSet<[u8; 32]> {
    let mut acknowledged = BTreeSet::new();
    let mut head = Head::GENESIS;
    while !watch.stop.load(Ordering::SeqCst) {
        let batch = entries(&partition, head, 2);
        let answer = engine.append(&partition, head, &batch).await;
        if answer.is_ok() {
            head = batch[1].head();
            acknowledged.extend(batch.iter().map(|entry| entry.hash.0));
            watch.acknowledged.fetch_add(1, Ordering::SeqCst);
            continue;
        }
        // Whatever it was: see what is there, and whether it is ours after all.
        match engine.read(&partition, head.seq, 1_000).await {
            Ok(found) => {
                let ours = found.starts_with(&batch);
                if ours && matches!(answer, Err(AppendError::Unknown(_))) {
                    acknowledged.extend(batch.iter().map(|entry| entry.hash.0));
                }
                head = found.last().map_or(head, Entry::head);
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    acknowledged
}

async fn until_more(watch: &Watch, more: u64) {
    let goal = watch.acknowledged.load(Ordering::SeqCst) + more;
    let waiting = async {
        while watch.acknowledged.load(Ordering::SeqCst) < goal {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, waiting)
        .await
        .expect("writers make progress");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_while_sites_die_pause_and_return() {
    let bin_dir = "/usr/lib/postgresql/15/bin";
    if let Err(missing) = cluster::missing_programs(bin_dir.as_ref()) {
        return eprintln!("skipped: {missing}");
    }
    let trio = Trio::start().await;
    let (at_a, at_b) = (trio.engine("a").await, trio.engine("b").await);
    let partitions: Vec<PartitionId> = (0..4).map(|_| new_partition()).collect();
    let watch = Arc::new(Watch {
        stop: AtomicBool::new(false),
        acknowledged: AtomicU64::new(0),
    });
    let mut writers = JoinSet::new();
    for (index, partition) in partitions.iter().enumerate() {
        for engine in [&at_a, &at_b] {
            let task = write(Arc::clone(engine), partition.clone(), Arc::clone(&watch));
            writers.spawn(async move { (index, task.await) });
        }
    }
    until_more(&watch, 100).await;

    let first = trio.primary().await;
    let begun = Instant::now();
    trio.site(&first).kill().await.unwrap();
    until_more(&watch, 20).await;
    println!(
        "site {first} killed: 20 appends acknowledged {:?} later",
        begun.elapsed()
    );
    trio.site(&first).start().await.unwrap();
    let second = trio.primary().await;
    assert_ne!(first, second);
    until_more(&watch, 100).await;

    let begun = Instant::now();
    trio.site(&second).pause().await;
    until_more(&watch, 20).await;
    println!(
        "site {second} paused: 20 appends acknowledged {:?} later",
        begun.elapsed()
    );
    trio.site(&second).resume().await;
    assert_eq!(trio.primary().await, first);
    until_more(&watch, 100).await;

    watch.stop.store(true, Ordering::SeqCst);
    let mut acknowledged = vec![BTreeSet::new(); partitions.len()];
    while let Some(done) = writers.join_next().await {
        let (index, mut hashes) = done.unwrap();
        acknowledged[index].append(&mut hashes);
    }
    for (partition, acknowledged) in partitions.iter().zip(&acknowledged) {
        let length = at_a.head(partition).await.unwrap().seq;
        for engine in [&at_a, &at_b] {
            wait_for(&**engine, partition, length as Seq).await;
            let chain = whole(&**engine, partition).await;
            let present: BTreeSet<[u8; 32]> = chain.iter().map(|entry| entry.hash.0).collect();
            assert_eq!(present.len(), chain.len(), "each is there once");
            assert!(present.is_superset(acknowledged), "none is lost");
        }
    }
    let total: usize = acknowledged.iter().map(BTreeSet::len).sum();
    println!("{total} acknowledged entries are there");
    stop_with_a_last_look(&trio, &at_a).await;
}

/// With one site left of three there is no quorum: appends fail, and nothing is acknowledged.
async fn stop_with_a_last_look(trio: &Trio, engine: &PostgresEngine) {
    let partition = new_partition();
    let chain = grow(engine, &partition, Head::GENESIS, 1).await;
    assert_eq!(engine.durability().await, Some(Durability::Protected));
    let primary = trio.primary().await;
    for site in trio.sites.iter().filter(|site| site.spec().name != primary) {
        site.kill().await.unwrap();
    }
    let batch = entries(&partition, chain[0].head(), 1);
    let answer = engine.append(&partition, chain[0].head(), &batch).await;
    assert!(answer.is_err(), "{answer:?}");
    for site in &trio.sites {
        let _ = site.kill().await;
    }
}
