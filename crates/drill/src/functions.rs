//! What people do, module by module, tried again and again at the surviving site.

use client::Client;
use kernel::WorkspaceId;
use kernel::id::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

const EVERY: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(20);

/// Something people do in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// See which workspaces one belongs to.
    Session,
    /// Look people up.
    FindPeople,
    /// Change something about oneself.
    UpdatePerson,
    /// Read messages.
    ReadMessages,
    /// Post a message.
    PostMessage,
    /// Search messages.
    SearchMessages,
    /// Read the continuity record.
    ReadTimeline,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Session,
        Self::FindPeople,
        Self::UpdatePerson,
        Self::ReadMessages,
        Self::PostMessage,
        Self::SearchMessages,
        Self::ReadTimeline,
    ];

    /// The module it belongs to.
    #[must_use]
    pub const fn module(self) -> &'static str {
        match self {
            Self::Session => "installation",
            Self::FindPeople | Self::UpdatePerson => "directory",
            Self::ReadMessages | Self::PostMessage | Self::SearchMessages => "messaging",
            Self::ReadTimeline => "continuity",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::FindPeople => "find people",
            Self::UpdatePerson => "update person",
            Self::ReadMessages => "read messages",
            Self::PostMessage => "post message",
            Self::SearchMessages => "search messages",
            Self::ReadTimeline => "read timeline",
        }
    }
}

/// How a function fared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FunctionGap {
    /// The module.
    pub module: String,
    /// The function.
    pub name: String,
    /// How often it was tried.
    pub tried: u64,
    /// How often it worked.
    pub worked: u64,
    /// The longest time in which it did not work.
    pub longest_gap_ms: u64,
    /// The last failure.
    pub last_failure: Option<String>,
}

/// Where functions are tried.
#[derive(Clone)]
pub struct Place {
    /// A client.
    pub client: Client,
    /// The surviving site.
    pub site: usize,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The conversation.
    pub conversation: Uuid,
    /// The person who acts.
    pub person: Uuid,
}

/// Tries a function every 100 ms until told to stop, one try at a time.
pub async fn watch(
    function: Function,
    place: Place,
    mut stop: watch::Receiver<bool>,
) -> FunctionGap {
    let mut gap = FunctionGap {
        module: function.module().into(),
        name: function.name().into(),
        tried: 0,
        worked: 0,
        longest_gap_ms: 0,
        last_failure: None,
    };
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_good = Instant::now();
    loop {
        tokio::select! {
            _ = every.tick() => {}
            _ = stop.wait_for(|is_over| *is_over) => break,
        }
        gap.tried += 1;
        match attempt(function, &place).await {
            Ok(()) => {
                gap.worked += 1;
                gap.longest_gap_ms = gap.longest_gap_ms.max(millis(last_good.elapsed()));
                last_good = Instant::now();
            }
            Err(failure) => gap.last_failure = Some(failure),
        }
    }
    gap.longest_gap_ms = gap.longest_gap_ms.max(millis(last_good.elapsed()));
    gap
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Tries a function once.
///
/// # Errors
/// Why it did not work.
pub async fn attempt(function: Function, place: &Place) -> Result<(), String> {
    let conversation = [("conversation_id", place.conversation.to_string())];
    let done = match function {
        Function::Session => place
            .client
            .get_at::<Value>(place.site, "/api/installation/session", true, PATIENCE)
            .await
            .map(drop),
        Function::FindPeople => query(place, "directory", "person-list", &[]).await,
        Function::ReadMessages => query(place, "messaging", "message-list", &conversation).await,
        Function::SearchMessages => {
            query(place, "messaging", "search", &[("q", "drill".to_string())]).await
        }
        Function::ReadTimeline => place
            .client
            .query_at::<Value>(place.site, "continuity", "timeline", None, &[], PATIENCE)
            .await
            .map(drop),
        Function::PostMessage => {
            let body = json!({
                "message_id": place.client.new_uuid(),
                "conversation_id": place.conversation,
                "text": "drill function check",
            });
            command(place, "messaging", "post-message", body).await
        }
        Function::UpdatePerson => {
            let body = json!({
                "person_id": place.person,
                "title": format!("Drill {}", place.client.new_uuid()),
            });
            command(place, "directory", "update-person", body).await
        }
    };
    done.map_err(|error| error.to_string())
}

async fn query(
    place: &Place,
    module: &str,
    name: &str,
    parameters: &[(&str, String)],
) -> Result<(), client::Error> {
    let workspace = Some(place.workspace);
    place
        .client
        .query_at::<Value>(place.site, module, name, workspace, parameters, PATIENCE)
        .await
        .map(drop)
}

async fn command(
    place: &Place,
    module: &str,
    name: &str,
    body: Value,
) -> Result<(), client::Error> {
    let command = place
        .client
        .new_command(module, name, body)
        .in_workspace(place.workspace);
    place
        .client
        .command_at(place.site, &command, PATIENCE)
        .await
        .map(drop)
}
