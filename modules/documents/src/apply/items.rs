//! Folders, documents and files: made, named, moved, trashed.

use super::{contradiction, item, json};
use crate::content::Content;
use crate::events::{
    DocumentCreated, Fact, FileAdded, FileAttached, FolderCreated, ItemKind, ItemMoved,
    ItemRenamed, ItemRestored, ItemTrashed, Role,
};
use crate::index;
use crate::{FolderId, ItemId};
use kernel::{ApplyError, Header, PersonId};
use rusqlite::{Connection, OptionalExtension, params};

struct NewItem<'a> {
    id: ItemId,
    kind: ItemKind,
    folder: Option<FolderId>,
    name: &'a str,
    by: PersonId,
    file: Option<String>,
}

fn insert(
    rows: &Connection,
    header: &Header,
    fact: &str,
    new: &NewItem<'_>,
) -> Result<i64, ApplyError> {
    let parent = match new.folder {
        Some(folder) => Some(item(rows, fact, folder)?),
        None => None,
    };
    rows.prepare_cached(
        "INSERT INTO item (id, kind, parent, name, inherits, created_by, created_at, changed_by,
                           changed_at, file)
         VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?5, ?6, ?7)",
    )?
    .execute(params![
        new.id,
        new.kind,
        parent,
        new.name,
        new.by,
        header.time.millis(),
        new.file
    ])?;
    let key = rows.last_insert_rowid();
    rows.prepare_cached(
        "INSERT INTO permission (item, kind, subject, role) VALUES (?1, 0, ?2, ?3)",
    )?
    .execute((key, new.by, Role::Manager.rank()))?;
    index::add(rows, key, new.name, "")?;
    Ok(key)
}

pub fn folder_created(
    rows: &Connection,
    header: &Header,
    fact: &FolderCreated,
) -> Result<(), ApplyError> {
    let new = NewItem {
        id: fact.folder_id.into(),
        kind: ItemKind::Folder,
        folder: fact.parent,
        name: &fact.name,
        by: fact.created_by,
        file: None,
    };
    insert(rows, header, FolderCreated::KIND, &new).map(drop)
}

pub fn document_created(
    rows: &Connection,
    header: &Header,
    fact: &DocumentCreated,
) -> Result<(), ApplyError> {
    let new = NewItem {
        id: fact.document_id.into(),
        kind: ItemKind::Document,
        folder: fact.folder_id,
        name: &fact.title,
        by: fact.created_by,
        file: None,
    };
    let key = insert(rows, header, DocumentCreated::KIND, &new)?;
    let state = Content::empty(0)
        .state()
        .map_err(|broken| contradiction(DocumentCreated::KIND, broken))?;
    rows.prepare_cached(
        "INSERT INTO content (item, state, text, merged_seq, last_seq, last_at, snapshot_seq)
         VALUES (?1, ?2, '', 0, 0, ?3, 0)",
    )?
    .execute((key, state, header.time.millis()))?;
    Ok(())
}

pub fn file_added(rows: &Connection, header: &Header, fact: &FileAdded) -> Result<(), ApplyError> {
    let new = NewItem {
        id: fact.document_id.into(),
        kind: ItemKind::File,
        folder: fact.folder_id,
        name: &fact.file.name,
        by: fact.created_by,
        file: Some(json(&fact.file)),
    };
    insert(rows, header, FileAdded::KIND, &new).map(drop)
}

pub fn file_attached(
    rows: &Connection,
    header: &Header,
    fact: &FileAttached,
) -> Result<(), ApplyError> {
    let key = item(rows, FileAttached::KIND, fact.document_id)?;
    rows.prepare_cached(
        "INSERT INTO attached (item, attachment, file, attached_by, attached_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        key,
        fact.attachment_id(),
        json(&fact.file),
        fact.attached_by,
        header.time.millis()
    ])?;
    Ok(())
}

pub fn renamed(rows: &Connection, header: &Header, fact: &ItemRenamed) -> Result<(), ApplyError> {
    let key = item(rows, ItemRenamed::KIND, fact.item_id)?;
    let before: String = rows
        .prepare_cached("SELECT name FROM item WHERE key = ?1")?
        .query_row([key], |row| row.get(0))?;
    let text: Option<String> = rows
        .prepare_cached("SELECT text FROM content WHERE item = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let text = text.unwrap_or_default();
    index::remove(rows, key, &before, &text)?;
    index::add(rows, key, &fact.name, &text)?;
    rows.prepare_cached(
        "UPDATE item SET name = ?2, changed_by = ?3, changed_at = ?4 WHERE key = ?1",
    )?
    .execute(params![
        key,
        fact.name,
        fact.renamed_by,
        header.time.millis()
    ])?;
    Ok(())
}

pub fn moved(rows: &Connection, _: &Header, fact: &ItemMoved) -> Result<(), ApplyError> {
    let key = item(rows, ItemMoved::KIND, fact.item_id)?;
    let parent = match fact.folder_id {
        Some(folder) => Some(item(rows, ItemMoved::KIND, folder)?),
        None => None,
    };
    rows.prepare_cached("UPDATE item SET parent = ?2 WHERE key = ?1")?
        .execute((key, parent))?;
    Ok(())
}

pub fn trashed(rows: &Connection, header: &Header, fact: &ItemTrashed) -> Result<(), ApplyError> {
    let key = item(rows, ItemTrashed::KIND, fact.item_id)?;
    rows.prepare_cached("UPDATE item SET trashed_at = ?2, trashed_by = ?3 WHERE key = ?1")?
        .execute((key, header.time.millis(), fact.trashed_by))?;
    Ok(())
}

pub fn restored(rows: &Connection, _: &Header, fact: &ItemRestored) -> Result<(), ApplyError> {
    let key = item(rows, ItemRestored::KIND, fact.item_id)?;
    rows.prepare_cached("UPDATE item SET trashed_at = NULL, trashed_by = NULL WHERE key = ?1")?
        .execute([key])?;
    Ok(())
}
