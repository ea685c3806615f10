//! Leaves a conversation.

use super::Deciding;
use crate::ConversationId;
use crate::access::Action;
use crate::events::{ConversationKind, Fact, MembersRemoved};
use crate::rows::Seat;
use kernel::{CommandSpec, DecideError, Decision, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it is offered.
pub const SPEC: CommandSpec =
    CommandSpec::new::<LeaveConversation>("leave-conversation", "Leave a group or a channel.");

/// Leave a group or a channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveConversation {
    /// The conversation.
    pub conversation_id: ConversationId,
}

/// Decides it.
///
/// # Errors
/// Refused for one-to-ones.
pub fn decide(of: &Deciding<'_>, body: LeaveConversation) -> Result<Decision, DecideError> {
    let seat = Seat::find(of.rows, of.viewer, body.conversation_id)?;
    if seat.kind == ConversationKind::Direct {
        let detail = "A conversation between two people cannot be left.";
        return Err(Refusal::conflict("conversation_direct", detail).into());
    }
    seat.require(Action::Leave, None)?;
    if seat.since.is_none() {
        return Ok(Decision::unchanged());
    }
    let fact = MembersRemoved {
        conversation_id: seat.id,
        people: vec![of.viewer.id],
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

#[cfg(test)]
mod tests {
    use crate::testing::*;
    use serde_json::json;

    #[test]
    fn whoever_leaves_is_out() {
        let mut given = office_with_rooms();
        let ask = |id| json!({ "conversation_id": id });
        given
            .by(GUS)
            .when("leave-conversation", ask(GROUP))
            .accepted("members-removed");
        given
            .when("leave-conversation", ask(GROUP))
            .refused("conversation_not_found");
        given
            .by(BEN)
            .when("leave-conversation", ask(DIRECT))
            .refused("conversation_direct");
        given
            .by(CYD)
            .when("leave-conversation", ask(HALL))
            .unchanged();
        given.assert_replays();
    }
}
