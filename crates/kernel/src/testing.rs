//! Given / when / then for modules: decides commands on a view in memory, applies what was accepted
//! and keeps the entries, so that a test can replay them. Only with the feature `testing`.
//!
//! ```ignore
//! let mut given = Given::module(Messaging);
//! given.by(Actor::Person(ANN)).when("create-conversation", json!({ … })).accepted("conversation-created");
//! given.by(Actor::Person(BEN)).when("post-message", json!({ … })).refused("conversation_not_found");
//! given.assert_replays();
//! ```

mod put_back;

pub use put_back::Aspects;

use crate::{
    Actor, Command, CommandId, DecideError, Decision, Event, Hash, Header, KeyId, Module,
    PartitionId, Payload, Refusal, SiteName, Timestamp, View, WorkspaceId,
};
use rusqlite::{Connection, types::Value as Cell};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// What a view holds: per table of the module's own (virtual tables and their shadows left out),
/// the rows as sorted text.
pub type Dump = BTreeMap<String, Vec<String>>;

/// A view in memory with the situation the next command meets.
pub struct Given {
    module: Arc<dyn Module>,
    view: View,
    workspace: WorkspaceId,
    site: SiteName,
    time: Timestamp,
    actor: Actor,
    commands: u128,
    /// Own entries and followed ones, in the order the view took them.
    history: Vec<Step>,
    followed: BTreeMap<String, Hash>,
}

/// An entry the view took, and whether it was one of its own.
type Step = (bool, (Header, Hash, Payload));

/// What became of a command.
#[derive(Debug)]
pub struct Outcome(Result<Decision, Refusal>);

impl Given {
    /// An empty view of `module` at site `a`, at time 1,000,000, with the site as the actor.
    ///
    /// # Panics
    /// When the module's schema is not valid SQL.
    #[must_use]
    pub fn module(module: impl Module + 'static) -> Self {
        let module: Arc<dyn Module> = Arc::new(module);
        let site = SiteName::new("a").expect("a valid name");
        Self {
            view: View::in_memory(Arc::clone(&module)).expect("the schema is valid"),
            module,
            workspace: WorkspaceId(crate::id::Uuid::from_u128(0x0a)),
            actor: Actor::Site(site.clone()),
            site,
            time: Timestamp(1_000_000),
            commands: 0,
            history: Vec::new(),
            followed: BTreeMap::new(),
        }
    }

    /// The workspace the entries belong to.
    pub fn workspace(&mut self, workspace: WorkspaceId) -> &mut Self {
        self.workspace = workspace;
        self
    }

    /// The time from here on.
    pub fn at(&mut self, time: Timestamp) -> &mut Self {
        self.time = time;
        self
    }

    /// The actor from here on.
    pub fn by(&mut self, actor: impl Into<Actor>) -> &mut Self {
        self.actor = actor.into();
        self
    }

    /// The present time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.time
    }

    /// The rows, for queries.
    #[must_use]
    pub const fn rows(&self) -> &Connection {
        self.view.rows()
    }

    /// Lets an event of the module's own have happened.
    ///
    /// # Panics
    /// When it cannot be applied.
    pub fn event(&mut self, event: Event) -> &mut Self {
        let id = self.next_id();
        self.append(id, vec![event], Value::Null);
        self
    }

    /// Lets the module follow events of `module` in the same workspace.
    ///
    /// # Panics
    /// When they cannot be followed.
    pub fn follows(&mut self, module: &str, events: Vec<Event>) -> &mut Self {
        let partition = PartitionId::new(self.workspace, module);
        let source = partition.to_string();
        let seq = self.view.followed(&source).expect("a readable view") + 1;
        let prev = self.followed.get(&source).copied().unwrap_or(Hash::ZERO);
        let id = self.next_id();
        let entry = self.entry(partition, seq, prev, id, events, Value::Null);
        self.followed.insert(source, entry.1);
        self.view
            .follow(std::slice::from_ref(&entry))
            .expect("the events can be followed");
        self.history.push((false, entry));
        self
    }

    /// Decides a command and applies it when it is accepted.
    ///
    /// # Panics
    /// When the view fails; refusals are outcomes.
    pub fn when(&mut self, name: &str, body: Value) -> Outcome {
        let id = self.next_id();
        self.decide(Command {
            id,
            name: name.into(),
            actor: self.actor.clone(),
            body,
            digest: [0; 32],
        })
    }

    /// Decides a command that is complete (one that was [due](Module::due), for example).
    ///
    /// # Panics
    /// When the view fails; refusals are outcomes.
    pub fn decide(&mut self, command: Command) -> Outcome {
        let decided = match self.view.decide(self.time, &command) {
            Ok(decision) => Ok(decision),
            Err(DecideError::Refused(refusal)) => Err(refusal),
            Err(error) => panic!("{} fails: {error:?}", command.name),
        };
        if let Ok(Decision::Accepted { events, answer }) = &decided {
            assert!(
                !events.is_empty(),
                "{} is accepted, eventless",
                command.name
            );
            let actor = std::mem::replace(&mut self.actor, command.actor);
            self.append(command.id, events.clone(), answer.clone());
            self.actor = actor;
        }
        Outcome(decided)
    }

    /// Replays everything into a fresh view and compares the rows.
    ///
    /// # Panics
    /// When the rows differ, naming the table.
    pub fn assert_replays(&self) {
        let mut fresh = View::in_memory(Arc::clone(&self.module)).expect("the schema is valid");
        for (is_own, entry) in &self.history {
            if *is_own {
                fresh.begin().expect("no open transaction");
                fresh
                    .apply(&entry.0, entry.1, &entry.2)
                    .expect("applied before");
                fresh.commit().expect("a writable view");
            } else {
                fresh
                    .follow(std::slice::from_ref(entry))
                    .expect("followed before");
            }
        }
        let (ours, theirs) = (dump(self.rows()), dump(fresh.rows()));
        for (table, rows) in &ours {
            assert_eq!(Some(rows), theirs.get(table), "table {table} after replay");
        }
        assert_eq!(ours.len(), theirs.len());
    }

    fn next_id(&mut self) -> CommandId {
        self.commands += 1;
        CommandId(crate::id::Uuid::from_u128(self.commands))
    }

    fn append(&mut self, id: CommandId, events: Vec<Event>, answer: Value) {
        let head = self.view.head();
        let partition = PartitionId::new(self.workspace, self.module.name());
        let entry = self.entry(partition, head.seq + 1, head.hash, id, events, answer);
        self.view.begin().expect("no open transaction");
        self.view
            .apply(&entry.0, entry.1, &entry.2)
            .expect("decided events can be applied");
        self.view.commit().expect("a writable view");
        self.history.push((true, entry));
    }

    fn entry(
        &self,
        partition: PartitionId,
        seq: u64,
        prev: Hash,
        command: CommandId,
        events: Vec<Event>,
        answer: Value,
    ) -> (Header, Hash, Payload) {
        let header = Header {
            partition,
            seq,
            site: self.site.clone(),
            lead: self.site.clone(),
            time: self.time,
            actor: self.actor.clone(),
            command,
            key: KeyId(0),
            prev,
        };
        let payload = Payload {
            name: "test".into(),
            digest: [0; 32],
            answer,
            events,
        };
        let bytes = serde_json::to_vec(&(&header, &payload)).expect("entries serialise");
        (header, Hash(*blake3::hash(&bytes).as_bytes()), payload)
    }
}

