//! The doors of an installation that a drill uses; all of them are there for any operator.

use crate::scenario::{Action, Step};
use client::{Client, Command, Error};
use kernel::id::Uuid;
use kernel::{Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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

    /// Whether nothing is wrong between it and the vault; true where there is none.
    #[must_use]
    pub fn seals(&self) -> bool {
        self.status["vault"]["alarm"].is_null()
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

/// How a node is broken, as the door is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// Its name at the door, like `kill_process`.
    pub fault: String,
    /// Which process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// Which module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// For how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts_ms: Option<u64>,
    /// How late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// How much is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_pct: Option<f64>,
}

impl Fault {
    /// The fault of a step.
    ///
    /// # Errors
    /// When the step breaks nothing, or a word of it is missing.
    pub fn of(action: Action, step: &Step) -> Result<Self, String> {
        let fault = match action {
            Action::KillSite => "kill".to_owned(),
            Action::PauseSite => "pause".into(),
            Action::KillProcess => "kill_process".into(),
            Action::PauseProcess => "pause_process".into(),
            Action::CutOff => "cut_off".into(),
            Action::SlowLink => "slow_link".into(),
            Action::PushBadConfiguration => "bad_configuration".into(),
            Action::BreakModule => match &step.fault {
                Some(fault) => format!("module_{fault}"),
                None => return Err("break-module needs fault".into()),
            },
            other => return Err(format!("{} breaks nothing", other.as_str())),
        };
        Ok(Self {
            process: step.process.as_ref().map(|name| name.replace('-', "_")),
            module: step.module.clone(),
            lasts_ms: step.lasts.map(|lasts| lasts.0),
            delay_ms: step.delay.map(|delay| delay.0),
            loss_pct: step.loss_pct,
            ..Self::plain(&fault)
        })
    }

    /// One that needs no more words: `kill` or `pause`.
    #[must_use]
    pub fn plain(fault: &str) -> Self {
        Self {
            fault: fault.into(),
            process: None,
            module: None,
            lasts_ms: None,
            delay_ms: None,
            loss_pct: None,
        }
    }

    /// Whether the site goes on serving people, so that what they notice is measured there.
    #[must_use]
    pub fn leaves_the_site(&self) -> bool {
        self.module.is_some()
    }
}

/// The doors.
#[derive(Clone)]
pub struct Doors {
    client: Client,
    /// How far the record was written through these doors: whoever reads it finds what they wrote, at
    /// whichever site.
    recorded: Arc<AtomicU64>,
}

impl Doors {
    /// Through this client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self {
            client,
            recorded: Arc::default(),
        }
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

    /// Has a node broken, asked through a site.
    ///
    /// # Errors
    /// When that is refused or not done.
    pub async fn break_node(
        &self,
        through: usize,
        node: &str,
        fault: &Fault,
    ) -> Result<(), DoorError> {
        let mut body = json!({ "site": node, "confirm_site": node });
        if let (Some(body), Ok(Value::Object(fault))) =
            (body.as_object_mut(), serde_json::to_value(fault))
        {
            body.extend(fault);
        }
        self.order(through, "break-site", body).await
    }

    /// Has a node put back by whichever site can: first by the node itself where only it can undo what
    /// was done to it, and then by the others, as it may be down.
    ///
    /// # Errors
    /// When no site could.
    pub async fn restore_anyhow(&self, node: &str, through_itself: bool) -> Result<(), DoorError> {
        let mut last = DoorError::Lacks("the installation", "a site");
        let mut own = Vec::new();
        let mut others = Vec::new();
        for site in 0..self.client.sites().len() {
            match tokio::time::timeout(PATIENCE, self.health(site)).await {
                Ok(Ok(health)) if health.name == node => own.push(site),
                Ok(Ok(_)) => others.push(site),
                Ok(Err(error)) => last = error,
                Err(_) => {}
            }
        }
        let order = if through_itself {
            own.into_iter().chain(others)
        } else {
            others.into_iter().chain(own)
        };
        for site in order {
            let body = json!({ "site": node });
            match self.order(site, "restore-site", body).await {
                Ok(()) => return Ok(()),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Hands the lead of everything, or of one partition, to a site.
    ///
    /// # Errors
    /// When that is refused or not done.
    pub async fn switch_over(&self, partition: &str, to: &str) -> Result<(), DoorError> {
        let body = json!({ "partition": partition, "to": to });
        let command = self.client.new_command("continuity", "switch-over", body);
        self.client
            .command_within(&command, PATIENCE_BREAKING)
            .await?;
        Ok(())
    }

    /// Gives the lead of each partition back to whoever had it.
    ///
    /// # Errors
    /// When a site does not answer, or a switch-over is refused.
    pub async fn lead_as(&self, leads: &BTreeMap<String, String>) -> Result<(), DoorError> {
        let health = self.any_health().await?;
        let partitions = health.status["partitions"].as_array().into_iter().flatten();
        for partition in partitions {
            let Some(id) = partition["partition"].as_str() else {
                continue;
            };
            if let Some(wanted) = leads.get(id)
                && partition["lead"] != json!(wanted)
            {
                self.switch_over(id, wanted).await?;
            }
        }
        Ok(())
    }

    /// How the first site is that answers.
    ///
    /// # Errors
    /// When none does.
    pub async fn any_health(&self) -> Result<Health, DoorError> {
        let mut last = DoorError::Lacks("the installation", "a site");
        for site in 0..self.client.sites().len() {
            match self.health(site).await {
                Ok(health) => return Ok(health),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Every node's name.
    ///
    /// # Errors
    /// When no site answers.
    pub async fn nodes(&self) -> Result<Vec<String>, DoorError> {
        let health = self.any_health().await?;
        let nodes = health.status["sites"].as_array().into_iter().flatten();
        Ok(nodes
            .filter_map(|node| node["name"].as_str().map(String::from))
            .collect())
    }

    /// The last drills on record, newest first.
    ///
    /// # Errors
    /// When no site answers.
    pub async fn drills(
        &self,
        scenario: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Value>, DoorError> {
        let mut asked = vec![("limit", limit.to_string())];
        asked.extend(scenario.map(|name| ("scenario", name.to_owned())));
        let recorded = self.recorded.load(Ordering::Relaxed);
        asked.extend((recorded > 0).then(|| ("min_seq", recorded.to_string())));
        let page: Value = self
            .client
            .query("continuity", "drill-list", None, &asked)
            .await?;
        Ok(page["items"].as_array().cloned().unwrap_or_default())
    }

    /// Asks whoever runs a drill to stop it and put everything back.
    ///
    /// # Errors
    /// When that is refused or not acknowledged.
    pub async fn ask_stop(&self, drill: Uuid) -> Result<(), DoorError> {
        let body = json!({ "drill_id": drill });
        let command = self
            .client
            .new_command("continuity", "ask-drill-stop", body);
        self.client.command(&command).await?;
        Ok(())
    }

    /// Makes the folder a drill files documents in.
    ///
    /// # Errors
    /// When that is refused or not acknowledged.
    pub async fn make_folder(
        &self,
        drill: Uuid,
        workspace: WorkspaceId,
    ) -> Result<Uuid, DoorError> {
        let folder = self.client.new_uuid();
        let body = json!({ "folder_id": folder, "name": format!("Drill {drill}") });
        let command = self.client.new_command("documents", "create-folder", body);
        self.client
            .command(&command.in_workspace(workspace))
            .await?;
        Ok(folder)
    }

    /// Puts the drill's folder into the trash.
    ///
    /// # Errors
    /// When that is refused or not acknowledged.
    pub async fn trash_folder(
        &self,
        workspace: WorkspaceId,
        folder: Uuid,
    ) -> Result<(), DoorError> {
        let body = json!({ "item_id": folder });
        let command = self.client.new_command("documents", "trash", body);
        self.client
            .command(&command.in_workspace(workspace))
            .await?;
        Ok(())
    }

    /// The ids of everything in a folder, at a site.
    ///
    /// # Errors
    /// When the site does not answer.
    pub async fn filed(
        &self,
        site: usize,
        workspace: WorkspaceId,
        folder: Uuid,
    ) -> Result<Vec<String>, DoorError> {
        let mut ids = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut asked = vec![("folder_id", folder.to_string()), ("limit", "200".into())];
            asked.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let page: Value = self
                .client
                .query_at(
                    site,
                    "documents",
                    "folder",
                    Some(workspace),
                    &asked,
                    PATIENCE_BREAKING,
                )
                .await?;
            let items = page["items"].as_array().into_iter().flatten();
            ids.extend(items.filter_map(|item| item["id"].as_str().map(String::from)));
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(ids),
            }
        }
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
        self.record(&command).await
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
        let report = crate::capped::capped(report);
        let body = json!({ "drill_id": drill, "passed": passed, "report": report });
        let command = self
            .client
            .new_command("continuity", "record-drill-end", body);
        self.record(&command).await
    }

    async fn record(&self, command: &client::Command) -> Result<(), DoorError> {
        let answered = self.client.command(command).await?;
        let seq = answered.seq.unwrap_or(0);
        self.recorded.fetch_max(seq, Ordering::Relaxed);
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
