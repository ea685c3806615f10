//! Facts of this module. Append-only: the shape of a `(kind, version)` is frozen (see
//! `tests/fixtures/events.json`); another shape is another version, and this one still decodes.
//!
//! The data goes to web clients as it is. Times that are not in the data are the entry's.

use crate::attachment::Attachment;
use crate::{ConversationId, MessageId};
pub use kernel::ChangesPutBack;
use kernel::{Event, PersonId, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A fact with its stored name and version.
pub trait Fact: Serialize + DeserializeOwned {
    /// What happened, past tense in kebab case.
    const KIND: &'static str;
    /// Version of the shape.
    const VERSION: u16 = 1;

    /// The fact as it is stored.
    fn event(&self) -> Event {
        Event::new(Self::KIND, Self::VERSION, self)
    }
}

/// What sort of conversation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// Two people.
    Direct,
    /// Some people, all of whom may write.
    Group,
    /// An official channel: chosen people write, every reader is tracked.
    Channel,
}

/// Who may read a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Readers {
    /// Its members.
    #[default]
    Members,
    /// Every active person of the workspace; guests only as members.
    Everyone,
}

/// Who may write in a conversation: the word `members` (whoever may read) or a list of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Posters {
    /// Whoever may read.
    Members(MembersWord),
    /// These people.
    Listed(Vec<PersonId>),
}

/// The word `members`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MembersWord {
    /// The only word.
    Members,
}

impl Posters {
    /// Whoever may read.
    pub const MEMBERS: Self = Self::Members(MembersWord::Members);
}

/// A conversation was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationCreated {
    /// Its id.
    pub conversation_id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// Who may read it.
    pub audience: Readers,
    /// Who may write in it.
    pub posters: Posters,
    /// Its name.
    pub name: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// Who made it.
    pub created_by: PersonId,
    /// Its members, the maker included.
    pub members: Vec<PersonId>,
}

/// A conversation was named anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationRenamed {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its name from here on.
    pub name: String,
}

/// A conversation's topic was set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicSet {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// What it is about from here on; empty: nothing particular.
    pub topic: String,
}

/// A conversation was archived: readable, no longer writable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationArchived {
    /// The conversation.
    pub conversation_id: ConversationId,
}

/// A conversation was taken back from the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationUnarchived {
    /// The conversation.
    pub conversation_id: ConversationId,
}

/// People became members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MembersAdded {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The new members.
    pub people: Vec<PersonId>,
}

/// People are no longer members, by somebody's or their own decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MembersRemoved {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The former members.
    pub people: Vec<PersonId>,
}

/// It was set who may write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostersSet {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Who may write from here on.
    pub posters: Posters,
}

/// When and how long an urgent notice reminds those who have not acknowledged it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UrgentTerms {
    /// Seconds between two reminders.
    pub remind_every_s: u32,
    /// When reminding ends; without it, when everyone has acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A message was posted. Carries everything that is needed to show it; its time is the entry's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessagePosted {
    /// The message.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// 1, 2, 3 … in the conversation, without gaps.
    pub position: u64,
    /// Who wrote it.
    pub author: PersonId,
    /// Its text.
    pub text: String,
    /// The message it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_of: Option<MessageId>,
    /// Whom it mentions by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
    /// Whether it mentions everyone in the conversation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mention_everyone: bool,
    /// Its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The terms of reminding, for an urgent notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<UrgentTerms>,
}

/// A message's text was changed by its author.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageEdited {
    /// The message.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there.
    pub position: u64,
    /// Its text from here on.
    pub text: String,
}

/// A message was deleted; its versions are kept for those with the permission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageDeleted {
    /// The message.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there.
    pub position: u64,
    /// Who deleted it.
    pub deleted_by: PersonId,
}

/// A message can be read, with this text: it was deleted, or its text was changed, and somebody who
/// answers for it took that back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageRestored {
    /// The message.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there.
    pub position: u64,
    /// Its text from here on.
    pub text: String,
    /// Who answers for it.
    pub restored_by: PersonId,
}

/// Somebody reacted to a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReactionAdded {
    /// The message.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there.
    pub position: u64,
    /// Who.
    pub person: PersonId,
    /// With what.
    pub emoji: String,
}

