//! The WebSocket event stream: `GET /api/events`.
//!
//! A connection subscribes to partitions, each from the last position it saw. It is sent what it
//! missed, then what happens, and where it stands. What it may see is decided by topics, anew
//! whenever entitlements change.

mod backlog;
mod members;

use crate::hub::{Delivery, ListenerId, PartitionHub, QUEUE_MAX};
use crate::session::SignedIn;
use crate::site::Site;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::response::Response;
use backlog::{backlog, topics};
use kernel::{AccountId, PartitionId, PersonId, Seq, WorkspaceId};
use members::Memberships;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// tungstenite allocates its read buffer for every connection at once, 128 KiB by default; idle
/// connections must stay small.
const BUFFER_BYTES: usize = 4 << 10;
const MESSAGE_BYTES_MAX: usize = 16 << 10;
const UNSENT_BYTES_MAX: usize = 4 << 20;
const HEARTBEAT: Duration = Duration::from_secs(5);
/// A connection further behind is told to fetch anew.
const BACKLOG_MAX: Seq = 5_000;
const SUBSCRIPTIONS_MAX: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Incoming {
    #[serde(default)]
    subscribe: Vec<Subscribe>,
    #[serde(default)]
    ping: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    partition: PartitionId,
    /// The last position seen; absent: from now on.
    #[serde(default)]
    after: Option<Seq>,
}

/// Upgrades to the event stream.
pub async fn events(
    upgrade: WebSocketUpgrade,
    State(site): State<Arc<Site>>,
    Extension(session): Extension<SignedIn>,
) -> Response {
    upgrade
        .protocols(["sekoci"])
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(UNSENT_BYTES_MAX)
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            metrics::gauge!("sekoci_websockets").increment(1.0);
            let mut connection = Connection::new(site, session, socket);
            let reason = connection.run().await;
            connection.close(reason).await;
            metrics::gauge!("sekoci_websockets").decrement(1.0);
        })
}

/// Why a connection ends.
enum Goodbye {
    /// The other side went away.
    Gone,
    /// The session was ended.
    SessionEnded,
    /// The person was put into quarantine in this workspace.
    Quarantined(WorkspaceId),
    /// The client broke the protocol.
    BadMessage(String),
    /// This site is going down in good order.
    Draining,
}

struct Connection {
    site: Arc<Site>,
    session: SignedIn,
    socket: WebSocket,
    queue: mpsc::Sender<(ListenerId, Delivery)>,
    deliveries: mpsc::Receiver<(ListenerId, Delivery)>,
    subscriptions: HashMap<PartitionId, Subscription>,
    memberships: Memberships,
}

struct Subscription {
    hub: Arc<PartitionHub>,
    listener: ListenerId,
    /// Deliveries up to here were sent as backlog.
    sent: Seq,
}

impl Connection {
    fn new(site: Arc<Site>, session: SignedIn, socket: WebSocket) -> Self {
        let (queue, deliveries) = mpsc::channel(QUEUE_MAX);
        Self {
            site,
            session,
            socket,
            queue,
            deliveries,
            subscriptions: HashMap::new(),
            memberships: Memberships::default(),
        }
    }

