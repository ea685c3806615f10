//! Moves a document or file.

use super::Deciding;
use super::shared::move_to;
use crate::place::Place;
use crate::{DocumentId, FolderId};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<MoveDocument>(
    "move-document",
    "Move a document or file into another folder.",
);

/// Move a document or file into another folder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveDocument {
    /// The document or file.
    pub document_id: DocumentId,
    /// The folder it lies in from now on; none: at the top.
    pub folder_id: Option<FolderId>,
}

/// Decides it.
///
/// # Errors
/// Refused for what is in the trash, and those who may not.
pub fn decide(of: &Deciding<'_>, body: MoveDocument) -> Result<Decision, DecideError> {
    let place = Place::leaf(of.rows, of.viewer, "command.document_id", body.document_id)?;
    move_to(of, &place, "command.folder_id", body.folder_id)
}
