//! What an aspect is about, and what it is in the rows.

use crate::events::{Grant, ItemKind};
use crate::place::{grants_of, item_key};
use crate::store::Progress;
use crate::{CommentId, FolderId, ItemId};
use kernel::{Aspect, BadAspect};
use rusqlite::{Connection, OptionalExtension, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How many characters of a comment people call it by.
const LABEL_CHARS: usize = 80;

/// An aspect whose names are understood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    Item(ItemKind, ItemId, OfItem),
    Comment(CommentId, OfComment),
}

/// An aspect of a folder, document or file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OfItem {
    Name,
    Place,
    Trashed,
    Permissions,
    Text,
    Exists,
}

/// An aspect of a comment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OfComment {
    Text,
    Deleted,
    Exists,
}

/// What `place` is; none: at the top.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct In {
    pub parent: Option<FolderId>,
}

/// What `permissions` is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    pub inherits: bool,
    pub grants: Vec<Grant>,
}

impl Known {
    /// Understands an aspect.
    pub fn of(aspect: &Aspect) -> std::result::Result<Self, BadAspect> {
        let is = aspect.aspect.as_str();
        let kind = match aspect.kind.as_str() {
            "folder" => ItemKind::Folder,
            "document" => ItemKind::Document,
            "file" => ItemKind::File,
            "comment" => {
                let of = match is {
                    "text" => OfComment::Text,
                    "deleted" => OfComment::Deleted,
                    "exists" => OfComment::Exists,
                    _ => return Err(BadAspect::Aspect),
                };
                return Ok(Self::Comment(aspect.alone()?, of));
            }
            _ => return Err(BadAspect::Kind),
        };
        let of = match is {
            "name" => OfItem::Name,
            "place" => OfItem::Place,
            "trashed" => OfItem::Trashed,
            "permissions" => OfItem::Permissions,
            "exists" => OfItem::Exists,
            "text" if kind == ItemKind::Document => OfItem::Text,
            _ => return Err(BadAspect::Aspect),
        };
        Ok(Self::Item(kind, aspect.alone()?, of))
    }
}

/// An item as putting back needs it.
#[derive(Clone, Debug)]
pub struct Item {
    pub key: i64,
    pub id: ItemId,
    pub name: String,
    pub inherits: bool,
    pub is_trashed: bool,
    pub parent: Option<i64>,
}

impl Item {
    /// The item of this kind with this id, whoever may read it.
    pub fn find(rows: &Connection, kind: ItemKind, id: ItemId) -> Result<Option<Self>> {
        rows.prepare_cached(
            "SELECT key, name, inherits, trashed_at IS NOT NULL, parent FROM item
             WHERE id = ?1 AND kind = ?2",
        )?
        .query_row((id, kind), |row| {
            Ok(Self {
                key: row.get(0)?,
                id,
                name: row.get(1)?,
                inherits: row.get(2)?,
                is_trashed: row.get(3)?,
                parent: row.get(4)?,
            })
        })
        .optional()
    }
}

/// A comment as putting back needs it.
#[derive(Clone, Debug)]
pub struct Comment {
    pub document: crate::DocumentId,
    pub text: String,
    pub mentions: String,
    pub is_deleted: bool,
}

impl Comment {
    /// The comment with this id, whoever may read it.
    pub fn find(rows: &Connection, id: CommentId) -> Result<Option<Self>> {
        rows.prepare_cached(
            "SELECT i.id, c.text, c.mentions, c.deleted_at IS NOT NULL
             FROM comment c JOIN item i ON i.key = c.item WHERE c.id = ?1",
        )?
        .query_row([id], |row| {
            Ok(Self {
                document: row.get(0)?,
                text: row.get(1)?,
                mentions: row.get(2)?,
                is_deleted: row.get(3)?,
            })
        })
        .optional()
    }
}

/// What the aspect is; null where its object is not there.
pub fn value(rows: &Connection, aspect: &Aspect) -> Result<Value> {
    match Known::of(aspect) {
        Err(_) => Ok(Value::Null),
        Ok(Known::Item(kind, id, of)) => match Item::find(rows, kind, id)? {
            Some(item) => of_item(rows, &item, of),
            None => Ok(Value::Null),
        },
        Ok(Known::Comment(id, of)) => Ok(match (Comment::find(rows, id)?, of) {
            (None, _) => Value::Null,
            (Some(comment), OfComment::Text) => json!(comment.text),
            (Some(comment), OfComment::Deleted) => json!(comment.is_deleted),
            (Some(_), OfComment::Exists) => json!(true),
        }),
    }
}

fn of_item(rows: &Connection, item: &Item, of: OfItem) -> Result<Value> {
    Ok(match of {
        OfItem::Name => json!(item.name),
        OfItem::Trashed => json!(item.is_trashed),
        OfItem::Exists => json!(true),
        OfItem::Text => json!({ "seq": Progress::of(rows, item.key)?.last_seq }),
        OfItem::Permissions => json!(Rights {
            inherits: item.inherits,
            grants: grants_of(rows, item.key)?,
        }),
        OfItem::Place => {
            let id = |key: i64| {
                rows.prepare_cached("SELECT id FROM item WHERE key = ?1")?
                    .query_row([key], |row| row.get(0))
            };
            json!(In {
                parent: item.parent.map(id).transpose()?,
            })
        }
    })
}

/// What people call the object: an item's name, how a comment begins.
pub fn label(rows: &Connection, aspect: &Aspect) -> Result<Option<String>> {
    match Known::of(aspect) {
        Err(_) => Ok(None),
        Ok(Known::Item(kind, id, _)) => Ok(Item::find(rows, kind, id)?.map(|item| item.name)),
        Ok(Known::Comment(id, _)) => {
            let comment = Comment::find(rows, id)?;
            Ok(comment.map(|comment| comment.text.chars().take(LABEL_CHARS).collect()))
        }
    }
}

/// The kind of the item with this id.
pub fn kind_of(rows: &Connection, id: ItemId) -> Result<Option<ItemKind>> {
    let Some(key) = item_key(rows, id)? else {
        return Ok(None);
    };
    rows.prepare_cached("SELECT kind FROM item WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
}
