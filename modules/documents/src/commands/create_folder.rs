//! Makes a folder.

use super::Deciding;
use super::shared::{require_depth, require_new, target};
use crate::events::{Fact, FolderCreated};
use crate::{FolderId, check};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<CreateFolder>("create-folder", "Make a folder; its maker manages it.");

/// Make a folder; its maker manages it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateFolder {
    /// The client's id for it.
    pub folder_id: FolderId,
    /// The folder it lies in; none: at the top.
    pub parent: Option<FolderId>,
    /// Its name, 1 to 200 characters.
    pub name: String,
}

/// Decides it.
///
/// # Errors
/// Refused for a bad name, a used id, too many levels, and those who may not.
pub fn decide(of: &Deciding<'_>, body: CreateFolder) -> Result<Decision, DecideError> {
    let folder = target(of, "command.parent", body.parent)?;
    let name = check::name("command.name", &body.name)?;
    require_new(of, body.folder_id.into())?;
    require_depth(of.rows, folder.as_ref().map(|folder| folder.key), 1)?;
    let fact = FolderCreated {
        folder_id: body.folder_id,
        parent: body.parent,
        name,
        created_by: of.viewer.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}
