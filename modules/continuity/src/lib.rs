//! The continuity record of an installation: what was seen, what was done about it, and what drills
//! showed. One partition for the installation.
//!
//! Invariants:
//! - notes are facts with the time at which they were seen; they are never changed;
//! - what several nodes saw is noted once;
//! - an incident begins with a lost site and is over when every site it lost is back;
//! - a drill that was started has one end at most, passed or not;
//! - one drill that breaks something is under way at most;
//! - sites note what they see by themselves; of accounts, operators and the probers' account do.
//!
//! It follows `installation` to know who is an operator.

mod apply;
mod availability;
mod commands;
mod events;
mod incident;
pub mod period;
mod queries;
mod rehearsal;
mod standing;

pub use availability::{
    AvailabilityParameters, AvailabilityReport, DeclareExclusion, ExclusionRow, RecordAvailability,
    WithdrawExclusion, availability,
};
pub use commands::{AskDrillStop, COMMANDS, NoteTimeline, RecordDrillEnd, RecordDrillStart};
pub use events::{DrillEnded, DrillStarted, DrillStopAsked, NoteKind, TimelineNoted};
pub use queries::{DrillRow, NoteRow, QUERIES, SeenNote, drill, notes_since};
pub use rehearsal::{REHEARSAL, Rehearsal, last_rehearsal};
pub use standing::{Standing, standing};

use kernel::{
    ApplyError, Audience, Command, CommandSpec, DecideContext, DecideError, Decision, Event,
    Header, Module, ModuleName, PersonId, QuerySpec, Topic,
};
use rusqlite::Connection;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Continuity;

impl Module for Continuity {
    fn name(&self) -> ModuleName {
        "continuity"
    }

    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn schema_version(&self) -> u32 {
        3
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

    fn follows(&self) -> &'static [ModuleName] {
        &["installation"]
    }

    fn follow(&self, rows: &Connection, _: &Header, event: &Event) -> Result<(), ApplyError> {
        standing::follow(rows, event)
    }

    /// Nobody listens to the installation's partitions over the event stream: its people are
    /// accounts, and pages ask.
    fn audience(&self, _: &Connection, _: &Event) -> Result<Audience, rusqlite::Error> {
        Ok(Audience::default())
    }

    fn topics(&self, _: &Connection, _: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        Ok(Vec::new())
    }
}
