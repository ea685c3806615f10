//! The real chat import: everything in it, as the import brings it, and again as it was lived.
//!
//! The import is the product's own, over HTTP, and what comes in is decided by the real directory and
//! messaging. Lived again: every message is posted by its author at its own time, edited where it
//! was edited, reacted to by who reacted, so that the detectors see years of 21,169 people at work
//! and all their words. This export knows no edits; so in a third run every author edits every
//! message half a minute later, which tries the measure of noise on every real message, and the rates
//! on real people's minutes: times in it are whole minutes. Skipped where it is not beside the project.

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use client::Client;
use detector::measure::TextSample;
use detector::{Detector, Level, NoContent, Observed, Verdict};
use directory::Directory;
use kernel::id::Uuid;
use kernel::{
    AccountId, Actor, Command, CommandId, DecideError, Decision, Event, Hash, Header, KeyId,
    Module, PartitionId, Payload, PersonId, SiteName, Timestamp, View, WorkspaceId,
};
use messaging::Messaging;
use messaging::events::{
    Fact, ImportedMessage, MessageEdited, MessagePosted, MessagesImported, ReactionAdded,
};
use serde_json::{Value, json};
use slack_import::{Options, Silent, import};
use std::sync::{Arc, Mutex};

const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));
const OWNER: PersonId = PersonId(Uuid::from_u128(2));
const WORKSPACE: Uuid = Uuid::from_u128(10);

/// One partition: its view, its detector, what was said.
struct Partition {
    view: View,
    id: PartitionId,
    detector: Detector,
    verdicts: Vec<Verdict>,
    entries: u64,
    prev: Hash,
}

impl Partition {
    fn new(module: Arc<dyn Module>) -> Self {
        let id = PartitionId::new(WorkspaceId(WORKSPACE), module.name());
        Self {
            view: View::in_memory(module).unwrap(),
            detector: Detector::new(id.clone()),
            id,
            verdicts: Vec::new(),
            entries: 0,
            prev: Hash::ZERO,
        }
    }

    /// Decides, applies, and shows the entry to the detector.
    fn decide(&mut self, command: &Command, time: Timestamp) -> Result<Option<Taken>, DecideError> {
        let Decision::Accepted { events, answer } = self.view.decide(time, command)? else {
            return Ok(None);
        };
        self.entries += 1;
        let header = Header {
            partition: self.id.clone(),
            seq: self.entries,
            site: SiteName::new("a").unwrap(),
            lead: SiteName::new("a").unwrap(),
            time,
            actor: command.actor.clone(),
            command: command.id,
            key: KeyId(0),
            prev: self.prev,
        };
        let payload = Payload {
            name: command.name.clone(),
            digest: command.digest,
            answer,
            events,
        };
        let hash = Hash(*blake3_of(&header).as_bytes());
        self.view.begin().unwrap();
        self.view.apply(&header, hash, &payload).unwrap();
        self.view.commit().unwrap();
        self.prev = hash;
        let observed = Observed::of(&header, &payload);
        let verdict = self.detector.observe(&observed, &NoContent).unwrap();
        self.verdicts.extend(verdict);
        Ok(Some(Taken {
            entry: (header, hash, payload),
        }))
    }
}

fn blake3_of(header: &Header) -> blake3::Hash {
    blake3::hash(&serde_json::to_vec(header).unwrap())
}

struct Taken {
    entry: (Header, Hash, Payload),
}

struct Site {
    directory: Partition,
    messaging: Partition,
    now: Timestamp,
    imported: Vec<MessagesImported>,
}

impl Site {
    fn new() -> Self {
        let mut site = Self {
            directory: Partition::new(Arc::new(Directory)),
            messaging: Partition::new(Arc::new(Messaging::default())),
            now: Timestamp(1_764_000_000_000),
            imported: Vec::new(),
        };
        let body = json!({ "name": "Harbour", "owner": { "person_id": OWNER,
            "account_id": ACCOUNT, "name": "Operator", "handle": "operator" } });
        let id = CommandId(Uuid::from_u128(99));
        site.take(
            "directory",
            "found-workspace",
            id,
            Actor::Account(ACCOUNT),
            body,
        );
        site
    }

