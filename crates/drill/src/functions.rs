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
const EVERY_DOCUMENT: Duration = Duration::from_millis(500);
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
    /// File a document.
    FileDocument,
    /// Look at the documents of a folder.
    ReadDocuments,
    /// Read the continuity record.
    ReadTimeline,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Session,
        Self::FindPeople,
        Self::UpdatePerson,
        Self::ReadMessages,
        Self::PostMessage,
        Self::SearchMessages,
        Self::FileDocument,
        Self::ReadDocuments,
        Self::ReadTimeline,
    ];

    /// The module it belongs to.
    #[must_use]
    pub const fn module(self) -> &'static str {
        match self {
            Self::Session => "installation",
            Self::FindPeople | Self::UpdatePerson => "directory",
            Self::ReadMessages | Self::PostMessage | Self::SearchMessages => "messaging",
            Self::FileDocument | Self::ReadDocuments => "documents",
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
            Self::FileDocument => "file document",
            Self::ReadDocuments => "read documents",
            Self::ReadTimeline => "read timeline",
        }
    }

    /// How often it is tried: documents stay, so fewer of them are filed.
    const fn every(self) -> Duration {
        match self {
            Self::FileDocument => EVERY_DOCUMENT,
            _ => EVERY,
        }
    }
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
    /// The folder that documents are filed in; at the top where absent.
    pub folder: Option<Uuid>,
    /// What a record of the business is called.
    pub record: &'static str,
    /// The person who acts.
    pub person: Uuid,
}

/// One try.
#[derive(Clone, Copy, Debug)]
pub struct Try {
    /// When it began.
    pub began: Instant,
    /// When it was over.
    pub ended: Instant,
    /// Whether it worked.
    pub worked: bool,
}

/// A function and how its tries went.
#[derive(Clone, Debug)]
pub struct Tries {
    /// The function.
    pub function: Function,
    /// In the order in which they were made.
    pub tries: Vec<Try>,
    /// What was acknowledged to have been filed.
    pub filed: Vec<Uuid>,
    /// The last failure.
    pub last_failure: Option<String>,
}

/// Tries a function every 100 ms until told to stop, one try at a time; one that stays under way is
/// waited for.
pub async fn watch(function: Function, place: Place, mut stop: watch::Receiver<bool>) -> Tries {
    let mut tries = Tries {
        function,
        tries: Vec::new(),
        filed: Vec::new(),
        last_failure: None,
    };
    let mut every = tokio::time::interval(function.every());
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = every.tick() => {}
            _ = stop.wait_for(|is_over| *is_over) => return tries,
        }
        let began = Instant::now();
        let id = place.client.new_uuid();
        let outcome = attempt_as(function, &place, id).await;
        tries.tries.push(Try {
            began,
            ended: Instant::now(),
            worked: outcome.is_ok(),
        });
        match outcome {
            Ok(()) if function == Function::FileDocument => tries.filed.push(id),
            Ok(()) => {}
            Err(failure) => tries.last_failure = Some(failure),
        }
    }
}

/// Tries a function once.
///
/// # Errors
/// Why it did not work.
pub async fn attempt(function: Function, place: &Place) -> Result<(), String> {
    attempt_as(function, place, place.client.new_uuid()).await
}

/// Tries a function once; what it makes has this id.
async fn attempt_as(function: Function, place: &Place, id: Uuid) -> Result<(), String> {
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
                "message_id": id,
                "conversation_id": place.conversation,
                "text": format!("{} {id}, function check of a drill", place.record),
            });
            command(place, "messaging", "post-message", body).await
        }
        Function::UpdatePerson => {
            let body = json!({
                "person_id": place.person,
                "title": format!("Drill {id}"),
            });
            command(place, "directory", "update-person", body).await
        }
        Function::FileDocument => {
            let body = json!({
                "document_id": id,
                "folder_id": place.folder,
                "title": format!("{} {id}", place.record),
            });
            command(place, "documents", "create-document", body).await
        }
        Function::ReadDocuments => {
            let folder = place.folder.map(|folder| ("folder_id", folder.to_string()));
            query(place, "documents", "folder", folder.as_slice()).await
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