    async fn run(&mut self) -> Goodbye {
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut draining = self.site.draining();
        let mut revocations = self.site.revocations();
        loop {
            let done = tokio::select! {
                incoming = self.socket.recv() => match incoming {
                    Some(Ok(Message::Text(text))) => self.incoming(&text).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Goodbye::Gone),
                    Some(Ok(Message::Binary(_))) => {
                        Err(Goodbye::BadMessage("messages are JSON text".into()))
                    }
                    Some(Ok(_)) => Ok(()),
                },
                Some((listener, delivery)) = self.deliveries.recv() => {
                    self.deliver(listener, delivery).await
                }
                _ = heartbeat.tick() => self.beat().await,
                _ = revocations.changed() => self.check_session().await,
                _ = draining.changed() => Err(Goodbye::Draining),
            };
            if let Err(goodbye) = done {
                return goodbye;
            }
        }
    }

    async fn incoming(&mut self, text: &str) -> Result<(), Goodbye> {
        let incoming: Incoming =
            serde_json::from_str(text).map_err(|e| Goodbye::BadMessage(e.to_string()))?;
        if let Some(ping) = incoming.ping {
            self.send(serde_json::json!({ "pong": ping })).await?;
        }
        for wish in incoming.subscribe {
            self.subscribe(wish).await?;
        }
        Ok(())
    }

    async fn subscribe(&mut self, wish: Subscribe) -> Result<(), Goodbye> {
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX {
            return Err(Goodbye::BadMessage("too many subscriptions".into()));
        }
        let id = wish.partition;
        self.unsubscribe(&id);
        let member = self
            .memberships
            .enter(&self.site, self.session.account, id.workspace, &self.queue)
            .await;
        let (Some(person), Some(hub)) = (member, self.site.hub(&id)) else {
            let code = match self
                .site
                .is_confined(self.session.account, id.workspace)
                .await
            {
                true => "quarantined",
                false => "workspace_not_found",
            };
            let problem = serde_json::json!({ "partition": id, "refused": code });
            return self.send(problem).await;
        };
        let Some(topics) = topics(&hub, person).await else {
            return self
                .send(serde_json::json!({ "partition": id, "reset": true }))
                .await;
        };
        let listener = hub.listen(person, topics, self.queue.clone());
        let now = *hub.partition().applied().borrow();
        self.subscriptions.insert(
            id.clone(),
            Subscription {
                hub: Arc::clone(&hub),
                listener,
                sent: now,
            },
        );
        let after = wish.after.unwrap_or(now);
        if after > now || now - after > BACKLOG_MAX {
            let reset = serde_json::json!({ "partition": id, "reset": true, "at": now });
            return self.send(reset).await;
        }
        self.send_backlog(&hub, person, after, now).await?;
        self.send(serde_json::json!({ "partition": id, "at": now }))
            .await
    }

    fn unsubscribe(&mut self, id: &PartitionId) {
        if let Some(old) = self.subscriptions.remove(id) {
            old.hub.leave(old.listener);
        }
    }

    async fn send_backlog(
        &mut self,
        hub: &PartitionHub,
        person: PersonId,
        mut after: Seq,
        until: Seq,
    ) -> Result<(), Goodbye> {
        while after < until {
            let Some(messages) = backlog(&self.site, hub, person, after, until).await else {
                let reset = serde_json::json!({
                    "partition": hub.id(), "reset": true, "at": until
                });
                return self.send(reset).await;
            };
            for message in messages.1 {
                self.send_text(message).await?;
            }
            after = messages.0;
        }
        Ok(())
    }

    async fn deliver(&mut self, listener: ListenerId, delivery: Delivery) -> Result<(), Goodbye> {
        let found = self
            .subscriptions
            .iter_mut()
            .find(|(_, s)| s.listener == listener);
        let Some((id, subscription)) = found else {
            let left = self.memberships.workspace_of(listener);
            return match (delivery, left) {
                (Delivery::Ended, Some(workspace)) => {
                    Err(put_out(&self.site, self.session.account, workspace).await)
                }
                _ => Ok(()),
            };
        };
        match delivery {
            Delivery::Event(seq, message) => {
                if seq > subscription.sent {
                    return self.send_text(message).await;
                }
                Ok(())
            }
            Delivery::Reset => {
                let at = *subscription.hub.partition().applied().borrow();
                let message = serde_json::json!({ "partition": id, "reset": true, "at": at });
                self.send(message).await
            }
            Delivery::Ended => {
                let workspace = id.workspace;
                Err(put_out(&self.site, self.session.account, workspace).await)
            }
        }
    }

    /// Tells where each subscription stands. A listener that the hub removed because its queue was
    /// full is told to fetch anew and subscribe again.
    async fn beat(&mut self) -> Result<(), Goodbye> {
        for workspace in self.memberships.lost() {
            let account = self.session.account;
            let member = self
                .memberships
                .enter(&self.site, account, workspace, &self.queue);
            if member.await.is_none() {
                return Err(put_out(&self.site, self.session.account, workspace).await);
            }
        }
        let stands: Vec<(PartitionId, Seq, bool)> = self
            .subscriptions
            .iter()
            .map(|(id, s)| {
                let at = *s.hub.partition().applied().borrow();
                (id.clone(), at, s.hub.has(s.listener))
            })
            .collect();
        for (id, at, listens) in stands {
            // Deliveries up to `at` may still be queued: they come first on their own, and a
            // position is only told when nothing waits.
            if listens && self.deliveries.is_empty() {
                self.send(serde_json::json!({ "partition": id, "at": at }))
                    .await?;
            } else if !listens {
                self.subscriptions.remove(&id);
                let message = serde_json::json!({ "partition": id, "reset": true, "at": at });
                self.send(message).await?;
            }
        }
        Ok(())
    }

    async fn check_session(&mut self) -> Result<(), Goodbye> {
        if !self.site.is_session_ended(&self.session).await {
            return Ok(());
        }
        // A quarantine ends the session too, and says more.
        for workspace in self.memberships.workspaces() {
            if self.site.is_confined(self.session.account, workspace).await {
                return Err(Goodbye::Quarantined(workspace));
            }
        }
        Err(Goodbye::SessionEnded)
    }

    async fn send(&mut self, message: serde_json::Value) -> Result<(), Goodbye> {
        self.send_text(Utf8Bytes::from(message.to_string())).await
    }

    async fn send_text(&mut self, text: Utf8Bytes) -> Result<(), Goodbye> {
        self.socket
            .send(Message::Text(text))
            .await
            .map_err(|_| Goodbye::Gone)
    }

    async fn close(&mut self, reason: Goodbye) {
        for (_, subscription) in self.subscriptions.drain() {
            subscription.hub.leave(subscription.listener);
        }
        self.memberships.leave();
        let goodbye = match reason {
            Goodbye::Gone => return,
            Goodbye::SessionEnded => serde_json::json!({ "reason": "session_ended" }),
            Goodbye::Quarantined(workspace) => {
                serde_json::json!({ "reason": "quarantined", "workspace_id": workspace })
            }
            Goodbye::BadMessage(detail) => {
                serde_json::json!({ "reason": "bad_message", "detail": detail })
            }
            Goodbye::Draining => serde_json::json!({
                "reason": "draining",
                "retry_after_ms": self.site.random.next_u64() % 3_000,
            }),
        };
        // The other side may be gone already.
        let _ = self.send(serde_json::json!({ "goodbye": goodbye })).await;
        let _ = self.socket.send(Message::Close(None)).await;
    }
}

/// Why somebody is entitled to nothing in a workspace any more.
async fn put_out(site: &Site, account: AccountId, workspace: WorkspaceId) -> Goodbye {
    match site.is_confined(account, workspace).await {
        true => Goodbye::Quarantined(workspace),
        false => Goodbye::SessionEnded,
    }
}
