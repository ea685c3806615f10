//! Sending what is due: the codes of contact points, and calls to those who are reached outside the app.
//!
//! Outside effects run at the lead alone, and their completion is an entry (`delivery-recorded`). A site
//! that dies between sending and recording sends again, or the other one does, under the same id: at
//! least once, and recognisably.

mod letter;

use crate::runtime::Partition;
use crate::site::Site;
use delivery::{Failure, Letter, Post, To};
use journal::partition::Outcome;
use kernel::WorkspaceId;
use letter::{subject, text};
use response::commands::delivery::RecordDelivery;
use response::events::{Address, Delivered};
use response::queries::{Outgoing, outgoing};
use response::{MessageId, Response};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How often a workspace is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Messages of a workspace taken up at once.
const AT_ONCE: u32 = 50;
/// Messages under way at once.
const UNDER_WAY: usize = 16;

/// Sends for as long as the process runs. The site that leads a workspace's partition does; the other
/// one does while `is_other_silent`.
pub fn start(
    site: &Arc<Site>,
    post: Post,
    is_other_silent: impl Fn() -> bool + Send + Sync + 'static,
) {
    let sender = Arc::new(Sender {
        site: Arc::clone(site),
        post,
        turns: Semaphore::new(UNDER_WAY),
        under_way: Mutex::default(),
    });
    tokio::spawn(sender.keep(is_other_silent));
}

struct Sender {
    site: Arc<Site>,
    post: Post,
    turns: Semaphore,
    /// What is being sent: it is not taken up twice.
    under_way: Mutex<BTreeSet<MessageId>>,
}

impl Sender {
    async fn keep(self: Arc<Self>, is_other_silent: impl Fn() -> bool + Send + Sync + 'static) {
        let mut every = tokio::time::interval(LOOK_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            for partition in self.site.partitions() {
                if partition.id.module != Response::NAME {
                    continue;
                }
                if !self.leads(&partition) && !is_other_silent() {
                    continue;
                }
                let now = self.site.clock.now();
                let due = partition.query(None, move |rows| Ok(outgoing(rows, now, AT_ONCE)?));
                for message in due.await.unwrap_or_default() {
                    self.take_up(&partition, message);
                }
            }
        }
    }

    fn leads(&self, partition: &Partition) -> bool {
        let core = partition.status().core;
        core.is_some_and(|core| core.lead == self.site.name)
    }

    fn take_up(self: &Arc<Self>, partition: &Arc<Partition>, message: Outgoing) {
        let id = message.message_id;
        let is_new = self.busy().insert(id);
        if !is_new {
            return;
        }
        let (sender, partition) = (Arc::clone(self), Arc::clone(partition));
        tokio::spawn(async move {
            let _under_way = UnderWay(Arc::clone(&sender), id);
            // Never closed: without a turn there would only be no limit.
            let _turn = sender.turns.acquire().await;
            sender.send(&partition, message).await;
        });
    }

    fn busy(&self) -> std::sync::MutexGuard<'_, BTreeSet<MessageId>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, partition: &Partition, message: Outgoing) {
        let workspace = partition.id.workspace;
        let (id, text) = (message.message_id.to_string(), text(&message.content));
        let letter = Letter {
            id: &id,
            subject: subject(&message.content),
            text: &text,
            at_s: u64::try_from(self.site.clock.now().millis() / 1_000).unwrap_or(0),
        };
        let sent = self.post.send(&letter, to(&message.address)).await;
        let kind = message.address.kind();
        let (delivered, outcome) = match sent {
            Ok(()) => (Delivered::Taken {}, "taken"),
            Err(Failure::Again(reason)) => (Delivered::Failed { reason }, "failed"),
            Err(Failure::Never(reason)) => (Delivered::GivenUp { reason }, "given_up"),
        };
        metrics::counter!("sekoci_deliveries_total", "kind" => kind, "outcome" => outcome)
            .increment(1);
        if outcome != "taken" {
            tracing::warn!(%workspace, message = %message.message_id, kind, outcome, "not delivered");
        }
        self.record(workspace, partition, &message, delivered).await;
    }

    /// What cannot be recorded is sent again.
    async fn record(
        &self,
        workspace: WorkspaceId,
        partition: &Partition,
        message: &Outgoing,
        delivered: Delivered,
    ) {
        let (message_id, attempt) = (message.message_id, message.attempt);
        let name = format!("record-delivery/{workspace}/{message_id}/{attempt}");
        let body = RecordDelivery {
            message_id,
            attempt,
            delivered,
        };
        let about = (&message_id, attempt);
        let command = self.site.order("record-delivery", &name, &body, &about);
        match self.site.submit(&partition.id, command).await {
            Outcome::Accepted { .. } | Outcome::Unchanged { .. } => {}
            outcome => tracing::warn!(%message_id, ?outcome, "a delivery is not recorded"),
        }
    }
}

struct UnderWay(Arc<Sender>, MessageId);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.busy().remove(&self.1);
    }
}

fn to(address: &Address) -> To<'_> {
    match address {
        Address::Email { address } => To::Email { address },
        Address::Webhook { provider, to } => To::Webhook { provider, to },
        Address::WebPush {
            endpoint,
            p256dh,
            auth,
        } => To::WebPush {
            endpoint,
            p256dh,
            auth,
        },
    }
}
