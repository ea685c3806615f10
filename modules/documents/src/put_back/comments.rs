//! The facts that make comments what they were, whoever wrote them.

use super::aspects::Comment;
use super::wish::CommentWish as Wish;
use crate::events::{CommentDeleted, CommentEdited, CommentRestored, Fact};
use crate::{CommentId, check};
use kernel::{Event, NotPutBack, PersonId};
use rusqlite::Connection;

/// The facts; none where it is so already.
pub fn facts(
    rows: &Connection,
    by: PersonId,
    id: CommentId,
    wish: &Wish,
) -> Result<Vec<Event>, NotPutBack> {
    let comment =
        Comment::find(rows, id)?.ok_or_else(|| NotPutBack::because("There is no such comment."))?;
    match wish {
        Wish::Exists(true) => Ok(Vec::new()),
        Wish::Exists(false) | Wish::Deleted(Some(true)) => Ok(delete(&comment, by, id)),
        Wish::Deleted(Some(false)) => Ok(restore(&comment, by, id)),
        Wish::Text(Some(_)) if comment.is_deleted => {
            Err(NotPutBack::because("The comment is deleted."))
        }
        Wish::Text(Some(text)) => {
            let fact = CommentEdited {
                comment_id: id,
                document_id: comment.document,
                text: check::comment(text)?,
                mentions: comment.mentioned(),
            };
            Ok(vec![fact.event()])
        }
        Wish::Text(None) | Wish::Deleted(None) => {
            let reason = "It was not there then; delete it instead.";
            Err(NotPutBack::because(reason))
        }
    }
}

fn delete(comment: &Comment, by: PersonId, id: CommentId) -> Vec<Event> {
    if comment.is_deleted {
        return Vec::new();
    }
    let fact = CommentDeleted {
        comment_id: id,
        document_id: comment.document,
        deleted_by: by,
    };
    vec![fact.event()]
}

fn restore(comment: &Comment, by: PersonId, id: CommentId) -> Vec<Event> {
    if !comment.is_deleted {
        return Vec::new();
    }
    let fact = CommentRestored {
        comment_id: id,
        document_id: comment.document,
        text: comment.text.clone(),
        mentions: comment.mentioned(),
        restored_by: by,
    };
    vec![fact.event()]
}

impl Comment {
    fn mentioned(&self) -> Vec<PersonId> {
        serde_json::from_str(&self.mentions).unwrap_or_default()
    }
}
