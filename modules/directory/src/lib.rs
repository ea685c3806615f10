//! People, departments, groups, roles and permissions of a workspace: one partition for each.
//!
//! Invariants:
//! - every active person has a role that exists; people leave at least one active owner who can sign
//!   in and is not in quarantine (a site may put the last one there: then operators release);
//! - handles are unique ignoring case; an account acts as at most one person;
//! - departments form a forest; nobody is in a department that does not exist;
//! - nobody hands out rights they do not have ([`policies.cedar`](../src/policies.cedar));
//! - people are never removed, only deactivated, so that what they wrote keeps its author;
//! - whoever is in quarantine does and sees nothing, and nothing but a release ends it.

mod acting;
mod apply;
mod audience;
pub mod commands;
pub mod events;
mod fields;
pub mod invitation;
mod lent;
mod put_back;
mod quarantine;
pub mod queries;
pub mod roles;
mod rows;
#[cfg(test)]
mod tests;

pub use commands::COMMANDS;
pub use queries::QUERIES;

use kernel::{
    ApplyError, Aspect, Audience, Command, CommandSpec, DecideContext, DecideError, Decision,
    Event, Header, Module, ModuleName, PersonId, QuerySpec, Timestamp, Topic,
};
use rusqlite::Connection;
use serde_json::Value;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Directory;

impl Module for Directory {
    fn name(&self) -> ModuleName {
        "directory"
    }

    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn schema_version(&self) -> u32 {
        4
    }

    fn commands(&self) -> &'static [CommandSpec] {
        COMMANDS
    }

    fn queries(&self) -> &'static [QuerySpec] {
        QUERIES
    }

    fn decide(
        &self,
        rows: &Connection,
        context: &DecideContext,
        command: &Command,
    ) -> Result<Decision, DecideError> {
        commands::decide(rows, context, command)
    }

    fn apply(&self, rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
        apply::apply(rows, header, event)
    }

    fn due(&self, rows: &Connection, now: Timestamp) -> Result<Vec<Command>, rusqlite::Error> {
        commands::due(rows, now)
    }

    fn audience(&self, rows: &Connection, event: &Event) -> Result<Audience, rusqlite::Error> {
        audience::audience(rows, event)
    }

    fn touches(&self, rows: &Connection, event: &Event) -> Result<Vec<Aspect>, ApplyError> {
        put_back::touches(rows, event)
    }

    fn aspect_value(&self, rows: &Connection, aspect: &Aspect) -> Result<Value, rusqlite::Error> {
        put_back::value(rows, aspect)
    }

    fn object_label(
        &self,
        rows: &Connection,
        aspect: &Aspect,
    ) -> Result<Option<String>, rusqlite::Error> {
        put_back::label(rows, aspect)
    }

    fn topics(&self, rows: &Connection, person: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        audience::topics(rows, person)
    }
}
