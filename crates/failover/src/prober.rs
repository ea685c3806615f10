//! Taking a real user's steps at every site.

mod modules;

use crate::observation::{Observation, Step};
use client::{Client, Session};
use kernel::id::Uuid;
use kernel::{Clock, CommandId, Random, SiteName, WorkspaceId};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a step may take before it counts as failed.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// A write may wait for a failover of the database; longer than this is a failure.
const PATIENCE_WRITE: Duration = Duration::from_millis(2_000);

/// Rounds until a document is renamed again: at least once a minute.
const RENAME_EVERY: u32 = 6;

/// A site to be probed, with a client that knows only this site.
#[derive(Clone)]
pub struct Target {
    /// The site.
    pub site: SiteName,
    /// A client of this site alone, with the probers' credentials.
    pub client: Client,
}

/// Who probes, and where.
#[derive(Clone)]
pub struct ProberSettings {
    /// The node that probes.
    pub vantage: SiteName,
    /// The sites.
    pub targets: Vec<Target>,
    /// The probers' own workspace.
    pub workspace: String,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for ids.
    pub random: Arc<dyn Random>,
}

/// Takes a user's steps at every site when asked to.
pub struct Prober {
    settings: ProberSettings,
    place: Option<Place>,
    /// Rounds of writing until now.
    rounds: u32,
}

/// Where the probers write.
#[derive(Clone, Copy)]
struct Place {
    workspace: WorkspaceId,
    conversation: Uuid,
    document: Uuid,
    /// Where the document was made: a site that has not read that far cannot open it yet.
    document_seq: u64,
}

impl Prober {
    /// A prober.
    #[must_use]
    pub const fn new(settings: ProberSettings) -> Self {
        Self {
            settings,
            place: None,
            rounds: 0,
        }
    }

    /// Who probes.
    #[must_use]
    pub const fn vantage(&self) -> &SiteName {
        &self.settings.vantage
    }

    /// Signs in and lists workspaces at every site at once.
    pub async fn look(&self) -> Vec<Observation> {
        self.sessions().await.0
    }

    /// Works in every module at every site at once: posts a message and reads it back at the other
    /// site, looks people up, opens a document and now and then renames it. Takes as long as a write
    /// may wait; keep it apart from [`Prober::look`].
    pub async fn work(&mut self) -> Vec<Observation> {
        if self.place.is_none() {
            let (_, opened) = self.sessions().await;
            if let Some(session) = opened {
                self.place = self.settle(&session).await;
            }
        }
        let Some(place) = self.place else {
            return Vec::new();
        };
        let round = self.rounds;
        self.rounds = round.wrapping_add(1);
        let (written, used) = tokio::join!(
            self.write_everywhere(place),
            modules::use_everywhere(&self.settings, place, round)
        );
        [written, used].concat()
    }

    async fn sessions(&self) -> (Vec<Observation>, Option<Session>) {
        let settings = self.settings.clone();
        let sessions: Vec<_> = settings
            .targets
            .iter()
            .map(|target| tokio::spawn(session(settings.clone(), target.clone())))
            .collect();
        let mut seen = Vec::new();
        let mut opened = None;
        for task in sessions {
            let Ok((observation, session)) = task.await else {
                continue;
            };
            seen.push(observation);
            opened = session.or(opened);
        }
        (seen, opened)
    }

    /// Finds or makes the conversation and the document this vantage point writes to.
    async fn settle(&self, session: &Session) -> Option<Place> {
        let workspace = session
            .workspaces
            .iter()
            .find(|w| w.name == self.settings.workspace)?;
        let name = format!("probe conversation of {}", self.settings.vantage);
        let conversation = CommandId::derived(&name).0;
        let body = json!({
            "conversation_id": conversation,
            "kind": "group",
            "name": format!("probe {}", self.settings.vantage),
            "members": [workspace.person.id],
        });
        let id = CommandId::of_client(&format!("create {name}"));
        let command = client::Command::new("messaging", "create-conversation", body, id)
            .in_workspace(workspace.id);
        self.make(&command).await?;
        let name = format!("probe document of {}", self.settings.vantage);
        let document = CommandId::derived(&name).0;
        let body = json!({
            "document_id": document,
            "title": format!("probe {}", self.settings.vantage),
        });
        let id = CommandId::of_client(&format!("create {name}"));
        let command = client::Command::new("documents", "create-document", body, id)
            .in_workspace(workspace.id);
        let document_seq = self.make(&command).await?;
        Some(Place {
            workspace: workspace.id,
            conversation,
            document,
            document_seq,
        })
    }