    fn take(
        &mut self,
        module: &str,
        name: &str,
        id: CommandId,
        actor: Actor,
        body: Value,
    ) -> Value {
        // Some milliseconds a command, as an import at full speed.
        self.now = self.now.plus_ms(5);
        let command = Command {
            id,
            name: name.into(),
            actor,
            body,
            digest: [0; 32],
        };
        let partition = match module {
            "directory" => &mut self.directory,
            _ => &mut self.messaging,
        };
        let taken = partition
            .decide(&command, self.now)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let Some(Taken { entry }) = taken else {
            return json!({});
        };
        let answer = entry.2.answer.clone();
        for event in &entry.2.events {
            if event.kind == MessagesImported::KIND {
                self.imported.push(event.decode().unwrap());
            }
        }
        if module == "directory" {
            self.messaging.view.follow(&[entry]).unwrap();
        }
        answer
    }
}

type Shared = State<Arc<Mutex<Site>>>;

async fn sign_in() -> Json<Value> {
    Json(
        json!({ "token": "t", "expires_at": i64::MAX / 4, "sites": [],
        "account": { "id": ACCOUNT, "user": "operator" } }),
    )
}

async fn session() -> Json<Value> {
    Json(
        json!({ "site": "a", "account": { "id": ACCOUNT, "user": "operator", "operator": true },
        "workspaces": [{ "id": WORKSPACE, "name": "Harbour",
            "person": { "id": OWNER, "permissions": ["import.run"] } }] }),
    )
}

async fn command(
    State(site): Shared,
    Path((module, name)): Path<(String, String)>,
    Json(sent): Json<Value>,
) -> Response {
    let id: CommandId = sent["command_id"].as_str().unwrap().parse().unwrap();
    let body = sent["command"].clone();
    let mut site = site.lock().unwrap();
    let answer = site.take(&module, &name, id, Actor::Person(OWNER), body);
    Json(
        json!({ "command_id": id, "seq": 1, "site": "a", "durability": "protected",
        "answer": answer }),
    )
    .into_response()
}

async fn query(State(site): Shared, Path((module, name)): Path<(String, String)>) -> Json<Value> {
    let site = site.lock().unwrap();
    let (view, queries) = match module.as_str() {
        "directory" => (&site.directory.view, directory::queries::QUERIES),
        _ => (&site.messaging.view, messaging::QUERIES),
    };
    let spec = queries.iter().find(|query| query.name == name).unwrap();
    Json((spec.run)(view.rows(), &Actor::Person(OWNER), "").unwrap())
}

async fn start(site: Arc<Mutex<Site>>) -> Client {
    let router = Router::new()
        .route("/api/installation/sign-in", post(sign_in))
        .route("/api/installation/session", get(session))
        .route("/api/{module}/{name}", post(command).get(query))
        .layer(DefaultBodyLimit::max(4 << 20))
        .with_state(site);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Client::builder()
        .site(&url)
        .unwrap()
        .credentials("operator", "open sesame")
        .timeouts(client::Timeouts {
            patience: std::time::Duration::from_secs(60),
            ..client::Timeouts::default()
        })
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_quarantined_over_the_whole_import() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let path = std::path::Path::new(root).join("ubuntu-irc-slack-export.zip");
    if !path.exists() {
        eprintln!("skipped: ../shared/data/ubuntu-irc-slack-export.zip is not there");
        return;
    }
    let site = Arc::new(Mutex::new(Site::new()));
    let client = start(Arc::clone(&site)).await;
    let options = Options::new("Harbour");
    let report = import(&client, &path, &options, Arc::new(Silent))
        .await
        .unwrap();
    assert_eq!(report.counts.messages, 212_453);

    let site = site.lock().unwrap();
    let mut entries = 0;
    let mut verdicts: Vec<&Verdict> = Vec::new();
    for partition in [&site.directory, &site.messaging] {
        assert_eq!(partition.detector.unknown_kinds(), 0);
        entries += partition.entries;
        verdicts.extend(&partition.verdicts);
    }
    told("the import", entries, &verdicts);
    assert_eq!(count(&verdicts, Level::High), 0);

    for (what, is_edited) in [("as it was lived", false), ("all edited", true)] {
        let (entries, lived) = lived_again(&site.imported, is_edited);
        let lived: Vec<&Verdict> = lived.iter().collect();
        told(&format!("the import {what}"), entries, &lived);
        assert_eq!(count(&lived, Level::High), 0);
    }

    let texts = || site.imported.iter().flat_map(|batch| &batch.messages);
    let noise: Vec<&str> = texts()
        .map(|message| message.text.as_str())
        .filter(|text| TextSample::of(text).is_noise)
        .collect();
    println!(
        "{} of {} real messages look like noise",
        noise.len(),
        texts().count()
    );
    for text in noise.iter().take(5) {
        println!("  {:.100}", text.replace('\n', " "));
    }
    // Whatever tells people's words from ciphertext must be wrong less than once in a thousand.
    assert!(noise.len() * 1_000 < texts().count());
}

