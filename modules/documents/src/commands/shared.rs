//! What several commands decide alike.

use super::Deciding;
use crate::access::Action;
use crate::check;
use crate::content::{Broken, Content};
use crate::events::{AccessLost, Fact, ItemMoved, ItemRenamed};
use crate::limits::{FOLDER_DEPTH_MAX, STATE_BYTES_MAX};
use crate::place::{Place, grants_of, item_key, readers, readers_with};
use crate::{CommentId, DocumentId, FolderId, ItemId};
use kernel::{DecideError, Decision, Event, PersonId, Refusal};
use rusqlite::{Connection, OptionalExtension};

/// The folder in which something is to be made or put; none: the top.
pub fn target(
    of: &Deciding<'_>,
    field: &str,
    folder: Option<FolderId>,
) -> Result<Option<Place>, DecideError> {
    let Some(folder) = folder else {
        of.viewer.require(Action::CreateAtTop)?;
        return Ok(None);
    };
    let place = Place::folder(of.rows, of.viewer, field, folder)?;
    place.require(Action::CreateIn, None)?;
    place.require_present()?;
    Ok(Some(place))
}

/// Nothing, where no item has this id yet.
pub fn require_new(of: &Deciding<'_>, id: ItemId) -> Result<(), DecideError> {
    if item_key(of.rows, id)?.is_some() {
        let detail = "A folder or document with this id exists already.";
        return Err(Refusal::conflict("item_exists", detail).into());
    }
    Ok(())
}

/// Nothing, where `levels` more fit below a folder.
pub fn require_depth(
    rows: &Connection,
    folder: Option<i64>,
    levels: u32,
) -> Result<(), DecideError> {
    let above: u32 = match folder {
        Some(folder) => rows
            .prepare_cached(
                "WITH RECURSIVE chain (parent) AS (
                    SELECT parent FROM item WHERE key = ?1
                    UNION ALL SELECT i.parent FROM chain c JOIN item i ON i.key = c.parent
                 ) SELECT count(*) FROM chain",
            )?
            .query_row([folder], |row| row.get(0))?,
        None => 0,
    };
    if above + levels > FOLDER_DEPTH_MAX {
        let detail = format!("Folders lie at most {FOLDER_DEPTH_MAX} deep in each other.");
        return Err(Refusal::conflict("folders_too_deep", detail).into());
    }
    Ok(())
}

