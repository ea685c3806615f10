//! The workspace of the drill: made for it, with people and documents of its own, so that nobody's
//! work is at stake.

use super::Settings;
use super::model::{Expected, Written};
use crate::cast::{Cast, Player, insist, strike};
use crate::doors::DoorError;
use client::{Answered, Client, Command, Error};
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde_json::{Value, json};

/// Commands under way at once while the stage is set.
const AT_ONCE: usize = 16;

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
        let cast = Cast::in_new_workspace(&operator, settings.sign_in).await?;
        let workspace = cast.workspace;
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
        strike(&self.operator, everybody).await;
    }
}
