//! People of a drill's own, in a workspace of its own: nobody's work is at stake.

use crate::doors::DoorError;
use client::{Answered, Client, Command, Error};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Modules learn of people a moment after the directory.
const LEARNS_WITHIN: Duration = Duration::from_secs(20);
const AGAIN: Duration = Duration::from_millis(100);

/// Signs a new account in.
pub type SignIn<'a> = dyn Fn(&str, &str) -> Result<Client, DoorError> + Send + Sync + 'a;

/// Somebody of the drill.
#[derive(Clone)]
pub struct Player {
    pub client: Client,
    pub account: Uuid,
    pub person: Uuid,
}

/// Puts people of a drill away. What cannot be put away is said, not fatal.
pub async fn strike(operator: &Client, players: impl Iterator<Item = &Player>) {
    for player in players {
        let body = json!({ "account_id": player.account });
        let command = operator.new_command("installation", "deactivate-account", body);
        if let Err(error) = operator.command(&command).await {
            tracing::warn!(%error, account = %player.account, "an account of the drill stays");
        }
    }
}

/// Who plays in which workspace.
pub struct Cast<'a> {
    pub operator: &'a Client,
    pub workspace: WorkspaceId,
    sign_in: &'a SignIn<'a>,
    tag: String,
}

impl<'a> Cast<'a> {
    /// In a workspace made for it, whose owner the operator is.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn in_new_workspace(
        operator: &'a Client,
        sign_in: &'a SignIn<'a>,
    ) -> Result<Self, DoorError> {
        let workspace = WorkspaceId(operator.new_uuid());
        let tag = workspace.0.simple().to_string()[..12].to_owned();
        let make = json!({ "workspace_id": workspace, "name": format!("Drill {tag}") });
        operator
            .command(&operator.new_command("installation", "create-workspace", make))
            .await?;
        Ok(Self {
            operator,
            workspace,
            sign_in,
            tag,
        })
    }

    /// Somebody new, with a role, signed in.
    ///
    /// # Errors
    /// When something is refused or not acknowledged.
    pub async fn player(&self, part: &str, role: &str) -> Result<Player, DoorError> {
        let operator = self.operator;
        let (account, person) = (operator.new_uuid(), operator.new_uuid());
        let user = format!("drill-{}-{part}", self.tag);
        // Nobody knows it but this drill, and the account is deactivated when it ends.
        let password = format!("{}{}", operator.new_uuid(), operator.new_uuid());
        let make =
            json!({ "account_id": account, "user": user, "name": user, "password": password });
        operator
            .command(&operator.new_command("installation", "create-account", make))
            .await?;
        let add = json!({ "person_id": person, "name": format!("Drill {part}"), "handle": user,
            "account_id": account, "role": role });
        let command = operator
            .new_command("directory", "add-person", add)
            .in_workspace(self.workspace);
        insist(operator, command).await?;
        let client = (self.sign_in)(&user, &password)?;
        Ok(Player {
            client,
            account,
            person,
        })
    }
}

/// Sends a command until the module knows the people concerned.
///
/// # Errors
/// When it is refused for long.
pub async fn insist(who: &Client, command: Command) -> Result<Answered, Error> {
    let began = Instant::now();
    loop {
        match who.command(&command).await {
            Ok(answered) => return Ok(answered),
            Err(error) if is_early(&error) && began.elapsed() < LEARNS_WITHIN => sleep(AGAIN).await,
            Err(error) => return Err(error),
        }
    }
}

fn is_early(error: &Error) -> bool {
    let code = error.problem().map(|problem| problem.code.as_str());
    code.is_some_and(|code| code.ends_with("_not_found") || code == "not_permitted")
}
