//! The module under simulation: a small ledger with everything that could go wrong in a real one.
//! Refusals, unchanged answers, rows that remember the order of events, effects that are counted,
//! commands that are due by themselves, facts followed from another partition, and failures.

mod decide;
pub(crate) mod failure;

use failure::{Failures, Where};
use kernel::rusqlite::{self, Connection, params};
use kernel::{
    Actor, ApplyError, Audience, Command, CommandId, CommandSpec, DecideContext, DecideError,
    Decision, Event, Header, Module, ModuleName, PersonId, QuerySpec, SiteName, Timestamp, Topic,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// The module's name.
pub(crate) const LEDGER: ModuleName = "ledger";
/// The module it follows.
pub(crate) const POLICY: ModuleName = "policy";

const SCHEMA: &str = "
CREATE TABLE account (name TEXT PRIMARY KEY, balance INTEGER NOT NULL, trail TEXT NOT NULL);
CREATE TABLE register (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE effect (command BLOB NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL);
CREATE TABLE timer (name TEXT PRIMARY KEY, due_at INTEGER NOT NULL, rung INTEGER NOT NULL);
CREATE TABLE policy (name TEXT PRIMARY KEY, value INTEGER NOT NULL, changes INTEGER NOT NULL);
";

/// The ledger at one site, with the failures planned for that site.
pub(crate) struct Ledger {
    pub(crate) site: SiteName,
    pub(crate) failures: Arc<Failures>,
}

impl Module for Ledger {
    fn name(&self) -> ModuleName {
        LEDGER
    }
    fn schema(&self) -> &'static str {
        SCHEMA
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
        context: &DecideContext,
        command: &Command,
    ) -> Result<Decision, DecideError> {
        self.failures.strike(Where::Decide);
        decide::decide(rows, context, command)
    }

    fn apply(&self, rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
        self.failures.strike(Where::Apply);
        apply(rows, header, event)?;
        rows.prepare_cached("INSERT INTO effect (command, seq, kind) VALUES (?1, ?2, ?3)")?
            .execute(params![header.command, header.seq, event.kind])?;
        Ok(())
    }

    fn follows(&self) -> &'static [ModuleName] {
        &[POLICY]
    }

    fn follow(&self, rows: &Connection, _: &Header, event: &Event) -> Result<(), ApplyError> {
        self.failures.strike(Where::Follow);
        rows.prepare_cached(
            "INSERT INTO policy (name, value, changes) VALUES ('limit', ?1, 1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value, changes = changes + 1",
        )?
        .execute([event.data["limit"].as_i64()])?;
        Ok(())
    }

    fn due(&self, rows: &Connection, now: Timestamp) -> Result<Vec<Command>, rusqlite::Error> {
        self.failures.strike(Where::Due);
        rows.prepare_cached("SELECT name FROM timer WHERE rung = 0 AND due_at <= ?1 ORDER BY name")?
            .query_map([now.millis()], |row| row.get::<_, String>(0))?
            .map(|name| {
                let name = name?;
                let id = CommandId::derived(&format!("ring {name}"));
                let actor = Actor::Site(self.site.clone());
                Ok(command(id, "ring", actor, json!({ "timer": name })))
            })
            .collect()
    }

    fn audience(&self, _: &Connection, _: &Event) -> Result<Audience, rusqlite::Error> {
        Ok(Audience::everyone())
    }

    fn topics(&self, _: &Connection, _: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        Ok(vec![Audience::EVERYONE.into()])
    }
}

/// A command with its digest. Sites that ask for the same due command must agree on the digest, so
/// it does not cover a site's name.
pub(crate) fn command(id: CommandId, name: &str, actor: Actor, body: Value) -> Command {
    let who = match &actor {
        Actor::Site(_) => "site".to_owned(),
        other => format!("{other:?}"),
    };
    let digest = *blake3::hash(format!("{name} {who} {body}").as_bytes()).as_bytes();
    Command {
        id,
        name: name.into(),
        actor,
        body,
        digest,
    }
}

fn apply(rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
    let data = &event.data;
    match event.kind.as_str() {
        "moved" => move_money(rows, header, data)?,
        "set" => {
            rows.prepare_cached(
                "INSERT INTO register (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![data["register"].as_str(), data["value"].as_i64()])?;
        }
        "scheduled" => {
            rows.prepare_cached("INSERT INTO timer (name, due_at, rung) VALUES (?1, ?2, 0)")?
                .execute(params![data["timer"].as_str(), data["due_at"].as_i64()])?;
        }
        "rung" => {
            rows.prepare_cached("UPDATE timer SET rung = rung + 1 WHERE name = ?1")?
                .execute([data["timer"].as_str()])?;
        }
        "poison" if data["panics"] == true => failure::panic_quietly(),
        _ => return Err(event.unknown().into()),
    }
    Ok(())
}

/// Changes a balance. The trail depends on every change and on its order.
fn move_money(rows: &Connection, header: &Header, data: &Value) -> Result<(), ApplyError> {
    let name = data["account"].as_str();
    let trail: String = rows
        .prepare_cached("SELECT coalesce((SELECT trail FROM account WHERE name = ?1), '')")?
        .query_row([name], |row| row.get(0))?;
    let text = format!("{trail} {} {}", header.command, data["amount"]);
    let trail = blake3::hash(text.as_bytes()).to_hex()[..16].to_owned();
    rows.prepare_cached(
        "INSERT INTO account (name, balance, trail) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET balance = balance + ?2, trail = ?3",
    )?
    .execute(params![name, data["amount"].as_i64(), trail])?;
    Ok(())
}
