//! The event stream: WebSocket to one site, resumed at the next one from the last seq seen.

mod connect;
mod frame;

use crate::{Client, Error};
use connect::Socket;
use frame::Frame;
use futures_util::{SinkExt, StreamExt};
use kernel::PartitionId;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

/// A partition and where to go on in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The partition.
    pub partition: PartitionId,
    /// The last seq already known; 0 for all of it.
    pub after: u64,
}

/// What a stream tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Connected to a site (its index in the client's order).
    Connected {
        /// The site.
        site: usize,
    },
    /// The connection is gone; the stream goes on at the next site by itself.
    Disconnected {
        /// The site.
        site: usize,
        /// Why.
        cause: String,
    },
    /// Something happened.
    Event(StreamedEvent),
    /// Everything up to `at` was sent (gaps are what this person may not see).
    CaughtUp {
        /// The partition.
        partition: PartitionId,
        /// Its seq.
        at: u64,
    },
    /// Too far behind: ask the queries again; the stream goes on after the next
    /// [`Notice::CaughtUp`].
    Reset {
        /// The partition.
        partition: PartitionId,
    },
    /// The site's state changed; its summary.
    Site(Value),
}

/// An entry's events, as far as this person may see them.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamedEvent {
    /// The partition.
    pub partition: PartitionId,
    /// Position in it.
    pub seq: u64,
    /// The rest of the frame: `time`, `actor`, `command`, `events`.
    pub body: Value,
}

/// A stream of events that survives the loss of a site.
pub struct EventStream {
    client: Client,
    cursors: BTreeMap<PartitionId, u64>,
    connection: Option<Connection>,
    failures: u32,
    not_before: Option<tokio::time::Instant>,
    queued: std::collections::VecDeque<Notice>,
}

/// The connection of the moment.
struct Connection {
    socket: Socket,
    site: usize,
    token: String,
}

impl Client {
    /// A stream of the given partitions. It connects when it is first asked for a notice.
    #[must_use]
    pub fn events(&self, subscriptions: impl IntoIterator<Item = Subscription>) -> EventStream {
        EventStream {
            client: self.clone(),
            cursors: subscriptions
                .into_iter()
                .map(|s| (s.partition, s.after))
                .collect(),
            connection: None,
            failures: 0,
            not_before: None,
            queued: std::collections::VecDeque::new(),
        }
    }
}

impl EventStream {
    /// The last seq seen of every partition.
    #[must_use]
    pub const fn cursors(&self) -> &BTreeMap<PartitionId, u64> {
        &self.cursors
    }

    /// The site (an index) the stream is connected to.
    #[must_use]
    pub fn site(&self) -> Option<usize> {
        self.connection.as_ref().map(|c| c.site)
    }

    /// Adds a partition, at once where the stream is connected.
    pub async fn subscribe(&mut self, subscription: Subscription) {
        self.cursors
            .insert(subscription.partition.clone(), subscription.after);
        let text = frame::subscribe([(&subscription.partition, subscription.after)]);
        if let Some(connection) = &mut self.connection
            && connection.socket.send(Message::text(text)).await.is_err()
        {
            // The next reading meets the same trouble and connects anew.
            tracing::debug!("the subscription waits for the next connection");
        }
    }

    /// The next notice. Waits, reconnects and changes sites for as long as it takes; may be
    /// dropped and called again without losing anything.
    ///
    /// # Errors
    /// Only when the session is refused for good.
    pub async fn next(&mut self) -> Result<Notice, Error> {
        loop {
            if let Some(notice) = self.queued.pop_front() {
                return Ok(notice);
            }
            let silence = self.client.timeouts().stream_silence;
            let Some(connection) = &mut self.connection else {
                self.connect().await?;
                continue;
            };
            let site = connection.site;
            let cause = match tokio::time::timeout(silence, connection.socket.next()).await {
                Err(_) => format!("silent for {} s", silence.as_secs()),
                Ok(None) => "closed".to_owned(),
                Ok(Some(Err(error))) => error.to_string(),
                Ok(Some(Ok(message))) => match self.read(&message) {
                    None => continue,
                    Some(cause) => cause,
                },
            };
            self.connection = None;
            self.client.move_on_from(site);
            return Ok(Notice::Disconnected { site, cause });
        }
    }

