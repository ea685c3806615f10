//! A small installation for tests: two sites over one set of facts, with faults on demand.
#![expect(
    dead_code,
    reason = "every test file takes what it needs of the shared installation"
)]

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use client::{Backoff, Builder, Client, Timeouts};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub mod events;

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is ever answered; nothing happens.
    Hang,
    /// It happens, and nothing is ever answered.
    ApplyAndHang,
    /// It happens, and the connection breaks in the middle of the answer.
    ApplyAndBreak,
    /// 503 `unavailable`, nothing happens.
    Unavailable,
    /// It happens, and the answer is 503 `outcome_unknown`.
    ApplyAndSayUnknown,
    /// 503 `overloaded` with a wait.
    Overloaded,
    /// A load balancer's page.
    BadGateway,
    /// 422.
    Refuse,
    /// 401 `session_ended`.
    EndSession,
    /// 200 with something else than an answer.
    Nonsense,
}

/// The facts both sites hold.
#[derive(Default)]
pub struct Facts {
    /// Every effect, in order: command name and body.
    pub effects: Vec<(String, Value)>,
    /// Answers by command id.
    answers: HashMap<String, (Value, Value)>,
    pub messages: Vec<Value>,
    pub chunks: BTreeMap<String, Bytes>,
    pub sign_ins: u32,
    /// Tokens that are taken.
    pub tokens: Vec<String>,
}

pub struct Site {
    pub name: &'static str,
    pub url: String,
    pub faults: Arc<Mutex<VecDeque<Fault>>>,
    /// Applied to every request once the queue is empty.
    pub always: Arc<Mutex<Option<Fault>>>,
    /// Requests seen, as method and path.
    pub seen: Arc<Mutex<Vec<String>>>,
    pub stream: Arc<events::Stream>,
    task: tokio::task::JoinHandle<()>,
}

pub struct Installation {
    pub facts: Arc<Mutex<Facts>>,
    pub sites: Vec<Site>,
}

#[derive(Clone)]
pub struct Shared {
    name: &'static str,
    facts: Arc<Mutex<Facts>>,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    always: Arc<Mutex<Option<Fault>>>,
    seen: Arc<Mutex<Vec<String>>>,
    stream: Arc<events::Stream>,
}

pub const USER: &str = "operator";
pub const PASSWORD: &str = "open sesame";

impl Installation {
    pub async fn start() -> Self {
        let facts = Arc::new(Mutex::new(Facts::default()));
        let mut sites = Vec::new();
        for name in ["a", "b"] {
            sites.push(Site::start(name, Arc::clone(&facts)).await);
        }
        Self { facts, sites }
    }

    pub fn builder(&self) -> Builder {
        self.sites
            .iter()
            .fold(Client::builder(), |builder, site| {
                builder.site(&site.url).unwrap()
            })
            .timeouts(Timeouts {
                connect: Duration::from_millis(300),
                attempt: Duration::from_millis(300),
                patience: Duration::from_secs(10),
                stream_silence: Duration::from_millis(600),
            })
            .backoff(Backoff {
                first: Duration::from_millis(5),
                cap: Duration::from_millis(40),
            })
            .credentials(USER, PASSWORD)
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub fn effects(&self) -> Vec<(String, Value)> {
        self.facts.lock().unwrap().effects.clone()
    }
}

impl Site {
    async fn start(name: &'static str, facts: Arc<Mutex<Facts>>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Shared {
            name,
            facts,
            faults: Arc::default(),
            always: Arc::default(),
            seen: Arc::default(),
            stream: Arc::default(),
        };
        let router = router(shared.clone());
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            name,
            url,
            faults: shared.faults,
            always: shared.always,
            seen: shared.seen,
            stream: shared.stream,
            task,
        }
    }

    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().extend(faults);
    }

    pub fn always(&self, fault: Option<Fault>) {
        *self.always.lock().unwrap() = fault;
    }

    /// The site is gone: its port refuses connections, those open break.
    pub async fn kill(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
        // Connections already accepted live in tasks of their own.
        self.always(Some(Fault::Hang));
        self.stream.close().await;
    }

    pub fn count(&self, path: &str) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|line| line.contains(path)).count()
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/api/installation/sign-in", post(sign_in))
        .route("/api/installation/session", get(session))
        .route("/api/{module}/{name}", post(command).get(query))
        .route("/api/attachments/{workspace}/chunks/{hash}", put(put_chunk))
        .route("/api/attachments/{workspace}/{message}/{id}", get(get_file))
        .route("/api/events", any(events::serve))
        .route("/livez", get(|| async { "live" }))
        .route("/readyz", get(|| async { "ready" }))
        .route("/role", get(role))
        .layer(axum::extract::DefaultBodyLimit::max(5 * 1024 * 1024))
        .with_state(shared)
}

