//! A file, for the gateway's download.

use super::details::{attached, file_of};
use crate::DocumentId;
use crate::access::Viewer;
use crate::place::Place;
use attachments::{Attachment, AttachmentId};
use kernel::{Actor, DecideError, Refusal};
use rusqlite::Connection;

/// The file itself, or one attached to the document, for whoever may read it.
///
/// # Errors
/// `item_not_found` for whoever may not, `attachment_not_found` where there is no such file.
pub fn file(
    rows: &Connection,
    actor: &Actor,
    document_id: DocumentId,
    attachment_id: AttachmentId,
) -> Result<Attachment, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::leaf(rows, viewer, "document", document_id)?;
    let attached = attached(rows, place.key)?.into_iter().map(|a| a.file);
    file_of(rows, &place)?
        .into_iter()
        .chain(attached)
        .find(|file| file.attachment_id == attachment_id)
        .ok_or_else(|| {
            let detail = "The document has no such file.";
            Refusal::not_found("attachment_id", "attachment_not_found", detail).into()
        })
}
