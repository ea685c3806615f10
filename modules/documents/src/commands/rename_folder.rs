//! Gives a folder another name.

use super::Deciding;
use super::shared::rename;
use crate::FolderId;
use crate::place::Place;
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<RenameFolder>("rename-folder", "Give a folder another name.");

/// Give a folder another name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameFolder {
    /// The folder.
    pub folder_id: FolderId,
    /// Its name from now on.
    pub name: String,
}

/// Decides it.
///
/// # Errors
/// Refused for a bad name, what is in the trash, and those who may not.
pub fn decide(of: &Deciding<'_>, body: RenameFolder) -> Result<Decision, DecideError> {
    let place = Place::folder(of.rows, of.viewer, "command.folder_id", body.folder_id)?;
    rename(&place, "command.name", &body.name)
}
