//! A chain of messages as an office writes them: 200 people in 20 rooms, three languages.

use anyhow::bail;
use journal::engine::BATCH_MAX;
use journal::engine::memory::MemoryEngine;
use journal::{DataKey, Engine, KeyRing, chain};
use kernel::id::Uuid;
use kernel::random::SeededRandom;
use kernel::{
    Actor, Command, CommandId, Decision, Entry, Event, Hash, Header, KeyId, PartitionId, Payload,
    PersonId, Random, Seq, SiteName, Timestamp, View, WorkspaceId,
};
use messaging::Messaging;
use serde_json::{Value, json};
use std::sync::Arc;

const PEOPLE: u64 = 200;
const ROOMS: u64 = 20;
/// When the chain begins.
const BEGINS: i64 = 1_750_000_000_000;
const WORDS: [&str; 16] = [
    "rapat",
    "besok",
    "laporan",
    "gudang",
    "meeting",
    "tomorrow",
    "please",
    "check",
    "server",
    "backup",
    "会议室",
    "明天",
    "请确认",
    "服务器",
    "資料中心",
    "ok",
];

/// A chain in the memory engine, and what is needed to replay it.
pub struct Chain {
    /// Where it is.
    pub engine: MemoryEngine,
    /// Which one.
    pub partition: PartitionId,
    /// What opens it.
    pub keys: KeyRing,
    /// The entry of the directory that names the people.
    pub people: (Header, Hash, Payload),
    site: SiteName,
}

impl Chain {
    /// Makes it: each message decided, applied, sealed and chained as a site does.
    pub async fn make(messages: u64) -> anyhow::Result<Self> {
        let mut writer = Writer::new()?;
        let engine = MemoryEngine::new();
        let mut left = messages;
        let mut rooms = ROOMS;
        while left + rooms > 0 {
            let after = writer.view.head();
            let mut entries = Vec::with_capacity(BATCH_MAX);
            writer.view.begin()?;
            while entries.len() < BATCH_MAX && left + rooms > 0 {
                if rooms > 0 {
                    rooms -= 1;
                    entries.push(writer.make_room(rooms)?);
                } else {
                    left -= 1;
                    entries.push(writer.post()?);
                }
            }
            writer.view.commit()?;
            engine.append(&writer.partition, after, &entries).await?;
        }
        Ok(Self {
            engine,
            partition: writer.partition,
            keys: writer.keys,
            people: writer.people,
            site: writer.site,
        })
    }

    /// The site that wrote it.
    pub fn site(&self) -> SiteName {
        self.site.clone()
    }

    /// Its last position.
    pub async fn head(&self) -> anyhow::Result<Seq> {
        Ok(self.engine.head(&self.partition).await?.seq)
    }
}

struct Writer {
    view: View,
    partition: PartitionId,
    keys: KeyRing,
    site: SiteName,
    people: (Header, Hash, Payload),
    random: SeededRandom,
    ids: u64,
}

impl Writer {
    fn new() -> anyhow::Result<Self> {
        let workspace = WorkspaceId(Uuid::from_u128(0x5e_0001));
        let site = SiteName::new("a")?;
        let mut keys = KeyRing::default();
        keys.insert(KeyId(1), DataKey::from_bytes([7; 32]));
        let mut view = View::in_memory(Arc::new(Messaging::default()))?;
        let people = people(PartitionId::new(workspace, "directory"), &site);
        view.follow(std::slice::from_ref(&people))?;
        Ok(Self {
            view,
            partition: PartitionId::new(workspace, Messaging::NAME),
            keys,
            site,
            people,
            random: SeededRandom::new(7),
            ids: 0,
        })
    }

    fn make_room(&mut self, room: u64) -> anyhow::Result<Entry> {
        let body = json!({
            "conversation_id": conversation(room),
            "kind": "group",
            "name": format!("Room {room}"),
            "members": (1..PEOPLE).map(person).collect::<Vec<_>>(),
        });
        self.entry(person(0), "create-conversation", body)
    }

    fn post(&mut self) -> anyhow::Result<Entry> {
        let words = 4 + self.below(16);
        let words = (0..words).map(|_| {
            let word = self.below(WORDS.len() as u64);
            WORDS[usize::try_from(word).unwrap_or(0)]
        });
        let text = words.collect::<Vec<_>>().join(" ");
        let message = Uuid::from_u128(0xe000_0000_0000 + u128::from(self.ids));
        let body = json!({
            "message_id": message,
            "conversation_id": conversation(self.below(ROOMS)),
            "text": text,
        });
        let author = person(self.below(PEOPLE));
        self.entry(author, "post-message", body)
    }

    fn below(&self, end: u64) -> u64 {
        self.random.next_u64() % end
    }

    fn entry(&mut self, by: PersonId, name: &str, body: Value) -> anyhow::Result<Entry> {
        self.ids += 1;
        let actor = Actor::Person(by);
        let command = Command {
            id: CommandId(Uuid::from_u128(u128::from(self.ids))),
            name: name.into(),
            digest: Command::digest_of(&[0; 32], name, &actor, &body),
            actor: actor.clone(),
            body,
        };
        let time = Timestamp(BEGINS).plus_ms(i64::try_from(self.ids)?);
        let Decision::Accepted { events, answer } = self.view.decide(time, &command)? else {
            bail!("{name} changed nothing");
        };
        let payload = Payload {
            name: command.name,
            digest: command.digest,
            answer,
            events,
        };
        let head = self.view.head();
        let header = Header {
            partition: self.partition.clone(),
            seq: head.seq + 1,
            site: self.site.clone(),
            lead: self.site.clone(),
            time,
            actor,
            command: command.id,
            key: KeyId(1),
            prev: head.hash,
        };
        let sealed = self.keys.seal(&header, &payload)?;
        let hash = chain::hash(&header, &sealed);
        self.view.apply(&header, hash, &payload)?;
        Ok(Entry {
            header,
            sealed,
            hash,
        })
    }
}

fn people(partition: PartitionId, site: &SiteName) -> (Header, Hash, Payload) {
    let permissions = ["messages.send", "channels.create"];
    let role = json!({ "role": "member", "permissions": permissions, "built_in": true });
    let mut events = vec![Event::new("role-defined", 1, &role)];
    events.extend((0..PEOPLE).map(|n| {
        let data = json!({ "person_id": person(n), "name": format!("Person {n}"),
                           "handle": format!("p{n}"), "role": "member" });
        Event::new("person-added", 1, &data)
    }));
    let header = Header {
        partition,
        seq: 1,
        site: site.clone(),
        lead: site.clone(),
        time: Timestamp(BEGINS),
        actor: Actor::Site(site.clone()),
        command: CommandId(Uuid::from_u128(0xd1)),
        key: KeyId(1),
        prev: Hash::ZERO,
    };
    let payload = Payload {
        name: "bench".into(),
        digest: [0; 32],
        answer: Value::Null,
        events,
    };
    (header, Hash([1; 32]), payload)
}

fn person(n: u64) -> PersonId {
    PersonId(Uuid::from_u128(0xa000 + u128::from(n)))
}

fn conversation(n: u64) -> Uuid {
    Uuid::from_u128(0xc000 + u128::from(n))
}
