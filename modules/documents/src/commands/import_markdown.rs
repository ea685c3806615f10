//! Makes a document from Markdown.

use super::Deciding;
use super::shared::{require_fit, require_new, target, unfit};
use crate::content::{Content, from_markdown};
use crate::events::{DocumentCreated, DocumentUpdated, Fact, Origin};
use crate::limits::MARKDOWN_BYTES_MAX;
use crate::{DocumentId, FolderId, base64, check};
use kernel::{CommandId, CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<ImportMarkdown>("import-markdown", "Make a document from Markdown.");

/// Make a document from Markdown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportMarkdown {
    /// The client's id for it.
    pub document_id: DocumentId,
    /// The folder it lies in; none: at the top.
    pub folder_id: Option<FolderId>,
    /// Its title, 1 to 200 characters.
    pub title: String,
    /// The text, at most 512 KiB: CommonMark with tables, task lists and strikethrough.
    pub markdown: String,
}

/// Decides it. Answers the position of its update; 0 for an empty text.
///
/// # Errors
/// As for `create-document`, and for texts that are too long or too deeply nested.
pub fn decide(of: &Deciding<'_>, body: ImportMarkdown) -> Result<Decision, DecideError> {
    target(of, "command.folder_id", body.folder_id)?;
    let title = check::name("command.title", &body.title)?;
    require_new(of, body.document_id.into())?;
    let field = "command.markdown";
    if body.markdown.len() > MARKDOWN_BYTES_MAX {
        let detail = format!("A text of at most {MARKDOWN_BYTES_MAX} bytes can be imported.");
        return Err(Refusal::invalid(field, "too_long", detail).into());
    }
    let blocks = from_markdown(&body.markdown).map_err(|e| unfit(field, &e.into()))?;
    let id = CommandId::derived(&format!("documents/{}/0", of.command));
    let [a, b, c, d, ..] = *id.0.as_bytes();
    let content = Content::empty(u32::from_be_bytes([a, b, c, d]));
    let update = content.rewrite(&blocks).map_err(|e| unfit(field, &e))?;
    require_fit(&content, field)?;
    let created = DocumentCreated {
        document_id: body.document_id,
        folder_id: body.folder_id,
        title,
        created_by: of.viewer.id,
    };
    let mut events = vec![created.event()];
    let seq = u64::from(update.is_some());
    if let Some(update) = update {
        let fact = DocumentUpdated {
            document_id: body.document_id,
            seq,
            author: of.viewer.id,
            update: base64::encode(&update),
            origin: Some(Origin::Import),
        };
        events.push(fact.event());
    }
    Ok(Decision::Accepted {
        answer: json!({ "seq": seq }),
        events,
    })
}
