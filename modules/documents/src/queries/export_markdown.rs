//! A document as Markdown.

use crate::DocumentId;
use crate::access::Viewer;
use crate::content::markdown;
use crate::place::Place;
use crate::store::{Progress, load, unusable};
use attachments::safe_name;
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportMarkdownParams {
    /// The document.
    pub document_id: DocumentId,
}

/// A document as Markdown.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedMarkdown {
    /// A name for the file.
    pub file_name: String,
    /// The text.
    pub markdown: String,
    /// Position of the last update in it.
    pub seq: u64,
}

/// Answers it.
///
/// # Errors
/// `item_not_found` for whoever may not read it.
pub fn export_markdown(
    rows: &Connection,
    actor: &Actor,
    params: ExportMarkdownParams,
) -> Result<ExportedMarkdown, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::document(rows, viewer, "document_id", params.document_id)?;
    let blocks = load(rows, place.key, 0)?.blocks().map_err(unusable)?;
    Ok(ExportedMarkdown {
        file_name: safe_name(&format!("{}.md", place.name)),
        markdown: markdown(&blocks),
        seq: Progress::of(rows, place.key)?.last_seq,
    })
}
