//! Sending a load.

use super::{Outcome, Record};
use crate::{Client, Error};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

/// What to send.
#[derive(Clone, Debug)]
pub struct LoadPlan {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The conversation every message goes to.
    pub conversation: Uuid,
    /// Senders; number `k` prefers site `k` modulo the sites, so that all sites take writes.
    pub senders: usize,
    /// Messages a second over all senders, sent when they are due whatever became of those
    /// before. `None`: every sender sends its next one as soon as the last one is answered.
    pub rate: Option<f64>,
    /// When to stop sending.
    pub lasts: Duration,
    /// How long each message is tried.
    pub patience: Duration,
    /// Goes before the number in every text; make it unique to tell loads apart.
    pub tag: String,
}

/// Messages under way at once where a rate is given; beyond it the load waits.
const UNDER_WAY_MAX: usize = 20_000;

/// Sends the load and returns a record for every message, ordered by number. Ends early when
/// `stop` turns true. With several clients (accounts) the senders are spread over them.
///
/// # Panics
/// When `clients` is empty.
pub async fn run(clients: &[Client], plan: &LoadPlan, stop: watch::Receiver<bool>) -> Vec<Record> {
    assert!(!clients.is_empty(), "a load needs a client");
    let load = Arc::new(Load {
        senders: (0..plan.senders.max(1))
            .map(|k| clients[k % clients.len()].preferring(k))
            .collect(),
        plan: plan.clone(),
        started: Instant::now(),
        epoch_us: clients[0].clock().now().millis().saturating_mul(1000),
        next: AtomicU64::new(0),
    });
    let mut records = match plan.rate {
        Some(rate) => load.at_rate(rate, stop).await,
        None => load.back_to_back(stop).await,
    };
    records.sort_by_key(|record| record.index);
    records
}

struct Load {
    senders: Vec<Client>,
    plan: LoadPlan,
    started: Instant,
    epoch_us: i64,
    next: AtomicU64,
}

impl Load {
    async fn at_rate(self: Arc<Self>, rate: f64, mut stop: watch::Receiver<bool>) -> Vec<Record> {
        let room = Arc::new(Semaphore::new(UNDER_WAY_MAX));
        let mut under_way = tokio::task::JoinSet::new();
        let mut records = Vec::new();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            #[expect(
                clippy::cast_precision_loss,
                reason = "a load never reaches 2^52 messages"
            )]
            let due = Duration::from_secs_f64(index as f64 / rate.max(0.001));
            if due >= self.plan.lasts {
                break;
            }
            tokio::select! {
                () = tokio::time::sleep_until(self.started + due) => {}
                _ = stop.wait_for(|is_over| *is_over) => break,
            }
            let Ok(place) = Arc::clone(&room).acquire_owned().await else {
                break;
            };
            let load = Arc::clone(&self);
            under_way.spawn(async move {
                let record = load.send(index).await;
                drop(place);
                record
            });
            while let Some(Ok(record)) = under_way.try_join_next() {
                records.push(record);
            }
        }
        while let Some(Ok(record)) = under_way.join_next().await {
            records.push(record);
        }
        records
    }

    async fn back_to_back(self: Arc<Self>, stop: watch::Receiver<bool>) -> Vec<Record> {
        let mut under_way = tokio::task::JoinSet::new();
        for _ in 0..self.senders.len() {
            let (load, stop) = (Arc::clone(&self), stop.clone());
            under_way.spawn(async move {
                let mut records = Vec::new();
                // Numbers are handed out so that sender k takes those equal to k modulo senders
                // only on average; what matters is that each number is sent once.
                while load.started.elapsed() < load.plan.lasts && !*stop.borrow() {
                    let index = load.next.fetch_add(1, Ordering::Relaxed);
                    records.push(load.send(index).await);
                }
                records
            });
        }
        let mut records = Vec::new();
        while let Some(Ok(part)) = under_way.join_next().await {
            records.extend(part);
        }
        records
    }

    async fn send(&self, index: u64) -> Record {
        let sender = usize::try_from(index).unwrap_or(usize::MAX) % self.senders.len();
        let client = &self.senders[sender];
        let message_id = client.new_uuid();
        let text = format!("{} {index}", self.plan.tag);
        let body = json!({
            "message_id": message_id,
            "conversation_id": self.plan.conversation,
            "text": text,
        });
        let command = client
            .new_command("messaging", "post-message", body)
            .in_workspace(self.plan.workspace);
        let sent_us = self.now_us();
        let answer = client.command_within(&command, self.plan.patience).await;
        let ended_us = self.now_us();
        let attempts = answer.as_ref().map_or(0, |answered| answered.attempts);
        let outcome = match answer {
            Ok(answered) => Outcome::Acknowledged {
                site: answered.site,
                site_index: answered.site_index,
                seq: answered.seq.unwrap_or(0),
                durability: answered.durability,
            },
            Err(Error::Refused(problem)) => Outcome::Refused { code: problem.code },
            Err(error) if error.may_have_taken_effect() => Outcome::Unknown,
            Err(_) => Outcome::NotTaken,
        };
        Record {
            index,
            message_id,
            command_id: command.id.0,
            text,
            sent_us,
            ended_us,
            attempts,
            outcome,
        }
    }

    fn now_us(&self) -> i64 {
        let since = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.epoch_us.saturating_add(since)
    }
}
