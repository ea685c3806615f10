//! Who may do what with an item.

use super::details::{Rights, id_of};
use crate::access::Viewer;
use crate::events::Grant;
use crate::place::{Place, grants_of};
use crate::{FolderId, ItemId};
use kernel::{Actor, DecideError};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which item.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PermissionListParams {
    /// The folder, document or file.
    pub item_id: ItemId,
}

/// Who may do what.
#[derive(Debug, Serialize, ToSchema)]
pub struct Permissions {
    /// What the asker may do.
    pub rights: Rights,
    /// Whether grants of the folders it lies in hold as well.
    pub inherits: bool,
    /// Its own grants.
    pub grants: Vec<Grant>,
    /// The grants that hold from folders it lies in, the innermost first.
    pub inherited: Vec<InheritedGrants>,
    /// Whether whoever manages the workspace manages it too.
    pub is_up_to_top: bool,
}

/// The grants of a folder an item lies in.
#[derive(Debug, Serialize, ToSchema)]
pub struct InheritedGrants {
    /// The folder.
    pub folder_id: FolderId,
    /// Its grants.
    pub grants: Vec<Grant>,
}

/// Answers it.
///
/// # Errors
/// `item_not_found` for whoever may not read it.
pub fn permission_list(
    rows: &Connection,
    actor: &Actor,
    params: PermissionListParams,
) -> Result<Permissions, DecideError> {
    let viewer = Viewer::of(rows, actor)?;
    let place = Place::find(rows, viewer, "item_id", params.item_id)?;
    let mut inherited = Vec::new();
    let (mut parent, mut inherits): (Option<i64>, bool) = (place.parent, place.inherits);
    while let (Some(key), true) = (parent, inherits) {
        inherited.push(InheritedGrants {
            folder_id: FolderId(id_of(rows, key)?.0),
            grants: grants_of(rows, key)?,
        });
        (parent, inherits) = rows
            .prepare_cached("SELECT parent, inherits FROM item WHERE key = ?1")?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    }
    Ok(Permissions {
        rights: Rights::at(&place)?,
        inherits: place.inherits,
        grants: grants_of(rows, place.key)?,
        inherited,
        is_up_to_top: inherits,
    })
}
