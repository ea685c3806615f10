//! Conversations and their messages.
//!
//! Owns conversations (one-to-one, group, official channel), who is in them, messages with their
//! threads, mentions, reactions, files and versions, drafts, read marks and urgent notices. Follows
//! the directory for people, roles and permissions.
//!
//! Invariants:
//! - A message's position in its conversation is 1, 2, 3 … without gaps. Deciding puts the next one
//!   into the event; applying stops where it does not follow.
//! - Somebody outside of a conversation is told that it does not exist, whatever they ask.
//! - Nothing is ever overwritten: texts that were edited or deleted stay as versions.
//! - Applying reads only rows of this module's own chain, never those that follow the directory:
//!   the two chains may interleave differently at every site.

mod access;
mod apply;
mod audience;
pub mod commands;
mod due;
mod entitled;
pub mod events;
mod follow;
mod ids;
mod index;
pub mod limits;
mod put_back;
pub mod queries;
mod rows;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;

pub use attachments as attachment;
pub use attachments::AttachmentId;
pub use commands::COMMANDS;
pub use ids::{ConversationId, MessageId};
pub use limits::Limits;
pub use queries::QUERIES;

use kernel::{
    ApplyError, Aspect, Audience, Command, CommandSpec, DecideContext, DecideError, Decision,
    Event, Header, Module, ModuleName, PersonId, QuerySpec, Timestamp, Topic,
};
use rusqlite::Connection;
use serde_json::Value;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Messaging {
    limits: Limits,
}

impl Messaging {
    /// The module's name.
    pub const NAME: ModuleName = "messaging";

    /// The module with an installation's limits.
    #[must_use]
    pub const fn with_limits(limits: Limits) -> Self {
        Self { limits }
    }
}

impl Module for Messaging {
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
        commands::decide(self, rows, context, command)
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

    fn held_in(&self, rows: &Connection, aspect: &Aspect) -> Result<Vec<Aspect>, rusqlite::Error> {
        put_back::held_in(rows, aspect)
    }

    fn topics(&self, rows: &Connection, person: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        audience::topics(rows, person)
    }
}
