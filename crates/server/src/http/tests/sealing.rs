//! Two sites seal what they have into a vault, whatever becomes of one of them or of the vault.

use super::support::{Door, Installation, eventually, new_id};
use crate::sealing::{self, Sealing, SealingError, SealingParts};
use async_trait::async_trait;
use bytes::Bytes;
use journal::Engine;
use journal::engine::memory::MemoryEngine;
use kernel::clock::SystemClock;
use kernel::id::Uuid;
use kernel::random::OsRandom;
use kernel::{Hash, PartitionId, SiteName, Timestamp, WorkspaceId};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use vault::custody::trust::Custodians;
use vault::custody::{RecoveryIdentity, SealingKey, Trust};
use vault::restore::Restore;
use vault::store::directory::{DirectoryStore, Retention};
use vault::store::{ObjectName, Put, Store, StoreError, Stored};

/// A vault that can be cut off, altogether or for files alone.
struct Cuttable {
    store: DirectoryStore,
    is_cut: AtomicBool,
    is_cut_for_files: AtomicBool,
}

impl Cuttable {
    fn way(&self) -> Result<&DirectoryStore, StoreError> {
        if self.is_cut.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("no way".into()));
        }
        Ok(&self.store)
    }

    fn way_of(&self, name: &ObjectName) -> Result<&DirectoryStore, StoreError> {
        let is_file = name.as_str().contains("/files/");
        if is_file && self.is_cut_for_files.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("no way for files".into()));
        }
        self.way()
    }

    fn cut_for_files(&self, is_cut: bool) {
        self.is_cut_for_files.store(is_cut, Ordering::SeqCst);
    }

    fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }
}

#[async_trait]
impl Store for Cuttable {
    async fn put(
        &self,
        name: &ObjectName,
        bytes: Bytes,
        until: Option<Timestamp>,
    ) -> Result<Put, StoreError> {
        self.way_of(name)?.put(name, bytes, until).await
    }

    async fn get(&self, name: &ObjectName) -> Result<Option<Bytes>, StoreError> {
        self.way_of(name)?.get(name).await
    }

    async fn stat(&self, name: &ObjectName) -> Result<Option<Stored>, StoreError> {
        self.way_of(name)?.stat(name).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectName>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.way()?.list(prefix, after, limit).await
    }

    async fn retain(&self, name: &ObjectName, until: Timestamp) -> Result<(), StoreError> {
        self.way()?.retain(name, until).await
    }

    async fn delete(&self, name: &ObjectName) -> Result<(), StoreError> {
        self.way()?.delete(name).await
    }

    async fn describe(&self) -> serde_json::Value {
        self.store.describe().await
    }
}

/// An installation whose two sites seal, each over a way of its own to one vault.
pub(super) struct Sealed {
    pub(super) installation: Installation,
    workspace: WorkspaceId,
    identity: RecoveryIdentity,
    trust: Trust,
    ways: [Arc<Cuttable>; 2],
}

fn name(site: &str) -> SiteName {
    SiteName::new(site).unwrap()
}

fn trust(identity: &RecoveryIdentity, keys: &[SealingKey; 2]) -> Trust {
    let sites = [(name("a"), keys[0].public()), (name("b"), keys[1].public())];
    let custodians = Custodians {
        count: 3,
        threshold: 2,
        names: Vec::new(),
    };
    let recipients = [identity.recipient()];
    Trust::new(
        Timestamp(1),
        &recipients,
        &sites.into(),
        custodians,
        Vec::new(),
    )
    .unwrap()
}

impl Sealed {
    pub(super) async fn start() -> Self {
        let installation = Installation::two_sites().await;
        Self::start_in(installation, false).await
    }

    async fn start_in(installation: Installation, is_cut: bool) -> Self {
        let workspace = installation.workspace("Harbour").await;
        let identity = RecoveryIdentity::make(&OsRandom);
        let keys = [(); 2].map(|()| SealingKey::make(&OsRandom));
        let trust = trust(&identity, &keys);
        let retention = Retention {
            at_least_ms: 60_000,
            at_most_ms: 600_000,
        };
        let root = installation.dir.path().join("vault");
        let store = DirectoryStore::open(&root, retention, Arc::new(SystemClock)).unwrap();
        vault::custody::in_vault::publish(&store, &trust, &[], None)
            .await
            .unwrap();
        let ways = [(); 2].map(|()| {
            Arc::new(Cuttable {
                store: store.clone(),
                is_cut: AtomicBool::new(is_cut),
                is_cut_for_files: AtomicBool::new(false),
            })
        });
        let doors = [&installation.a, installation.b()];
        for ((door, key), way) in doors.into_iter().zip(&keys).zip(&ways) {
            let parts = SealingParts {
                store: Arc::clone(way) as _,
                trust: trust.clone(),
                key: key.clone(),
                chunks: door.api.chunks().clone(),
            };
            sealing::start(&door.site, parts).unwrap();
        }
        Self {
            installation,
            workspace,
            identity,
            trust,
            ways,
        }
    }

