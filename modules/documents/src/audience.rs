//! Who is shown what as it happens.
//!
//! A person is entitled to `person:<id>` and to `item:<id>` of everything they may read. What
//! happens to an item is shown to its readers; whoever may read it no more is told so by their own
//! topic. That a document settled is shown to nobody: nothing changed.

use crate::access::Viewer;
use crate::events::{
    AccessLost, DocumentCreated, DocumentSettled, Fact, FileAdded, FolderCreated, ItemMoved,
    PermissionsSet,
};
use crate::place::{item_key, readers, with_readable};
use crate::{DocumentId, FolderId, ItemId};
use kernel::{Actor, Audience, DecideError, Event, PersonId, Topic};
use rusqlite::Connection;
use serde::Deserialize;

#[derive(Deserialize)]
struct Concerned {
    item_id: Option<ItemId>,
    folder_id: Option<FolderId>,
    document_id: Option<DocumentId>,
}

fn item_topic(id: ItemId) -> Topic {
    format!("item:{id}")
}

fn person_topic(id: PersonId) -> Topic {
    format!("person:{id}")
}

/// Who is shown the event.
///
/// # Errors
/// When the view cannot be read.
pub fn audience(rows: &Connection, event: &Event) -> rusqlite::Result<Audience> {
    let kind = event.kind.as_str();
    if kind == DocumentSettled::KIND {
        return Ok(Audience::default());
    }
    if kind == AccessLost::KIND {
        let people = event.decode().map(|fact: AccessLost| fact.people);
        return Ok(Audience {
            topics: people
                .unwrap_or_default()
                .into_iter()
                .map(person_topic)
                .collect(),
            entitled_anew: Vec::new(),
        });
    }
    let Some(id) = concerned(event) else {
        return Ok(Audience::default());
    };
    let entitled_anew = match kind {
        FolderCreated::KIND | DocumentCreated::KIND | FileAdded::KIND => {
            match item_key(rows, id)? {
                Some(key) => readers(rows, key)?,
                None => Vec::new(),
            }
        }
        // What lies in it is concerned too, and so may be anybody.
        PermissionsSet::KIND | ItemMoved::KIND => {
            let mut query = rows.prepare_cached("SELECT id FROM person WHERE is_active")?;
            let people = query.query_map([], |row| row.get(0))?;
            people.collect::<Result<_, _>>()?
        }
        _ => Vec::new(),
    };
    Ok(Audience {
        topics: vec![item_topic(id)],
        entitled_anew,
    })
}

fn concerned(event: &Event) -> Option<ItemId> {
    let ids: Concerned = event.decode().ok()?;
    // What was made or moved lies in a folder, whose id is there too; a folder itself names only
    // its own.
    ids.item_id
        .or_else(|| ids.document_id.map(ItemId::from))
        .or_else(|| ids.folder_id.map(ItemId::from))
}

/// The topics somebody is entitled to now; none for whoever is not active here.
///
/// # Errors
/// When the view cannot be read.
pub fn topics(rows: &Connection, person: PersonId) -> rusqlite::Result<Vec<Topic>> {
    let viewer = match Viewer::of(rows, &Actor::Person(person)) {
        Ok(viewer) => viewer,
        Err(DecideError::Refused(_)) => return Ok(Vec::new()),
        Err(DecideError::View(error)) => return Err(error),
    };
    // Policies that cannot decide entitle to nothing.
    let at_top = viewer.role_at_top().unwrap_or_default();
    let mut query = rows.prepare_cached(with_readable!(
        "SELECT i.id FROM reach r JOIN item i ON i.key = r.key WHERE r.role > 0 ORDER BY i.key"
    ))?;
    let rank = at_top.map_or(0, crate::events::Role::rank);
    let items = query.query_map((viewer.id, !viewer.is_guest, rank), |row| row.get(0))?;
    std::iter::once(Ok(person_topic(person)))
        .chain(items.map(|id| id.map(item_topic)))
        .collect()
}
