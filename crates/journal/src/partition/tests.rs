//! The core's rules as scripted conversations: one input, the outputs it must give.

mod answers;
mod appends;
mod failures;
mod leads;
mod limits;
mod reads;
mod unknown;

use super::*;
use crate::{AppendError, Appended, DataKey, Durability, KeyRing, ReadError};
use kernel::rusqlite::{self, Connection};
use kernel::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// A module that keeps texts: `add` always, `add-once` unless it is there, `refuse` never; `panic`
/// and `spoil` fail in deciding and applying. `add` with the text "due" makes due-asking panic.
struct Notes;

thread_local! {
    /// How often the module was asked what is due.
    static ASKED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

impl Module for Notes {
    fn name(&self) -> ModuleName {
        "notes"
    }
    fn schema(&self) -> &'static str {
        "CREATE TABLE note (seq INTEGER NOT NULL, text TEXT NOT NULL);"
    }
    fn schema_version(&self) -> u32 {
        1
    }
    fn commands(&self) -> &'static [CommandSpec] {
        &[]
    }
    fn queries(&self) -> &'static [QuerySpec] {
        &[]
    }
    fn decide(
        &self,
        rows: &Connection,
        _: &DecideContext,
        command: &Command,
    ) -> Result<Decision, DecideError> {
        let text = command.body.as_str().unwrap_or_default();
        match command.name.as_str() {
            "add-once" if count(rows, text)? > 0 => Ok(Decision::unchanged()),
            "add" | "add-once" => Ok(Decision::Accepted {
                events: vec![Event::new("added", 1, &text)],
                answer: json!({ "before": count(rows, "%")? }),
            }),
            "spoil" => Ok(Decision::accepted(vec![Event::new("spoilt", 1, &text)])),
            "panic" => std::panic::resume_unwind(Box::new("planned")),
            _ => Err(Refusal::conflict("refused", "always").into()),
        }
    }
    fn apply(&self, rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
        if event.kind != "added" {
            return Err(event.unknown().into());
        }
        rows.execute(
            "INSERT INTO note (seq, text) VALUES (?1, ?2)",
            (header.seq, event.data.as_str()),
        )?;
        Ok(())
    }
    fn is_due_by_time(&self) -> bool {
        false
    }
    fn due(&self, rows: &Connection, _: Timestamp) -> Result<Vec<Command>, rusqlite::Error> {
        ASKED.set(ASKED.get() + 1);
        if count(rows, "due")? > 0 {
            std::panic::resume_unwind(Box::new("planned"));
        }
        Ok(Vec::new())
    }
    fn audience(&self, _: &Connection, _: &Event) -> Result<Audience, rusqlite::Error> {
        Ok(Audience::everyone())
    }
    fn topics(&self, _: &Connection, _: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        Ok(Vec::new())
    }
}

fn count(rows: &Connection, like: &str) -> Result<i64, rusqlite::Error> {
    rows.query_row(
        "SELECT count(*) FROM note WHERE text LIKE ?1",
        [like],
        |r| r.get(0),
    )
}

