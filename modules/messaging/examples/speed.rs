//! Measures deciding and applying: `cargo run --release -p messaging --example speed`.
//!
//! One writer, as a partition has; nothing is appended or sealed. Prints messages per second for
//! posting in batches of 1, 100 and 1,000 commands per transaction, for importing 200,000 messages
//! in commands of 1,000, and what a few queries cost afterwards. On Linux the figures are of the
//! processor time used, so that a busy machine does not falsify them.

use kernel::clock::SystemClock;
use kernel::id::Uuid;
use kernel::random::SeededRandom;
use kernel::{
    Actor, Clock, Command, CommandId, Decision, Event, Hash, Header, KeyId, Module, PartitionId,
    Payload, PersonId, Random, SiteName, Timestamp, View, WorkspaceId,
};
use messaging::{ConversationId, MessageId, Messaging, QUERIES};
use serde_json::{Value, json};
use std::sync::Arc;

const PEOPLE: u128 = 200;
const ROOMS: u128 = 20;
const WORDS: [&str; 24] = [
    "rapat",
    "besok",
    "jam",
    "sembilan",
    "laporan",
    "gudang",
    "meeting",
    "tomorrow",
    "please",
    "check",
    "the",
    "server",
    "backup",
    "failed",
    "again",
    "会议室",
    "明天",
    "请确认",
    "服务器",
    "已经恢复",
    "會議",
    "資料中心",
    "ok",
    "thanks",
];

struct Bench {
    view: View,
    random: SeededRandom,
    ids: u128,
}

impl Bench {
    fn new(view: View) -> Self {
        let random = SeededRandom::new(7);
        let mut bench = Self {
            view,
            random,
            ids: 0,
        };
        bench.follow();
        bench.begin();
        for room in 0..ROOMS {
            let members: Vec<_> = (1..PEOPLE).map(person).collect();
            let body = json!({ "conversation_id": conversation(room), "kind": "group",
                               "name": "Room", "members": members });
            bench.command(person(0), "create-conversation", body);
        }
        bench.commit();
        bench
    }

    fn follow(&mut self) {
        let all = [
            "messages.send",
            "messages.urgent",
            "channels.create",
            "import.run",
        ];
        let role = json!({ "role": "member", "permissions": all, "built_in": true });
        let mut events = vec![Event::new("role-defined", 1, &role)];
        events.extend((0..PEOPLE).map(|n| {
            let data = json!({ "person_id": person(n), "name": format!("Person {n}"),
                               "handle": format!("p{n}"), "role": "member" });
            Event::new("person-added", 1, &data)
        }));
        let partition = PartitionId::new(WorkspaceId(Uuid::nil()), "directory");
        let header = self.header(partition, 1, Hash::ZERO, &Actor::Person(person(0)));
        let payload = payload(Value::Null, events);
        let followed = [(header, Hash([1; 32]), payload)];
        self.view.follow(&followed).expect("followed");
    }

    fn header(&mut self, partition: PartitionId, seq: u64, prev: Hash, actor: &Actor) -> Header {
        self.ids += 1;
        let site = SiteName::new("a").expect("a valid name");
        Header {
            partition,
            seq,
            lead: site.clone(),
            site,
            time: Timestamp(1_000_000 + i64::try_from(seq).unwrap_or(0)),
            actor: actor.clone(),
            command: CommandId(Uuid::from_u128(self.ids)),
            key: KeyId(0),
            prev,
        }
    }

    fn begin(&mut self) {
        self.view.begin().expect("begun");
    }

    fn commit(&mut self) {
        self.view.commit().expect("committed");
    }