    fn board(&self, door: &Door) -> Sealing {
        door.site.look_at_sealing().unwrap()
    }

    /// Makes an entry in the workspace.
    async fn write(&self, department: &str) {
        let command = json!({ "department_id": new_id(), "name": department });
        let made = self.installation.post(
            self.workspace,
            "directory/create-department",
            &self.installation.operator,
            command,
        );
        made.await.ok();
    }

    /// Waits until a site knows that the vault has what the engine has, to the last entry.
    async fn wait_sealed(&self, door: &Door) {
        eventually(async || {
            let board = self.board(door);
            let mut is_sealed = board.partitions.len() >= 3;
            for line in &board.partitions {
                let live = self
                    .installation
                    .engine
                    .head(&line.partition)
                    .await
                    .unwrap();
                is_sealed &= line.sealed_seq == Some(live.seq);
            }
            is_sealed
        })
        .await;
    }

    /// Every partition is in the vault, to the last entry, and opens with the identity.
    async fn assert_everything_is_there(&self) {
        let mut trusted = BTreeMap::default();
        self.trust.add_site_keys(&mut trusted);
        let identities = [self.identity.to_age()];
        let engine = MemoryEngine::new();
        let restore = Restore {
            store: &self.ways[0].store,
            engine: &engine,
            trusted: &trusted,
            identities: &identities,
            until: None,
        };
        let partitions = self.installation.a.site.partitions();
        assert!(partitions.len() >= 3);
        for partition in partitions {
            let head = restore.partition(&partition.id, |_| {}).await.unwrap();
            let live = self.installation.engine.head(&partition.id).await.unwrap();
            assert_eq!(head, live, "{}", partition.id);
        }
    }

    /// A room of the operator's.
    async fn room(&self) -> Uuid {
        let operator = &self.installation.operator;
        self.installation.group(self.workspace, operator, &[]).await
    }

    /// Posts a message with a file.
    async fn attach(&self, room: Uuid, content: &[u8]) {
        let chunks = self.installation.a.api.chunks();
        chunks.put(self.workspace, content).await.unwrap();
        let part = Hash(*blake3::hash(content).as_bytes());
        let command = json!({
            "message_id": new_id(), "conversation_id": room, "text": "see this",
            "attachments": [{ "attachment_id": new_id(), "name": "a.txt", "type": "text/plain",
                              "size": content.len(), "chunks": [part], "copies": 2 }],
        });
        let operator = &self.installation.operator;
        let posted =
            self.installation
                .post(self.workspace, "messaging/post-message", operator, command);
        posted.await.ok();
    }

    /// Files that the vault has.
    async fn files(&self) -> usize {
        let prefix = format!("{}/files/", self.workspace);
        let listed = self.ways[0].store.list(&prefix, None, 100).await;
        listed.unwrap().len()
    }

