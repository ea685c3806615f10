//! The continuity programme of a workspace: what matters and to whom, what was promised, which drills
//! are due and what they showed, and how far the roll-out is.
//!
//! Owns what people say of their assets, objectives, plans and findings; follows the directory for who
//! is there, and the continuity record for which drills were run. It measures nothing: a site compares
//! what was promised with what it sees (`crates/server/src/programme/`).
//!
//! Invariants:
//! - An asset's key is unique and its history stays: assets are retired, never deleted.
//! - No asset depends on itself, and no dependency is there twice. Cycles are: the world has them.
//! - An objective is never longer than the maximum tolerable outage known when it was set.
//! - A finding is closed by a later drill of its scenario that passed, or in words by somebody who
//!   neither found it nor mends it.

mod access;
mod apply;
mod audience;
pub mod cells;
pub mod commands;
pub mod events;
mod follow;
mod ids;
pub mod impact;
pub mod limits;
pub mod queries;
pub mod rollout;
mod rows;
pub mod template;
#[cfg(test)]
mod tests;

pub use commands::COMMANDS;
pub use ids::{AssetId, BreachId, DrillPlanId, FindingId};
pub use queries::QUERIES;

use kernel::{
    ApplyError, Audience, Command, CommandSpec, DecideContext, DecideError, Decision, Event,
    Header, Module, ModuleName, PersonId, QuerySpec, Timestamp, Topic,
};
use rusqlite::Connection;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Programme;

impl Programme {
    /// The module's name.
    pub const NAME: ModuleName = "programme";
}

impl Module for Programme {
    fn name(&self) -> ModuleName {
        Self::NAME
    }

    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn schema_version(&self) -> u32 {
        1
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
        &[follow::DIRECTORY, follow::CONTINUITY]
    }

    fn follow(&self, rows: &Connection, header: &Header, event: &Event) -> Result<(), ApplyError> {
        follow::follow(rows, header, event)
    }

    fn due(&self, rows: &Connection, now: Timestamp) -> Result<Vec<Command>, rusqlite::Error> {
        commands::findings::due(rows, now)
    }

    fn is_due_by_time(&self) -> bool {
        false
    }

    fn audience(&self, _: &Connection, _: &Event) -> Result<Audience, rusqlite::Error> {
        Ok(audience::audience())
    }

    fn topics(&self, rows: &Connection, person: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        audience::topics(rows, person)
    }
}
