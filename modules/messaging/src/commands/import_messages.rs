//! Brings messages from another system.

use super::Deciding;
use crate::access::{Action, no_conversation};
use crate::attachment::{self, Attachment};
use crate::events::{EarlierText, Fact, ImportedMessage, ImportedReaction, MessagesImported};
use crate::limits::{EXTERNAL_ID_BYTES_MAX, IMPORT_MESSAGES_MAX, IMPORTED_TEXT_CHARS_MAX};
use crate::rows::{Message, conversation_of};
use crate::{ConversationId, MessageId, text};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal, Timestamp};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use serde_json::json;
use std::collections::HashMap;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<ImportMessages>(
    "import-messages",
    "Bring messages from another system; those brought before are passed over.",
);

/// Bring messages from another system, into conversations that were brought from there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportMessages {
    /// At most 1,000, in the order they are to have.
    pub messages: Vec<MessageToImport>,
}

/// A message of another system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageToImport {
    /// Its id there, unique in the workspace; the id here follows from it.
    pub external_id: String,
    /// The conversation here.
    pub conversation_id: ConversationId,
    /// Who wrote it; need not be known here yet.
    pub author: PersonId,
    /// When it was written.
    pub time: Timestamp,
    /// Its text.
    #[serde(default)]
    pub text: String,
    /// Id there of the message it replies to, brought before or earlier in the same command.
    pub thread_of: Option<String>,
    /// Whom it mentions.
    #[serde(default)]
    pub mentions: Vec<PersonId>,
    /// Its files; their chunks are stored before.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// When its text was last changed.
    pub edited_at: Option<Timestamp>,
    /// Its earlier texts, oldest first.
    #[serde(default)]
    pub earlier: Vec<EarlierText>,
    /// The reactions to it.
    #[serde(default)]
    pub reactions: Vec<ImportedReaction>,
}

/// Decides it. Answers how many were brought now and how many were here already.
///
/// # Errors
/// Refused as a whole when one of them is unfit, naming it; and without the permission.
pub fn decide(of: &Deciding<'_>, body: ImportMessages) -> Result<Decision, DecideError> {
    of.viewer.require(Action::Import)?;
    if body.messages.len() > IMPORT_MESSAGES_MAX {
        let detail = format!("At most {IMPORT_MESSAGES_MAX} messages are imported at once.");
        return Err(Refusal::invalid("command.messages", "import_too_large", detail).into());
    }
    let mut batch = Batch::default();
    let given = body.messages.len();
    for (i, message) in body.messages.into_iter().enumerate() {
        batch.take(of, message).map_err(|error| at(i, error))?;
    }
    let imported: usize = batch.groups.iter().map(|group| group.messages.len()).sum();
    let answer = json!({ "imported": imported, "known": given - imported });
    if imported == 0 {
        return Ok(Decision::Unchanged { answer });
    }
    let filled = batch
        .groups
        .iter()
        .filter(|group| !group.messages.is_empty());
    let events = filled.map(Fact::event).collect();
    Ok(Decision::Accepted { events, answer })
}

/// Names the message in a refusal about one of its fields.
fn at(i: usize, error: DecideError) -> DecideError {
    match error {
        DecideError::Refused(refusal) => {
            let field = refusal.field.unwrap_or_default();
            Refusal {
                field: Some(format!("command.messages[{i}].{field}")),
                ..refusal
            }
            .into()
        }
        error @ DecideError::View(_) => error,
    }
}

/// What a command brings, by conversation in the order of first appearance.
#[derive(Default)]
struct Batch {
    groups: Vec<MessagesImported>,
    places: HashMap<ConversationId, Place>,
    /// Messages of this command and, for those that are no replies, where they are.
    taken: HashMap<MessageId, (i64, bool)>,
}

#[derive(Clone, Copy)]
struct Place {
    key: i64,
    group: usize,
}

impl Batch {
    fn take(&mut self, of: &Deciding<'_>, given: MessageToImport) -> Result<(), DecideError> {
        if given.external_id.is_empty() || given.external_id.len() > EXTERNAL_ID_BYTES_MAX {
            let detail = format!("External ids have 1 to {EXTERNAL_ID_BYTES_MAX} bytes.");
            return Err(Refusal::invalid("external_id", "external_id_invalid", detail).into());
        }
        let id = MessageId::imported(&given.external_id);
        if self.taken.contains_key(&id) || Message::find(of.rows, id)?.is_some() {
            return Ok(());
        }
        let place = self.place(of, given.conversation_id)?;
        let has_files = !given.attachments.is_empty();
        text::check_message("text", &given.text, has_files, IMPORTED_TEXT_CHARS_MAX)?;
        let thread_of = match &given.thread_of {
            Some(root) => Some(self.root(of, place, root)?),
            None => None,
        };
        for reaction in &given.reactions {
            text::check_emoji("reactions", &reaction.emoji)?;
        }
        self.taken.insert(id, (place.key, thread_of.is_none()));
        self.groups[place.group].messages.push(ImportedMessage {
            id,
            author: given.author,
            time: given.time,
            text: given.text,
            thread_of,
            mentions: given.mentions,
            attachments: attachment::check(given.attachments)?,
            edited_at: given.edited_at,
            earlier: given.earlier,
            reactions: given.reactions,
        });
        Ok(())
    }

