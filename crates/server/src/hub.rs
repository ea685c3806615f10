//! Delivering events to listeners: which connection is entitled to which topic of a partition.
//!
//! Each entry is serialised once for each different audience, and handed as shared bytes to the
//! connections that listen to one of its topics. Connections that do not keep up are told to fetch
//! anew instead of holding anyone else up.

use crate::runtime::{Announcement, Partition};
use axum::extract::ws::Utf8Bytes;
use journal::partition::AppliedEntry;
use kernel::{Audience, PartitionId, PersonId, Seq, Topic, WorkspaceId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, watch};

/// Messages a connection may have waiting before it must fetch anew.
pub const QUEUE_MAX: usize = 256;
/// The pause between two looks at everybody's entitlements, while a followed module changes.
const ENTITLED_EVERY: Duration = Duration::from_secs(1);

/// What a connection is handed.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// A serialised event message, and the position it belongs to.
    Event(Seq, Utf8Bytes),
    /// The connection fell behind, or the partition was restarted: fetch anew.
    Reset,
    /// The person is no longer entitled to anything here.
    Ended,
}

/// A connection's handle for one partition. Unique at this site: a connection has one queue for all
/// its partitions.
pub type ListenerId = u64;

static LISTENERS: AtomicU64 = AtomicU64::new(1);

/// The listeners of one partition.
pub struct PartitionHub {
    partition: Arc<Partition>,
    listeners: Mutex<Listeners>,
}

#[derive(Default)]
struct Listeners {
    by_id: HashMap<ListenerId, Listener>,
    by_topic: HashMap<Topic, HashSet<ListenerId>>,
    by_person: HashMap<PersonId, HashSet<ListenerId>>,
}

struct Listener {
    person: PersonId,
    topics: Vec<Topic>,
    queue: mpsc::Sender<(ListenerId, Delivery)>,
}

impl PartitionHub {
    /// A hub that delivers what the partition announces, for as long as the partition lives.
    #[must_use]
    pub fn start(partition: Arc<Partition>) -> Arc<Self> {
        let announcements = partition.announcements();
        let hub = Arc::new(Self {
            partition,
            listeners: Mutex::default(),
        });
        tokio::spawn(Arc::clone(&hub).deliver_all(announcements));
        // The installation's own streams are for accounts, whose entitlements their session checks.
        let is_of_workspace = hub.id().workspace != WorkspaceId::INSTALLATION;
        if is_of_workspace && !hub.partition.module.follows().is_empty() {
            let followed = hub.partition.followed();
            tokio::spawn(Arc::clone(&hub).entitle_as_followed(followed));
        }
        hub
    }

    /// The partition whose listeners these are.
    #[must_use]
    pub fn id(&self) -> &PartitionId {
        &self.partition.id
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> &Arc<Partition> {
        &self.partition
    }

    /// Adds a listener; what is applied from now on reaches its queue.
    pub fn listen(
        &self,
        person: PersonId,
        topics: Vec<Topic>,
        queue: mpsc::Sender<(ListenerId, Delivery)>,
    ) -> ListenerId {
        let id = LISTENERS.fetch_add(1, Ordering::Relaxed);
        let mut listeners = self.lock();
        for topic in &topics {
            listeners
                .by_topic
                .entry(topic.clone())
                .or_default()
                .insert(id);
        }
        listeners.by_person.entry(person).or_default().insert(id);
        listeners.by_id.insert(
            id,
            Listener {
                person,
                topics,
                queue,
            },
        );
        id
    }

    /// Removes a listener.
    pub fn leave(&self, id: ListenerId) {
        self.lock().remove(id);
    }

    /// Whether the hub still delivers to this listener.
    #[must_use]
    pub fn has(&self, id: ListenerId) -> bool {
        self.lock().by_id.contains_key(&id)
    }

    /// How many listen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().by_id.len()
    }

