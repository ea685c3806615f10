//! Makes an empty document.

use super::Deciding;
use super::shared::{require_new, target};
use crate::events::{DocumentCreated, Fact};
use crate::{DocumentId, FolderId, check};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<CreateDocument>(
    "create-document",
    "Make an empty document; its maker manages it.",
);

/// Make an empty document; its maker manages it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDocument {
    /// The client's id for it.
    pub document_id: DocumentId,
    /// The folder it lies in; none: at the top.
    pub folder_id: Option<FolderId>,
    /// Its title, 1 to 200 characters.
    pub title: String,
}

/// Decides it.
///
/// # Errors
/// Refused for a bad title, a used id, and those who may not.
pub fn decide(of: &Deciding<'_>, body: CreateDocument) -> Result<Decision, DecideError> {
    target(of, "command.folder_id", body.folder_id)?;
    let title = check::name("command.title", &body.title)?;
    require_new(of, body.document_id.into())?;
    let fact = DocumentCreated {
        document_id: body.document_id,
        folder_id: body.folder_id,
        title,
        created_by: of.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
