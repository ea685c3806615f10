//! Measures taking in what is typed: `cargo run --release -p documents --example speed`.
//!
//! One writer, as a partition has, a view in a file, one command per transaction; nothing is appended
//! or sealed. Prints what deciding and applying an update costs in documents of several sizes, and
//! what reading them costs. On Linux the figures are of the processor time used, so that a busy
//! machine does not falsify them.

use base64::Engine;
use documents::{DocumentId, Documents, QUERIES};
use kernel::clock::SystemClock;
use kernel::id::Uuid;
use kernel::{
    Actor, Clock, Command, CommandId, Decision, Event, Hash, Header, KeyId, Module, PartitionId,
    Payload, PersonId, SiteName, Timestamp, View, WorkspaceId,
};
use serde_json::{Value, json};
use std::sync::Arc;
use yrs::{Doc, OffsetKind, Options, Text, Transact, XmlElementPrelim, XmlFragment, XmlTextPrelim};

const PERSON: PersonId = PersonId(Uuid::from_u128(0xa001));

struct Bench {
    view: View,
    ids: u128,
}

impl Bench {
    fn new(view: View) -> Self {
        let mut bench = Self { view, ids: 0 };
        let role = json!({ "role": "member", "permissions": [], "built_in": true });
        let person = json!({ "person_id": PERSON, "role": "member" });
        let events = vec![
            Event::new("role-defined", 1, &role),
            Event::new("person-added", 1, &person),
        ];
        let partition = PartitionId::new(WorkspaceId(Uuid::nil()), "directory");
        let header = bench.header(partition, 1, Hash::ZERO);
        let followed = [(header, Hash([1; 32]), payload(Value::Null, events))];
        bench.view.follow(&followed).expect("followed");
        bench
    }

    fn header(&mut self, partition: PartitionId, seq: u64, prev: Hash) -> Header {
        self.ids += 1;
        let site = SiteName::new("a").expect("a valid name");
        Header {
            partition,
            seq,
            lead: site.clone(),
            site,
            time: Timestamp(1_000_000 + i64::try_from(seq).unwrap_or(0)),
            actor: Actor::Person(PERSON),
            command: CommandId(Uuid::from_u128(self.ids)),
            key: KeyId(0),
            prev,
        }
    }

    fn command(&mut self, name: &str, body: Value) -> (f64, f64) {
        let head = self.view.head();
        let partition = PartitionId::new(WorkspaceId(Uuid::nil()), "documents");
        let header = self.header(partition, head.seq + 1, head.hash);
        let command = Command {
            id: header.command,
            name: name.into(),
            actor: header.actor.clone(),
            body,
            digest: [0; 32],
        };
        self.view.begin().expect("begun");
        let started = now();
        let decided = self.view.decide(header.time, &command).expect("granted");
        let decide = now() - started;
        let Decision::Accepted { events, answer } = decided else {
            panic!("{name} changes nothing");
        };
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&header.seq.to_le_bytes());
        let started = now();
        self.view
            .apply(&header, Hash(hash), &payload(answer, events))
            .expect("applied");
        let apply = now() - started;
        self.view.commit().expect("committed");
        (decide, apply)
    }

    fn query(&self, name: &str, params: &str) {
        let spec = QUERIES
            .iter()
            .find(|spec| spec.name == name)
            .expect("offered");
        let started = now();
        let times = 20;
        for _ in 0..times {
            (spec.run)(self.view.rows(), &Actor::Person(PERSON), params).expect("answered");
        }
        println!(
            "  query {name}: {:.2} ms",
            (now() - started) / f64::from(times)
        );
    }

    /// Types a document of so many bytes, a few characters at a time, all over the place.
    fn document(&mut self, n: u128, bytes: usize) {
        let id = DocumentId(Uuid::from_u128(0xd000 + n));
        self.command(
            "create-document",
            json!({ "document_id": id, "title": "Bench" }),
        );
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::with_client_id(yrs::block::ClientID::new(7))
        });
        let root = doc.get_or_insert_xml_fragment("default");
        let mut written = 0;
        let mut times = Vec::new();
        let mut step: u32 = 0;
        while written < bytes {
            step += 1;
            let update = {
                let mut txn = doc.transact_mut();
                let count = root.len(&txn);
                if count < 4 || step.is_multiple_of(20) {
                    let paragraph = root.insert(
                        &mut txn,
                        (step * 7919) % (count + 1),
                        XmlElementPrelim::empty("paragraph"),
                    );
                    paragraph.push_back(&mut txn, XmlTextPrelim::new("New paragraph 新段落. "));
                    written += 26;
                } else {
                    let at = (step * 7919) % count;
                    let element = root.get(&txn, at).and_then(|e| e.into_xml_element());
                    let text = element.and_then(|e| e.get(&txn, 0)?.into_xml_text());
                    let text = text.expect("a paragraph with a text");
                    let len = text.len(&txn);
                    text.insert(
                        &mut txn,
                        (step * 104_729) % (len + 1),
                        "several words 会议 ",
                    );
                    written += 21;
                }
                txn.encode_update_v1()
            };
            let update = base64::engine::general_purpose::STANDARD.encode(update);
            let body = json!({ "document_id": id, "update": update });
            times.push(self.command("update-document", body));
        }
        let last = &times[times.len().saturating_sub(320)..];
        let mean =
            |of: fn(&(f64, f64)) -> f64| last.iter().map(of).sum::<f64>() / last.len() as f64;
        let worst = last.iter().map(|(d, a)| d + a).fold(0.0, f64::max);
        println!(
            "{bytes} bytes in {step} updates; the last 320: decide {:.2} ms, apply {:.2} ms, \
             both at worst {worst:.2} ms",
            mean(|t| t.0),
            mean(|t| t.1),
        );
        let of = format!("document_id={id}");
        self.query("document", &of);
        self.query("document-at", &format!("{of}&seq={}", step / 2));
        self.query("document-compare", &format!("{of}&from_seq={}", step - 30));
        self.query("search", "q=several%20%E4%BC%9A%E8%AE%AE");
    }
}

/// Processor time of this thread where the system tells it, else the time of day; milliseconds.
fn now() -> f64 {
    let used = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos: Option<f64> = used.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(
        || SystemClock.now().millis() as f64,
        |nanos| nanos / 1_000_000.0,
    )
}

fn payload(answer: Value, events: Vec<Event>) -> Payload {
    Payload {
        name: "bench".into(),
        digest: [0; 32],
        answer,
        events,
    }
}

fn main() {
    let module: Arc<dyn Module> = Arc::new(Documents);
    let folder = tempfile::tempdir().expect("a folder");
    let view = View::open(&folder.path().join("view.sqlite"), module).expect("a view");
    let mut bench = Bench::new(view);
    for (n, bytes) in [(1, 5_000), (2, 50_000), (3, 200_000)] {
        bench.document(n, bytes);
    }
}
