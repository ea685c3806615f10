//! The workspace that is imported into.

use super::{Bringing, ImportError};
use client::{Client, Command, Error, Session};
use kernel::{AccountId, CommandId, WorkspaceId};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// How long a new workspace may take to come up at the site that answers.
const COMES_UP_WITHIN: Duration = Duration::from_secs(20);
/// The permission to import.
const PERMISSION: &str = "import.run";

/// The workspace of this name; `None` where it is missing and the user may make it.
pub(super) fn find(session: &Session, name: &str) -> Result<Option<WorkspaceId>, ImportError> {
    let wanted = name.to_lowercase();
    let found = session
        .workspaces
        .iter()
        .find(|workspace| workspace.name.to_lowercase() == wanted);
    match found {
        Some(workspace) if workspace.person.permissions.iter().any(|p| p == PERMISSION) => {
            Ok(Some(workspace.id))
        }
        Some(_) => Err(ImportError::NotPermitted(name.into())),
        None if session.account.operator => Ok(None),
        None => Err(ImportError::NoWorkspace(name.into())),
    }
}

/// Makes the workspace and waits until the user is in it.
pub(super) async fn make(
    client: &Client,
    account: AccountId,
    name: &str,
) -> Result<WorkspaceId, ImportError> {
    let what = format!("slack import/{account}/workspace/{}", name.to_lowercase());
    let workspace = WorkspaceId(CommandId::derived(&what).0);
    let body = json!({ "workspace_id": workspace, "name": name });
    let id = CommandId::of_client(&format!("{what}/command"));
    client
        .command(&Command::new("installation", "create-workspace", body, id))
        .await?;
    let began = Instant::now();
    loop {
        let session = client.session().await?;
        if session.workspaces.iter().any(|w| w.id == workspace) {
            return Ok(workspace);
        }
        if began.elapsed() > COMES_UP_WITHIN {
            let cause = "this user is not in it yet";
            return Err(ImportError::WorkspaceSlow(cause.into()));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until messaging has learnt from the directory that this user may import.
pub(super) async fn wait_for_messaging(bringing: &Bringing) -> Result<(), ImportError> {
    let began = Instant::now();
    loop {
        let asked =
            bringing
                .client
                .query::<Value>("messaging", "counts", Some(bringing.workspace), &[]);
        match asked.await {
            Ok(_) => return Ok(()),
            Err(Error::Refused(problem))
                if matches!(problem.status, 403 | 404) && began.elapsed() < COMES_UP_WITHIN =>
            {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
