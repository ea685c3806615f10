//! The installation as a whole: accounts, sessions, passkeys, workspaces and keys. One partition,
//! in [`kernel::WorkspaceId::INSTALLATION`].
//!
//! Invariants:
//! - login names and names of workspaces are unique ignoring case;
//! - at least one active operator, from the first command on;
//! - one signing key in use; ids of keys only grow;
//! - one evidence key in use per site, of which only the public half is known here;
//! - no plain password reaches a journal: [`prepare`] turns it into a hash before deciding;
//! - nobody is shown what happens here ([`kernel::Audience`] is empty): events hold hashes and keys.

mod acting;
mod apply;
pub mod commands;
pub mod events;
mod fields;
pub mod password;
mod prepare;
pub mod queries;
mod rows;
#[cfg(test)]
mod tests;

pub use commands::COMMANDS;
pub use events::{KeyBytes, SessionId};
pub use prepare::{Preparation, prepare};
pub use queries::QUERIES;

use kernel::{
    ApplyError, Audience, Command, CommandSpec, DecideContext, DecideError, Decision, Event,
    Header, Module, ModuleName, PersonId, QuerySpec, Topic,
};
use rusqlite::Connection;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Installation;

impl Module for Installation {
    fn name(&self) -> ModuleName {
        "installation"
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
        _: &DecideContext,
        command: &Command,
    ) -> Result<Decision, DecideError> {
        commands::decide(rows, command)
    }

    fn apply(&self, rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
        apply::apply(rows, header, event)
    }

    fn audience(&self, _: &Connection, _: &Event) -> Result<Audience, rusqlite::Error> {
        Ok(Audience::default())
    }

    fn topics(&self, _: &Connection, _: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        Ok(Vec::new())
    }
}
