//! Forwarding commands to the other site, many in one request.

use super::link::{LinkError, PeerLink};
use crate::runtime::Remote;
use async_trait::async_trait;
use journal::partition::{ForwardResult, Outcome};
use kernel::{Command, PartitionId, Seq, SiteName};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// The most commands of one request.
const BATCH_MAX: usize = 256;
/// The most requests under way at once.
const REQUESTS_MAX: usize = 16;
/// Longer than the core waits for the lead: the core decides when to give up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A command on its way to the other site.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ForwardedCommand {
    /// The partition concerned.
    pub partition: PartitionId,
    /// The command.
    pub command: Command,
    /// What the sender had applied.
    pub at: Seq,
    /// The sender cannot append: the receiver shall, even if it does not lead.
    pub must_append: bool,
}

type Waiting = (ForwardedCommand, oneshot::Sender<ForwardResult>);

/// Forwards commands to one peer.
pub struct Forwarder {
    peer: Option<SiteName>,
    queue: mpsc::UnboundedSender<Waiting>,
}

impl Forwarder {
    /// A forwarder to `peer`; without one, every forward fails. The queue needs no bound of its own:
    /// each writer forwards no more than its bounded inbox holds.
    #[must_use]
    pub fn new(link: Arc<PeerLink>, peer: Option<SiteName>) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        if let Some(peer) = peer.clone() {
            tokio::spawn(send_all(link, peer, waiting));
        }
        Self { peer, queue }
    }
}

#[async_trait]
impl Remote for Forwarder {
    async fn forward(
        &self,
        to: &SiteName,
        partition: &PartitionId,
        command: Command,
        at: Seq,
        must_append: bool,
    ) -> ForwardResult {
        if self.peer.as_ref() != Some(to) {
            return Err(format!("{to} is not this site's peer"));
        }
        let (reply, outcome) = oneshot::channel();
        let command = ForwardedCommand {
            partition: partition.clone(),
            command,
            at,
            must_append,
        };
        self.queue
            .send((command, reply))
            .map_err(|_| "the site is shutting down".to_string())?;
        outcome
            .await
            .unwrap_or_else(|_| Err("the forwarder stopped".into()))
    }
}

async fn send_all(
    link: Arc<PeerLink>,
    peer: SiteName,
    mut waiting: mpsc::UnboundedReceiver<Waiting>,
) {
    let requests = Arc::new(Semaphore::new(REQUESTS_MAX));
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let Ok(permit) = Arc::clone(&requests).acquire_owned().await else {
            return;
        };
        let (link, peer) = (Arc::clone(&link), peer.clone());
        let batch = std::mem::take(&mut batch);
        tokio::spawn(async move {
            send(&link, &peer, batch).await;
            drop(permit);
        });
    }
}

async fn send(link: &PeerLink, peer: &SiteName, batch: Vec<Waiting>) {
    let (commands, replies): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
    let sent = link
        .post::<Vec<Outcome>>(peer, "/peer/commands", &commands, PATIENCE)
        .await;
    match sent {
        Ok(outcomes) if outcomes.len() == replies.len() => {
            for (reply, outcome) in replies.into_iter().zip(outcomes) {
                // The writer may have given up meanwhile.
                let _ = reply.send(Ok(outcome));
            }
        }
        Ok(_) => fail(
            replies,
            &Err("the peer answered another number of commands".into()),
        ),
        Err(
            error @ LinkError::NoAnswer {
                is_unsent: true, ..
            },
        ) => {
            fail(
                replies,
                &Ok(Outcome::Unavailable {
                    cause: error.to_string(),
                }),
            );
        }
        Err(error) => fail(replies, &Err(error.to_string())),
    }
}

fn fail(replies: Vec<oneshot::Sender<ForwardResult>>, result: &ForwardResult) {
    for reply in replies {
        // The writer may have given up meanwhile.
        let _ = reply.send(result.clone());
    }
}