    /// Takes a message in; returns why the connection is to be given up, if it is.
    fn read(&mut self, message: &Message) -> Option<String> {
        let text = match message {
            Message::Text(text) => text.as_str(),
            Message::Close(_) => return Some("closed".into()),
            _ => return None,
        };
        // The site works: the next trouble starts with short waits again.
        self.failures = 0;
        match frame::read(text) {
            Ok(Frame::Event {
                partition,
                seq,
                body,
            }) => {
                let known = self.cursors.entry(partition.clone()).or_insert(0);
                if seq > *known {
                    *known = seq;
                    self.queued.push_back(Notice::Event(StreamedEvent {
                        partition,
                        seq,
                        body,
                    }));
                }
            }
            Ok(Frame::At { partition, at }) => {
                let known = self.cursors.entry(partition.clone()).or_insert(0);
                *known = (*known).max(at);
                self.queued.push_back(Notice::CaughtUp { partition, at });
            }
            Ok(Frame::Reset { partition }) => {
                self.queued.push_back(Notice::Reset { partition });
            }
            Ok(Frame::Site(summary)) => self.queued.push_back(Notice::Site(summary)),
            Ok(Frame::Pong) => {}
            Ok(Frame::Goodbye {
                reason,
                retry_after,
            }) => {
                if reason == "session_ended" {
                    let token = self.connection.as_ref().map(|c| c.token.as_str());
                    self.client.shared.session.forget(token);
                }
                self.not_before = Some(tokio::time::Instant::now() + retry_after);
                return Some(format!("goodbye: {reason}"));
            }
            Err(cause) => return Some(format!("an unreadable frame: {cause}")),
        }
        None
    }

    async fn connect(&mut self) -> Result<(), Error> {
        if let Some(moment) = self.not_before.take() {
            tokio::time::sleep_until(moment).await;
        }
        let sites = u32::try_from(self.client.sites().len()).unwrap_or(1);
        if self.failures > 0 && self.failures.is_multiple_of(sites) {
            let round = self.failures / sites - 1;
            let shared = &self.client.shared;
            let pause: Duration = shared.backoff.wait(round, &*shared.random);
            tokio::time::sleep(pause).await;
        }
        let token = match self.client.token(self.client.timeouts().patience).await {
            Ok(token) => token,
            Err(error @ (Error::Refused(_) | Error::NoCredentials)) => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "no session yet");
                self.failures += 1;
                return Ok(());
            }
        };
        let site = self.client.preferred_site();
        match self.open(site, &token).await {
            Ok(socket) => {
                self.connection = Some(Connection {
                    socket,
                    site,
                    token,
                });
                self.queued.push_back(Notice::Connected { site });
            }
            Err(connect::ConnectError::NotSignedIn) => {
                self.failures += 1;
                let session = &self.client.shared.session;
                if !session.has_credentials() {
                    return Err(Error::NoCredentials);
                }
                session.forget(Some(&token));
            }
            Err(connect::ConnectError::Failed(cause)) => {
                self.failures += 1;
                tracing::debug!(site = %self.client.sites()[site], cause, "no event stream");
                self.client.move_on_from(site);
            }
        }
        Ok(())
    }

    async fn open(&self, site: usize, token: &str) -> Result<Socket, connect::ConnectError> {
        let shared = &self.client.shared;
        let limit = shared.timeouts.attempt;
        let subscribe = frame::subscribe(self.cursors.iter().map(|(p, after)| (p, *after)));
        let opening = async {
            let mut socket = connect::connect(&shared.sites[site], &shared.tls, token).await?;
            socket
                .send(Message::text(subscribe))
                .await
                .map_err(|e| connect::ConnectError::Failed(e.to_string()))?;
            Ok(socket)
        };
        tokio::time::timeout(limit, opening)
            .await
            .unwrap_or_else(|_| Err(connect::ConnectError::Failed("no answer".into())))
    }
}
