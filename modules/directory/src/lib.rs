//! People, departments, groups, roles and permissions of a workspace: one partition for each.
//!
//! Invariants:
//! - every active person has a role that exists; at least one active owner can sign in;
//! - handles are unique ignoring case; an account acts as at most one person;
//! - departments form a forest; nobody is in a department that does not exist;
//! - nobody hands out rights they do not have ([`policies.cedar`](../src/policies.cedar));
//! - people are never removed, only deactivated, so that what they wrote keeps its author.

mod acting;
mod apply;
mod audience;
pub mod commands;
mod due;
pub mod events;
mod fields;
pub mod invitation;
pub mod queries;
pub mod roles;
mod rows;
#[cfg(test)]
mod tests;

pub use commands::COMMANDS;
pub use queries::QUERIES;

use kernel::{
    ApplyError, Audience, Command, CommandSpec, DecideContext, DecideError, Decision, Event,
    Header, Module, ModuleName, PersonId, QuerySpec, Timestamp, Topic,
};
use rusqlite::Connection;

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
        2
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

    fn due(&self, rows: &Connection, _now: Timestamp) -> Result<Vec<Command>, rusqlite::Error> {
        due::due(rows)
    }

    fn audience(&self, rows: &Connection, event: &Event) -> Result<Audience, rusqlite::Error> {
        audience::audience(rows, event)
    }

    fn topics(&self, rows: &Connection, person: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        audience::topics(rows, person)
    }
}
