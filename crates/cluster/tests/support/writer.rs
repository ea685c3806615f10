//! A client that keeps the rules against false acknowledgements, and the check of what it was told.
//!
//! It asks Patroni who is primary, bounds its wait and then drops the connection instead of cancelling, and
//! when it tries a row again it writes something that has to be replicated too.

use super::Trio;
use cluster::{PatroniClient, Role};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{Config, NoTls};

/// One acknowledged row.
#[derive(Clone, Debug)]
pub struct Ack {
    pub writer: String,
    pub id: i64,
    pub site: String,
    pub begun: Instant,
    pub at: Instant,
}

/// Writers at work; what they were told so far.
pub struct Writers {
    acks: Arc<Mutex<Vec<Ack>>>,
    witness_led: Arc<AtomicBool>,
    tasks: tokio::task::JoinSet<()>,
}

const APPEND: &str = "INSERT INTO acked VALUES ($1, $2, 0) ON CONFLICT (writer, id) \
     DO UPDATE SET attempt = acked.attempt + 1 \
     RETURNING current_setting('synchronous_commit') = 'on' \
           AND current_setting('synchronous_standby_names') <> ''";
const PATIENCE: Duration = Duration::from_secs(2);

impl Writers {
    /// One writer that follows the primary, and one at each candidate that never leaves it: what a deposed
    /// primary tells such a client must hold too.
    pub async fn start(trio: &Trio) -> Self {
        let primary = trio
            .patroni
            .primary()
            .await
            .expect("a primary")
            .name
            .clone();
        let sql = "CREATE TABLE IF NOT EXISTS acked \
                   (writer text, id bigint, attempt int, PRIMARY KEY (writer, id))";
        trio.execute(&primary, sql).await.expect("a table");
        let mut writers = Self {
            acks: Arc::default(),
            witness_led: Arc::default(),
            tasks: tokio::task::JoinSet::new(),
        };
        writers.tasks.spawn(watch_the_witness(
            trio.patroni.clone(),
            writers.witness_led.clone(),
        ));
        let sites: BTreeMap<_, _> = ["a", "b"]
            .map(|name| (name.to_string(), trio.connection(name)))
            .into();
        for pinned in [None, Some("a"), Some("b")] {
            let writer = Writer {
                name: pinned.unwrap_or("roaming").into(),
                pinned: pinned.map(str::to_string),
                sites: sites.clone(),
                patroni: trio.patroni.clone(),
                acks: Arc::clone(&writers.acks),
            };
            writers.tasks.spawn(writer.write());
        }
        writers
            .wait_for_ack_after(Instant::now(), Duration::from_secs(10))
            .await;
        writers
    }

    pub fn acks(&self) -> Vec<Ack> {
        self.acks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The first acknowledgement of a row that was begun after `fault`, waited for at most `limit`.
    pub async fn wait_for_ack_after(&self, fault: Instant, limit: Duration) -> Ack {
        let found = cluster::until("an acknowledgement", limit, async || {
            self.acks().into_iter().find(|ack| ack.begun > fault)
        });
        found.await.expect("writable")
    }

    /// The longest time without an acknowledgement since `fault`.
    pub fn longest_gap_since(&self, fault: Instant) -> Duration {
        let mut last = fault;
        let mut longest = Duration::ZERO;
        for ack in self.acks().iter().filter(|ack| ack.at > fault) {
            longest = longest.max(ack.at - last);
            last = ack.at;
        }
        longest
    }

    /// Stops writing, waits until all copies are in step, and checks that every acknowledged row is in all
    /// three. How many there were.
    pub async fn stop_and_check(mut self, trio: &Trio) -> usize {
        self.tasks.shutdown().await;
        assert!(
            !self.witness_led.load(Ordering::SeqCst),
            "the witness was promoted"
        );
        let limit = Duration::from_secs(90);
        trio.patroni
            .wait_ready(limit)
            .await
            .expect("all copies in step again");
        let acks = self.acks();
        for site in ["a", "b", "w"] {
            let caught_up = cluster::until("no acknowledged row missing", limit, async || {
                let rows = trio.rows(site).await.ok()?;
                let missing = |ack: &&Ack| !rows.contains(&(ack.writer.clone(), ack.id));
                acks.iter().find(missing).is_none().then_some(())
            });
            let caught_up = timeout(Duration::from_secs(10), caught_up).await;
            if !matches!(caught_up, Ok(Ok(()))) {
                let rows = trio.rows(site).await.expect("readable");
                let lost: Vec<_> = acks
                    .iter()
                    .filter(|ack| !rows.contains(&(ack.writer.clone(), ack.id)))
                    .collect();
                panic!(
                    "{} acknowledged rows are not at {site}: {lost:?}",
                    lost.len()
                );
            }
        }
        acks.len()
    }
}

/// The witness must never be primary, not for a moment.
async fn watch_the_witness(patroni: PatroniClient, led: Arc<AtomicBool>) {
    let witness = patroni.member("w").expect("a witness").clone();
    loop {
        if patroni
            .status(&witness)
            .await
            .is_ok_and(|status| status.role == Role::Primary)
        {
            led.store(true, Ordering::SeqCst);
        }
        sleep(Duration::from_millis(100)).await;
    }
}

struct Writer {
    name: String,
    pinned: Option<String>,
    sites: BTreeMap<String, Config>,
    patroni: PatroniClient,
    acks: Arc<Mutex<Vec<Ack>>>,
}

impl Writer {
    async fn write(self) {
        let mut id = 0;
        loop {
            if let Some(site) = self.site().await {
                // Whatever went wrong, the row is tried again over another connection.
                let _ = self.write_at(&site, &mut id).await;
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn site(&self) -> Option<String> {
        match &self.pinned {
            Some(site) => Some(site.clone()),
            None => Some(self.patroni.primary().await?.name.clone()),
        }
    }

    /// Appends at `site` until something goes wrong; the connection is then dropped as it is.
    async fn write_at(&self, site: &str, id: &mut i64) -> Option<()> {
        let connecting = timeout(PATIENCE, self.sites[site].connect(NoTls));
        let (client, connection) = connecting.await.ok()?.ok()?;
        let mut driver = tokio::task::JoinSet::new();
        driver.spawn(connection);
        loop {
            let begun = Instant::now();
            let row = timeout(PATIENCE, client.query_one(APPEND, &[&self.name, id])).await;
            if !row.ok()?.ok()?.get::<_, bool>(0) {
                return None;
            }
            let ack = Ack {
                writer: self.name.clone(),
                id: *id,
                site: site.into(),
                begun,
                at: Instant::now(),
            };
            self.acks
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(ack);
            *id += 1;
            sleep(Duration::from_millis(5)).await;
        }
    }
}
