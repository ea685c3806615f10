//! Protection of a workspace against its own valid accounts: alarms of the detectors, canaries,
//! maintenance windows, and rewinds with their second person.
//!
//! Owns what was found, declared, proposed and approved; follows the directory for who watches over
//! the workspace. It changes nothing elsewhere: a site puts people in quarantine (`directory`) and
//! carries rewinds out (`put-back` of every module) because of what is written here.
//!
//! Invariants:
//! - An alarm's id follows from the entry that raised it: two sites raise it once.
//! - Nobody judges an alarm about themselves, covers themselves with a maintenance window, or
//!   approves the rewind they proposed.
//! - A rewind is proposed, then approved or withdrawn, then completed; each once.

mod access;
mod apply;
mod audience;
pub mod commands;
pub mod events;
mod follow;
mod ids;
pub mod limits;
pub mod queries;
#[cfg(test)]
mod tests;

pub use commands::COMMANDS;
pub use ids::{AlarmId, ItemId, RewindId, WindowId};
pub use queries::QUERIES;

use kernel::{
    ApplyError, Audience, Command, CommandSpec, DecideContext, DecideError, Decision, Event,
    Header, Module, ModuleName, PersonId, QuerySpec, Topic,
};
use rusqlite::Connection;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Protection;

impl Protection {
    /// The module's name.
    pub const NAME: ModuleName = "protection";
}

impl Module for Protection {
    fn name(&self) -> ModuleName {
        Self::NAME
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

    fn follows(&self) -> &'static [ModuleName] {
        &[follow::DIRECTORY]
    }

    fn follow(&self, rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
        follow::follow(rows, header, event)
    }

    fn audience(&self, _: &Connection, _: &Event) -> Result<Audience, rusqlite::Error> {
        Ok(audience::audience())
    }

    fn topics(&self, rows: &Connection, person: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        audience::topics(rows, person)
    }
}
