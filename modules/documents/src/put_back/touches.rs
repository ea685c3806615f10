//! Which aspects an event touches.

use super::aspects::kind_of;
use crate::events::*;
use crate::{CommentId, DocumentId, FolderId, ItemId};
use kernel::{ApplyError, Aspect, Event};
use rusqlite::Connection;
use serde::Deserialize;

#[derive(Deserialize)]
struct OfItem {
    item_id: ItemId,
}

#[derive(Deserialize)]
struct OfFolder {
    folder_id: FolderId,
}

#[derive(Deserialize)]
struct OfDocument {
    document_id: DocumentId,
}

#[derive(Deserialize)]
struct OfComment {
    comment_id: CommentId,
}

/// The aspects, with the rows as they are before the event.
pub fn touches(rows: &Connection, event: &Event) -> Result<Vec<Aspect>, ApplyError> {
    match event.kind.as_str() {
        FolderCreated::KIND => {
            let about: OfFolder = event.decode()?;
            Ok(vec![Aspect::new("folder", about.folder_id, "exists")])
        }
        DocumentCreated::KIND => document(event, "document", "exists"),
        FileAdded::KIND => document(event, "file", "exists"),
        DocumentUpdated::KIND => document(event, "document", "text"),
        ItemRenamed::KIND => item(rows, event, "name"),
        ItemMoved::KIND => item(rows, event, "place"),
        ItemTrashed::KIND | ItemRestored::KIND => item(rows, event, "trashed"),
        PermissionsSet::KIND => item(rows, event, "permissions"),
        CommentAdded::KIND => comment(event, &["exists"]),
        CommentEdited::KIND => comment(event, &["text"]),
        CommentDeleted::KIND => comment(event, &["deleted"]),
        CommentRestored::KIND => comment(event, &["deleted", "text"]),
        _ => Ok(Vec::new()),
    }
}

fn document(event: &Event, kind: &str, aspect: &str) -> Result<Vec<Aspect>, ApplyError> {
    let about: OfDocument = event.decode()?;
    Ok(vec![Aspect::new(kind, about.document_id, aspect)])
}

/// The event does not say what the item is; the rows do.
fn item(rows: &Connection, event: &Event, aspect: &str) -> Result<Vec<Aspect>, ApplyError> {
    let OfItem { item_id } = event.decode()?;
    let kind = kind_of(rows, item_id)?;
    let aspect = kind.map(|kind| Aspect::new(kind.as_str(), item_id, aspect));
    Ok(aspect.into_iter().collect())
}

fn comment(event: &Event, aspects: &[&str]) -> Result<Vec<Aspect>, ApplyError> {
    let OfComment { comment_id } = event.decode()?;
    let aspect = |aspect: &&str| Aspect::new("comment", comment_id, aspect);
    Ok(aspects.iter().map(aspect).collect())
}