    fn command(&mut self, by: PersonId, name: &str, body: Value) {
        let actor = Actor::Person(by);
        let head = self.view.head();
        let partition = PartitionId::new(WorkspaceId(Uuid::nil()), "messaging");
        let header = self.header(partition, head.seq + 1, head.hash, &actor);
        let command = Command {
            id: header.command,
            name: name.into(),
            actor,
            body,
            digest: [0; 32],
        };
        let decided = self.view.decide(header.time, &command).expect("granted");
        let Decision::Accepted { events, answer } = decided else {
            return;
        };
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&header.seq.to_le_bytes());
        self.view
            .apply(&header, Hash(hash), &payload(answer, events))
            .expect("applied");
    }

    fn text(&self) -> String {
        let count = 4 + self.random.next_u64() % 16;
        let word = |_| WORDS[self.below(WORDS.len() as u64)];
        (0..count).map(word).collect::<Vec<_>>().join(" ")
    }

    fn below(&self, end: u64) -> usize {
        usize::try_from(self.random.next_u64() % end).unwrap_or(0)
    }

    fn post(&mut self, count: u128, batch: u128) {
        let started = now();
        let mut posts = Vec::new();
        for _ in 0..count {
            self.ids += 1;
            let room = self.below(ROOMS as u64) as u128;
            posts.push(json!({ "message_id": MessageId(Uuid::from_u128(self.ids)),
                "conversation_id": conversation(room), "text": self.text() }));
        }
        let made = now().since(started);
        let started = now();
        let mut posts = posts.into_iter().peekable();
        while posts.peek().is_some() {
            self.begin();
            for body in posts.by_ref().take(batch as usize) {
                let author = person(self.below(PEOPLE as u64) as u128);
                self.command(author, "post-message", body);
            }
            self.commit();
        }
        let ms = now().since(started).max(1);
        let rate = count as i64 * 1000 / ms;
        println!("  post, {batch:>4} a transaction: {rate:>7} messages/s ({made} ms to make them)");
    }

    fn import(&mut self, count: usize) {
        let room = json!({ "external_id": "C", "kind": "channel", "name": "old", "created_at": 1,
                           "members": (0..PEOPLE).map(person).collect::<Vec<_>>() });
        self.begin();
        self.command(
            person(0),
            "import-conversations",
            json!({ "conversations": [room] }),
        );
        self.commit();
        let commands: Vec<Value> = (0..count / 1000)
            .map(|command| {
                let messages: Vec<Value> = (0..1000)
                    .map(|i| {
                        let n = command * 1000 + i;
                        let root = (i % 10 == 9).then(|| (n - 5).to_string());
                        json!({ "external_id": n.to_string(),
                            "conversation_id": ConversationId::imported("C"),
                            "author": person(self.below(PEOPLE as u64) as u128),
                            "time": n, "text": self.text(), "thread_of": root })
                    })
                    .collect();
                json!({ "messages": messages })
            })
            .collect();
        let started = now();
        for body in commands {
            self.begin();
            self.command(person(0), "import-messages", body);
            self.commit();
        }
        let ms = now().since(started).max(1);
        println!(
            "  import, 1000 a command: {:>10} messages/s",
            count as i64 * 1000 / ms
        );
    }

    fn query(&self, name: &str, params: &str) {
        let spec = QUERIES
            .iter()
            .find(|spec| spec.name == name)
            .expect("offered");
        let actor = Actor::Person(person(1));
        let started = now();
        let mut times = 0;
        while now().since(started) < 300 {
            (spec.run)(self.view.rows(), &actor, params).expect("answered");
            times += 1;
        }
        let each = 300_000 / times;
        println!("  query {name} {params}: {each} µs");
    }
}

/// Processor time of this thread where the system tells it, else the time of day.
fn now() -> Timestamp {
    let used = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos: Option<i64> = used.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| SystemClock.now(), |nanos| Timestamp(nanos / 1_000_000))
}

fn payload(answer: Value, events: Vec<Event>) -> Payload {
    Payload {
        name: "bench".into(),
        digest: [0; 32],
        answer,
        events,
    }
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(0xa000 + n))
}

fn conversation(n: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(0xc000 + n))
}

fn run(view: View) {
    let mut bench = Bench::new(view);
    bench.post(100_000, 1000);
    bench.post(100_000, 100);
    bench.post(5_000, 1);
    bench.import(200_000);
    let room = conversation(1);
    for (name, params) in [
        ("conversation-list", String::new()),
        ("unread", String::new()),
        ("message-list", format!("conversation_id={room}")),
        ("search", "q=会议".into()),
        ("search", "q=laporan%20serv".into()),
        ("search", format!("q=laporan&conversation_id={room}")),
    ] {
        bench.query(name, &params);
    }
}

fn main() {
    let module: Arc<dyn Module> = Arc::new(Messaging::default());
    println!("in memory");
    run(View::in_memory(Arc::clone(&module)).expect("a view"));
    let folder = tempfile::tempdir().expect("a folder");
    println!("in a file");
    run(View::open(&folder.path().join("view.sqlite"), module).expect("a view"));
}
