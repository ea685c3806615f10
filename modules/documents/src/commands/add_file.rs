//! Puts a file into a folder.

use super::Deciding;
use super::shared::{require_new, target};
use crate::events::{Fact, FileAdded};
use crate::{DocumentId, FolderId, check};
use attachments::Attachment;
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<AddFile>("add-file", "Put a file into a folder.");

/// Put a file into a folder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddFile {
    /// The client's id for it.
    pub document_id: DocumentId,
    /// The folder it lies in; none: at the top.
    pub folder_id: Option<FolderId>,
    /// The file; its chunks are stored before.
    pub file: Attachment,
}

/// Decides it.
///
/// # Errors
/// Refused for an unfit file, a used id, and those who may not.
pub fn decide(of: &Deciding<'_>, body: AddFile) -> Result<Decision, DecideError> {
    target(of, "command.folder_id", body.folder_id)?;
    let file = check::file(body.file)?;
    require_new(of, body.document_id.into())?;
    let fact = FileAdded {
        document_id: body.document_id,
        folder_id: body.folder_id,
        file,
        created_by: of.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
