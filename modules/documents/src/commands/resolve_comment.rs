//! Settles what a comment is about.

use super::Deciding;
use super::shared::{Commented, require_thread_root};
use crate::CommentId;
use crate::access::Action;
use crate::events::{CommentResolved, Fact};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<ResolveComment>("resolve-comment", "Settle what a comment is about.");

/// Settle what a comment is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveComment {
    /// The comment that began the thread.
    pub comment_id: CommentId,
}

/// Decides it.
///
/// # Errors
/// Refused for replies, deleted comments, what is in the trash, and those who may not.
pub fn decide(of: &Deciding<'_>, body: ResolveComment) -> Result<Decision, DecideError> {
    let comment = Commented::find(of, "command.comment_id", body.comment_id)?;
    comment.place.require(Action::Comment, None)?;
    comment.require_present()?;
    require_thread_root(&comment)?;
    if comment.is_resolved {
        return Ok(Decision::unchanged());
    }
    let fact = CommentResolved {
        comment_id: comment.id,
        document_id: comment.document_id(),
        resolved_by: of.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
