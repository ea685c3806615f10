//! Checks on what people send, the same in several commands.

use crate::access::Viewer;
use crate::limits::{COMMENT_CHARS_MAX, MENTIONS_MAX, NAME_CHARS_MAX};
use crate::place::{Place, role_at};
use attachments::Attachment;
use kernel::{DecideError, PersonId, Refusal, check};
use rusqlite::Connection;

/// A name: one line without surrounding space.
///
/// # Errors
/// As for [`check::line`].
pub fn name(field: &str, text: &str) -> Result<String, Refusal> {
    check::line(field, text, 1..=NAME_CHARS_MAX)
}

/// The text of a comment.
///
/// # Errors
/// As for [`check::text`].
pub fn comment(text: &str) -> Result<String, Refusal> {
    check::text("command.text", text, 1..=COMMENT_CHARS_MAX)
}

/// People a comment mentions, in order without repetition: they must be able to read what it is on.
///
/// # Errors
/// `too_many_people`, `mention_cannot_read`.
pub fn mentions(
    rows: &Connection,
    place: &Place,
    mut people: Vec<PersonId>,
) -> Result<Vec<PersonId>, DecideError> {
    let field = "command.mentions";
    if people.len() > MENTIONS_MAX {
        let detail = format!("At most {MENTIONS_MAX} people can be mentioned at once.");
        return Err(Refusal::invalid(field, "too_many_people", detail).into());
    }
    people.sort_unstable();
    people.dedup();
    for person in &people {
        let reads = match Viewer::find(rows, *person)? {
            Some(viewer) => {
                let role = role_at(rows, &viewer, place.key)?;
                viewer.may_as(role, crate::access::Action::Read)?
            }
            None => false,
        };
        if !reads {
            let detail = format!("{person} cannot read this: share it first.");
            return Err(Refusal::invalid(field, "mention_cannot_read", detail).into());
        }
    }
    Ok(people)
}

/// A file with a safe name and type.
///
/// # Errors
/// As for [`attachments::check`].
pub fn file(file: Attachment) -> Result<Attachment, Refusal> {
    let refusal = |refusal: Refusal| Refusal {
        field: Some("command.file".into()),
        ..refusal
    };
    let mut checked = attachments::check(vec![file]).map_err(refusal)?;
    Ok(checked.remove(0))
}
