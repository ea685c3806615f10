//! Founding the installation: its first account, workspaces and people, once.
//!
//! Both sites hold the same founding and both try; every command has an id that follows from what it
//! does, so that whoever comes second finds it done.

use crate::init::{FirstAccount, FirstWorkspace, Founding};
use installation::KeyBytes;
use installation::commands::{
    CreateAccountPrepared, CreateWorkspace, FoundInstallationPrepared, Keyed, NewAccount,
};
use journal::partition::Outcome;
use kernel::{AccountId, Actor, Command, CommandId, Hash, PartitionId, WorkspaceId};
use serde::Serialize;
use serde_json::{Value, json};
use server::site::Site;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const RETRY_EVERY: Duration = Duration::from_millis(200);

/// Founds the installation that the file describes; does nothing where there is no file.
pub async fn found(site: Arc<Site>, file: PathBuf) {
    let Ok(text) = tokio::fs::read_to_string(&file).await else {
        return;
    };
    let founding: Founding = match serde_json::from_str(&text) {
        Ok(founding) => founding,
        Err(error) => {
            tracing::error!(file = %file.display(), %error, "the founding cannot be read");
            return;
        }
    };
    match commands(&founding) {
        Ok(commands) => {
            for (partition, command) in commands {
                submit(&site, &partition, command).await;
            }
            tracing::info!("the installation is founded");
        }
        Err(cause) => tracing::error!(cause, "the founding cannot be used"),
    }
}

/// Every command of a founding, in order.
fn commands(founding: &Founding) -> Result<Vec<(PartitionId, Command)>, String> {
    let installation = PartitionId::new(WorkspaceId::INSTALLATION, "installation");
    let operator = Actor::Account(founding.operator.account);
    // The site's name must not matter: both sites issue the same command.
    let site = Actor::Site(kernel::SiteName::new("founding").map_err(|e| e.to_string())?);
    let begin = FoundInstallationPrepared {
        account: account(&founding.operator),
        seed: key(&founding.signing_key)?,
    };
    let prober = CreateAccountPrepared {
        account: account(&founding.prober),
        operator: false,
    };
    let mut all = vec![
        (
            installation.clone(),
            command(&site, "found-installation", &begin),
        ),
        (
            installation.clone(),
            command(&operator, "create-account", &prober),
        ),
    ];
    let workspaces = [
        (&founding.workspace, &founding.operator),
        (&founding.probe_workspace, &founding.prober),
    ];
    for (workspace, owner) in workspaces {
        let keyed = Keyed {
            wish: CreateWorkspace {
                workspace_id: workspace.workspace,
                name: workspace.name.clone(),
            },
            bytes: key(&workspace.data_key)?,
        };
        all.push((
            installation.clone(),
            command(&operator, "create-workspace", &keyed),
        ));
        let directory = PartitionId::new(workspace.workspace, "directory");
        all.push((
            directory,
            command(&site, "found-workspace", &owned(workspace, owner)),
        ));
    }
    Ok(all)
}

fn account(first: &FirstAccount) -> NewAccount {
    NewAccount {
        account_id: first.account,
        user: first.user.clone(),
        name: display_name(&first.user),
        password_hash: first.password_hash.clone(),
    }
}

fn owned(workspace: &FirstWorkspace, owner: &FirstAccount) -> Value {
    let account: AccountId = owner.account;
    json!({
        "name": workspace.name,
        "owner": {
            "person_id": workspace.person,
            "account_id": account,
            "name": display_name(&owner.user),
            "handle": owner.user,
        },
    })
}

/// A name to show until its owner chooses another: the login name with a capital letter.
fn display_name(user: &str) -> String {
    let mut chars = user.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

fn key(hexadecimal: &str) -> Result<KeyBytes, String> {
    hexadecimal.parse().map(|Hash(bytes)| KeyBytes(bytes))
}

/// A command whose id and digest follow from what it does alone.
fn command(actor: &Actor, name: &str, body: &impl Serialize) -> Command {
    let body = serde_json::to_value(body).unwrap_or(Value::Null);
    let digest = Command::digest_of(&[0; 32], name, actor, &body);
    let id = CommandId::derived(&format!("founding {name} {}", Hash(digest)));
    Command {
        id,
        name: name.into(),
        actor: actor.clone(),
        body,
        digest,
    }
}

/// Submits a command until it has an answer: on a first start the engine may not be there yet, and
/// a new workspace's partitions open a moment after it exists.
async fn submit(site: &Site, partition: &PartitionId, command: Command) {
    loop {
        match site.submit(partition, command.clone()).await {
            Outcome::Accepted { .. } | Outcome::Unchanged { .. } => return,
            Outcome::Refused(refusal) => {
                tracing::error!(%refusal, command = command.name, "founding was refused");
                return;
            }
            _ => tokio::time::sleep(RETRY_EVERY).await,
        }
    }
}
