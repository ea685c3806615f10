//! Replies to a comment.

use super::Deciding;
use super::shared::{Commented, require_new_comment, require_thread_root};
use crate::access::Action;
use crate::events::{CommentAdded, Fact};
use crate::{CommentId, check};
use kernel::{CommandSpec, DecideError, Decision, PersonId};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<ReplyToComment>("reply-to-comment", "Reply to a comment.");

/// Reply to a comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyToComment {
    /// The client's id for the reply.
    pub comment_id: CommentId,
    /// The comment that began the thread.
    pub thread_of: CommentId,
    /// The text, 1 to 10,000 characters.
    pub text: String,
    /// People it mentions; they must be able to read what it is on.
    #[serde(default)]
    pub mentions: Vec<PersonId>,
}

/// Decides it.
///
/// # Errors
/// Refused for replies to replies and to deleted comments, unfit texts, what is in the trash, and
/// those who may not.
pub fn decide(of: &Deciding<'_>, body: ReplyToComment) -> Result<Decision, DecideError> {
    let root = Commented::find(of, "command.thread_of", body.thread_of)?;
    root.place.require(Action::Comment, None)?;
    root.require_present()?;
    require_thread_root(&root)?;
    let text = check::comment(&body.text)?;
    require_new_comment(of, body.comment_id)?;
    let fact = CommentAdded {
        comment_id: body.comment_id,
        document_id: root.document_id(),
        thread_of: Some(root.id),
        author: of.viewer.id,
        text,
        mentions: check::mentions(of.rows, &root.place, body.mentions)?,
        anchor: None,
        quote: None,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
