//! Takes a message back.

use super::Deciding;
use crate::access::Action;
use crate::events::{ClosedBecause, Fact, MessageDeleted, UrgentClosed};
use crate::rows::Message;
use crate::{ConversationId, MessageId};
use kernel::{CommandSpec, DecideError, Decision, Event, PersonId};
use rusqlite::Connection;
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec = CommandSpec::new::<DeleteMessage>(
    "delete-message",
    "Take a message back; its texts are kept for those with the permission.",
);

/// Take a message back: one's own, or as a moderator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteMessage {
    /// The message.
    pub message_id: MessageId,
}

/// Decides it. An urgent notice reminds no more.
///
/// # Errors
/// Refused for others' messages without the permission, and in archived conversations.
pub fn decide(of: &Deciding<'_>, body: DeleteMessage) -> Result<Decision, DecideError> {
    let (message, seat) = Message::read_by(of.rows, of.viewer, body.message_id)?;
    seat.require(Action::Delete, Some(message.author))?;
    seat.require_open()?;
    if message.is_deleted {
        return Ok(Decision::unchanged());
    }
    let events = deleted(of.rows, &message, seat.id, of.viewer.id)?;
    Ok(Decision::accepted(events))
}

/// The facts that take a message back which is not deleted.
pub fn deleted(
    rows: &Connection,
    message: &Message,
    conversation_id: ConversationId,
    by: PersonId,
) -> rusqlite::Result<Vec<Event>> {
    let fact = MessageDeleted {
        id: message.id,
        conversation_id,
        position: message.position(),
        deleted_by: by,
    };
    let mut events = vec![fact.event()];
    let is_open_notice = rows
        .prepare_cached("SELECT 1 FROM urgent WHERE message = ?1 AND closed_at IS NULL")?
        .exists([message.key])?;
    if is_open_notice {
        let closed = UrgentClosed {
            message_id: message.id,
            conversation_id,
            position: message.position(),
            because: ClosedBecause::Deleted,
        };
        events.push(closed.event());
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn what_is_deleted_is_kept_for_moderators_only() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), HALL, "oops secret");
        let ask = json!({ "message_id": id });
        given
            .by(CYD)
            .when("delete-message", ask.clone())
            .refused("not_permitted");
        given
            .by(BEN)
            .when("delete-message", ask.clone())
            .accepted("message-deleted");
        given.when("delete-message", ask).unchanged();
        let list = query(
            &given,
            CYD,
            "message-list",
            &format!("conversation_id={HALL}"),
        )
        .unwrap();
        assert_eq!(list["items"][0]["text"], "");
        assert_eq!(list["items"][0]["deleted"], true);
        let history = format!("message_id={id}");
        let seen = query(&given, ANN, "message-history", &history).unwrap();
        assert_eq!(seen["items"][0]["text"], "oops secret");
        for person in [BEN, CYD] {
            let refused = query(&given, person, "message-history", &history).unwrap_err();
            assert_eq!(refused.code, "not_permitted");
        }
        let found = query(&given, CYD, "search", "q=secret").unwrap();
        assert_eq!(found["items"], json!([]));
        given.assert_replays();
    }

    #[test]
    fn moderators_delete_what_others_wrote_but_not_between_two() {
        let mut given = office_with_rooms();
        let id = post(given.by(BEN), HALL, "rude");
        given
            .by(ANN)
            .when("delete-message", json!({ "message_id": id }))
            .accepted("message-deleted");
        let direct =
            json!({ "conversation_id": conversation(9), "kind": "direct", "members": [ANN] });
        given
            .by(BEN)
            .when("create-conversation", direct)
            .accepted("conversation-created");
        let id = post(given.by(BEN), conversation(9), "between us");
        given
            .by(ANN)
            .when("delete-message", json!({ "message_id": id }))
            .refused("not_permitted");
        given.assert_replays();
    }

    #[test]
    fn a_deleted_notice_reminds_no_more() {
        let mut given = office_with_rooms();
        let id = post_urgent(given.by(BEN), GROUP, 300);
        given
            .when("delete-message", json!({ "message_id": id }))
            .accepted("message-deleted urgent-closed");
        let later = given.now().plus_ms(10_000_000);
        assert!(due(&given, later).is_empty());
        given.assert_replays();
    }
}
