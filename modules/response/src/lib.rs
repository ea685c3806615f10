//! Who acts when nobody can be reached: the command team and how its people are reached, calls,
//! incidents with their room and status page, and break-glass access.
//!
//! Owns roles with holders and deputies, shifts, contact points, calls (`crates/calling` decides when
//! whom), what is sent for them, incidents, and requests for break-glass access. Follows the directory
//! for who takes part and what roles may do. It sends nothing and gives no rights itself: a site sends
//! what is due here, and lends the role (`directory`) that is granted here.
//!
//! Invariants:
//! - A contact point counts once its code was answered; the code is shown to nobody.
//! - A call's steps are numbered and their commands' ids follow from the number: two sites take each
//!   once. Messages have ids of their own that follow from what they tell.
//! - An incident is closed with a finding, or with the reason why there is none.
//! - Break-glass access needs as many other people as the rules said when it was asked for, or say now,
//!   whichever is more; each approves once, nobody their own, and only who still takes part counts.

mod access;
mod apply;
mod audience;
pub mod commands;
mod due;
pub mod events;
mod follow;
mod ids;
pub mod limits;
mod prepare;
pub mod queries;
#[cfg(test)]
mod tests;

pub use commands::COMMANDS;
pub use ids::{CallId, CommandRoleId, IncidentId, MessageId, PointId, RequestId, ShiftId, TaskId};
pub use prepare::prepare;
pub use queries::QUERIES;

use kernel::{
    ApplyError, Audience, Command, CommandSpec, DecideContext, DecideError, Decision, Event,
    Header, Module, ModuleName, PersonId, QuerySpec, Timestamp, Topic,
};
use rusqlite::Connection;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Response;

impl Response {
    /// The module's name.
    pub const NAME: ModuleName = "response";
}

impl Module for Response {
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

    fn due(&self, rows: &Connection, now: Timestamp) -> Result<Vec<Command>, rusqlite::Error> {
        due::due(rows, now)
    }

    fn audience(&self, rows: &Connection, event: &Event) -> Result<Audience, rusqlite::Error> {
        audience::audience(rows, event)
    }

    fn topics(&self, rows: &Connection, person: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        audience::topics(rows, person)
    }
}
