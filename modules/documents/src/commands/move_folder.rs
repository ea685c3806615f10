//! Moves a folder.

use super::Deciding;
use super::shared::move_to;
use crate::FolderId;
use crate::place::Place;
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<MoveFolder>("move-folder", "Move a folder with all that lies in it.");

/// Move a folder with all that lies in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveFolder {
    /// The folder.
    pub folder_id: FolderId,
    /// The folder it lies in from now on; none: at the top.
    pub parent: Option<FolderId>,
}

/// Decides it.
///
/// # Errors
/// Refused for a folder in itself, too many levels, what is in the trash, and those who may not.
pub fn decide(of: &Deciding<'_>, body: MoveFolder) -> Result<Decision, DecideError> {
    let place = Place::folder(of.rows, of.viewer, "command.folder_id", body.folder_id)?;
    move_to(of, &place, "command.parent", body.parent)
}