fn site(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

fn keys(newest: u32) -> KeyRing {
    let mut keys = KeyRing::default();
    for id in 1..=newest {
        keys.insert(KeyId(id), DataKey::from_bytes([id as u8; 32]));
    }
    keys
}

fn command(id: u128, name: &str, text: &str) -> Command {
    let actor = Actor::Person(PersonId(id::Uuid::from_u128(1)));
    let body = json!(text);
    Command {
        id: CommandId(id::Uuid::from_u128(id)),
        digest: Command::digest_of(&[0; 32], name, &actor, &body),
        name: name.into(),
        actor,
        body,
    }
}

/// One site's core, what its shell knows, and the outputs of the last step.
struct Script {
    core: Core,
    now: i64,
    outputs: Vec<Output>,
}

const CLIENT: Via = Via::Client;
const PEER: Via = Via::Peer {
    at: 0,
    must_append: false,
};
const URGED: Via = Via::Peer {
    at: 0,
    must_append: true,
};

impl Script {
    /// A core at `name` with nothing read yet; site a leads while the chain is empty.
    fn cold(name: &str, adjust: impl FnOnce(&mut Config)) -> Self {
        let partition = PartitionId::new(WorkspaceId(id::Uuid::from_u128(9)), "notes");
        let peer = site(if name == "a" { "b" } else { "a" });
        let mut config = Config::new(partition, site(name), Some(peer), site("a"));
        adjust(&mut config);
        let view = View::in_memory(Arc::new(Notes)).unwrap();
        Self {
            core: Core::new(config, view, keys(1)),
            now: 1_000_000,
            outputs: Vec::new(),
        }
    }

    /// A core at `name` that has read an empty chain.
    fn at(name: &str) -> Self {
        Self::with(name, |_| {})
    }

    fn with(name: &str, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut script = Self::cold(name, adjust);
        script.step(Input::Tick);
        script.read(vec![]);
        script
    }

    fn try_step(&mut self, input: Input) -> Result<(), CoreError> {
        self.now += 1;
        self.outputs = self.core.step(Timestamp(self.now), input)?;
        assert!(self.core.deadline() > Timestamp(self.now), "ticks spin");
        Ok(())
    }

    fn step(&mut self, input: Input) {
        self.try_step(input).unwrap();
    }

    fn submit(&mut self, waiter: Waiter, via: Via, command: Command) {
        self.step(Input::Submit {
            waiter,
            via,
            command,
        });
    }

    fn read(&mut self, entries: Vec<Entry>) {
        self.step(Input::Read(Ok(entries)));
    }

    fn unreadable(&mut self) {
        self.step(Input::Read(Err(ReadError::Unavailable("down".into()))));
    }

    fn appended(&mut self, result: AppendResult) {
        let attempt = self.core.attempts;
        self.step(Input::Appended { attempt, result });
    }

    fn durable(&mut self) {
        let durability = Durability::Protected;
        self.appended(Ok(Appended { durability }));
    }

    fn forwarded(&mut self, id: u128, result: ForwardResult) {
        let command = CommandId(id::Uuid::from_u128(id));
        self.step(Input::Forwarded { command, result });
    }

    fn wait(&mut self, ms: i64) {
        self.now += ms;
        self.step(Input::Tick);
    }

    /// Another site's life over the same chain: appends `commands` durably and gives the entries.
    fn others(&self, name: &str, after: &[Entry], commands: Vec<Command>) -> Vec<Entry> {
        let mut other = Self::with(name, |config| config.peer = None);
        other.core.must_read = true;
        other.step(Input::Tick);
        other.read(after.to_vec());
        let mut made = Vec::new();
        for (waiter, command) in commands.into_iter().enumerate() {
            other.submit(waiter as u64, CLIENT, command);
            made.extend(other.appends().1);
            other.durable();
        }
        made
    }

    /// The append among the outputs: after which position, and what.
    fn appends(&self) -> (Seq, Vec<Entry>) {
        let append = self.outputs.iter().find_map(|output| match output {
            Output::Append { after, entries, .. } => Some((after.seq, entries.clone())),
            _ => None,
        });
        append.unwrap_or_else(|| panic!("no append in {:?}", self.outputs))
    }

    /// What waiters are told, in order.
    fn replies(&self) -> Vec<(Waiter, &Outcome)> {
        let replies = self.outputs.iter().filter_map(|output| match output {
            Output::Reply { waiter, outcome } => Some((*waiter, outcome)),
            _ => None,
        });
        replies.collect()
    }

    /// What is handed to the peer: ids, and whether it must append.
    fn forwards(&self) -> Vec<(u128, bool)> {
        let forwards = self.outputs.iter().filter_map(|output| match output {
            Output::Forward {
                command,
                must_append,
                ..
            } => Some((command.id.0.as_u128(), *must_append)),
            _ => None,
        });
        forwards.collect()
    }

    fn reads(&self) -> bool {
        let mut outputs = self.outputs.iter();
        outputs.any(|output| matches!(output, Output::Read { .. }))
    }

    fn is_silent(&self) -> bool {
        self.outputs.is_empty()
    }
}

fn accepted(outcome: &Outcome) -> (Seq, &Value) {
    match outcome {
        Outcome::Accepted { seq, answer, .. } => (*seq, answer),
        other => panic!("not accepted: {other:?}"),
    }
}

fn code(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Refused(refusal) => &refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}