/// Somebody took a reaction back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReactionRemoved {
    /// The message.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there.
    pub position: u64,
    /// Who.
    pub person: PersonId,
    /// What was taken back.
    pub emoji: String,
}

/// Somebody has read a conversation up to a position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadMarked {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Who.
    pub person: PersonId,
    /// The last position read.
    pub up_to: u64,
}

/// Somebody keeps a text to post later; an empty one is discarded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DraftSaved {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Whose draft.
    pub person: PersonId,
    /// The message it would reply to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_of: Option<MessageId>,
    /// The text.
    pub text: String,
}

/// Somebody acknowledged an urgent notice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UrgentAcknowledged {
    /// The notice.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there.
    pub position: u64,
    /// Who.
    pub person: PersonId,
}

/// Those who had not acknowledged an urgent notice were reminded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UrgentReminded {
    /// The notice.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there.
    pub position: u64,
    /// The how-manieth reminder, from 1.
    pub reminder: u32,
    /// Who was reminded.
    pub people: Vec<PersonId>,
}

/// Why an urgent notice reminds no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBecause {
    /// Everyone concerned has acknowledged, or is no longer there.
    AllAcknowledged,
    /// Its time was up.
    Expired,
    /// The message was deleted.
    Deleted,
}

/// An urgent notice reminds no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UrgentClosed {
    /// The notice.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there.
    pub position: u64,
    /// Why.
    pub because: ClosedBecause,
}

/// A conversation was brought from another system, or members were added to one that was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationImported {
    /// Its id here.
    pub conversation_id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// Who may read it.
    pub audience: Readers,
    /// Who may write in it.
    pub posters: Posters,
    /// Its name.
    pub name: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// Who made it, where known.
    pub created_by: Option<PersonId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it was archived there.
    pub archived: bool,
    /// Its members.
    pub members: Vec<PersonId>,
}

/// Messages were brought from another system into one conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessagesImported {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Position of the first of them; the others follow.
    pub first_position: u64,
    /// The messages in order.
    pub messages: Vec<ImportedMessage>,
}

/// A message brought from another system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportedMessage {
    /// Its id here.
    pub id: MessageId,
    /// Who wrote it.
    pub author: PersonId,
    /// When it was written.
    pub time: Timestamp,
    /// Its text.
    pub text: String,
    /// The message it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_of: Option<MessageId>,
    /// Whom it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
    /// Its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// When its text was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Its earlier texts, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierText>,
    /// The reactions to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ImportedReaction>,
}

/// A text a message had before it was edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlierText {
    /// The text.
    pub text: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// When it was replaced.
    pub replaced_at: Timestamp,
}

/// A reaction brought from another system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedReaction {
    /// With what.
    pub emoji: String,
    /// Who.
    pub people: Vec<PersonId>,
}

macro_rules! facts {
    ($($fact:ident = $kind:literal),* $(,)?) => {
        $(impl Fact for $fact {
            const KIND: &'static str = $kind;
        })*

        /// The kinds this release writes, all in version 1.
        pub const KINDS: &[&str] = &[$($kind),*];
    };
}

facts! {
    ConversationCreated = "conversation-created",
    ConversationRenamed = "conversation-renamed",
    TopicSet = "topic-set",
    ConversationArchived = "conversation-archived",
    ConversationUnarchived = "conversation-unarchived",
    MembersAdded = "members-added",
    MembersRemoved = "members-removed",
    PostersSet = "posters-set",
    MessagePosted = "message-posted",
    MessageEdited = "message-edited",
    MessageDeleted = "message-deleted",
    MessageRestored = "message-restored",
    ReactionAdded = "reaction-added",
    ReactionRemoved = "reaction-removed",
    ReadMarked = "read-marked",
    DraftSaved = "draft-saved",
    UrgentAcknowledged = "urgent-acknowledged",
    UrgentReminded = "urgent-reminded",
    UrgentClosed = "urgent-closed",
    ConversationImported = "conversation-imported",
    MessagesImported = "messages-imported",
    ChangesPutBack = "changes-put-back",
}
