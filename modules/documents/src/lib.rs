//! Folders, documents that are written together, and files.
//!
//! Owns folders, rich-text documents (Yjs documents as Tiptap keeps them), plain files, who may do
//! what with them, comments, named versions and the history of every change. Follows the directory
//! for people, roles, groups and departments.
//!
//! Invariants:
//! - A document's updates are numbered 1, 2, 3 … without gaps, and none is ever removed: any earlier
//!   moment is the updates up to it.
//! - An update is accepted only if everything it builds upon is there and the whole can be read,
//!   merged and shown; applying merges what deciding has tried.
//! - What the server writes itself (import, restore) is decided: bytes in the fact, made under a
//!   client number that follows from the command.
//! - Somebody who may not read a folder or document is told that it does not exist.
//! - Applying reads only rows of this module's own chain, never those that follow the directory:
//!   the two chains may interleave differently at every site.

mod access;
mod apply;
mod audience;
mod base64;
mod check;
pub mod commands;
mod content;
mod due;
pub mod events;
mod follow;
mod ids;
mod index;
pub mod limits;
mod moment;
mod place;
mod put_back;
pub mod queries;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod watching;

pub use commands::COMMANDS;
pub use ids::{CommentId, DepartmentId, DocumentId, FolderId, GroupId, ItemId, VersionId};
pub use queries::QUERIES;

use kernel::{
    ApplyError, Aspect, Audience, Command, CommandSpec, DecideContext, DecideError, Decision,
    Event, Header, Module, ModuleName, PersonId, QuerySpec, Timestamp, Topic,
};
use rusqlite::Connection;
use serde_json::Value;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Documents;

impl Documents {
    /// The module's name.
    pub const NAME: ModuleName = "documents";
}

impl Module for Documents {
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
