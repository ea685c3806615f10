//! Puts a conversation into the archive: readable, no longer writable.

use super::Deciding;
use crate::ConversationId;
use crate::access::Action;
use crate::events::{ConversationArchived, Fact};
use crate::rows::Seat;
use kernel::{CommandSpec, DecideError, Decision};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<ArchiveConversation>(
    "archive-conversation",
    "Put a group or a channel into the archive: readable, no longer writable.",
);

/// Put a group or a channel into the archive.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchiveConversation {
    /// The conversation.
    pub conversation_id: ConversationId,
}

/// Decides it.
///
/// # Errors
/// Refused for one-to-ones and those who may not.
pub fn decide(of: &Deciding<'_>, body: ArchiveConversation) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    seat.require_shared()?;
    seat.require(Action::Archive, None)?;
    if seat.is_archived {
        return Ok(Decision::unchanged());
    }
    let fact = ConversationArchived {
        conversation_id: seat.id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn what_is_archived_stays_as_it_is() {
        let mut given = office_with_rooms();
        let message = post(given.by(BEN), GROUP, "last words");
        let ask = json!({ "conversation_id": GROUP });
        given
            .by(CYD)
            .when("archive-conversation", ask.clone())
            .refused("not_permitted");
        given
            .by(BEN)
            .when("archive-conversation", ask.clone())
            .accepted("conversation-archived");
        given.when("archive-conversation", ask.clone()).unchanged();
        for (name, body) in [
            ("post-message", post_body(7, GROUP, "more")),
            (
                "edit-message",
                json!({ "message_id": message, "text": "x" }),
            ),
            ("delete-message", json!({ "message_id": message })),
            (
                "add-reaction",
                json!({ "message_id": message, "emoji": "👍" }),
            ),
            (
                "rename-conversation",
                json!({ "conversation_id": GROUP, "name": "x" }),
            ),
            (
                "set-topic",
                json!({ "conversation_id": GROUP, "topic": "x" }),
            ),
            (
                "add-members",
                json!({ "conversation_id": GROUP, "people": [ANN] }),
            ),
            (
                "remove-members",
                json!({ "conversation_id": GROUP, "people": [CYD] }),
            ),
        ] {
            given.when(name, body).refused("conversation_archived");
        }
        given
            .by(CYD)
            .when("mark-read", json!({ "conversation_id": GROUP, "up_to": 1 }))
            .accepted("read-marked");
        given
            .by(BEN)
            .when("unarchive-conversation", ask.clone())
            .accepted("conversation-unarchived");
        given.when("unarchive-conversation", ask).unchanged();
        given
            .when("post-message", post_body(7, GROUP, "more"))
            .accepted("message-posted");
        given.assert_replays();
    }

    #[test]
    fn between_two_people_there_is_no_archive() {
        let mut given = office_with_rooms();
        let ask = json!({ "conversation_id": DIRECT });
        given
            .by(BEN)
            .when("archive-conversation", ask)
            .refused("conversation_direct");
    }
}