    /// Whether nobody listens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Listeners> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn deliver_all(self: Arc<Self>, mut announcements: broadcast::Receiver<Announcement>) {
        loop {
            match announcements.recv().await {
                Ok(Announcement::Applied(entries)) => {
                    for entry in entries.iter() {
                        self.entitle_anew(entry).await;
                        self.deliver(entry);
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => self.reset_all(),
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    async fn entitle_anew(&self, entry: &AppliedEntry) {
        let people: BTreeSet<PersonId> = entry
            .audiences
            .iter()
            .flat_map(|a| a.entitled_anew.iter().copied())
            .collect();
        self.entitle(people).await;
    }

    /// What a module follows (somebody left a group, a role lost a permission) changes who is
    /// entitled to what without an event of the module's own.
    async fn entitle_as_followed(
        self: Arc<Self>,
        mut followed: watch::Receiver<BTreeMap<String, Seq>>,
    ) {
        while followed.changed().await.is_ok() {
            let people = self.lock().by_person.keys().copied().collect();
            self.entitle(people).await;
            tokio::time::sleep(ENTITLED_EVERY).await;
        }
    }

    async fn entitle(&self, people: BTreeSet<PersonId>) {
        for person in people {
            if !self.lock().by_person.contains_key(&person) {
                continue;
            }
            let module = Arc::clone(&self.partition.module);
            let topics = self
                .partition
                .query(None, move |rows| Ok(module.topics(rows, person)?))
                .await;
            match topics {
                Ok(topics) => self.lock().entitle(person, &topics),
                Err(error) => {
                    tracing::warn!(%error, "entitlements could not be read; listeners fetch anew");
                    self.lock().entitle(person, &[]);
                }
            }
        }
    }

    fn deliver(&self, entry: &AppliedEntry) {
        for (topics, message) in messages(entry) {
            let delivery = Delivery::Event(entry.header.seq, message);
            let mut listeners = self.lock();
            let to: HashSet<ListenerId> = topics
                .iter()
                .filter_map(|topic| listeners.by_topic.get(topic))
                .flatten()
                .copied()
                .collect();
            metrics::counter!("sekoci_deliveries_total").increment(to.len() as u64);
            for id in to {
                listeners.hand(id, delivery.clone());
            }
        }
    }

    fn reset_all(&self) {
        let mut listeners = self.lock();
        let all: Vec<ListenerId> = listeners.by_id.keys().copied().collect();
        for id in all {
            listeners.hand(id, Delivery::Reset);
        }
    }
}

impl Listeners {
    /// Hands a delivery over; a full queue removes the listener, whose connection notices that its
    /// sender is gone.
    fn hand(&mut self, id: ListenerId, delivery: Delivery) {
        let Some(listener) = self.by_id.get(&id) else {
            return;
        };
        if listener.queue.try_send((id, delivery)).is_err() {
            self.remove(id);
        }
    }

    fn remove(&mut self, id: ListenerId) {
        let Some(listener) = self.by_id.remove(&id) else {
            return;
        };
        for topic in &listener.topics {
            if let Some(ids) = self.by_topic.get_mut(topic) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.by_topic.remove(topic);
                }
            }
        }
        if let Some(ids) = self.by_person.get_mut(&listener.person) {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_person.remove(&listener.person);
            }
        }
    }

    fn entitle(&mut self, person: PersonId, topics: &[Topic]) {
        let ids: Vec<ListenerId> = self
            .by_person
            .get(&person)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        for id in ids {
            if topics.is_empty() {
                self.hand(id, Delivery::Ended);
                self.remove(id);
                continue;
            }
            let Some(listener) = self.by_id.get_mut(&id) else {
                continue;
            };
            let old = std::mem::replace(&mut listener.topics, topics.to_vec());
            for topic in old {
                if let Some(ids) = self.by_topic.get_mut(&topic) {
                    ids.remove(&id);
                }
            }
            for topic in topics {
                self.by_topic.entry(topic.clone()).or_default().insert(id);
            }
        }
    }
}

/// The messages of an entry: its events grouped by who is shown them.
pub fn messages(entry: &AppliedEntry) -> Vec<(Vec<Topic>, Utf8Bytes)> {
    let mut groups: BTreeMap<&[Topic], Vec<&kernel::Event>> = BTreeMap::new();
    for (event, audience) in entry.payload.events.iter().zip(&entry.audiences) {
        if !audience.topics.is_empty() {
            groups.entry(&audience.topics).or_default().push(event);
        }
    }
    groups
        .into_iter()
        .map(|(topics, events)| {
            let header = &entry.header;
            let message = serde_json::json!({
                "partition": header.partition,
                "seq": header.seq,
                "time": header.time,
                "site": header.site,
                "actor": header.actor,
                "command": header.command,
                "events": events,
            });
            (topics.to_vec(), Utf8Bytes::from(message.to_string()))
        })
        .collect()
}

/// Whether someone entitled to `topics` is shown something meant for `audience`.
#[must_use]
pub fn is_shown(topics: &HashSet<&str>, audience: &Audience) -> bool {
    audience
        .topics
        .iter()
        .any(|topic| topics.contains(topic.as_str()))
}
