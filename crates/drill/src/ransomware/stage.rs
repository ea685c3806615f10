//! The workspace of the drill: made for it, with people and documents of its own, so that nobody's
//! work is at stake.

use super::Settings;
use super::model::{Expected, Written};
use crate::doors::DoorError;
use client::{Answered, Client, Command, Error};
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Commands under way at once while the stage is set.
const AT_ONCE: usize = 16;
/// Modules learn of people a moment after the directory.
const LEARNS_WITHIN: Duration = Duration::from_secs(20);
const AGAIN: Duration = Duration::from_millis(100);

/// Somebody of the drill.
#[derive(Clone)]
pub(super) struct Player {
    pub client: Client,
    pub account: Uuid,
    pub person: Uuid,
}

/// The workspace with everybody and everything in it.
pub(super) struct Stage {
    pub operator: Client,
    pub workspace: WorkspaceId,
    pub folder: Uuid,
    pub conversation: Uuid,
    /// Approves of the rewind.
    pub second: Player,
    pub attacker: Player,
    pub workers: Vec<Player>,
    pub expected: Expected,
}

impl Stage {
    /// Sets it.
    ///
    /// # Errors
    /// When something is refused or not acknowledged.
    pub async fn set(settings: &Settings<'_>, operator: Client) -> Result<Self, DoorError> {
        let workspace = WorkspaceId(operator.new_uuid());
        let tag = workspace.0.simple().to_string()[..12].to_owned();
        let name = format!("Drill {tag}");
        let make = json!({ "workspace_id": workspace, "name": name });
        operator
            .command(&operator.new_command("installation", "create-workspace", make))
            .await?;
        let cast = Cast {
            settings,
            operator: &operator,
            workspace,
            tag: &tag,
        };
        let second = cast.player("second", "admin").await?;
        let attacker = cast.player("attacker", "member").await?;
        let mut workers = Vec::new();
        for n in 0..settings.workers {
            workers.push(cast.player(&format!("worker{n}"), "member").await?);
        }
        let (folder, conversation) = (operator.new_uuid(), operator.new_uuid());
        let mut stage = Self {
            operator,
            workspace,
            folder,
            conversation,
            second,
            attacker,
            workers,
            expected: Expected::default(),
        };
        stage.furnish(settings.documents).await?;
        Ok(stage)
    }

    async fn furnish(&mut self, documents: usize) -> Result<(), DoorError> {
        let owner = &self.operator;
        let folder = json!({ "folder_id": self.folder, "name": "Plans" });
        self.insist(owner, "documents", "create-folder", folder)
            .await?;
        let grants = json!([{ "to": "everyone", "role": "editor" }]);
        let share = json!({ "item_id": self.folder, "inherits": true, "grants": grants });
        self.insist(owner, "documents", "set-permissions", share)
            .await?;
        let members: Vec<Uuid> = self.workers.iter().map(|worker| worker.person).collect();
        let group = json!({ "conversation_id": self.conversation, "kind": "group",
            "name": "Drill", "members": members });
        self.insist(owner, "messaging", "create-conversation", group)
            .await?;
        let made: Vec<Written> = iter(0..documents)
            .map(|n| self.document(n))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        self.expected = Expected::of(made);
        Ok(())
    }

    async fn document(&self, n: usize) -> Result<Written, DoorError> {
        let id = self.operator.new_uuid();
        let title = format!("Plan {n}");
        let lines = (0..12).map(|line| {
            format!("Line {line} of plan {n}: the quay is cleared, the watch is told, the log is kept.\n\n")
        });
        let markdown: String = lines.collect();
        let make = json!({ "document_id": id, "folder_id": self.folder, "title": title,
            "markdown": markdown });
        let made = self
            .insist(&self.operator, "documents", "import-markdown", make)
            .await?;
        let markdown = self.markdown(id, made.seq).await?;
        Ok(Written {
            id,
            title,
            markdown,
        })
    }

    /// A document's text, at a site that has read so far.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn markdown(&self, document: Uuid, read: Option<u64>) -> Result<String, DoorError> {
        let answer = self.ask(document, "export-markdown", read).await?;
        let text = answer["markdown"].as_str();
        Ok(text
            .ok_or(DoorError::Lacks("export-markdown", "markdown"))?
            .to_owned())
    }

    /// What the owner of the workspace is told about a document, at a site that has read so far.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn ask(
        &self,
        document: Uuid,
        query: &str,
        read: Option<u64>,
    ) -> Result<Value, Error> {
        let mut asked = vec![("document_id", document.to_string())];
        asked.extend(read.map(|seq| ("min_seq", seq.to_string())));
        let workspace = Some(self.workspace);
        self.operator
            .query("documents", query, workspace, &asked)
            .await
    }

    /// A command of somebody in this workspace.
    pub fn command(&self, who: &Client, module: &str, name: &str, body: Value) -> Command {
        who.new_command(module, name, body)
            .in_workspace(self.workspace)
    }

    /// Sends a command until the module knows the people concerned.
    ///
    /// # Errors
    /// When it is refused for long.
    pub async fn insist(
        &self,
        who: &Client,
        module: &str,
        name: &str,
        body: Value,
    ) -> Result<Answered, Error> {
        insist(who, self.command(who, module, name, body)).await
    }

    /// Puts everybody of the drill away. What cannot be put away is said, not fatal.
    pub async fn strike(&self) {
        let everybody = self.workers.iter().chain([&self.second, &self.attacker]);
        for player in everybody {
            let body = json!({ "account_id": player.account });
            let command = self
                .operator
                .new_command("installation", "deactivate-account", body);
            if let Err(error) = self.operator.command(&command).await {
                tracing::warn!(%error, account = %player.account, "an account of the drill stays");
            }
        }
    }
}

/// Who plays in which workspace.
struct Cast<'a> {
    settings: &'a Settings<'a>,
    operator: &'a Client,
    workspace: WorkspaceId,
    tag: &'a str,
}

impl Cast<'_> {
    async fn player(&self, part: &str, role: &str) -> Result<Player, DoorError> {
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
        let client = (self.settings.sign_in)(&user, &password)?;
        Ok(Player {
            client,
            account,
            person,
        })
    }
}

async fn insist(who: &Client, command: Command) -> Result<Answered, Error> {
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