fn problem(status: u16, code: &str, more: Value) -> Response {
    let mut document = json!({ "type": format!("/errors/{code}"), "title": code,
        "status": status, "code": code, "detail": format!("it is {code}") });
    for (key, value) in more.as_object().into_iter().flatten() {
        document[key] = value.clone();
    }
    (
        StatusCode::from_u16(status).unwrap(),
        [("content-type", "application/problem+json")],
        document.to_string(),
    )
        .into_response()
}

/// A body that promises more than it gives.
fn broken() -> Response {
    let parts = futures_util::stream::iter([
        Ok(Bytes::from_static(b"{\"command_id\"")),
        Err(std::io::Error::other("cut")),
    ]);
    Response::builder()
        .header("content-length", "1000")
        .body(Body::from_stream(parts))
        .unwrap()
}

impl Shared {
    fn see(&self, line: String) -> Option<Fault> {
        self.seen.lock().unwrap().push(line);
        let queued = self.faults.lock().unwrap().pop_front();
        queued.or(*self.always.lock().unwrap())
    }

    fn token_is_taken(&self, headers: &HeaderMap) -> bool {
        let given = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let facts = self.facts.lock().unwrap();
        given.is_some_and(|given| facts.tokens.iter().any(|token| token == given))
    }

    fn apply(&self, operation: &str, sent: &Value) -> Response {
        let mut facts = self.facts.lock().unwrap();
        let id = sent["command_id"].as_str().unwrap().to_owned();
        if let Some((first, answer)) = facts.answers.get(&id) {
            return if first == sent {
                axum::Json(answer.clone()).into_response()
            } else {
                problem(409, "command_id_reused", json!({ "field": "command_id" }))
            };
        }
        facts
            .effects
            .push((operation.to_owned(), sent["command"].clone()));
        let seq = facts.effects.len();
        if operation == "messaging/post-message" {
            let position = facts.messages.len() + 1;
            let command = &sent["command"];
            let message = json!({ "id": command["message_id"], "position": position,
                "text": command["text"] });
            facts.messages.push(message);
        }
        let answer = json!({ "command_id": id, "seq": seq, "unchanged": false,
            "site": self.name, "durability": "protected", "answer": { "number": seq } });
        facts.answers.insert(id, (sent.clone(), answer.clone()));
        axum::Json(answer).into_response()
    }
}

async fn sign_in(State(shared): State<Shared>, axum::Json(sent): axum::Json<Value>) -> Response {
    if shared.see("POST sign-in".into()) == Some(Fault::Hang) {
        std::future::pending::<()>().await;
    }
    if sent != json!({ "user": USER, "password": PASSWORD }) {
        return problem(401, "wrong_password", json!({}));
    }
    let mut facts = shared.facts.lock().unwrap();
    facts.sign_ins += 1;
    let token = format!("token-{}", facts.sign_ins);
    facts.tokens.push(token.clone());
    let end = kernel::Clock::now(&kernel::clock::SystemClock).plus_ms(3_600_000);
    axum::Json(json!({ "token": token, "expires_at": end, "sites": [],
        "account": { "id": uuid(1), "user": USER, "name": "Operator", "operator": true } }))
    .into_response()
}

async fn session(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    if !shared.token_is_taken(&headers) {
        return problem(401, "not_signed_in", json!({}));
    }
    axum::Json(json!({ "site": shared.name, "sites": [],
        "account": { "id": uuid(1), "user": USER, "name": "Operator", "operator": true },
        "workspaces": [{ "id": uuid(2), "name": "Harbour",
            "person": { "id": uuid(3), "name": "Operator", "handle": "operator",
                "roles": ["owner"], "permissions": ["import.run"] } }] }))
    .into_response()
}