    fn leads(&self, door: &Door) -> bool {
        let id = PartitionId::new(self.workspace, "directory");
        let status = door.site.partition(&id).unwrap().status();
        status.core.unwrap().lead == door.site.name
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_in_the_vault_a_moment_later() {
    let sealed = Sealed::start().await;
    for department in ["Deck", "Engine", "Galley"] {
        sealed.write(department).await;
        sealed.wait_sealed(&sealed.installation.a).await;
    }
    sealed.wait_sealed(sealed.installation.b()).await;
    sealed.assert_everything_is_there().await;
    eventually(async || {
        let board = sealed.board(&sealed.installation.a);
        board.alarm.is_none() && board.backlog == 0 && board.last_success.is_some()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_gone_is_an_alarm_and_is_caught_up_with() {
    let sealed = Sealed::start().await;
    sealed.wait_sealed(&sealed.installation.a).await;
    for way in &sealed.ways {
        way.cut(true);
    }
    sealed.write("Deck").await;
    eventually(async || {
        let board = sealed.board(&sealed.installation.a);
        board.partitions.iter().any(|line| line.failure.is_some())
    })
    .await;
    let board = sealed.board(&sealed.installation.a);
    assert!(
        board.backlog > 0 && board.rpo_seconds > Some(0.0),
        "{board:?}"
    );
    sealed.installation.clock.move_ms(61_000);
    assert!(sealed.board(&sealed.installation.a).alarm.is_some());
    for way in &sealed.ways {
        way.cut(false);
    }
    sealed.wait_sealed(&sealed.installation.a).await;
    sealed.assert_everything_is_there().await;
    eventually(async || sealed.board(&sealed.installation.a).alarm.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_vault_has_is_not_guessed_while_it_does_not_answer() {
    let installation = Installation::two_sites().await;
    // The journal is old; that says nothing of what the vault has.
    installation.clock.move_ms(300_000);
    let sealed = Sealed::start_in(installation, true).await;
    eventually(async || {
        let board = sealed.board(&sealed.installation.a);
        board.partitions.iter().any(|line| line.failure.is_some())
    })
    .await;
    let board = sealed.board(&sealed.installation.a);
    assert_eq!((board.alarm, board.rpo_seconds), (None, None), "{board:?}");
    sealed.installation.clock.move_ms(61_000);
    assert!(sealed.board(&sealed.installation.a).alarm.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_site_seals_what_the_leading_one_cannot() {
    let sealed = Sealed::start().await;
    sealed.write("Deck").await;
    sealed.wait_sealed(&sealed.installation.a).await;
    let doors = [&sealed.installation.a, sealed.installation.b()];
    let leading = doors.iter().position(|door| sealed.leads(door)).unwrap();
    sealed.ways[leading].cut(true);
    sealed.write("Engine").await;
    let other = doors[1 - leading];
    eventually(async || sealed.board(other).backlog > 0).await;
    // It has waited long enough for the leading site to do it.
    sealed.installation.clock.move_ms(20_000);
    sealed.wait_sealed(other).await;
    sealed.ways[leading].cut(false);
    sealed.assert_everything_is_there().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_had_to_wait_are_all_sealed_in_the_end() {
    let sealed = Sealed::start().await;
    let room = sealed.room().await;
    for way in &sealed.ways {
        way.cut_for_files(true);
    }
    for n in 0..5 {
        sealed.attach(room, format!("file {n}").as_bytes()).await;
    }
    // Entries do not wait for files.
    sealed.wait_sealed(&sealed.installation.a).await;
    let waiting = |door: &Door| {
        let lines = sealed.board(door).partitions;
        lines.iter().map(|line| line.files_waiting).sum::<usize>()
    };
    let doors = [&sealed.installation.a, sealed.installation.b()];
    eventually(async || doors.iter().any(|door| waiting(door) == 5)).await;
    for way in &sealed.ways {
        way.cut_for_files(false);
    }
    eventually(async || sealed.files().await == 5).await;
    eventually(async || doors.iter().all(|door| waiting(door) == 0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_site_seals_files_that_the_leading_one_left() {
    let sealed = Sealed::start().await;
    let room = sealed.room().await;
    for way in &sealed.ways {
        way.cut_for_files(true);
    }
    sealed.attach(room, b"left behind").await;
    sealed.wait_sealed(&sealed.installation.a).await;
    sealed.wait_sealed(sealed.installation.b()).await;
    let id = PartitionId::new(sealed.workspace, "messaging");
    let doors = [&sealed.installation.a, sealed.installation.b()];
    let leads = |door: &&Door| {
        let status = door.site.partition(&id).unwrap().status();
        status.core.unwrap().lead == door.site.name
    };
    let other = 1 - doors.iter().position(leads).unwrap();
    // The leading site never gets it in, and nobody writes any more.
    sealed.ways[other].cut_for_files(false);
    sealed.installation.clock.move_ms(20_000);
    eventually(async || sealed.files().await == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_nobody_trusts_does_not_seal() {
    let installation = Installation::one_site().await;
    let identity = RecoveryIdentity::make(&OsRandom);
    let keys = [(); 2].map(|()| SealingKey::make(&OsRandom));
    let root = installation.dir.path().join("vault");
    let retention = Retention {
        at_least_ms: 0,
        at_most_ms: 1,
    };
    let store = DirectoryStore::open(&root, retention, Arc::new(SystemClock)).unwrap();
    let parts = SealingParts {
        store: Arc::new(store),
        trust: trust(&identity, &keys),
        key: SealingKey::make(&OsRandom),
        chunks: installation.a.api.chunks().clone(),
    };
    let error = sealing::start(&installation.a.site, parts).unwrap_err();
    assert!(
        matches!(error, SealingError::KeyNotTrusted { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("another key"), "{error}");
}
