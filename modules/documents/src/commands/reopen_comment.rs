//! Opens what a comment is about again.

use super::Deciding;
use super::shared::{Commented, require_thread_root};
use crate::CommentId;
use crate::access::Action;
use crate::events::{CommentReopened, Fact};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<ReopenComment>("reopen-comment", "Open what a comment is about again.");

/// Open what a comment is about again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenComment {
    /// The comment that began the thread.
    pub comment_id: CommentId,
}

/// Decides it.
///
/// # Errors
/// Refused for replies, deleted comments, what is in the trash, and those who may not.
pub fn decide(of: &Deciding<'_>, body: ReopenComment) -> Result<Decision, DecideError> {
    let comment = Commented::find(of, "command.comment_id", body.comment_id)?;
    comment.place.require(Action::Comment, None)?;
    comment.require_present()?;
    require_thread_root(&comment)?;
    if !comment.is_resolved {
        return Ok(Decision::unchanged());
    }
    let fact = CommentReopened {
        comment_id: comment.id,
        document_id: comment.document_id(),
        reopened_by: of.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
