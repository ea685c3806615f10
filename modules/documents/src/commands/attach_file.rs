//! Attaches a file to a document, to be shown in its text.

use super::Deciding;
use crate::access::Action;
use crate::events::{Fact, FileAttached};
use crate::limits::ATTACHED_MAX;
use crate::place::Place;
use crate::{DocumentId, check};
use attachments::Attachment;
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<AttachFile>(
    "attach-file",
    "Attach a file to a document, to be shown in its text.",
);

/// Attach a file to a document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachFile {
    /// The document.
    pub document_id: DocumentId,
    /// The file; its chunks are stored before.
    pub file: Attachment,
}

/// Decides it.
///
/// # Errors
/// Refused for an unfit file, too many of them, what is in the trash, and those who may not.
pub fn decide(of: &Deciding<'_>, body: AttachFile) -> Result<Decision, DecideError> {
    let place = Place::document(of.rows, of.viewer, "command.document_id", body.document_id)?;
    place.require(Action::Update, None)?;
    place.require_present()?;
    let file = check::file(body.file)?;
    let (count, is_there): (u32, bool) = of
        .rows
        .prepare_cached(
            "SELECT count(*), coalesce(max(attachment = ?2), 0) FROM attached WHERE item = ?1",
        )?
        .query_row((place.key, file.attachment_id), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if is_there {
        let detail = "The document has a file with this id already.";
        return Err(Refusal::conflict("attachment_exists", detail).into());
    }
    if count >= ATTACHED_MAX {
        let detail = format!("A document has at most {ATTACHED_MAX} files.");
        return Err(Refusal::conflict("too_many_attachments", detail).into());
    }
    let fact = FileAttached {
        document_id: body.document_id,
        file,
        attached_by: of.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
