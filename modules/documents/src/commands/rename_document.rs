//! Gives a document or file another name.

use super::Deciding;
use super::shared::rename;
use crate::DocumentId;
use crate::place::Place;
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<RenameDocument>("rename-document", "Give a document or file another name.");

/// Give a document or file another name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameDocument {
    /// The document or file.
    pub document_id: DocumentId,
    /// Its title from now on.
    pub title: String,
}

/// Decides it.
///
/// # Errors
/// Refused for a bad title, what is in the trash, and those who may not.
pub fn decide(of: &Deciding<'_>, body: RenameDocument) -> Result<Decision, DecideError> {
    let place = Place::leaf(of.rows, of.viewer, "command.document_id", body.document_id)?;
    rename(&place, "command.title", &body.title)
}
