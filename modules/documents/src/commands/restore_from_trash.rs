//! Takes a folder or document out of the trash.

use super::Deciding;
use crate::ItemId;
use crate::access::Action;
use crate::events::{Fact, ItemRestored};
use crate::place::{Place, is_trashed};
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<RestoreFromTrash>(
    "restore-from-trash",
    "Put a folder, document or file back where it was.",
);

/// Put something back where it was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreFromTrash {
    /// The folder, document or file.
    pub item_id: ItemId,
}

/// Decides it.
///
/// # Errors
/// Refused while the folder it lies in is in the trash itself, and for those who may not.
pub fn decide(of: &Deciding<'_>, body: RestoreFromTrash) -> Result<Decision, DecideError> {
    let place = Place::find(of.rows, of.viewer, "command.item_id", body.item_id)?;
    place.require(Action::Trash, None)?;
    if !place.is_trashed {
        return Ok(Decision::unchanged());
    }
    if let Some(parent) = place.parent
        && is_trashed(of.rows, parent)?
    {
        let detail = "The folder it lies in is in the trash. Restore that one first.";
        return Err(Refusal::conflict("folder_trashed", detail).into());
    }
    let fact = ItemRestored { item_id: place.id };
    Ok(Decision::accepted(vec![fact.event()]))
}
