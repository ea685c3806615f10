//! Changes a comment's text.

use super::Deciding;
use super::shared::Commented;
use crate::access::Action;
use crate::events::{CommentEdited, Fact};
use crate::{CommentId, check};
use kernel::PersonId;
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<EditComment>("edit-comment", "Change the text of one's own comment.");

/// Change the text of one's own comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditComment {
    /// The comment.
    pub comment_id: CommentId,
    /// Its text from now on.
    pub text: String,
    /// People it mentions from now on.
    #[serde(default)]
    pub mentions: Vec<PersonId>,
}

/// Decides it.
///
/// # Errors
/// Refused for others' and deleted comments, unfit texts, and what is in the trash.
pub fn decide(of: &Deciding<'_>, body: EditComment) -> Result<Decision, DecideError> {
    let comment = Commented::find(of, "command.comment_id", body.comment_id)?;
    comment
        .place
        .require(Action::EditComment, Some(comment.author))?;
    comment.require_present()?;
    let text = check::comment(&body.text)?;
    let mentions = check::mentions(of.rows, &comment.place, body.mentions)?;
    if text == comment.text && mentions.is_empty() {
        return Ok(Decision::unchanged());
    }
    let fact = CommentEdited {
        comment_id: comment.id,
        document_id: comment.document_id(),
        text,
        mentions,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
