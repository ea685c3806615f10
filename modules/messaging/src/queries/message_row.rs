//! A message as it is shown.

use crate::apply::files;
use crate::attachment::Attachment;
use crate::entitled::Recipients;
use crate::events::ClosedBecause;
use crate::rows::position_of;
use crate::{ConversationId, MessageId};
use kernel::id::Uuid;
use kernel::{PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use utoipa::ToSchema;

/// A message as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageRow {
    /// The message.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Its position there: 1, 2, 3 … without gaps.
    pub position: u64,
    /// Position of its entry in the chain of this module.
    pub seq: u64,
    /// Who wrote it.
    pub author: PersonId,
    /// Its text; empty once deleted.
    pub text: String,
    /// When it was written.
    pub time: Timestamp,
    /// When its text was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// Whether it is deleted.
    pub deleted: bool,
    /// The message that began the thread it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_of: Option<MessageId>,
    /// How many replies it has, deleted ones included.
    pub reply_count: u32,
    /// When it was last replied to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reply_at: Option<Timestamp>,
    /// The reactions to it, in the order they first came.
    pub reactions: Vec<ReactionCount>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// Whom it mentions by name.
    pub mentions: Vec<PersonId>,
    /// Whether it mentions everyone in the conversation.
    pub mention_everyone: bool,
    /// How an urgent notice stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgent: Option<UrgentState>,
}

/// How many reacted with an emoji.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReactionCount {
    /// The emoji.
    pub emoji: String,
    /// How many.
    pub count: u32,
    /// Whether the asker is among them.
    pub mine: bool,
}

/// How an urgent notice stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UrgentState {
    /// How many have acknowledged.
    pub acknowledged: u32,
    /// How many have or should.
    pub total: u32,
    /// Whether the asker has.
    pub mine: bool,
    /// Seconds between two reminders.
    pub remind_every_s: u32,
    /// When reminding ends at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// How many reminders there were.
    pub reminders: u32,
    /// When the next reminder is due, while there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_reminder_at: Option<Timestamp>,
    /// Why it reminds no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_because: Option<ClosedBecause>,
}

macro_rules! select_messages {
    ($rest:expr) => {
        concat!(
            "SELECT m.key, m.id, m.seq, m.author, m.text, m.time, m.edited_at,
                    m.deleted_at IS NOT NULL,
                    (SELECT t.id FROM message t WHERE t.key = m.thread),
                    m.reply_count, m.last_reply_at, m.mentions, m.mentions_everyone = 1,
                    m.attachments
             FROM message m ",
            $rest
        )
    };
}
pub(super) use select_messages;

impl MessageRow {
    /// Reads a row of `select_messages!`; what lies in other tables is added by
    /// [`MessageRow::complete`].
    pub(super) fn read(row: &Row<'_>, conversation_id: ConversationId) -> rusqlite::Result<Self> {
        let timestamp = |i| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(i)?.map(Timestamp));
        let deleted = row.get(7)?;
        let mentions: Option<Vec<u8>> = row.get(11)?;
        let attachments: Option<String> = row.get(13)?;
        Ok(Self {
            id: row.get(1)?,
            conversation_id,
            position: position_of(row.get(0)?),
            seq: row.get(2)?,
            author: row.get(3)?,
            text: row.get(4)?,
            time: Timestamp(row.get(5)?),
            edited_at: timestamp(6)?,
            deleted,
            thread_of: row.get(8)?,
            reply_count: row.get(9)?,
            last_reply_at: timestamp(10)?,
            reactions: Vec::new(),
            attachments: match attachments {
                Some(json) if !deleted => files(Some(&json))?,
                _ => Vec::new(),
            },
            mentions: people(mentions.as_deref().unwrap_or_default()),
            mention_everyone: row.get(12)?,
            urgent: None,
        })
    }

    /// Adds reactions and, for an urgent notice, how it stands.
    pub(super) fn complete(
        mut self,
        rows: &Connection,
        conversation: i64,
        viewer: PersonId,
    ) -> rusqlite::Result<Self> {
        let key = crate::rows::message_key(conversation, self.position);
        self.reactions = reactions(rows, key, viewer)?;
        self.urgent = UrgentState::of(rows, key, viewer)?;
        Ok(self)
    }
}

fn people(ids: &[u8]) -> Vec<PersonId> {
    ids.chunks_exact(16)
        .filter_map(|id| Uuid::from_slice(id).ok().map(PersonId))
        .collect()
}

fn reactions(
    rows: &Connection,
    message: i64,
    viewer: PersonId,
) -> rusqlite::Result<Vec<ReactionCount>> {
    let mut query = rows.prepare_cached(
        "SELECT emoji, count(*), max(person = ?2) FROM reaction WHERE message = ?1
         GROUP BY emoji ORDER BY min(at), emoji",
    )?;
    let reactions = query.query_map((message, viewer), |row| {
        Ok(ReactionCount {
            emoji: row.get(0)?,
            count: row.get(1)?,
            mine: row.get(2)?,
        })
    })?;
    reactions.collect()
}

impl UrgentState {
    /// How the notice with this key stands; none where it is no notice.
    pub(super) fn of(
        rows: &Connection,
        message: i64,
        viewer: PersonId,
    ) -> rusqlite::Result<Option<Self>> {
        let state = rows
            .prepare_cached(
                "SELECT remind_every_ms / 1000, until, reminders, next_at, closed_because,
                        (SELECT count(*) FROM acknowledgement a WHERE a.message = u.message),
                        EXISTS (SELECT 1 FROM acknowledgement a
                                WHERE a.message = u.message AND a.person = ?2)
                 FROM urgent u WHERE message = ?1",
            )?
            .query_row((message, viewer), |row| {
                let closed_because: Option<ClosedBecause> = row.get(4)?;
                Ok(Self {
                    remind_every_s: row.get(0)?,
                    until: row.get::<_, Option<i64>>(1)?.map(Timestamp),
                    reminders: row.get(2)?,
                    next_reminder_at: match closed_because {
                        None => Some(Timestamp(row.get(3)?)),
                        Some(_) => None,
                    },
                    closed_because,
                    acknowledged: row.get(5)?,
                    mine: row.get(6)?,
                    total: 0,
                })
            })
            .optional()?;
        let Some(mut state) = state else {
            return Ok(None);
        };
        let waiting = Recipients::of(rows, message)?.waiting(rows)?.len();
        state.total = state.acknowledged + u32::try_from(waiting).unwrap_or(u32::MAX);
        Ok(Some(state))
    }
}
