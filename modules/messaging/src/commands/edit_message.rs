//! Changes the text of a message.

use super::Deciding;
use crate::access::Action;
use crate::events::{Fact, MessageEdited};
use crate::limits::TEXT_CHARS_MAX;
use crate::rows::Message;
use crate::{MessageId, text};
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<EditMessage>(
    "edit-message",
    "Change the text of a message; its earlier texts are kept.",
);

/// Change the text of one's own message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMessage {
    /// The message.
    pub message_id: MessageId,
    /// Its text from now on.
    pub text: String,
}

/// Decides it.
///
/// # Errors
/// Refused for others' and deleted messages, unfit texts and archived conversations.
pub fn decide(of: &Deciding<'_>, body: EditMessage) -> Result<Decision, DecideError> {
    let (message, seat) = Message::read_by(of.rows, of.viewer, body.message_id)?;
    seat.require(Action::Edit, Some(message.author))?;
    message.require_present()?;
    seat.require_open()?;
    let (present, has_files): (String, bool) = of
        .rows
        .prepare_cached("SELECT text, attachments IS NOT NULL FROM message WHERE key = ?1")?
        .query_row([message.key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    text::check_message("command.text", &body.text, has_files, TEXT_CHARS_MAX)?;
    if present == body.text {
        return Ok(Decision::unchanged());
    }
    let fact = MessageEdited {
        id: message.id,
        conversation_id: seat.id,
        position: message.position(),
        text: body.text,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn authors_edit_and_every_text_is_kept() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), GROUP, "frist");
        let ask = |text: &str| json!({ "message_id": id, "text": text });
        given
            .by(CYD)
            .when("edit-message", ask("mine"))
            .refused("not_permitted");
        given.by(BEN).when("edit-message", ask("frist")).unchanged();
        given
            .when("edit-message", ask("first"))
            .accepted("message-edited");
        given
            .when("edit-message", ask("First!"))
            .accepted("message-edited");
        given.when("edit-message", ask(" ")).refused("text_empty");
        let history = query(&given, BEN, "message-history", &format!("message_id={id}")).unwrap();
        let texts: Vec<_> = history["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|version| version["text"].as_str().unwrap())
            .collect();
        assert_eq!(texts, ["frist", "first", "First!"]);
        given.assert_replays();
    }

    #[test]
    fn whoever_may_write_no_more_edits_no_more() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), CHANNEL, "news");
        given
            .when(
                "set-posters",
                json!({ "conversation_id": CHANNEL, "posters": [CYD] }),
            )
            .accepted("posters-set");
        given
            .when("edit-message", json!({ "message_id": id, "text": "x" }))
            .refused("not_permitted");
    }
}
