//! Sites to test with: one founded installation with an operator, a workspace and its first people.

pub use super::asking::{Answer, get, post, request, send};
use crate::attachments::{ChunkPeer, ChunkPeerError, Chunks};
use crate::config::{Config, Limits, Role};
use crate::http::{Api, ApiParts, MoreRoutes, routes};
use crate::readiness;
use crate::runtime::{OwnThread, Remote};
use crate::site::{Parts, Site};
use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use installation::KeyBytes;
use installation::commands::{FoundInstallationPrepared, NewAccount};
use installation::password::{Cost, Passwords};
use journal::DataKey;
use journal::engine::memory::MemoryEngine;
use journal::partition::{ForwardResult, Outcome, Via};
use kernel::clock::{Clock, SystemClock, Timestamp};
use kernel::id::Uuid;
use kernel::random::OsRandom;
use kernel::{AccountId, Actor, Command, CommandId, Hash, PartitionId, Seq, SiteName, WorkspaceId};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;
use tempfile::TempDir;

pub const OPERATOR: &str = "operator";
pub const PASSWORD: &str = "correct horse battery";

/// The machine's clock, moved.
#[derive(Default)]
pub struct MovedClock(AtomicI64);

impl MovedClock {
    pub fn move_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_ms(self.0.load(Ordering::SeqCst))
    }
}

/// The way to the other site, in the same process.
#[derive(Default)]
struct Beside {
    site: OnceLock<Weak<Site>>,
    chunks: OnceLock<Chunks>,
    is_cut: AtomicBool,
}

#[async_trait]
impl Remote for Beside {
    async fn forward(
        &self,
        _: &SiteName,
        partition: &PartitionId,
        command: Command,
        at: Seq,
        must_append: bool,
    ) -> ForwardResult {
        let site = self.site.get().and_then(Weak::upgrade);
        let site = site
            .filter(|_| !self.is_cut.load(Ordering::SeqCst))
            .ok_or("no way")?;
        Ok(site
            .submit_via(Via::Peer { at, must_append }, partition, command)
            .await)
    }
}

#[async_trait]
impl ChunkPeer for Beside {
    async fn put_chunk(&self, name: Hash, stored: Bytes) -> Result<(), ChunkPeerError> {
        let chunks = self
            .chunks
            .get()
            .filter(|_| !self.is_cut.load(Ordering::SeqCst));
        let chunks = chunks.ok_or_else(|| ChunkPeerError("no way".into()))?;
        chunks
            .keep(name, stored)
            .await
            .map_err(|e| ChunkPeerError(e.to_string()))
    }

    async fn get_chunk(&self, name: Hash) -> Option<Bytes> {
        let chunks = self
            .chunks
            .get()
            .filter(|_| !self.is_cut.load(Ordering::SeqCst))?;
        chunks.held(name).await.ok().flatten()
    }
}

/// One site with its door.
pub struct Door {
    pub router: Router,
    pub api: Api,
    pub site: Arc<Site>,
    beside: Arc<Beside>,
}

/// An installation.
pub struct Installation {
    pub a: Door,
    pub b: Option<Door>,
    pub clock: Arc<MovedClock>,
    pub engine: MemoryEngine,
    pub dir: TempDir,
    /// The operator's token.
    pub operator: String,
}

/// Signs in and gives the token.
pub async fn sign_in(router: &Router, user: &str) -> String {
    let body = json!({ "user": user, "password": PASSWORD });
    let answer = post(router, "/api/installation/sign-in", None, &body)
        .await
        .ok();
    answer["token"].as_str().unwrap().to_owned()
}

pub fn new_id() -> Uuid {
    CommandId::new(&SystemClock, &OsRandom).0
}

/// A command's envelope.
pub fn envelope(workspace: Option<WorkspaceId>, command: Value) -> Value {
    let mut envelope = json!({ "command_id": new_id(), "command": command });
    if let Some(workspace) = workspace {
        envelope["workspace_id"] = json!(workspace);
    }
    envelope
}

fn config(name: &str, sites: &[&str], dir: &Path, limits: &Limits) -> Arc<Config> {
    let nodes: Vec<Value> = sites
        .iter()
        .map(|name| {
            json!({ "name": name, "role": Role::Site, "url": url(name), "peer": "127.0.0.1:1",
                    "fingerprint": "00" })
        })
        .collect();
    let none = dir.join("none");
    let config = json!({
        "role": Role::Site, "name": name, "data": dir.join(name), "listen": "127.0.0.1:0",
        "peer_listen": "127.0.0.1:0", "nodes": nodes, "limits": limits,
        "identity": { "authority": none, "certificate": none, "key": none },
    });
    Arc::new(serde_json::from_value(config).unwrap())
}

pub fn url(site: &str) -> String {
    format!("http://localhost:{}", if site == "a" { 8401 } else { 8402 })
}

fn open(
    name: &str,
    sites: &[&str],
    dir: &Path,
    clock: &Arc<MovedClock>,
    engine: &MemoryEngine,
    limits: &Limits,
) -> Door {
    let beside = Arc::new(Beside::default());
    let site = Site::start(Parts {
        config: config(name, sites, dir, limits),
        clock: Arc::clone(clock) as _,
        random: Arc::new(OsRandom),
        engine: Arc::new(engine.clone()),
        modules: vec![
            Arc::new(installation::Installation),
            Arc::new(directory::Directory),
            Arc::new(messaging::Messaging::default()),
            Arc::new(documents::Documents),
            Arc::new(protection::Protection),
            Arc::new(programme::Programme),
            Arc::new(response::Response),
            Arc::new(continuity::Continuity),
        ],
        installation_key: DataKey::from_bytes([3; 32]),
        remote: Arc::clone(&beside) as _,
        place: Arc::new(OwnThread),
    })
    .unwrap();
    let chunk_peer = (sites.len() > 1).then(|| Arc::clone(&beside) as _);
    let parts = ApiParts {
        site: Arc::clone(&site),
        chunk_peer,
        password_cost: Cost::LEAST,
    };
    let api = Api::open(parts).unwrap();
    let more = MoreRoutes {
        signed_in: readiness::routes(readiness::Door {
            api: api.clone(),
            contacts: Arc::default(),
        }),
        ..MoreRoutes::default()
    };
    let router = routes(api.clone(), more);
    Door {
        router,
        api,
        site,
        beside,
    }
}