    /// Makes something at the first site that takes it, and gives the position of its entry.
    async fn make(&self, command: &client::Command) -> Option<u64> {
        for target in &self.settings.targets {
            match target.client.command_within(command, PATIENCE_WRITE).await {
                Ok(answer) => return Some(answer.seq.unwrap_or(0)),
                Err(error) => tracing::debug!(%error, "the probers' place is not there yet"),
            }
        }
        None
    }

    async fn write_everywhere(&self, place: Place) -> Vec<Observation> {
        let count = self.settings.targets.len();
        let writes: Vec<_> = (0..count)
            .map(|at| {
                let settings = self.settings.clone();
                tokio::spawn(async move {
                    let back_at = (at + 1) % count;
                    write(
                        &settings,
                        place,
                        &settings.targets[at],
                        &settings.targets[back_at],
                    )
                    .await
                })
            })
            .collect();
        let mut seen = Vec::new();
        for task in writes {
            seen.extend(task.await.unwrap_or_default());
        }
        seen
    }
}

async fn session(settings: ProberSettings, target: Target) -> (Observation, Option<Session>) {
    let began = settings.clock.now();
    let asked = target
        .client
        .get_at::<Session>(0, "/api/installation/session", true, PATIENCE);
    let found = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(found) => found.map_err(|error| error.to_string()),
        Err(_) => Err("no answer in time".into()),
    };
    let (session, failure) = split(found);
    (
        observation(&settings, &target.site, Step::Session, began, failure),
        session,
    )
}

async fn write(
    settings: &ProberSettings,
    place: Place,
    at: &Target,
    back_at: &Target,
) -> Vec<Observation> {
    let message = kernel::id::new_uuid(&*settings.clock, &*settings.random);
    let body = json!({
        "message_id": message,
        "conversation_id": place.conversation,
        "text": format!("probe from {}", settings.vantage),
    });
    let command = at
        .client
        .new_command("messaging", "post-message", body)
        .in_workspace(place.workspace);
    let began = settings.clock.now();
    let posted = at.client.command_within(&command, PATIENCE_WRITE).await;
    let (answered, failure) = split(posted.map_err(|error| error.to_string()));
    let mut seen = vec![observation(settings, &at.site, Step::Post, began, failure)];
    if let Some(seq) = answered.and_then(|answered| answered.seq) {
        let began = settings.clock.now();
        let failure = read_back(back_at, place, message, seq).await.err();
        seen.push(observation(
            settings,
            &back_at.site,
            Step::ReadBack,
            began,
            failure,
        ));
    }
    seen
}

async fn read_back(at: &Target, place: Place, message: Uuid, seq: u64) -> Result<(), String> {
    let parameters = [
        ("conversation_id", place.conversation.to_string()),
        ("limit", "5".to_string()),
        ("min_seq", seq.to_string()),
    ];
    let page: Value = at
        .client
        .query_at(
            0,
            "messaging",
            "message-list",
            Some(place.workspace),
            &parameters,
            PATIENCE,
        )
        .await
        .map_err(|error| error.to_string())?;
    let wanted = message.to_string();
    let is_there = page["items"].as_array().is_some_and(|items| {
        items
            .iter()
            .any(|item| item["id"].as_str() == Some(&wanted))
    });
    if is_there {
        Ok(())
    } else {
        Err("the message is not there".into())
    }
}

fn split<T>(result: Result<T, String>) -> (Option<T>, Option<String>) {
    match result {
        Ok(value) => (Some(value), None),
        Err(failure) => (None, Some(failure)),
    }
}

fn observation(
    settings: &ProberSettings,
    site: &SiteName,
    step: Step,
    began: kernel::Timestamp,
    failure: Option<String>,
) -> Observation {
    Observation {
        vantage: settings.vantage.clone(),
        site: site.clone(),
        step,
        at: began,
        took_ms: settings.clock.now().since(began),
        failure,
    }
}
