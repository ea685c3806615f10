//! Comments on a document or file.

use super::Deciding;
use super::shared::require_new_comment;
use crate::access::Action;
use crate::events::{CommentAdded, Fact};
use crate::limits::{ANCHOR_BYTES_MAX, QUOTE_CHARS_MAX};
use crate::place::Place;
use crate::{CommentId, DocumentId, base64, check};
use kernel::{CommandSpec, DecideError, Decision, PersonId};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<AddComment>("add-comment", "Comment on a document or file.");

/// Comment on a document or file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddComment {
    /// The client's id for it.
    pub comment_id: CommentId,
    /// On what.
    pub document_id: DocumentId,
    /// The text, 1 to 10,000 characters.
    pub text: String,
    /// People it mentions; they must be able to read what it is on.
    #[serde(default)]
    pub mentions: Vec<PersonId>,
    /// Where in the document: whatever the editor finds the place by again (a Yjs relative
    /// position), in base64, at most 1 KiB.
    pub anchor: Option<String>,
    /// The text it is about, at most 1,000 characters.
    pub quote: Option<String>,
}

/// Decides it.
///
/// # Errors
/// Refused for unfit texts, a used id, mentions of whoever cannot read it, what is in the trash, and
/// those who may not.
pub fn decide(of: &Deciding<'_>, body: AddComment) -> Result<Decision, DecideError> {
    let place = Place::leaf(of.rows, of.viewer, "command.document_id", body.document_id)?;
    place.require(Action::Comment, None)?;
    place.require_present()?;
    let text = check::comment(&body.text)?;
    if let Some(anchor) = &body.anchor {
        base64::decode("command.anchor", anchor, ANCHOR_BYTES_MAX)?;
    }
    let quote = match &body.quote {
        Some(quote) => Some(kernel::check::text(
            "command.quote",
            quote,
            0..=QUOTE_CHARS_MAX,
        )?),
        None => None,
    };
    require_new_comment(of, body.comment_id)?;
    let mentions = check::mentions(of.rows, &place, body.mentions)?;
    let fact = CommentAdded {
        comment_id: body.comment_id,
        document_id: body.document_id,
        thread_of: None,
        author: of.viewer.id,
        text,
        mentions,
        anchor: body.anchor,
        quote,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