    fn place(&mut self, of: &Deciding<'_>, id: ConversationId) -> Result<Place, DecideError> {
        if let Some(place) = self.places.get(&id) {
            return Ok(*place);
        }
        let (key, last_position, is_imported): (i64, u64, bool) = of
            .rows
            .prepare_cached(
                "SELECT key, last_position, is_imported FROM conversation WHERE id = ?1",
            )?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?
            .ok_or_else(no_conversation)?;
        if !is_imported {
            let detail = "Messages are imported only into conversations that were imported.";
            return Err(Refusal::conflict("conversation_not_imported", detail).into());
        }
        let place = Place {
            key,
            group: self.groups.len(),
        };
        self.groups.push(MessagesImported {
            conversation_id: id,
            first_position: last_position + 1,
            messages: Vec::new(),
        });
        self.places.insert(id, place);
        Ok(place)
    }

    fn root(
        &self,
        of: &Deciding<'_>,
        place: Place,
        external_id: &str,
    ) -> Result<MessageId, DecideError> {
        let id = MessageId::imported(external_id);
        let found = match self.taken.get(&id) {
            Some(found) => Some(*found),
            None => Message::find(of.rows, id)?
                .map(|message| (conversation_of(message.key), message.thread.is_none())),
        };
        if found == Some((place.key, true)) {
            return Ok(id);
        }
        let detail = "The thread's first message is not in this conversation, or is a reply.";
        Err(Refusal::invalid("thread_of", "not_a_thread_root", detail).into())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use crate::{ConversationId, MessageId};
    use kernel::testing::Given;
    use serde_json::{Value, json};

    fn imported_channel() -> (Given, ConversationId) {
        let mut given = office_with_rooms();
        let body = json!({ "conversations": [{ "external_id": "C1", "kind": "channel",
            "name": "ubuntu", "created_at": 5, "members": [BEN, CYD] }] });
        given
            .by(ANN)
            .when("import-conversations", body)
            .accepted("conversation-imported");
        (given, ConversationId::imported("C1"))
    }

    fn old(external_id: &str, conversation: ConversationId, text: &str) -> Value {
        json!({ "external_id": external_id, "conversation_id": conversation, "author": BEN,
                "time": 1000, "text": text })
    }

    #[test]
    fn author_time_thread_edits_and_reactions_are_kept() {
        let (mut given, channel) = imported_channel();
        let mut root = old("1", channel, "root");
        root["edited_at"] = json!(2000);
        root["earlier"] = json!([{ "text": "rot", "written_at": 1000, "replaced_at": 2000 }]);
        root["reactions"] = json!([{ "emoji": ":+1:", "people": [CYD, STRANGER] }]);
        let mut reply = old("2", channel, "reply");
        reply["author"] = json!(STRANGER);
        reply["thread_of"] = json!("1");
        let body = json!({ "messages": [root, reply] });
        given
            .by(BEN)
            .when("import-messages", body.clone())
            .refused("not_permitted");
        let answer = given
            .by(ANN)
            .when("import-messages", body.clone())
            .accepted("messages-imported");
        assert_eq!(answer, json!({ "imported": 2, "known": 0 }));
        let again = given.when("import-messages", body).unchanged();
        assert_eq!(again, json!({ "imported": 0, "known": 2 }));
        let list = query(
            &given,
            BEN,
            "message-list",
            &format!("conversation_id={channel}"),
        )
        .unwrap();
        let (root, reply) = (&list["items"][0], &list["items"][1]);
        assert_eq!(
            (&root["time"], &root["edited_at"]),
            (&json!(1000), &json!(2000))
        );
        assert_eq!(root["reply_count"], 1);
        assert_eq!(
            root["reactions"],
            json!([{ "emoji": ":+1:", "count": 2, "mine": false }])
        );
        assert_eq!(reply["thread_of"], json!(MessageId::imported("1")));
        assert_eq!(reply["author"], json!(STRANGER));
        let unread = query(&given, CYD, "unread", "").unwrap();
        assert_eq!(unread["unread"], 0, "imported history counts as read");
        given.assert_replays();
    }

    #[test]
    fn positions_go_on_after_live_messages() {
        let (mut given, channel) = imported_channel();
        given
            .by(ANN)
            .when(
                "import-messages",
                json!({ "messages": [old("1", channel, "a")] }),
            )
            .accepted("messages-imported");
        post(given.by(BEN), channel, "live");
        given
            .by(ANN)
            .when(
                "import-messages",
                json!({ "messages": [old("2", channel, "b"), old("2", channel, "b")] }),
            )
            .accepted("messages-imported");
        let list = query(
            &given,
            CYD,
            "message-list",
            &format!("conversation_id={channel}"),
        )
        .unwrap();
        let positions: Vec<_> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["position"].as_u64().unwrap())
            .collect();
        assert_eq!(positions, [1, 2, 3]);
        given.assert_replays();
    }

    #[test]
    fn unfit_messages_are_named() {
        let (mut given, channel) = imported_channel();
        let mut refuse = |message: Value, code: &str, field: &str| {
            let body = json!({ "messages": [old("9", channel, "ok"), message] });
            let refusal = given.by(ANN).when("import-messages", body).refused(code);
            assert_eq!(
                refusal.field.unwrap(),
                format!("command.messages[1].{field}")
            );
        };
        refuse(old("", channel, "x"), "external_id_invalid", "external_id");
        refuse(old("1", channel, " "), "text_empty", "text");
        refuse(
            old("1", conversation(99), "x"),
            "conversation_not_found",
            "conversation_id",
        );
        refuse(old("1", GROUP, "x"), "conversation_not_imported", "");
        let mut orphan = old("1", channel, "x");
        orphan["thread_of"] = json!("nowhere");
        refuse(orphan, "not_a_thread_root", "thread_of");
        let many = vec![old("1", channel, "x"); 1001];
        given
            .when("import-messages", json!({ "messages": many }))
            .refused("import_too_large");
    }
}
