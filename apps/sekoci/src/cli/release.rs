//! `sekoci release`: an operator ends a quarantine that nobody of the workspace can end.

use super::{Connection, Failure};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde::Deserialize;
use serde_json::json;

/// Arguments of `sekoci release`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The person: its handle (@ana) or id
    #[arg(value_name = "PERSON")]
    person: String,
    /// Name or id of the workspace
    #[arg(long, value_name = "WORKSPACE")]
    workspace: String,
    /// What was found, for everybody who reads it later
    #[arg(long, value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Deserialize)]
struct Workspace {
    id: WorkspaceId,
    name: String,
}

/// Runs it.
///
/// # Errors
/// When the installation refuses: people of the workspace can do it, or it is the operator's own
/// account.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let client = arguments.connection.client()?;
    let is_released = super::block_on(release(&client, arguments))?;
    if is_released {
        println!("{} is released", arguments.person);
    } else {
        println!("{} was not in quarantine", arguments.person);
    }
    Ok(())
}

async fn release(client: &client::Client, arguments: &Arguments) -> Result<bool, Failure> {
    let workspace = workspace(client, &arguments.workspace).await?;
    let body = json!({
        "workspace_id": workspace, "person": arguments.person, "note": arguments.note,
    });
    let command = client.new_command("installation", "release-person", body);
    Ok(!client.command(&command).await?.unchanged)
}

async fn workspace(client: &client::Client, wanted: &str) -> Result<WorkspaceId, Failure> {
    if let Ok(id) = Uuid::parse_str(wanted) {
        return Ok(WorkspaceId(id));
    }
    let all: Vec<Workspace> = client
        .query_all("installation", "workspace-list", None, &[])
        .await?;
    let found = all
        .into_iter()
        .find(|workspace| workspace.name.to_lowercase() == wanted.to_lowercase());
    found.map(|workspace| workspace.id).ok_or_else(|| {
        Failure::argument("--workspace", format!("there is no workspace {wanted:?}"))
    })
}
