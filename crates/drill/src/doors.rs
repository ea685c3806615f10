//! The doors of an installation that a drill uses; all of them are there for any operator.

use client::{Client, Command, Error};
use kernel::id::Uuid;
use kernel::{Timestamp, WorkspaceId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);
const PATIENCE_BREAKING: Duration = Duration::from_secs(30);
const PATIENCE_WALKING: Duration = Duration::from_secs(120);

/// A door that did not open.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The installation refused or did not answer.
    #[error(transparent)]
    Client(#[from] Error),
    /// The answer lacks something.
    #[error("the answer of {0} lacks {1}")]
    Lacks(&'static str, &'static str),
    /// A client cannot be made.
    #[error("a client cannot be made: {0}")]
    Unusable(String),
}

/// How a site is, as it says itself.
#[derive(Clone, Debug)]
pub struct Health {
    /// Its name.
    pub name: String,
    /// Its whole status.
    pub status: Value,
}

impl Health {
    /// Whether it has read everything, is kept on every copy promised, and no copy is missing: as
    /// many confirm as there are nodes, where the engine keeps copies.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let nodes = self.status["sites"].as_array().map_or(0, Vec::len) as u64;
        let engine = &self.status["engine"];
        let all_confirm = engine["copies_min"].is_null()
            || engine["copies"]
                .as_u64()
                .is_some_and(|copies| copies >= nodes);
        self.status["ready"] == true && self.status["durability"] == "protected" && all_confirm
    }

    /// The sites that its watch does not know to be up; their loss could not be noticed.
    pub fn unwatched(&self) -> Vec<&str> {
        let verdicts = self.status["verdicts"].as_array().into_iter().flatten();
        verdicts
            .filter(|verdict| verdict["opinion"] != "up")
            .filter_map(|verdict| verdict["site"].as_str())
            .collect()
    }
}

/// A partition's position and the hashes of its head and rows at a site.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Fingerprint {
    /// The last entry applied.
    pub seq: u64,
    /// Hash of that entry.
    pub head: String,
    /// Hash of the rows.
    pub rows: String,
}

/// The doors.
#[derive(Clone)]
pub struct Doors {
    client: Client,
}

impl Doors {
    /// Through this client.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// How a site (an index of the client's sites) is.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn health(&self, site: usize) -> Result<Health, DoorError> {
        let status: Value = self
            .client
            .get_at(site, "/api/status", true, PATIENCE)
            .await?;
        let name = status["site"]
            .as_str()
            .ok_or(DoorError::Lacks("/api/status", "site"))?;
        Ok(Health {
            name: name.to_owned(),
            status: status.clone(),
        })
    }

    /// Has a site broken by its agent, asked through another site.
    ///
    /// # Errors
    /// When that is refused or not done.
    pub async fn break_site(
        &self,
        through: usize,
        site: &str,
        fault: &str,
    ) -> Result<(), DoorError> {
        let body = json!({ "site": site, "confirm_site": site, "fault": fault });
        self.order(through, "break-site", body).await
    }

    /// Has a site put back by its agent, asked through another site.
    ///
    /// # Errors
    /// When that is refused or not done.
    pub async fn restore_site(&self, through: usize, site: &str) -> Result<(), DoorError> {
        self.order(through, "restore-site", json!({ "site": site }))
            .await
    }

    async fn order(&self, through: usize, name: &str, body: Value) -> Result<(), DoorError> {
        let command = self.client.new_command("continuity", name, body);
        self.client
            .command_at(through, &command, PATIENCE_BREAKING)
            .await?;
        Ok(())
    }

    /// Records that a drill begins.
    ///
    /// # Errors
    /// When that is refused or not acknowledged.
    pub async fn record_start(
        &self,
        drill: Uuid,
        scenario: &str,
        site: &str,
    ) -> Result<(), DoorError> {
        let body = json!({ "drill_id": drill, "scenario": scenario, "site": site });
        let command = self
            .client
            .new_command("continuity", "record-drill-start", body);
        self.client.command(&command).await?;
        Ok(())
    }

    /// Records what a drill showed.
    ///
    /// # Errors
    /// When that is refused or not acknowledged.
    pub async fn record_end(
        &self,
        drill: Uuid,
        passed: bool,
        report: &Value,
    ) -> Result<(), DoorError> {
        let body = json!({ "drill_id": drill, "passed": passed, "report": report });
        let command = self
            .client
            .new_command("continuity", "record-drill-end", body);
        self.client.command(&command).await?;
        Ok(())
    }

    /// The timeline since a moment, oldest first.
    ///
    /// # Errors
    /// When the site does not answer.
    pub async fn timeline(&self, site: usize, since: Timestamp) -> Result<Vec<Value>, DoorError> {
        let asked = [("limit", "100".to_string())];
        let page: Value = self
            .client
            .query_at(site, "continuity", "timeline", None, &asked, PATIENCE)
            .await?;
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let mut items: Vec<Value> = items
            .into_iter()
            .filter(|note| note["at"].as_i64().is_some_and(|at| at >= since.millis()))
            .collect();
        items.reverse();
        Ok(items)
    }

    /// The fingerprint of every partition at a site.
    ///
    /// # Errors
    /// When the site does not answer.
    pub async fn fingerprints(
        &self,
        site: usize,
    ) -> Result<BTreeMap<String, Fingerprint>, DoorError> {
        let patience = PATIENCE_WALKING;
        Ok(self
            .client
            .get_at(site, "/api/continuity/fingerprints", true, patience)
            .await?)
    }

    /// Walks every chain at a site; gives what is wrong with each broken one.
    ///
    /// # Errors
    /// When the site does not answer.
    pub async fn broken_chains(&self, site: usize) -> Result<BTreeMap<String, String>, DoorError> {
        let patience = PATIENCE_WALKING;
        let walked: BTreeMap<String, Value> = self
            .client
            .get_at(site, "/api/continuity/chains", true, patience)
            .await?;
        Ok(walked
            .into_iter()
            .filter(|(_, walk)| walk["valid"] != true)
            .map(|(partition, walk)| (partition, walk["cause"].to_string()))
            .collect())
    }

    /// Makes the conversation a drill writes to, in the first workspace of the session that is not
    /// the probers'.
    ///
    /// # Errors
    /// When there is none or it is refused.
    pub async fn make_conversation(
        &self,
        drill: Uuid,
        workspace: Option<&str>,
    ) -> Result<(WorkspaceId, Uuid), DoorError> {
        let session = self.client.session().await?;
        let found = session
            .workspaces
            .iter()
            .find(|w| workspace.is_none_or(|wanted| w.name == wanted))
            .ok_or(DoorError::Lacks(
                "/api/installation/session",
                "a workspace to write in",
            ))?;
        let body = json!({
            "conversation_id": drill,
            "kind": "group",
            "name": format!("Drill {drill}"),
            "members": [found.person.id],
        });
        let command = self
            .client
            .new_command("messaging", "create-conversation", body)
            .in_workspace(found.id);
        self.client.command(&command).await?;
        Ok((found.id, drill))
    }

    /// Puts the drill's conversation away.
    ///
    /// # Errors
    /// When that is refused or not acknowledged.
    pub async fn archive_conversation(
        &self,
        workspace: WorkspaceId,
        conversation: Uuid,
    ) -> Result<(), DoorError> {
        let body = json!({ "conversation_id": conversation });
        let command: Command = self
            .client
            .new_command("messaging", "archive-conversation", body)
            .in_workspace(workspace);
        self.client.command(&command).await?;
        Ok(())
    }
}
