//! The facts that make folders, documents and files what they were.

use super::aspects::{Item, Rights};
use super::wish::ItemWish as Wish;
use crate::commands::{lost, require_depth, subtree};
use crate::events::*;
use crate::place::{grants_of, is_trashed, readers_with};
use crate::{FolderId, ItemId, check};
use kernel::{Event, NotPutBack, PersonId};
use rusqlite::Connection;

/// The facts; none where it is so already.
pub fn facts(
    rows: &Connection,
    by: PersonId,
    kind: ItemKind,
    id: ItemId,
    wish: &Wish,
) -> Result<Vec<Event>, NotPutBack> {
    let item = Item::find(rows, kind, id)?
        .ok_or_else(|| NotPutBack::because("There is no such folder, document or file."))?;
    match wish {
        Wish::Exists(true) => Ok(Vec::new()),
        Wish::Exists(false) => Ok(trash(&item, by, true)),
        Wish::Trashed(Some(trashed)) => Ok(trash(&item, by, *trashed)),
        Wish::Name(Some(name)) => {
            let fact = ItemRenamed {
                item_id: id,
                name: check::name("name", name)?,
                renamed_by: by,
            };
            Ok(vec![fact.event()])
        }
        Wish::Place(Some(place)) => put_in(rows, &item, place.parent),
        Wish::Permissions(Some(rights)) => permit(rows, &item, rights),
        Wish::Name(None) | Wish::Place(None) | Wish::Trashed(None) | Wish::Permissions(None) => {
            let reason = "It was not there then; put it into the trash instead.";
            Err(NotPutBack::because(reason))
        }
    }
}

fn trash(item: &Item, by: PersonId, trashed: bool) -> Vec<Event> {
    let item_id = item.id;
    match (item.is_trashed, trashed) {
        (false, true) => vec![
            ItemTrashed {
                item_id,
                trashed_by: by,
            }
            .event(),
        ],
        (true, false) => vec![ItemRestored { item_id }.event()],
        _ => Vec::new(),
    }
}

fn put_in(
    rows: &Connection,
    item: &Item,
    folder: Option<FolderId>,
) -> Result<Vec<Event>, NotPutBack> {
    let parent = match folder {
        Some(folder) => Some(target(rows, folder)?),
        None => None,
    };
    let (is_below, levels) = subtree(rows, item.key, parent)?;
    if is_below {
        return Err(NotPutBack::because("A folder cannot lie in itself."));
    }
    require_depth(rows, parent, levels)?;
    let grants = grants_of(rows, item.key)?;
    let after = readers_with(rows, &grants, item.inherits, parent)?;
    let fact = ItemMoved {
        item_id: item.id,
        folder_id: folder,
    };
    Ok(with_lost(rows, item, &after, fact.event())?)
}

/// The key of a folder something can be put in.
fn target(rows: &Connection, folder: FolderId) -> Result<i64, NotPutBack> {
    let folder = Item::find(rows, ItemKind::Folder, folder.into())?
        .ok_or_else(|| NotPutBack::because("The folder it lay in is not there."))?;
    if is_trashed(rows, folder.key)? {
        return Err(NotPutBack::because("The folder it lay in is in the trash."));
    }
    Ok(folder.key)
}

fn permit(rows: &Connection, item: &Item, rights: &Rights) -> Result<Vec<Event>, NotPutBack> {
    let mut managers = rights.grants.clone();
    managers.retain(|grant| grant.role == Role::Manager);
    if !rights.inherits && readers_with(rows, &managers, false, None)?.is_empty() {
        return Err(NotPutBack::because("Nobody would manage it any more."));
    }
    let after = readers_with(rows, &rights.grants, rights.inherits, item.parent)?;
    let fact = PermissionsSet {
        item_id: item.id,
        inherits: rights.inherits,
        grants: rights.grants.clone(),
    };
    Ok(with_lost(rows, item, &after, fact.event())?)
}

/// The change and, for those who may read no more, that they may not.
fn with_lost(
    rows: &Connection,
    item: &Item,
    after: &[PersonId],
    change: Event,
) -> rusqlite::Result<Vec<Event>> {
    let mut events = vec![change];
    events.extend(lost(rows, item.key, item.id, after)?);
    Ok(events)
}