/// Gives the item at `place` another name.
pub fn rename(place: &Place, field: &str, name: &str) -> Result<Decision, DecideError> {
    place.require(Action::Rename, None)?;
    place.require_present()?;
    let name = check::name(field, name)?;
    if name == place.name {
        return Ok(Decision::unchanged());
    }
    let fact = ItemRenamed {
        item_id: place.id,
        name,
        renamed_by: place.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Moves the item at `place` into a folder, or to the top. What it lies in may not lie in itself.
pub fn move_to(
    of: &Deciding<'_>,
    place: &Place,
    field: &str,
    folder: Option<FolderId>,
) -> Result<Decision, DecideError> {
    place.require(Action::Move, None)?;
    place.require_present()?;
    let target = target(of, field, folder)?;
    let parent = target.as_ref().map(|target| target.key);
    if parent == place.parent {
        return Ok(Decision::unchanged());
    }
    let (is_below, levels) = subtree(of.rows, place.key, parent)?;
    if is_below {
        let detail = "A folder cannot lie in itself.";
        return Err(Refusal::conflict("folder_cycle", detail).into());
    }
    require_depth(of.rows, parent, levels)?;
    let grants = grants_of(of.rows, place.key)?;
    let after = readers_with(of.rows, &grants, place.inherits, parent)?;
    let fact = ItemMoved {
        item_id: place.id,
        folder_id: folder,
    };
    with_lost(of.rows, place, &after, fact.event())
}

/// Whether `other` is the item or lies below it, and how many levels of folders the item has.
pub fn subtree(rows: &Connection, key: i64, other: Option<i64>) -> rusqlite::Result<(bool, u32)> {
    rows.prepare_cached(
        "WITH RECURSIVE below (key, depth, kind) AS (
            SELECT key, 1, kind FROM item WHERE key = ?1
            UNION ALL
            SELECT i.key, b.depth + 1, i.kind FROM below b JOIN item i ON i.parent = b.key
        ) SELECT EXISTS (SELECT 1 FROM below WHERE key = ?2),
                 coalesce(max(depth) FILTER (WHERE kind = 'folder'), 0) FROM below",
    )?
    .query_row((key, other), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The change and, for those who may read no more, that they may not.
pub fn with_lost(
    rows: &Connection,
    place: &Place,
    after: &[PersonId],
    change: Event,
) -> Result<Decision, DecideError> {
    let mut events = vec![change];
    events.extend(lost(rows, place.key, place.id, after)?);
    Ok(Decision::accepted(events))
}

/// Those who may read an item now and are not among `after`.
pub fn lost(
    rows: &Connection,
    key: i64,
    item_id: ItemId,
    after: &[PersonId],
) -> rusqlite::Result<Option<Event>> {
    let mut people = readers(rows, key)?;
    people.retain(|person| after.binary_search(person).is_err());
    let fact = AccessLost { item_id, people };
    Ok((!fact.people.is_empty()).then(|| fact.event()))
}

/// Nothing, where the content can become a document's.
pub fn require_fit(content: &Content, field: &str) -> Result<(), Refusal> {
    // Tried before it is accepted, because applying cannot refuse.
    let state = content.kept().map_err(|broken| unfit(field, &broken))?;
    if state.len() > STATE_BYTES_MAX {
        let detail = format!(
            "The document would have {} bytes; at most {STATE_BYTES_MAX} are allowed.",
            state.len()
        );
        return Err(Refusal::invalid(field, "document_too_large", detail));
    }
    Ok(())
}

/// The refusal for content that cannot be a document's.
pub fn unfit(field: &str, broken: &Broken) -> Refusal {
    let detail = format!("{broken}.");
    match broken {
        Broken::Malformed(_) | Broken::Unusable(_) => {
            Refusal::invalid(field, "update_malformed", detail)
        }
        Broken::Unfit(_) => Refusal::invalid(field, "content_unfit", detail),
        Broken::Incomplete => {
            let detail = format!("{detail} Send what is missing with it or before it.");
            Refusal::conflict("update_out_of_order", detail)
        }
    }
}

/// A comment with its place.
pub struct Commented {
    /// Where.
    pub place: Place,
    /// Its id.
    pub id: CommentId,
    /// Who wrote it.
    pub author: PersonId,
    /// Its text.
    pub text: String,
    /// Whether it replies to another.
    pub is_reply: bool,
    /// Whether it is deleted.
    pub is_deleted: bool,
    /// Whether it is resolved.
    pub is_resolved: bool,
}

impl Commented {
    /// The comment with this id.
    ///
    /// # Errors
    /// `comment_not_found` where there is none on what the viewer may read: the two must not differ.
    pub fn find(of: &Deciding<'_>, field: &str, id: CommentId) -> Result<Self, DecideError> {
        let none = || {
            let detail = "There is no such comment, or what it is on is not shared with you.";
            DecideError::from(Refusal::not_found(field, "comment_not_found", detail))
        };
        let found = of
            .rows
            .prepare_cached(
                "SELECT item, author, text, thread IS NOT NULL, deleted_at IS NOT NULL,
                        resolved_at IS NOT NULL FROM comment WHERE id = ?1",
            )?
            .query_row([id], |row| {
                let item: i64 = row.get(0)?;
                let rest = (
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                );
                Ok((item, rest))
            })
            .optional()?;
        let (item, (author, text, is_reply, is_deleted, is_resolved)) = found.ok_or_else(none)?;
        let place = match Place::by_key(of.rows, of.viewer, field, item) {
            Err(DecideError::Refused(_)) => return Err(none()),
            place => place?,
        };
        Ok(Self {
            place,
            id,
            author,
            text,
            is_reply,
            is_deleted,
            is_resolved,
        })
    }

    /// Nothing, while the comment is not deleted and what it is on is not in the trash.
    ///
    /// # Errors
    /// `comment_deleted`, `item_trashed`.
    pub fn require_present(&self) -> Result<(), Refusal> {
        if self.is_deleted {
            let detail = "The comment is deleted.";
            return Err(Refusal::conflict("comment_deleted", detail));
        }
        self.place.require_present()
    }

    /// What it is on.
    #[must_use]
    pub const fn document_id(&self) -> DocumentId {
        self.place.document_id()
    }
}

/// Nothing, where no comment has this id yet.
pub fn require_new_comment(of: &Deciding<'_>, id: CommentId) -> Result<(), DecideError> {
    let exists = of
        .rows
        .prepare_cached("SELECT 1 FROM comment WHERE id = ?1")?
        .exists([id])?;
    if exists {
        let detail = "A comment with this id exists already.";
        return Err(Refusal::conflict("comment_exists", detail).into());
    }
    Ok(())
}

/// Nothing, where the comment began a thread.
pub fn require_thread_root(comment: &Commented) -> Result<(), Refusal> {
    if comment.is_reply {
        let detail = "This is a reply: choose the comment that began the thread.";
        return Err(Refusal::invalid(
            "command.comment_id",
            "not_a_thread_root",
            detail,
        ));
    }
    Ok(())
}