impl Outcome {
    /// The outcome of a command that was refused, or decided, elsewhere (while it was prepared).
    #[must_use]
    pub const fn of(result: Result<Decision, Refusal>) -> Self {
        Self(result)
    }

    /// The answer of a command that was accepted with events of exactly these kinds, separated by
    /// spaces.
    ///
    /// # Panics
    /// When it was not.
    #[track_caller]
    pub fn accepted(self, kinds: &str) -> Value {
        let (events, answer) = self.accepted_events();
        let found: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(found.join(" "), kinds);
        answer
    }

    /// The events and the answer of a command that was accepted.
    ///
    /// # Panics
    /// When it was not.
    #[track_caller]
    #[must_use]
    pub fn accepted_events(self) -> (Vec<Event>, Value) {
        match self.0 {
            Ok(Decision::Accepted { events, answer }) => (events, answer),
            other => panic!("expected an accepted command, got {other:?}"),
        }
    }

    /// The answer of a command that found its wish fulfilled.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn unchanged(self) -> Value {
        match self.0 {
            Ok(Decision::Unchanged { answer }) => answer,
            other => panic!("expected an unchanged command, got {other:?}"),
        }
    }

    /// The refusal of a command that was refused with `code`.
    ///
    /// # Panics
    /// When it was not.
    #[track_caller]
    pub fn refused(self, code: &str) -> Refusal {
        match self.0 {
            Err(refusal) if refusal.code == code => refusal,
            other => panic!("expected the refusal {code}, got {other:?}"),
        }
    }

    /// The outcome itself.
    ///
    /// # Errors
    /// The refusal.
    pub fn result(self) -> Result<Decision, Refusal> {
        self.0
    }
}

/// The rows of all the module's own tables.
///
/// # Panics
/// When the view cannot be read.
#[must_use]
pub fn dump(rows: &Connection) -> Dump {
    let mut tables = rows
        .prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
             AND name NOT LIKE 'kernel!_%' ESCAPE '!' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
        )
        .expect("a readable view");
    let names: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect)
        .expect("a readable view");
    names
        .into_iter()
        .map(|name| {
            let lines = lines(rows, &name).expect("a readable view");
            (name, lines)
        })
        .collect()
}

fn lines(rows: &Connection, table: &str) -> Result<Vec<String>, rusqlite::Error> {
    let mut all = rows.prepare(&format!("SELECT * FROM \"{table}\""))?;
    let columns: Vec<String> = all.column_names().into_iter().map(Into::into).collect();
    let mut lines: Vec<String> = all
        .query_map([], |row| {
            let mut line = String::new();
            for (i, column) in columns.iter().enumerate() {
                let cell: Cell = row.get(i)?;
                write!(line, "{column}={cell:?} ").expect("writing to a string cannot fail");
            }
            Ok(line)
        })?
        .collect::<Result<_, _>>()?;
    lines.sort();
    Ok(lines)
}