fn count(verdicts: &[&Verdict], level: Level) -> usize {
    verdicts
        .iter()
        .filter(|verdict| verdict.level == level)
        .count()
}

fn told(what: &str, entries: u64, verdicts: &[&Verdict]) {
    println!(
        "{what}: {entries} entries, {} high, {} medium",
        count(verdicts, Level::High),
        count(verdicts, Level::Medium),
    );
    for verdict in verdicts.iter().take(12) {
        println!("  {}: {}", verdict.score, verdict.evidence[0].words);
    }
}

/// Every message by its author at its time; edits and reactions where the export has them, or an
/// edit of each.
fn lived_again(imported: &[MessagesImported], is_edited: bool) -> (u64, Vec<Verdict>) {
    let mut acts: Vec<(Timestamp, PersonId, Event)> = Vec::new();
    for batch in imported {
        for (position, message) in (batch.first_position..).zip(&batch.messages) {
            let mut message = message.clone();
            if is_edited {
                message.edited_at = Some(message.time.plus_ms(30_000));
            }
            live(&mut acts, batch, position, &message);
        }
    }
    acts.sort_by_key(|(time, ..)| *time);
    let partition = PartitionId::new(WorkspaceId(WORKSPACE), "messaging");
    let mut detector = Detector::new(partition.clone());
    let mut verdicts = Vec::new();
    for (seq, (time, person, event)) in (1..).zip(&acts) {
        let observed = Observed {
            partition: &partition,
            seq,
            time: *time,
            actor: &Actor::Person(*person),
            command: "lived",
            events: std::slice::from_ref(event),
        };
        verdicts.extend(detector.observe(&observed, &NoContent).unwrap());
    }
    (acts.len() as u64, verdicts)
}

fn live(
    acts: &mut Vec<(Timestamp, PersonId, Event)>,
    batch: &MessagesImported,
    position: u64,
    message: &ImportedMessage,
) {
    let conversation_id = batch.conversation_id;
    let posted = MessagePosted {
        id: message.id,
        conversation_id,
        position,
        author: message.author,
        text: message.text.clone(),
        thread_of: message.thread_of,
        mentions: Vec::new(),
        mention_everyone: false,
        attachments: Vec::new(),
        urgent: None,
    };
    acts.push((message.time, message.author, posted.event()));
    if let Some(at) = message.edited_at {
        let edited = MessageEdited {
            id: message.id,
            conversation_id,
            position,
            text: message.text.clone(),
        };
        acts.push((at, message.author, edited.event()));
    }
    for reaction in &message.reactions {
        for person in &reaction.people {
            let added = ReactionAdded {
                message_id: message.id,
                conversation_id,
                position,
                person: *person,
                emoji: reaction.emoji.clone(),
            };
            acts.push((message.time, *person, added.event()));
        }
    }
}
