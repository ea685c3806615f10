//! Guarded hastening: ends a dead primary's lease early, so that the synchronous standby need not wait it out.
//!
//! It never promotes anything and never decides who may be primary: it deletes Patroni's leader key, and
//! Patroni's own election follows. What keeps acknowledged rows safe is the transaction: the key is deleted
//! only while `/sync` still names the standby, and `/sync` is written again unchanged in the same moment. A
//! primary that lives after all can stop waiting for that standby only by a compare-and-set on the revision
//! it read before, which now fails. `docs/decisions/0003-hastening.md` has the argument and the figures.

mod judge;

pub use judge::{Observation, Refusal, StandbySays};

use crate::etcd::{self, Compare, EtcdClient, KeyValue, Operation, TxnOutcome};
use crate::patroni::PatroniClient;
use crate::spec::Member;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How often etcd's leader is looked for.
const ETCD_LEADER_CHECK: Duration = Duration::from_secs(2);

/// What a [`Hastener`] watches and how patient it is.
#[derive(Clone, Debug)]
pub struct HastenerSettings {
    /// Every site of the cluster.
    pub members: Vec<Member>,
    /// Names of the sites that may become primary.
    pub candidates: Vec<String>,
    /// Patroni's scope.
    pub scope: String,
    /// The password of the role `sekoci`, to see whether a standby is streaming.
    pub password: String,
    /// Time from one probe of the primary to the next.
    pub probe_interval: Duration,
    /// How long a probe waits for an answer.
    pub probe_limit: Duration,
    /// How many probes in a row must fail.
    pub failures_needed: u32,
    /// What was seen is acted on within this time or not at all.
    pub valid_for: Duration,
    /// Not twice within this time.
    pub pause_between: Duration,
}

impl HastenerSettings {
    /// The usual patience: four probes, a quarter of a second apart.
    #[must_use]
    pub fn new(members: Vec<Member>, candidates: Vec<String>, password: String) -> Self {
        Self {
            members,
            candidates,
            scope: "sekoci".into(),
            password,
            probe_interval: Duration::from_millis(250),
            probe_limit: Duration::from_millis(500),
            failures_needed: 4,
            valid_for: Duration::from_secs(1),
            pause_between: Duration::from_secs(10),
        }
    }
}

/// What one look at the primary came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nobody holds the primary's role.
    NoPrimary,
    /// The primary answered.
    Alive {
        /// The primary.
        primary: String,
    },
    /// The primary did not answer this time.
    Silent {
        /// The primary.
        primary: String,
        /// How often in a row.
        failures: u32,
    },
    /// It has been silent long enough, but a guard said no.
    Refused {
        /// The primary.
        primary: String,
        /// Which guard.
        refusal: Refusal,
    },
    /// The lease was ended.
    Hastened {
        /// The former primary.
        primary: String,
        /// The standby that may now be elected.
        standby: String,
    },
}

/// Why a look was not possible.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// etcd has no majority here, or did not answer. Never a reason to act.
    #[error("etcd")]
    Etcd(#[from] etcd::Error),
}

/// Patroni's `/sync` key.
#[derive(Debug, Default, Deserialize)]
struct Sync {
    leader: Option<String>,
    sync_standby: Option<String>,
}

impl Sync {
    fn members(&self) -> impl Iterator<Item = &str> {
        self.sync_standby
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
    }
}

/// Watches the primary from one place (the witness: it is neither's neighbour).
#[derive(Debug)]
pub struct Hastener {
    settings: HastenerSettings,
    etcd: EtcdClient,
    patroni: PatroniClient,
    watched: Option<Watched>,
    hastened_at: Option<Instant>,
    etcd_leader_checked: Option<Instant>,
}

/// A primary in one term: the key's creation tells terms apart.
#[derive(Debug)]
struct Watched {
    primary: String,
    term: i64,
    was_alive: bool,
    failures: u32,
}

impl Hastener {
    /// Watches through `etcd`, whose first endpoint should be the member at this place.
    #[must_use]
    pub fn new(settings: HastenerSettings, etcd: EtcdClient) -> Self {
        let patroni = PatroniClient::new(settings.members.clone()).with_limit(settings.probe_limit);
        Self {
            settings,
            etcd,
            patroni,
            watched: None,
            hastened_at: None,
            etcd_leader_checked: None,
        }
    }

    /// Looks again and again, telling `seen` what came of each look, until dropped.
    pub async fn run(mut self, mut seen: impl FnMut(&Result<Step, Error>)) {
        loop {
            let next = Instant::now() + self.settings.probe_interval;
            let step = self.step().await;
            seen(&step);
            tokio::time::sleep_until(next).await;
        }
    }

    /// One look at the primary, and what follows from it.
    pub async fn step(&mut self) -> Result<Step, Error> {
        let begun = Instant::now();
        let leader = match self.etcd.get(&self.key("leader")).await {
            Ok(Some(leader)) => leader,
            Ok(None) => {
                self.watched = None;
                return Ok(Step::NoPrimary);
            }
            Err(error) => {
                self.probe_watched().await;
                return Err(error.into());
            }
        };
        let primary = String::from_utf8_lossy(&leader.value).into_owned();
        let is_alive = self.is_alive(&primary).await;
        let failures = self.note(&primary, leader.create_revision, is_alive);
        if is_alive {
            self.keep_etcd_leader_here().await;
            return Ok(Step::Alive { primary });
        }
        if failures < self.settings.failures_needed {
            return Ok(Step::Silent { primary, failures });
        }
        self.consider(begun, &leader, primary).await
    }

