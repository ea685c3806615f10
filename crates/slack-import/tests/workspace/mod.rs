//! A site for tests: the real directory and messaging behind the front door's contract, so that an
//! import meets the very rules it will meet. And a builder of exports.
#![expect(
    dead_code,
    reason = "every test file takes what it needs of the shared workspace"
)]

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use client::Client;
use directory::Directory;
use kernel::id::Uuid;
use kernel::testing::Given;
use kernel::{AccountId, Actor, DecideError, Decision, Module, PersonId, Refusal, RefusalKind};
use messaging::Messaging;
use serde_json::{Value, json};
use slack_import::{ImportError, Options, Report, Silent, import};
use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));
const OWNER: PersonId = PersonId(Uuid::from_u128(2));
const WORKSPACE: Uuid = Uuid::from_u128(10);

pub struct Inner {
    directory: Given,
    pub messaging: Given,
    answers: HashMap<String, (Value, Value)>,
    pub chunks: HashMap<String, Bytes>,
    pub is_founded: bool,
    pub is_operator: bool,
    /// Answer this many commands more, then none.
    pub dies_after: Option<u64>,
    pub commands: u64,
}

pub struct Workspace {
    pub inner: Arc<Mutex<Inner>>,
    pub client: Client,
}

impl Workspace {
    pub async fn start(is_founded: bool) -> Self {
        let mut inner = Inner {
            directory: Given::module(Directory),
            messaging: Given::module(Messaging::default()),
            answers: HashMap::new(),
            chunks: HashMap::new(),
            is_founded: false,
            is_operator: true,
            dies_after: None,
            commands: 0,
        };
        if is_founded {
            inner.found();
        }
        let inner = Arc::new(Mutex::new(inner));
        let router = Router::new()
            .route("/api/installation/sign-in", post(sign_in))
            .route("/api/installation/session", get(session))
            .route("/api/{module}/{name}", post(command).get(query))
            .route("/api/attachments/{workspace}/chunks/{hash}", put(chunk))
            .layer(DefaultBodyLimit::max(4 << 20))
            .with_state(Arc::clone(&inner));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let client = Client::builder()
            .site(&url)
            .unwrap()
            .credentials("operator", "open sesame")
            .timeouts(client::Timeouts {
                patience: std::time::Duration::from_secs(20),
                ..client::Timeouts::default()
            })
            .build()
            .unwrap();
        Self { inner, client }
    }

    pub async fn import(&self, path: &std::path::Path) -> Result<Report, ImportError> {
        self.import_with(path, |_| {}).await
    }

    pub async fn import_with(
        &self,
        path: &std::path::Path,
        change: impl FnOnce(&mut Options),
    ) -> Result<Report, ImportError> {
        let mut options = Options::new("Harbour");
        change(&mut options);
        import(&self.client, path, &options, Arc::new(Silent)).await
    }

    /// The messages of the conversation Slack knew as `slack_id`, in order.
    pub fn messages(&self, slack_id: &str) -> Vec<Value> {
        let id = messaging::ConversationId::imported(&format!("slack:{slack_id}"));
        let inner = self.inner.lock().unwrap();
        let mut all = Vec::new();
        loop {
            let text = format!("conversation_id={id}&limit=200&after={}", all.len());
            let page = run(&inner.messaging, messaging::QUERIES, "message-list", &text).unwrap();
            let items = page["items"].as_array().unwrap();
            if items.is_empty() {
                return all;
            }
            all.extend(items.clone());
        }
    }

    pub fn ask(&self, name: &str, text: &str) -> Value {
        let inner = self.inner.lock().unwrap();
        let is_messaging = messaging::QUERIES.iter().any(|query| query.name == name);
        match is_messaging {
            true => run(&inner.messaging, messaging::QUERIES, name, text).unwrap(),
            false => run(&inner.directory, directory::queries::QUERIES, name, text).unwrap(),
        }
    }
}

impl Inner {
    fn found(&mut self) {
        self.directory.by(Actor::Account(ACCOUNT));
        let body = json!({ "name": "Harbour", "owner": { "person_id": OWNER,
            "account_id": ACCOUNT, "name": "Operator", "handle": "operator" } });
        let decided = self.directory.when("found-workspace", body);
        self.follow(decided.accepted_events().0);
        self.directory.by(Actor::Person(OWNER));
        self.messaging.by(Actor::Person(OWNER));
        self.is_founded = true;
    }

    fn follow(&mut self, events: Vec<kernel::Event>) {
        self.messaging.follows("directory", events);
    }

    fn decide(&mut self, module: &str, name: &str, body: Value) -> Result<(Value, bool), Refusal> {
        let given = match module {
            "directory" => &mut self.directory,
            _ => &mut self.messaging,
        };
        match given.when(name, body).result()? {
            Decision::Accepted { events, answer } => {
                if module == "directory" {
                    self.follow(events);
                }
                Ok((answer, true))
            }
            Decision::Unchanged { answer } => Ok((answer, false)),
        }
    }
}

