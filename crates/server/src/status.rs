//! What a site knows about itself and the other nodes: `GET /api/status`, `/role`, `/readyz`.

use crate::config::Role;
use crate::peer::PeerLink;
use crate::rehearsal;
use crate::runtime::{ModuleState, PartitionStatus};
use crate::session::has_read;
use crate::site::Site;
use journal::Durability;
use kernel::{PartitionId, Seq, SiteName, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(1_000);
const LOOK_PATIENCE: Duration = Duration::from_millis(900);
/// Without contact for this long, a node counts as unreachable.
pub(crate) const UNREACHABLE_AFTER_MS: i64 = 3_000;

/// What a site says of itself to the other nodes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OwnStatus {
    /// The node.
    pub name: SiteName,
    /// Its clock.
    pub time: Timestamp,
    /// How well appends would be kept, as it sees it.
    pub durability: Option<Durability>,
    /// What it has applied of each partition.
    pub applied: BTreeMap<PartitionId, Seq>,
}

/// What this site says of itself.
#[must_use]
pub fn own(site: &Site) -> OwnStatus {
    OwnStatus {
        name: site.name.clone(),
        time: site.clock.now(),
        durability: site.durability(),
        applied: site
            .partitions()
            .iter()
            .map(|partition| (partition.id.clone(), *partition.applied().borrow()))
            .collect(),
    }
}

/// What this site last saw of the other nodes.
#[derive(Default)]
pub struct Contacts(Mutex<BTreeMap<SiteName, Contact>>);

/// The last contact with a node.
#[derive(Clone, Debug)]
pub struct Contact {
    /// When it last answered.
    pub at: Timestamp,
    /// How long it took.
    pub round_trip_ms: i64,
    /// What it said, where it is a site.
    pub said: Option<OwnStatus>,
}

impl Contacts {
    /// Looks at every other node once a second for as long as the site runs.
    pub async fn keep(self: Arc<Self>, site: Arc<Site>, link: Arc<PeerLink>) {
        let mut every = tokio::time::interval(LOOK_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            let others = site
                .config
                .nodes
                .iter()
                .filter(|node| node.name != site.name);
            let looks = others.map(|node| self.look(&site, &link, &node.name, node.role));
            futures_util::future::join_all(looks).await;
        }
    }

    async fn look(&self, site: &Site, link: &PeerLink, node: &SiteName, role: Role) {
        let began = site.clock.now();
        let said: Option<Value> = link.get(node, "/peer/status", LOOK_PATIENCE).await.ok();
        let Some(said) = said else { return };
        let at = site.clock.now();
        let said = (role == Role::Site)
            .then(|| serde_json::from_value(said).ok())
            .flatten();
        let contact = Contact {
            at,
            round_trip_ms: at.since(began),
            said,
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(node.clone(), contact);
    }

    /// The last contact with a node.
    #[must_use]
    pub fn with(&self, node: &SiteName) -> Option<Contact> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(node)
            .cloned()
    }
}

/// The exposure at this moment: how many seconds of acknowledged work the loss of one site would
/// cost. Zero only while the engine says that every append is kept where it is promised to be;
/// `None` is *unknown*, which is shown as such and never as zero.
#[must_use]
pub fn rpo_now_seconds(site: &Site) -> Option<f64> {
    match site.durability() {
        Some(Durability::Protected) => Some(0.0),
        Some(Durability::StoredHere) | None => None,
    }
}

/// Whether this site can take writes now, as far as it can tell.
#[must_use]
pub fn is_writable(site: &Site) -> bool {
    site.durability().is_some()
}

/// Whether this site should be sent people: it has read its partitions, knows who may sign in, and can
/// answer.
#[must_use]
pub fn is_ready(site: &Site) -> bool {
    let accounts = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
    let statuses = site.partition_statuses();
    has_read(site, &accounts)
        && statuses.iter().all(|status| {
            matches!(status.state, ModuleState::Running | ModuleState::Overloaded)
                && status
                    .core
                    .as_ref()
                    .is_some_and(|core| core.head.seq >= core.known)
        })
}

/// The whole status page.
pub async fn whole(site: &Site, contacts: &Contacts) -> Value {
    let engine = tokio::time::timeout(LOOK_PATIENCE, site.engine.describe()).await;
    let now = site.clock.now();
    let statuses = site.partition_statuses();
    serde_json::json!({
        "site": site.name,
        "time": now,
        "version": env!("CARGO_PKG_VERSION"),
        "durability": match site.durability() {
            Some(Durability::Protected) => "protected",
            Some(Durability::StoredHere) => "stored_here",
            None => "unknown",
        },
        "rpo_now_seconds": rpo_now_seconds(site),
        "writable": is_writable(site),
        "ready": is_ready(site),
        "production": site.config.production,
        "drills": site.config.drills,
        "engine": engine.unwrap_or_else(|_| serde_json::json!({ "state": "does not answer" })),
        "sites": site.config.nodes.iter().map(|node| {
            let contact = contacts.with(&node.name);
            let is_own = node.name == site.name;
            serde_json::json!({
                "name": node.name,
                "role": node.role,
                "url": node.url,
                "agent": node.agent.is_some(),
                "serving": is_own,
                "reachable": is_own || contact.as_ref()
                    .is_some_and(|c| now.since(c.at) < UNREACHABLE_AFTER_MS),
                "last_contact": contact.as_ref().map(|c| c.at),
                "round_trip_ms": contact.as_ref().map(|c| c.round_trip_ms),
                "clock_difference_ms": contact.as_ref()
                    .and_then(|c| c.said.as_ref().map(|said| said.time.since(c.at))),
            })
        }).collect::<Vec<_>>(),
        "partitions": statuses.iter().map(|s| partition(site, contacts, s)).collect::<Vec<_>>(),
        "modules": modules(&statuses),
        "vault": site.look_at_sealing(),
        "rehearsal": rehearsal::look(site).await,
    })
}

