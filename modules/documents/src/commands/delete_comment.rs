//! Deletes a comment.

use super::Deciding;
use super::shared::Commented;
use crate::CommentId;
use crate::access::Action;
use crate::events::{CommentDeleted, Fact};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<DeleteComment>("delete-comment", "Delete a comment.");

/// Delete a comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteComment {
    /// The comment.
    pub comment_id: CommentId,
}

/// Decides it.
///
/// # Errors
/// Refused for others' comments, except to managers, and what is in the trash.
pub fn decide(of: &Deciding<'_>, body: DeleteComment) -> Result<Decision, DecideError> {
    let comment = Commented::find(of, "command.comment_id", body.comment_id)?;
    comment
        .place
        .require(Action::DeleteComment, Some(comment.author))?;
    if comment.is_deleted {
        return Ok(Decision::unchanged());
    }
    comment.require_present()?;
    let fact = CommentDeleted {
        comment_id: comment.id,
        document_id: comment.document_id(),
        deleted_by: of.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