fn run(
    given: &Given,
    queries: &[kernel::QuerySpec],
    name: &str,
    text: &str,
) -> Result<Value, Refusal> {
    let spec = queries.iter().find(|query| query.name == name).unwrap();
    match (spec.run)(given.rows(), &Actor::Person(OWNER), text) {
        Ok(answer) => Ok(answer),
        Err(DecideError::Refused(refusal)) => Err(refusal),
        Err(error) => panic!("{error:?}"),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = match refusal.kind {
        RefusalKind::Invalid => 422,
        RefusalKind::Forbidden => 403,
        RefusalKind::NotFound => 404,
        RefusalKind::Conflict => 409,
        RefusalKind::Failed => 500,
    };
    let body = json!({ "status": status, "code": refusal.code, "detail": refusal.detail,
        "field": refusal.field });
    (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response()
}

type Shared = State<Arc<Mutex<Inner>>>;

async fn sign_in() -> Json<Value> {
    Json(
        json!({ "token": "t", "expires_at": i64::MAX / 4, "sites": [],
        "account": { "id": ACCOUNT, "user": "operator" } }),
    )
}

async fn session(State(inner): Shared) -> Json<Value> {
    let inner = inner.lock().unwrap();
    let workspaces = match inner.is_founded {
        true => json!([{ "id": WORKSPACE, "name": "Harbour", "person": { "id": OWNER,
            "permissions": ["import.run"] } }]),
        false => json!([]),
    };
    Json(json!({ "site": "a", "workspaces": workspaces,
        "account": { "id": ACCOUNT, "user": "operator", "operator": inner.is_operator } }))
}

async fn command(
    State(inner): Shared,
    Path((module, name)): Path<(String, String)>,
    Json(sent): Json<Value>,
) -> Response {
    let mut inner = inner.lock().unwrap();
    inner.commands += 1;
    if let Some(left) = &mut inner.dies_after {
        match left.checked_sub(1) {
            Some(fewer) => *left = fewer,
            None => {
                let body = json!({ "status": 422, "code": "pulled_the_plug" });
                return (StatusCode::UNPROCESSABLE_ENTITY, body.to_string()).into_response();
            }
        }
    }
    if name == "create-workspace" {
        // The workspace's id is the client's; this site has one workspace under its own.
        inner.found();
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let id = sent["command_id"].as_str().unwrap().to_owned();
    if let Some((first, answer)) = inner.answers.get(&id) {
        assert!(*first == sent, "an id was used for another body");
        return Json(answer.clone()).into_response();
    }
    match inner.decide(&module, &name, sent["command"].clone()) {
        Err(refusal) => refused(&refusal),
        Ok((answer, is_entry)) => {
            let answer = json!({ "command_id": id, "seq": is_entry.then_some(1),
                "site": "a", "durability": "protected", "answer": answer });
            if is_entry {
                inner.answers.insert(id, (sent, answer.clone()));
            }
            Json(answer).into_response()
        }
    }
}

async fn query(
    State(inner): Shared,
    Path((module, name)): Path<(String, String)>,
    Query(_): Query<HashMap<String, String>>,
) -> Response {
    let inner = inner.lock().unwrap();
    assert_eq!(name, "counts", "an import asks for nothing else");
    let answered = match module.as_str() {
        "directory" => run(&inner.directory, directory::queries::QUERIES, &name, ""),
        _ => run(&inner.messaging, messaging::QUERIES, &name, ""),
    };
    match answered {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

async fn chunk(
    State(inner): Shared,
    Path((_, hash)): Path<(String, String)>,
    body: Bytes,
) -> Json<Value> {
    assert_eq!(blake3::hash(&body).to_hex().as_str(), hash);
    inner.lock().unwrap().chunks.insert(hash, body);
    Json(json!({ "copies": 2 }))
}

/// An export that is put together by a test.
pub struct Zip {
    entries: Vec<(String, Vec<u8>)>,
    directory: Arc<tempfile::TempDir>,
}

/// An export on disk, as long as this is kept.
pub struct Written {
    path: PathBuf,
    _directory: Arc<tempfile::TempDir>,
}

impl std::ops::Deref for Written {
    type Target = std::path::Path;
    fn deref(&self) -> &Self::Target {
        &self.path
    }
}

impl AsRef<std::path::Path> for Written {
    fn as_ref(&self) -> &std::path::Path {
        &self.path
    }
}

impl Zip {
    /// Two users, one channel called `ward`, no messages.
    pub fn small() -> Self {
        let zip = Self {
            entries: Vec::new(),
            directory: Arc::new(tempfile::tempdir().unwrap()),
        };
        zip.json(
            "users.json",
            &json!([{ "id": "U1", "name": "night.lead", "real_name": "Night shift lead" },
                { "id": "U2", "name": "nurse", "real_name": "Ward nurse" }]),
        )
        .json(
            "channels.json",
            &json!([{ "id": "C1", "name": "ward", "created": 1, "members": ["U1", "U2"] }]),
        )
    }

    pub fn json(self, name: &str, value: &Value) -> Self {
        self.bytes(name, value.to_string().into_bytes())
    }

    pub fn bytes(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.entries.retain(|(known, _)| known != name);
        self.entries.push((name.into(), bytes));
        self
    }

    pub fn day(self, messages: &Value) -> Self {
        self.json("ward/2024-05-01.json", messages)
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("export.zip")
    }

    pub fn write(&self) -> Written {
        let mut zip = zip::ZipWriter::new(std::fs::File::create(self.path()).unwrap());
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        for (name, bytes) in &self.entries {
            zip.start_file(name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        Written {
            path: self.path(),
            _directory: Arc::clone(&self.directory),
        }
    }
}

/// The module is what it is named after.
pub fn module_names() -> [&'static str; 2] {
    [Directory.name(), Messaging::default().name()]
}