async fn command(
    State(shared): State<Shared>,
    Path((module, name)): Path<(String, String)>,
    headers: HeaderMap,
    axum::Json(sent): axum::Json<Value>,
) -> Response {
    let operation = format!("{module}/{name}");
    let fault = shared.see(format!("POST {operation}"));
    if !shared.token_is_taken(&headers) {
        return problem(401, "not_signed_in", json!({}));
    }
    match fault {
        None => shared.apply(&operation, &sent),
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::ApplyAndHang) => {
            shared.apply(&operation, &sent);
            std::future::pending().await
        }
        Some(Fault::ApplyAndBreak) => {
            shared.apply(&operation, &sent);
            broken()
        }
        Some(Fault::ApplyAndSayUnknown) => {
            shared.apply(&operation, &sent);
            problem(503, "outcome_unknown", json!({}))
        }
        Some(Fault::Unavailable) => problem(503, "unavailable", json!({})),
        Some(Fault::Overloaded) => problem(503, "overloaded", json!({ "retry_after_ms": 20 })),
        Some(Fault::BadGateway) => (StatusCode::BAD_GATEWAY, "<html>bad gateway").into_response(),
        Some(Fault::Refuse) => problem(422, "name_empty", json!({ "field": "command.name" })),
        Some(Fault::EndSession) => {
            shared.facts.lock().unwrap().tokens.clear();
            problem(401, "session_ended", json!({}))
        }
        Some(Fault::Nonsense) => "not an answer".into_response(),
    }
}

async fn query(
    State(shared): State<Shared>,
    Path((module, name)): Path<(String, String)>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    match shared.see(format!("GET {module}/{name}")) {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Unavailable) => return problem(503, "unavailable", json!({})),
        _ => {}
    }
    let after: u64 = asked.get("after").map_or(0, |text| text.parse().unwrap());
    let facts = shared.facts.lock().unwrap();
    let items: Vec<&Value> = facts
        .messages
        .iter()
        .filter(|message| message["position"].as_u64().unwrap() > after)
        .take(200)
        .collect();
    axum::Json(json!({ "items": items, "next": null })).into_response()
}

async fn put_chunk(
    State(shared): State<Shared>,
    Path((_workspace, hash)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    match shared.see("PUT chunk".into()) {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Unavailable) => return problem(503, "unavailable", json!({})),
        _ => {}
    }
    if blake3::hash(&body).to_hex().as_str() != hash {
        return problem(422, "chunk_hash", json!({}));
    }
    shared.facts.lock().unwrap().chunks.insert(hash, body);
    axum::Json(json!({ "copies": 2 })).into_response()
}

/// Gives the file whose bytes are stored under the chunk named `file`.
async fn get_file(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let fault = shared.see("GET file".into());
    let file = shared.facts.lock().unwrap().chunks["file"].clone();
    let range = headers["range"].to_str().unwrap().to_owned();
    let from: usize = range
        .trim_start_matches("bytes=")
        .trim_end_matches('-')
        .parse()
        .unwrap();
    if from >= file.len() && from > 0 {
        return StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    }
    let rest = file.slice(from..);
    let status = if from > 0 { 206 } else { 200 };
    let body = match fault {
        Some(Fault::ApplyAndBreak) => Body::from_stream(futures_util::stream::iter([
            Ok(rest.slice(..rest.len() / 2)),
            Err(std::io::Error::other("cut")),
        ])),
        _ => Body::from(rest.clone()),
    };
    Response::builder()
        .status(status)
        .header("content-length", rest.len())
        .body(body)
        .unwrap()
}

async fn role(State(shared): State<Shared>) -> Response {
    axum::Json(
        json!({ "site": shared.name, "leads": [format!("{}/messaging", uuid(2))],
        "writable": true }),
    )
    .into_response()
}

pub fn uuid(n: u128) -> kernel::id::Uuid {
    kernel::id::Uuid::from_u128(n)
}
