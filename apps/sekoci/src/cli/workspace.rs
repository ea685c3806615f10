//! Which workspace an argument means.

use super::Failure;
use client::Client;
use kernel::WorkspaceId;

/// The workspace of the user with this name or id.
///
/// # Errors
/// When there is none, or several have the name.
pub async fn workspace(client: &Client, wanted: &str) -> Result<WorkspaceId, Failure> {
    let workspaces = client.session().await?.workspaces;
    let is_it = |id: WorkspaceId, name: &str| name == wanted || id.to_string() == wanted;
    let found: Vec<_> = workspaces
        .iter()
        .filter(|workspace| is_it(workspace.id, &workspace.name))
        .collect();
    match found[..] {
        [workspace] => Ok(workspace.id),
        [] => Err(Failure::argument(
            "--workspace",
            format!("{wanted:?} is no workspace of the user"),
        )),
        _ => Err(Failure::argument(
            "--workspace",
            format!("{wanted:?} is the name of several workspaces; give the id"),
        )),
    }
}
