//! Puts a folder or document into the trash.

use super::Deciding;
use crate::ItemId;
use crate::access::Action;
use crate::events::{Fact, ItemTrashed};
use crate::place::Place;
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<Trash>(
    "trash",
    "Put a folder, document or file into the trash, with all that lies in it.",
);

/// Put a folder, document or file into the trash, with all that lies in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trash {
    /// The folder, document or file.
    pub item_id: ItemId,
}

/// Decides it.
///
/// # Errors
/// Refused for those who may not.
pub fn decide(of: &Deciding<'_>, body: Trash) -> Result<Decision, DecideError> {
    let place = Place::find(of.rows, of.viewer, "command.item_id", body.item_id)?;
    place.require(Action::Trash, None)?;
    if place.is_trashed {
        return Ok(Decision::unchanged());
    }
    let fact = ItemTrashed {
        item_id: place.id,
        trashed_by: of.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