    /// While all is well, etcd's leader is moved to the first endpoint, which should be the witness's. A
    /// failure to do so costs only speed.
    async fn keep_etcd_leader_here(&mut self) {
        let due = self
            .etcd_leader_checked
            .is_none_or(|then| then.elapsed() > ETCD_LEADER_CHECK);
        if due && self.etcd.lead_from_first().await.is_ok() {
            self.etcd_leader_checked = Some(Instant::now());
        }
    }

    async fn is_alive(&self, site: &str) -> bool {
        match self.patroni.member(site) {
            Some(member) => self.patroni.is_alive(member).await.unwrap_or(false),
            None => false,
        }
    }

    /// etcd may be choosing a leader because the same site died: the silence counts meanwhile.
    async fn probe_watched(&mut self) {
        let Some(watched) = &self.watched else { return };
        let (primary, term) = (watched.primary.clone(), watched.term);
        let is_alive = self.is_alive(&primary).await;
        self.note(&primary, term, is_alive);
    }

    fn note(&mut self, primary: &str, term: i64, is_alive: bool) -> u32 {
        let fresh = || Watched {
            primary: primary.into(),
            term,
            was_alive: false,
            failures: 0,
        };
        let same = |watched: &Watched| watched.primary == primary && watched.term == term;
        let watched = match self.watched.take().filter(same) {
            Some(watched) => self.watched.insert(watched),
            None => self.watched.insert(fresh()),
        };
        watched.was_alive |= is_alive;
        watched.failures = if is_alive { 0 } else { watched.failures + 1 };
        watched.failures
    }

    async fn consider(
        &mut self,
        begun: Instant,
        leader: &KeyValue,
        primary: String,
    ) -> Result<Step, Error> {
        let Some(sync) = self.etcd.get(&self.key("sync")).await? else {
            return Ok(Step::Refused {
                primary,
                refusal: Refusal::NoStandby,
            });
        };
        let observed = self.observe(&primary, &sync).await;
        let refusal = match observed.judge() {
            Ok(_) if begun.elapsed() > self.settings.valid_for => Refusal::Stale,
            Ok(standby) => match self.end_lease(leader, &sync).await? {
                TxnOutcome::Refused => Refusal::KeysChanged,
                TxnOutcome::Done(_) => {
                    self.hastened_at = Some(Instant::now());
                    self.watched = None;
                    return Ok(Step::Hastened {
                        primary,
                        standby: standby.into(),
                    });
                }
            },
            Err(refusal) => refusal,
        };
        Ok(Step::Refused { primary, refusal })
    }

    async fn observe(&self, primary: &str, sync: &KeyValue) -> Observation {
        let sync: Sync = serde_json::from_slice(&sync.value).unwrap_or_default();
        let candidates = &self.settings.candidates;
        let standby = sync
            .members()
            .find(|name| candidates.iter().any(|known| known == name));
        let standby = standby.map(str::to_string);
        let member = standby
            .as_deref()
            .and_then(|name| self.patroni.member(name));
        Observation {
            primary: primary.into(),
            was_alive: self
                .watched
                .as_ref()
                .is_some_and(|watched| watched.was_alive),
            too_soon: self
                .hastened_at
                .is_some_and(|then| then.elapsed() < self.settings.pause_between),
            standby_says: match member {
                Some(member) => self.ask(member).await.unwrap_or_default(),
                None => StandbySays::Nothing,
            },
            sync_writer: sync.leader,
            standby,
        }
    }

    async fn ask(&self, standby: &Member) -> Option<StandbySays> {
        let status = self.patroni.status(standby).await.ok()?;
        let asking = is_streaming(standby, &self.settings.password);
        let streaming = timeout(self.settings.probe_limit, asking)
            .await
            .ok()?
            .ok()?;
        Some(StandbySays::Answers {
            in_step: status.sync_standby,
            streaming,
        })
    }

    /// Deleting comes first: whoever sees the new `/sync` has seen the lease end.
    async fn end_lease(&self, leader: &KeyValue, sync: &KeyValue) -> Result<TxnOutcome, Error> {
        let compares = [
            Compare::Value(&leader.key, &leader.value),
            Compare::ModRevision(&leader.key, leader.mod_revision),
            Compare::ModRevision(&sync.key, sync.mod_revision),
        ];
        let operations = [
            Operation::Delete(&leader.key),
            Operation::Put(&sync.key, &sync.value, sync.lease),
        ];
        Ok(self.etcd.txn(&compares, &operations).await?)
    }

    fn key(&self, name: &str) -> String {
        format!("/service/{}/{name}", self.settings.scope)
    }
}

/// Whether `standby`'s PostgreSQL receives from a primary at this moment.
async fn is_streaming(standby: &Member, password: &str) -> Result<bool, tokio_postgres::Error> {
    let mut config = tokio_postgres::Config::new();
    config
        .host(standby.host.to_string())
        .port(standby.ports.postgres);
    config.user("sekoci").dbname("sekoci").password(password);
    let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
    let driver = AbortOnDrop(tokio::spawn(connection));
    let sql = "SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')";
    let row = client.query_one(sql, &[]).await?;
    drop(driver);
    Ok(row.get(0))
}

/// Ends a connection together with the question it was made for.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patronis_sync_key_is_read() {
        let sync: Sync = serde_json::from_str(r#"{"leader":"a","sync_standby":"b,w"}"#).expect("");
        assert_eq!(sync.members().collect::<Vec<_>>(), ["b", "w"]);
        let none: Sync = serde_json::from_str(r#"{"leader":"a","sync_standby":null}"#).expect("");
        assert_eq!(none.members().collect::<Vec<_>>(), [""]);
    }
}
