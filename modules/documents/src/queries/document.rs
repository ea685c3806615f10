//! A document with everything written in it.

use super::details::{AttachedFile, Breadcrumb, Rights, attached, breadcrumbs, file_of, id_of};
use crate::access::Viewer;
use crate::events::ItemKind;
use crate::place::Place;
use crate::store::{Progress, load, unusable};
use crate::{DocumentId, ItemId, base64};
use attachments::Attachment;
use kernel::{Actor, DecideError, PersonId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentParams {
    /// The document or file.
    pub document_id: DocumentId,
}

/// A document with everything written in it, or a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentDetails {
    /// Its id.
    pub document_id: DocumentId,
    /// What it is.
    pub kind: ItemKind,
    /// Its title.
    pub title: String,
    /// The folder it lies in, where the asker may read that.
    pub folder_id: Option<ItemId>,
    /// The folders it lies in, the outermost first.
    pub breadcrumbs: Vec<Breadcrumb>,
    /// What the asker may do with it.
    pub rights: Rights,
    /// Whether grants of the folders it lies in hold here.
    pub inherits: bool,
    /// Whether it, or a folder it lies in, is in the trash.
    pub is_trashed: bool,
    /// Who made it.
    pub created_by: PersonId,
    /// When.
    pub created_at: Timestamp,
    /// Who changed it last.
    pub changed_by: PersonId,
    /// When.
    pub changed_at: Timestamp,
    /// Everything written in it as one Yjs update (version 1), in base64; none for a file.
    pub state: Option<String>,
    /// The Yjs state vector of that, in base64; none for a file.
    pub state_vector: Option<String>,
    /// Position of the last update in it; 0 for a file.
    pub seq: u64,
    /// Of a file: what it is made of.
    pub file: Option<Attachment>,
    /// The files that can be shown in it, the oldest first.
    pub attachments: Vec<AttachedFile>,
}

/// Answers it.
///
/// # Errors
/// `item_not_found` for whoever may not read it.
pub fn document(
    rows: &Connection,
    actor: &Actor,
    params: DocumentParams,
) -> Result<DocumentDetails, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::leaf(rows, viewer, "document_id", params.document_id)?;
    let (mut state, mut state_vector, mut seq) = (None, None, 0);
    if place.kind == ItemKind::Document {
        let content = load(rows, place.key, 0)?;
        state = Some(base64::encode(&content.state().map_err(unusable)?));
        state_vector = Some(base64::encode(&content.vector()));
        seq = Progress::of(rows, place.key)?.last_seq;
    }
    let breadcrumbs = breadcrumbs(rows, &place)?;
    let folder_id = match place.parent {
        Some(parent) if !breadcrumbs.is_empty() => Some(id_of(rows, parent)?),
        _ => None,
    };
    let (created_by, created_at, changed_by, changed_at) = rows
        .prepare_cached(
            "SELECT created_by, created_at, changed_by, changed_at FROM item WHERE key = ?1",
        )?
        .query_row([place.key], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
    Ok(DocumentDetails {
        document_id: params.document_id,
        kind: place.kind,
        folder_id,
        breadcrumbs,
        rights: Rights::at(&place)?,
        inherits: place.inherits,
        is_trashed: place.is_trashed,
        created_by,
        created_at: Timestamp(created_at),
        changed_by,
        changed_at: Timestamp(changed_at),
        state,
        state_vector,
        seq,
        file: file_of(rows, &place)?,
        attachments: attached(rows, place.key)?,
        title: place.name,
    })
}
