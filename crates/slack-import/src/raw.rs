//! The shapes of an export's JSON, as far as they are used. Everything that may be missing is
//! optional; a wrong type is an error of the row that has it.

use serde::Deserialize;

/// An element of `users.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub id: String,
    pub name: Option<String>,
    pub real_name: Option<String>,
    #[serde(default)]
    pub deleted: Option<bool>,
    pub is_bot: Option<bool>,
    pub is_restricted: Option<bool>,
    pub is_ultra_restricted: Option<bool>,
    pub locale: Option<String>,
    pub profile: Option<Profile>,
}

/// A user's profile, also beside messages.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Profile {
    pub real_name: Option<String>,
    pub display_name: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub title: Option<String>,
}

/// An element of `channels.json`, `groups.json`, `dms.json` or `mpims.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Conversation {
    pub id: String,
    pub name: Option<String>,
    pub created: Option<i64>,
    pub creator: Option<String>,
    pub is_archived: Option<bool>,
    pub members: Option<Vec<String>>,
    pub topic: Option<Described>,
    pub purpose: Option<Described>,
}

/// A topic or purpose.
#[derive(Debug, Deserialize)]
pub(crate) struct Described {
    pub value: Option<String>,
}

/// An element of a day's file.
#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub subtype: Option<String>,
    pub user: Option<String>,
    pub bot_id: Option<String>,
    pub username: Option<String>,
    pub bot_profile: Option<BotProfile>,
    pub user_profile: Option<Profile>,
    pub text: Option<String>,
    pub ts: Option<String>,
    pub thread_ts: Option<String>,
    pub deleted_ts: Option<String>,
    pub reply_count: Option<u64>,
    pub edited: Option<Edited>,
    pub reactions: Option<Vec<Reaction>>,
    pub files: Option<Vec<File>>,
    pub file: Option<File>,
    pub comment: Option<Comment>,
    pub attachments: Option<Vec<Unfurled>>,
    pub blocks: Option<serde_json::Value>,
    pub message: Option<Box<Message>>,
    pub previous: Option<Box<Message>>,
    pub previous_message: Option<Box<Message>>,
    pub original: Option<Box<Message>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct BotProfile {
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Edited {
    pub ts: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reaction {
    pub name: String,
    #[serde(default)]
    pub users: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct File {
    pub id: Option<String>,
    pub name: Option<String>,
    pub title: Option<String>,
    pub mimetype: Option<String>,
    pub mode: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Comment {
    pub user: Option<String>,
    pub comment: Option<String>,
}

/// What Slack calls an attachment: a card under a message.
#[derive(Debug, Deserialize)]
pub(crate) struct Unfurled {
    pub pretext: Option<String>,
    pub title: Option<String>,
    pub title_link: Option<String>,
    pub text: Option<String>,
    pub fallback: Option<String>,
    pub from_url: Option<String>,
}
