//! Commands: sent with the same id until one site gives a final answer.

use crate::call::{Call, Reply};
use crate::{Client, Error};
use kernel::{CommandId, WorkspaceId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// A command with its id. Sending it twice does it once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The module, as in `POST /api/<module>/<name>`.
    pub module: String,
    /// Verb and noun, as in `POST /api/<module>/<name>`.
    pub name: String,
    /// The workspace; `None` where the module belongs to the whole installation.
    pub workspace: Option<WorkspaceId>,
    /// The module's own parameters.
    pub body: Value,
    /// The idempotency key.
    pub id: CommandId,
}

impl Command {
    /// A command of the whole installation; see [`Command::in_workspace`].
    #[must_use]
    pub fn new(module: &str, name: &str, body: Value, id: CommandId) -> Self {
        Self {
            module: module.into(),
            name: name.into(),
            workspace: None,
            body,
            id,
        }
    }

    /// The same command in a workspace.
    #[must_use]
    pub fn in_workspace(self, workspace: WorkspaceId) -> Self {
        Self {
            workspace: Some(workspace),
            ..self
        }
    }

    fn call(&self, patience: Duration) -> Call {
        let mut sent = json!({ "command_id": self.id, "command": self.body });
        if let Some(workspace) = self.workspace {
            sent["workspace_id"] = json!(workspace);
        }
        let operation = format!("{}/{}", self.module, self.name);
        let path = format!("/api/{operation}");
        Call::post_json(operation, path, &sent, patience)
    }
}

/// A command's answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Answered {
    /// The command's id.
    pub command_id: CommandId,
    /// Position of its entry; `None` when nothing had to change.
    pub seq: Option<u64>,
    /// Whether what was wished was so already.
    #[serde(default)]
    pub unchanged: bool,
    /// Name of the site that answered.
    #[serde(default)]
    pub site: String,
    /// `protected` (held at both sites) or `stored_here`.
    #[serde(default)]
    pub durability: String,
    /// The module's own answer.
    #[serde(default)]
    pub answer: Value,
    /// Attempts it took.
    #[serde(skip)]
    pub attempts: u32,
    /// From the first attempt to the answer.
    #[serde(skip)]
    pub took: Duration,
    /// Index of the site that answered.
    #[serde(skip)]
    pub site_index: usize,
}

impl Client {
    /// Sends a command until it has a final answer or the client's patience ends.
    ///
    /// # Errors
    /// [`Error::Refused`] is final; with [`Error::NoAnswer`] send the very same command again.
    pub async fn command(&self, command: &Command) -> Result<Answered, Error> {
        self.command_within(command, self.shared.timeouts.patience)
            .await
    }

    /// Sends a command until it has a final answer or `patience` ends.
    ///
    /// # Errors
    /// As for [`Client::command`].
    pub async fn command_within(
        &self,
        command: &Command,
        patience: Duration,
    ) -> Result<Answered, Error> {
        let call = command.call(patience);
        let reply = self.exchange(&call).await?;
        self.answered(&call, &reply)
    }

    /// Sends a command to one site (an index) only, for probes and drills.
    ///
    /// # Errors
    /// As for [`Client::command`].
    pub async fn command_at(
        &self,
        site: usize,
        command: &Command,
        patience: Duration,
    ) -> Result<Answered, Error> {
        let mut call = command.call(patience);
        call.only_site = Some(site % self.shared.sites.len());
        let reply = self.exchange(&call).await?;
        self.answered(&call, &reply)
    }

    fn answered(&self, call: &Call, reply: &Reply) -> Result<Answered, Error> {
        let answered: Answered = self.read(&call.operation, reply)?;
        Ok(Answered {
            attempts: reply.attempts,
            took: reply.took,
            site_index: reply.site,
            ..answered
        })
    }

    /// Reads a granted call's body.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        operation: &str,
        reply: &Reply,
    ) -> Result<T, Error> {
        serde_json::from_slice(&reply.body).map_err(|cause| Error::Unreadable {
            operation: operation.into(),
            site: self.shared.sites[reply.site].to_string(),
            cause: cause.to_string(),
        })
    }
}