fn partition(site: &Site, contacts: &Contacts, status: &PartitionStatus) -> Value {
    let core = status.core.as_ref();
    let seq = core.map(|core| core.head.seq);
    let peer = site
        .config
        .peer_site()
        .and_then(|node| contacts.with(&node.name));
    let at_peer = peer
        .as_ref()
        .and_then(|contact| contact.said.as_ref())
        .and_then(|said| said.applied.get(&status.partition).copied());
    serde_json::json!({
        "partition": status.partition,
        "module": status.partition.module,
        "workspace": status.partition.workspace,
        "lead": core.map(|core| core.lead.clone()),
        "seq": seq,
        "hash": core.map(|core| core.head.hash),
        "known": core.map(|core| core.known),
        "seq_at_peer": at_peer,
        "lag": core.map(|core| core.known.saturating_sub(core.head.seq)),
        "state": status.state,
        "queue": status.queue,
        "in_flight": core.map(|core| core.in_flight),
        "forwarded": core.map(|core| core.forwarded),
        "trouble": core.and_then(|core| core.trouble.clone()),
        "restarts": status.restarts,
        "last_failure": status.last_failure.as_ref().map(|(at, message)| {
            serde_json::json!({ "at": at, "message": message })
        }),
    })
}

/// The worst state of each module over its partitions.
fn modules(statuses: &[PartitionStatus]) -> Value {
    let mut modules: BTreeMap<&str, (ModuleState, usize, u32, Option<Timestamp>)> = BTreeMap::new();
    for status in statuses {
        let module =
            modules
                .entry(&status.partition.module)
                .or_insert((ModuleState::Running, 0, 0, None));
        if status.state != ModuleState::Running {
            module.0 = status.state;
        }
        module.1 += status.queue;
        module.2 += status.restarts;
        module.3 = module
            .3
            .max(status.last_failure.as_ref().map(|(at, _)| *at));
    }
    modules
        .into_iter()
        .map(|(name, (state, queue, restarts, last_failure_at))| {
            (
                name.to_owned(),
                serde_json::json!({
                    "state": state,
                    "queue": queue,
                    "restarts": restarts,
                    "last_failure_at": last_failure_at,
                }),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Writes the gauges that follow from the status.
pub async fn record_metrics(site: &Site) {
    // Not a number, never zero, while the exposure is unknown.
    metrics::gauge!("sekoci_rpo_now_seconds").set(rpo_now_seconds(site).unwrap_or(f64::NAN));
    for status in site.partition_statuses() {
        let label = status.partition.to_string();
        let Some(core) = status.core else { continue };
        let leads = if core.lead == site.name { 1.0 } else { 0.0 };
        metrics::gauge!("sekoci_lead", "partition" => label.clone()).set(leads);
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        let (seq, lag, queue) = (
            core.head.seq as f64,
            core.known.saturating_sub(core.head.seq) as f64,
            status.queue as f64,
        );
        metrics::gauge!("sekoci_applied_seq", "partition" => label.clone()).set(seq);
        metrics::gauge!("sekoci_lag_entries", "partition" => label.clone()).set(lag);
        metrics::gauge!("sekoci_mailbox", "partition" => label).set(queue);
    }
    record_vault_metrics(site);
    if let Some(rehearsal) = rehearsal::look(site).await {
        rehearsal.record_metrics(site.clock.now());
    }
}

fn record_vault_metrics(site: &Site) {
    let Some(sealing) = site.look_at_sealing() else {
        return;
    };
    let alarm = if sealing.alarm.is_some() { 1.0 } else { 0.0 };
    metrics::gauge!("sekoci_vault_alarm").set(alarm);
    for line in sealing.partitions {
        let label = line.partition.to_string();
        let rpo = line.rpo_seconds.unwrap_or(f64::NAN);
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        let (backlog, success) = (
            line.backlog as f64,
            line.last_success
                .map_or(f64::NAN, |at| at.millis() as f64 / 1_000.0),
        );
        metrics::gauge!("sekoci_vault_rpo_seconds", "partition" => label.clone()).set(rpo);
        metrics::gauge!("sekoci_vault_backlog_entries", "partition" => label.clone()).set(backlog);
        metrics::gauge!("sekoci_vault_last_success_seconds", "partition" => label).set(success);
    }
}