async fn found(site: &Site) {
    let passwords = Passwords::new(Cost::LEAST, &OsRandom).unwrap();
    let body = FoundInstallationPrepared {
        account: NewAccount {
            account_id: AccountId(new_id()),
            user: OPERATOR.into(),
            name: "Operator".into(),
            password_hash: passwords.hash(PASSWORD, &OsRandom).unwrap(),
        },
        seed: KeyBytes([4; 32]),
    };
    let command = Command {
        id: CommandId(new_id()),
        name: "found-installation".into(),
        actor: Actor::Site(site.name.clone()),
        body: serde_json::to_value(body).unwrap(),
        digest: [0; 32],
    };
    let id = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
    let outcome = site.submit(&id, command).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
}

/// Generous limits; tests of limits bring their own.
pub fn limits() -> Limits {
    Limits {
        requests_per_second: 10_000,
        requests_burst: 10_000,
        ..Limits::default()
    }
}

impl Installation {
    pub async fn one_site() -> Self {
        Self::start(&["a"], limits()).await
    }

    pub async fn two_sites() -> Self {
        Self::start(&["a", "b"], limits()).await
    }

    pub async fn start(sites: &[&str], limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(MovedClock::default());
        let engine = MemoryEngine::new();
        let door = |name| open(name, sites, dir.path(), &clock, &engine, &limits);
        let a = door("a");
        let b = (sites.len() > 1).then(|| door("b"));
        if let Some(b) = &b {
            a.beside.see(b);
            b.beside.see(&a);
        }
        found(&a.site).await;
        if let Some(b) = &b {
            let id = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
            eventually(async || crate::session::has_read(&b.site, &id)).await;
        }
        let operator = sign_in(&a.router, OPERATOR).await;
        Self {
            a,
            b,
            clock,
            engine,
            dir,
            operator,
        }
    }

    pub fn b(&self) -> &Door {
        self.b.as_ref().unwrap()
    }

    /// A command of the operator at site a.
    pub async fn operator(&self, name: &str, command: Value) -> Answer {
        let path = format!("/api/installation/{name}");
        post(
            &self.a.router,
            &path,
            Some(&self.operator),
            &envelope(None, command),
        )
        .await
    }

    /// A new account, signed in at site a.
    pub async fn account(&self, user: &str) -> (AccountId, String) {
        let id = AccountId(new_id());
        let command = json!({ "account_id": id, "user": user, "name": user, "password": PASSWORD });
        self.operator("create-account", command).await.ok();
        (id, sign_in(&self.a.router, user).await)
    }

    /// A new workspace whose owner is the operator.
    pub async fn workspace(&self, name: &str) -> WorkspaceId {
        let id = WorkspaceId(new_id());
        let command = json!({ "workspace_id": id, "name": name });
        self.operator("create-workspace", command).await.ok();
        // Its other partitions open a moment after its directory.
        let modules = self.a.site.modules().map(|module| module.name());
        let of_workspaces = modules.filter(|name| *name != "installation" && *name != "continuity");
        for name in of_workspaces {
            let partition = PartitionId::new(id, name);
            eventually(async || self.a.site.has_partition(&partition)).await;
        }
        id
    }

    /// A new member of a workspace, signed in at site a: person and token.
    pub async fn member(&self, workspace: WorkspaceId, user: &str) -> (Uuid, String) {
        let (account, token) = self.account(user).await;
        let person = new_id();
        let command = json!({
            "person_id": person, "name": user, "handle": user, "account_id": account, "role": "member"
        });
        self.post(workspace, "directory/add-person", &self.operator, command)
            .await
            .ok();
        (person, token)
    }

    /// A command in a workspace at site a.
    pub async fn post(
        &self,
        workspace: WorkspaceId,
        path: &str,
        token: &str,
        command: Value,
    ) -> Answer {
        let body = envelope(Some(workspace), command);
        post(&self.a.router, &format!("/api/{path}"), Some(token), &body).await
    }

    /// A group that its maker and others are in; waits until the module knows these people.
    pub async fn group(&self, workspace: WorkspaceId, token: &str, members: &[Uuid]) -> Uuid {
        let id = new_id();
        let command =
            json!({ "conversation_id": id, "kind": "group", "name": "Room", "members": members });
        eventually(async || {
            let answer = self
                .post(
                    workspace,
                    "messaging/create-conversation",
                    token,
                    command.clone(),
                )
                .await;
            answer.status == 200
        })
        .await;
        id
    }
}

impl Beside {
    fn see(&self, other: &Door) {
        self.site.set(Arc::downgrade(&other.site)).ok();
        self.chunks.set(other.api.chunks().clone()).ok();
    }
}

impl Door {
    /// Cuts, or mends, the way from this site to the other.
    pub fn cut(&self, is_cut: bool) {
        self.beside.is_cut.store(is_cut, Ordering::SeqCst);
    }
}

/// Waits until something is so.
pub async fn eventually(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect("it becomes so in time");
}
