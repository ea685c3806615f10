//! An item with its value in the shape the aspect has.

use super::aspects::{In, Known, OfComment, OfItem, Rights};
use crate::events::ItemKind;
use crate::limits::GRANTS_MAX;
use crate::{CommentId, DocumentId, ItemId};
use kernel::{PutBackItem, Refusal, TextWish};

/// What shall be what.
#[derive(Clone, Debug)]
pub enum Wish {
    Item(ItemKind, ItemId, ItemWish),
    Text(DocumentId, TextWish),
    Comment(CommentId, CommentWish),
}

/// What a folder, document or file shall be; none: not there.
#[derive(Clone, Debug)]
pub enum ItemWish {
    Name(Option<String>),
    Place(Option<In>),
    Trashed(Option<bool>),
    Permissions(Option<Rights>),
    Exists(bool),
}

/// What a comment shall be; none: not there.
#[derive(Clone, Debug)]
pub enum CommentWish {
    Text(Option<String>),
    Deleted(Option<bool>),
    Exists(bool),
}

impl Wish {
    /// Reads an item; `field` is its path in the request.
    pub fn read(field: &str, item: &PutBackItem) -> Result<Self, Refusal> {
        let is_there = || Ok::<_, Refusal>(item.wanted::<Option<bool>>(field)? == Some(true));
        let known = Known::of(&item.aspect).map_err(|bad| bad.refusal(field))?;
        let (kind, id, of) = match known {
            Known::Item(_, id, OfItem::Text) => {
                return Ok(Self::Text(DocumentId(id.0), item.wanted(field)?));
            }
            Known::Comment(id, of) => {
                let wish = match of {
                    OfComment::Text => CommentWish::Text(item.wanted(field)?),
                    OfComment::Deleted => CommentWish::Deleted(item.wanted(field)?),
                    OfComment::Exists => CommentWish::Exists(is_there()?),
                };
                return Ok(Self::Comment(id, wish));
            }
            Known::Item(kind, id, of) => (kind, id, of),
        };
        let wish = match of {
            OfItem::Name => ItemWish::Name(item.wanted(field)?),
            OfItem::Place => ItemWish::Place(item.wanted(field)?),
            OfItem::Trashed => ItemWish::Trashed(item.wanted(field)?),
            OfItem::Permissions => ItemWish::Permissions(rights(field, item)?),
            OfItem::Exists | OfItem::Text => ItemWish::Exists(is_there()?),
        };
        Ok(Self::Item(kind, id, wish))
    }
}

/// Grants are in order, one for each subject, as the rows have them.
fn rights(field: &str, item: &PutBackItem) -> Result<Option<Rights>, Refusal> {
    let rights: Option<Rights> = item.wanted(field)?;
    if let Some(Rights { grants, .. }) = &rights {
        let field = format!("{field}.value.grants");
        if grants.len() > GRANTS_MAX {
            let detail = format!("At most {GRANTS_MAX} grants can be given.");
            return Err(Refusal::invalid(&field, "too_many_grants", detail));
        }
        if !grants.is_sorted_by(|a, b| a.to.row() < b.to.row()) {
            let detail = "Somebody is named twice, or the grants are not in order.";
            return Err(Refusal::invalid(&field, "grant_repeated", detail));
        }
    }
    Ok(rights)
}
